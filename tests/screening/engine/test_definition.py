"""What a document has to be before anything is asked or found with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine.definition import DefinitionError, Problem, problems, read
from screening.engine.reading import FIELDS, PAGES
from tests.screening.engine.questionnaires import choices, document, question, rule

Change = Callable[[dict[str, Any]], object]


def found(change: Change) -> list[tuple[str, str]]:
    altered = document()
    change(altered)
    return [(problem.where, problem.code) for problem in problems(altered)]


def ask(asked: dict[str, Any]) -> Change:
    return lambda d: d["sections"][-1]["questions"].append(asked)


def when(expression: str) -> Change:
    return lambda d: d["extras"][0].update(when=expression)


def test_a_good_document_has_no_problems_and_is_read() -> None:
    assert problems(document()) == ()
    small = read(document())
    assert small.key == "small"
    assert small.section("mood").title == "Mood"
    assert small.question("height").maximum == 230
    assert list(small.questions)[:3] == ["cancer", "in_spine", "places"]
    assert [choice.text for choice in small.question("cancer").choices] == ["Yes", "No", "Not sure"]
    assert small.thresholds["low_t"].value == Decimal("-2.5")
    with pytest.raises(KeyError):
        small.section("nothing")


@pytest.mark.parametrize("key", sorted(PAGES))
def test_a_section_has_no_name_that_would_hide_it_behind_another_page(key: str) -> None:
    assert (f"sections.{key}", "key") in found(lambda d: d["sections"][0].update(key=key))


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_a_question_has_no_name_that_its_page_sends_for_itself(key: str) -> None:
    (section,) = [each["key"] for each in document()["sections"][-1:]]
    assert (f"sections.{section}.{key}", "key") in found(ask(question(key, "yes_no")))


def test_calculations_stand_in_the_order_in_which_they_need_each_other() -> None:
    assert [each.key for each in read(document()).calculations] == ["bmi", "heavier", "phq", "weeks"]


def test_a_definition_is_frozen_and_two_of_one_document_are_equal() -> None:
    small = read(document())
    assert small == read(document())
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.title = "Other"
    with pytest.raises(TypeError):
        small.questions["new"] = small.question("cancer")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    def spoil(d: dict[str, Any]) -> None:
        d["extras"][0]["when"] = "nothing == 1"
        d["urgent"][0]["notice"] = "nowhere"

    with pytest.raises(DefinitionError) as refused:
        read(document() | {"language": 2})
    assert [problem.code for problem in refused.value.problems] == ["language"]
    assert found(spoil) == [("urgent.0.notice", "unknown"), ("extras.0.when", "does_not_fit")]


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (lambda d: d.update(language=1.0), "language", "language"),
        (lambda d: d.update(language=True), "language", "language"),
        (lambda d: d.pop("language"), "language", "language"),
        (lambda d: d["sections"].append(d["sections"][0] | {"questions": []}), "sections.body", "twice"),
        (lambda d: d["criteria"].append(d["criteria"][0]), "criteria.tumour", "twice"),
        (lambda d: d["notices"].append(d["notices"][0]), "notices.emergency", "twice"),
        (lambda d: d["thresholds"].append(d["thresholds"][0]), "thresholds.low_t", "twice"),
        (lambda d: d["calculations"].append(d["calculations"][0]), "calculations.heavier", "twice"),
        (ask(question("cancer")), "sections.mood.cancer", "twice"),
        (ask(question("age")), "sections.mood.age", "twice"),
        (ask(question("bmi")), "sections.mood.bmi", "twice"),
        (ask(question("Big")), "sections.mood.Big", "key"),
        (ask(question("1st")), "sections.mood.1st", "key"),
        (ask(question("class")), "sections.mood.class", "key"),
        (ask(question("answered")), "sections.mood.answered", "key"),
        (ask(question("today")), "sections.mood.today", "key"),
        (ask(question("new", "essay")), "sections.mood.new", "type"),
        (ask(question("new", "choice")), "sections.mood.new", "choice"),
        (ask(question("new", "choice", choices=choices("a", "a"))), "sections.mood.new", "twice"),
        (ask(question("new", "scale", choices=choices("1", "1.0"))), "sections.mood.new", "twice"),
        (ask(question("new", "choice", choices=choices("a", " b"))), "sections.mood.new", "choice"),
        (ask(question("new", choices=choices("yes", "no", "maybe"))), "sections.mood.new", "choice"),
        (ask(question("new", "number", minimum="2", maximum="1")), "sections.mood.new", "bounds"),
        (ask(question("new", "number", minimum="a")), "sections.mood.new", "number"),
        (ask(question("new", "number", minimum="NaN")), "sections.mood.new", "number"),
        (ask(question("new", "number", maximum="1e999999")), "sections.mood.new", "number"),
        (ask(question("new", "number", decimals=13)), "sections.mood.new", "whole"),
        (ask(question("new", "number", decimals="1")), "sections.mood.new", "whole"),
        (ask(question("new", "number", measure="time")), "sections.mood.new", "measure"),
        (ask(question("new", "number", measure="length", unit="m")), "sections.mood.new", "measure"),
        (ask(question("new", "text", max_length=0)), "sections.mood.new", "whole"),
        (ask({"key": "new", "type": "yes_no"}), "sections.mood.new", "shape"),
        (lambda d: d["thresholds"][0].update(value="-0.5"), "thresholds.high_t", "order"),
        (lambda d: d["thresholds"][0].update(value="-1.0"), "thresholds.high_t", "order"),
        (lambda d: d["thresholds"][2].update(above="2"), "thresholds.positive", "order"),
        (lambda d: d["thresholds"][2].update(above="nothing"), "thresholds.positive.above", "unknown"),
        (lambda d: d["thresholds"][2].update(value="4"), "thresholds.positive", "bounds"),
        (lambda d: d["thresholds"][2].update(value="two"), "thresholds.positive", "number"),
        (lambda d: d["calculations"][1].update(decimals=-1), "calculations.bmi", "whole"),
        (lambda d: d["calculations"][1].update(expression="heavier + 1"), "calculations.heavier", "circle"),
        (lambda d: d["calculations"][1].update(expression="bmi"), "calculations.bmi", "circle"),
        (lambda d: d["calculations"][1].update(expression='cancer == "yes"'), "calculations.bmi", "does_not_fit"),
        (lambda d: d["calculations"][1].update(expression="weight +"), "calculations.bmi", "expression"),
        (lambda d: d["calculations"][1].pop("label"), "calculations.bmi", "shape"),
        (lambda d: d["criteria"][0].update(modifiable="perhaps"), "criteria.tumour", "modifiable"),
        (lambda d: d["criteria"][0]["rules"][0].update(category="none"), "criteria.tumour.rules.0", "category"),
        (lambda d: d["criteria"][0]["rules"][0].update(could_be="worse"), "criteria.tumour.rules.0", "category"),
        (lambda d: d["criteria"][0]["rules"][0].update(grade="1"), "criteria.tumour.rules.0", "whole"),
        (lambda d: d["criteria"][0]["rules"][0].update(reason="Not a key"), "criteria.tumour.rules.0", "key"),
        (lambda d: d["criteria"][0]["rules"][0].update(when="weight"), "criteria.tumour.rules.0.when", "does_not_fit"),
        (lambda d: d["criteria"][0]["rules"][0].pop("text"), "criteria.tumour.rules.0", "shape"),
        (lambda d: d["criteria"][0]["rules"].append(rule("more", "info", "(")), "criteria.tumour.rules.3.when",
         "expression"),
        (lambda d: d["urgent"][0].update(level="soon"), "urgent.0.level", "level"),
        (lambda d: d["urgent"][0].update(notice="gone"), "urgent.0.notice", "unknown"),
        (lambda d: d["notices"][1].pop("body"), "notices.today", "shape"),
        (lambda d: d.pop("title"), "", "shape"),
        (lambda d: d.update(sections=5), "", "shape"),
        (lambda d: d.update(criteria=[None]), "criteria", "shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(change: Change, where: str, code: str) -> None:
    assert (where, code) in found(change)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ('nothing == "yes"', "There is no question, calculation, threshold or fact named nothing."),
        (
            'canser == "yes"',
            "There is no question, calculation, threshold or fact named canser. Did you mean cancer?",
        ),
        (
            "cancer == yes",
            'There is no question, calculation, threshold or fact named yes. Write "yes" in quotation marks.',
        ),
        ('cancer == "maybe"', 'cancer has no choice "maybe": it has "yes", "no" and "not_sure".'),
        ('"maybe" in (cancer,)', 'cancer has no choice "maybe": it has "yes", "no" and "not_sure".'),
        ('"fire" in problems', 'problems has no choice "fire": it has "infection", "leak" and "other".'),
        ("phq_1 == 7", 'phq_1 has no choice 7: it has 0, 1, 2, 3 and "prefer_not".'),
        ('phq_1 == "never"', 'phq_1 has no choice "never": it has 0, 1, 2, 3 and "prefer_not".'),
        ("cancer == 1", "cancer and 1 are not of one kind, so they are never equal."),
        ('weight == "70"', 'weight and "70" are not of one kind, so they are never equal.'),
        ("cancer > 1", "cancer is no number, so it cannot be calculated with."),
        ("stopped_on < 3", "stopped_on is no number, so it cannot be calculated with."),
        ("problems == cancer", "problems can have several answers: use in."),
        ('"yes" in cancer', "cancer has one answer only: use ==, or a list in brackets."),
        ("weight", "The result has to be true or false."),
        ("not weight", "not needs something that is true or false."),
        ('weight and cancer == "yes"', "and needs something that is true or false on both sides."),
        ("weeks_since(scan_month) > 1", "weeks_since needs a question that asks for a date."),
        ("months_since(stopped_on) > 1", "months_since needs a question that asks for a month."),
        ("answered(weight + 1)", "answered needs the key of a question or calculation."),
        ("points(weight, 1) > 0", "points needs a condition first."),
        ("total_known(cancer) > 0", "cancer is no number, so it cannot be calculated with."),
        ("round_half_up(bmi, weight) > 1", "round_half_up needs a whole number of places from 0 to 12."),
        ("round_half_up(bmi, 1.5) > 1", "round_half_up needs a whole number of places from 0 to 12."),
        ("weight / 0 > 1", "This divides by zero."),
        ("weight / (2 - 2) > 1", "This divides by zero."),
        ("weight / (positive - 2) > 1", "This divides by zero."),
    ],
)  # fmt: skip
def test_an_expression_that_does_not_fit_says_why(expression: str, said: str) -> None:
    altered = document()
    when(expression)(altered)
    assert problems(altered) == (Problem("extras.0.when", "does_not_fit", said),)


@pytest.mark.parametrize(
    ("expression", "position"),
    [
        ("age > 18 and canser == 1", 13),
        ('  age > 18\n and cancer == "é"', 26),
        ("age > 18 or weight / (low_t + 2.5) > 1", 22),
        ("age > 18 and (bmi < 18 and bmi > 30)", 14),
        ("age > 18 and cancer ** 2", 13),
        ("age > 18 and", 12),
    ],
)
def test_a_problem_says_where_in_the_expression_it_stands(expression: str, position: int) -> None:
    altered = document()
    when(expression)(altered)
    assert [problem.position for problem in problems(altered)] == [position]


@pytest.mark.parametrize(
    ("expression", "never"),
    [
        ("bmi < 18 and bmi > 30", "bmi < 18 and bmi > 30"),
        ("30 < bmi < 18", "30 < bmi < 18"),
        ('cancer == "yes" and age > 40 and cancer == "no"', 'cancer == "yes" and cancer == "no"'),
        ('age > 40 or (cancer == "yes" and cancer not in ("yes", "no"))',
         'cancer == "yes" and cancer not in ("yes", "no")'),
        ('not (cancer == "yes" or cancer != "yes") and age > 40', 'not (cancer == "yes" or cancer != "yes")'),
        ("t_score < low_t and t_score > high_t", "t_score < low_t and t_score > high_t"),
        ("t_score > 4", "t_score > 4"),
        ("phq > 6", "phq > 6"),
        ("age < 18", "age < 18"),
        ("weeks < 0", "weeks < 0"),
        ("answered(weight) and not answered(weight)", "answered(weight) and not answered(weight)"),
        ("answered(weight) and weight < 25", "weight < 25"),
        ('"leak" in problems and "leak" not in problems', '"leak" in problems and "leak" not in problems'),
        ('points(cancer == "yes" and cancer == "no", 2) > positive - 1', 'cancer == "yes" and cancer == "no"'),
        ("phq_1 > 1 and phq_1 == \"prefer_not\"", 'phq_1 > 1 and phq_1 == "prefer_not"'),
        ("months_since(scan_month) > 24 and not answered(scan_month)",
         "months_since(scan_month) > 24 and not answered(scan_month)"),
    ],
)  # fmt: skip
def test_what_can_never_be_true_is_refused(expression: str, never: str) -> None:
    altered = document()
    when(expression)(altered)
    said = Problem(
        "extras.0.when", "contradiction", f"This can never be true, whatever is answered: {never}."
    )
    assert said in problems(altered)
    read(altered)  # what was published once can always be read


def zero(said: str, *ways: str) -> str:
    before = f'write "{said} > 0 and" before it in a rule, or points({said} > 0, …) in a calculation.'
    return f"This may divide by zero, because {said} can be 0: {''.join(ways)}{before}"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("weight / years > 1", zero("years", "give years a lowest value above 0, or ")),
        ("weight / (years - 5) > 1", zero("(years - 5)").replace("(years - 5)", "years - 5")),
        ("weight / phq > 1", zero("phq", "give phq a lowest value above 0, or ")),
        ("years >= 0 and weight / years > 1", zero("years", "give years a lowest value above 0, or ")),
    ],
)
def test_a_divisor_that_can_be_zero_is_refused_with_the_way_out(expression: str, said: str) -> None:
    altered = document()
    when(expression)(altered)
    assert problems(altered) == (Problem("extras.0.when", "zero", said),)


@pytest.mark.parametrize(
    "expression",
    [
        "years > 0 and weight / years > 1", "weight / years > 1 and 1 <= years < 9", "years != 0 and 1 / years > 0.1",
        "points(years > 0, weight / years) > 1", "weight / (years + 1) > 1", "weight / (height * height) > 0.001",
        "weight / bmi > 1",
    ],
)  # fmt: skip
def test_a_divisor_that_cannot_be_zero_is_taken(expression: str) -> None:
    assert found(when(expression)) == []


def test_a_threshold_of_zero_cannot_divide() -> None:
    def change(d: dict[str, Any]) -> None:
        d["thresholds"][1]["value"] = "0"
        d["extras"][0]["when"] = "weight / high_t > 1"

    assert found(change) == [("extras.0.when", "does_not_fit")]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.update(extra=[]), ""),
        (lambda d: d["sections"][0].update(titel="x"), "sections.body"),
        (lambda d: d["sections"][0]["questions"][1].update(shwon_when="age > 1"), "sections.body.in_spine"),
        (lambda d: d["sections"][0]["questions"][2]["choices"][0].update(txt="x"), "sections.body.places"),
        (lambda d: d["thresholds"][0].update(max="1"), "thresholds.low_t"),
        (lambda d: d["calculations"][0].update(round="1"), "calculations.heavier"),
        (lambda d: d["criteria"][0].update(labels="x"), "criteria.tumour"),
        (lambda d: d["criteria"][0]["rules"][0].update(couldbe="absolute"), "criteria.tumour.rules.0"),
        (lambda d: d["urgent"][0].update(notise="today"), "urgent.0"),
        (lambda d: d["extras"][0].update(note="x"), "extras.0"),
        (lambda d: d["notices"][0].update(action="x"), "notices.emergency"),
        (lambda d: d["sent"].update(text="x"), "sent"),
    ],
)
def test_a_member_that_nobody_reads_is_refused_by_name(change: Change, where: str) -> None:
    assert found(change) == [(where, "unknown_member")]


def test_a_misspelled_member_is_refused_with_the_nearest() -> None:
    altered = document()
    altered["sections"][0]["questions"][1]["shwon_when"] = "age > 1"
    assert [problem.message for problem in problems(altered)] == [
        "There is no member named 'shwon_when' here. Did you mean shown_when?"
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "on_duty_contact", 'sex == "female"', "age >= 65", "phq_1 == 3.0", 'phq_1 == "prefer_not"', "phq_1 + phq_2 > 2",
        '"leak" in problems', 'not answered(bmi) or "not_sure" in (cancer, in_spine)', "weight / height > 1",
        "weight / positive > 1", 'stopped_on == "2026-01-01"', "low_t < t_score <= high_t", "phq_1 == phq_2",
        'points(cancer == "yes", positive) > 1',
    ],
)  # fmt: skip
def test_an_expression_that_fits_is_taken(expression: str) -> None:
    assert found(when(expression)) == []


@pytest.mark.parametrize("shown_when", ['note == "x"', 'later == "yes"', "phq > 1 or bmi_later > 1"])
def test_a_question_cannot_be_shown_by_itself_or_a_later_one(shown_when: str) -> None:
    def change(d: dict[str, Any]) -> None:
        d["calculations"].append({"key": "bmi_later", "expression": "weight_later + 1", "label": "Later"})
        d["sections"][1]["questions"][-1]["shown_when"] = shown_when
        d["sections"][1]["questions"] += [question("later"), question("weight_later", "number")]

    assert found(change) == [("sections.mood.note.shown_when", "later")]


def test_a_calculation_is_known_only_after_what_it_needs_is_asked() -> None:
    def change(d: dict[str, Any]) -> None:
        d["sections"][0]["questions"][3]["shown_when"] = "heavier > 30"

    assert found(change) == [("sections.body.height.shown_when", "later")] * 2


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


@given(st.sampled_from(places(document())[1:]), json_like)
def test_whatever_stands_in_a_document_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    altered = document()
    parent: Any = altered
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    assert isinstance(problems(altered), tuple)


@pytest.mark.parametrize("whole", [None, [], "", 5])
def test_what_is_no_document_is_refused(whole: Any) -> None:
    assert [problem.code for problem in problems(whole)] == ["shape"]
