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
        ('cancer == "maybe"', 'cancer has no choice "maybe".'),
        ('"maybe" in (cancer,)', 'cancer has no choice "maybe".'),
        ('"fire" in problems', 'problems has no choice "fire".'),
        ("phq_1 == 7", "phq_1 has no choice 7."),
        ('phq_1 == "never"', 'phq_1 has no choice "never".'),
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
