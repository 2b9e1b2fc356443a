"""An approver judges a questionnaire by these sentences: what they leave out is approved unseen."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from screening.engine.changes import Change
from screening.engine.comparing import compare, compare_documents, wording_only
from screening.engine.definition import problems, read
from screening.models.document import shipped
from tests.screening.engine.questionnaires import choices, document, question, rule

Alter = Callable[[dict[str, Any]], Any]


def changes(alter: Alter) -> list[Change]:
    new = document()
    alter(new)
    assert problems(new) == ()
    return list(compare_documents(document(), new))


def said(alter: Alter) -> list[tuple[str, str, str, str, str]]:
    return [(c.kind, c.where, c.title, c.was, c.becomes) for c in changes(alter)]


def body(new: dict[str, Any]) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = new["sections"][0]["questions"]
    return questions


def test_equal_questionnaires_differ_in_nothing() -> None:
    fusion = shipped("spinal-fusion")
    assert compare(read(fusion), read(fusion)) == ()
    assert compare_documents(fusion, deepcopy(fusion)) == ()


def test_against_nothing_every_question_rule_and_threshold_is_new() -> None:
    new = read(document())
    added = {change.where for change in compare(None, new) if change.kind == "added"}
    assert {f"sections.{q.section}.{q.key}" for q in new.questions.values()} <= added
    assert {f"thresholds.{key}" for key in new.thresholds} <= added
    assert {f"criteria.{c.key}.rules.{i}" for c in new.criteria for i, _rule in enumerate(c.rules)} <= added
    assert not [change for change in compare(None, new) if change.kind == "removed"]


def test_a_reworded_question_shows_which_words() -> None:
    (change,) = changes(lambda new: body(new)[0].update(text="cancer, now?"))
    assert (change.kind, change.where, change.title) == (
        "reworded",
        "sections.body.cancer",
        "Question “cancer”: the question",
    )
    assert change.words == (("same", "cancer"), ("added", ", now"), ("same", "?"))


def test_a_question_that_is_new_says_how_it_is_asked() -> None:
    new = question("bowl", "choice", choices=choices("one", "many"), shown_when='cancer == "yes"')
    assert said(lambda d: body(d).insert(1, new)) == [
        (
            "added",
            "sections.body.bowl",
            "Question “bowl”",
            "",
            "bowl?\nOne of several.\n“One”, “Many”\nWhen it is shown: “cancer” is “Yes”.\nMay it be left blank: no",
        )
    ]


def test_a_question_that_is_gone_says_what_it_asked() -> None:
    (change,) = changes(lambda new: new["sections"][1]["questions"].pop())
    assert (change.kind, change.where, change.title) == ("removed", "sections.mood.note", "Question “note”")
    assert change.was.startswith("note?\nFree text.")


def test_a_question_in_another_section_has_moved_and_is_not_new() -> None:
    def alter(new: dict[str, Any]) -> None:
        new["sections"][1]["questions"].append(body(new).pop())

    assert said(alter) == [
        ("order", "sections.mood.years", "Question “years”: its section", "Body", "Mood"),
    ]


def test_questions_that_change_places_are_said_once_by_what_moved() -> None:
    assert said(lambda new: body(new).insert(0, body(new).pop())) == [
        (
            "order",
            "sections.body",
            "Order of the questions in “Body”",
            "“years” after “t score”",
            "“years” first",
        )
    ]


def test_choices_that_came_went_and_were_reworded_are_told_apart() -> None:
    def alter(new: dict[str, Any]) -> None:
        body(new)[2]["choices"] = [{"value": "few", "text": "Few"}, {"value": "many", "text": "Very many"}]
        new["criteria"][0]["rules"][0]["when"] = 'places == "many"'

    assert said(alter) == [
        ("added", "sections.body.places", "Question “places”: answer “Few”", "", "Few"),
        ("reworded", "sections.body.places", "Question “places”: answer “Very many”", "Many", "Very many"),
        ("removed", "sections.body.places", "Question “places”: answer “One”", "One", ""),
    ]


def test_when_a_question_is_shown_is_said_in_words_of_both() -> None:
    assert said(lambda new: body(new)[1].update(shown_when='cancer == "yes"')) == [
        (
            "other",
            "sections.body.in_spine.shown_when",
            "Question “in spine”: when it is shown",
            "“cancer” is “Yes” or “Not sure”.",
            "“cancer” is “Yes”.",
        )
    ]


def test_the_old_condition_is_in_the_words_of_the_old_questionnaire() -> None:
    def alter(new: dict[str, Any]) -> None:
        body(new)[0]["short"] = "tumours"
        body(new)[1]["shown_when"] = 'cancer == "yes"'

    (condition,) = (change for change in changes(alter) if change.where.endswith("shown_when"))
    assert (condition.was, condition.becomes) == ("“cancer” is “Yes” or “Not sure”.", "“tumours” is “Yes”.")


@pytest.mark.parametrize(
    ("place", "member", "value", "title", "was", "becomes"),
    [
        (3, "optional", False, "may it be left blank", "yes", "no"),
        (3, "ask_anew", True, "is it asked again each time", "no", "yes"),
        (3, "maximum", "240.5", "the highest allowed", "230", "240.5"),
        (6, "minimum", "-5", "the lowest allowed", "−6", "−5"),
        (7, "type", "text", "the kind of answer", "a number", "free text"),
    ],
)
def test_how_a_question_is_asked(
    place: int, member: str, value: Any, title: str, was: str, becomes: str
) -> None:
    found = said(lambda new: body(new)[place].update({member: value}))
    assert (
        "other",
        f"sections.body.{body(document())[place]['key']}",
        f"Question “{body(document())[place]['short']}”: {title}",
        was,
        becomes,
    ) in found


def test_a_threshold_is_said_with_its_label_and_unit() -> None:
    assert said(lambda new: new["thresholds"][0].update(value="-3", unit="SD")) == [
        ("threshold", "thresholds.low_t", "Threshold “low bone density”", "−2.5", "−3 SD")
    ]


def test_limits_of_a_threshold_are_said() -> None:
    assert said(lambda new: new["thresholds"][2].update(maximum="4", above="high_t")) == [
        ("other", "thresholds.positive", "Threshold “positive”: the highest allowed", "3", "4"),
        (
            "other",
            "thresholds.positive",
            "Threshold “positive”: what it must be above",
            "none",
            "“lower bone density”",
        ),
    ]


def test_a_calculation_is_said_in_words() -> None:
    assert said(lambda new: new["calculations"][0].update(expression="bmi + 2", decimals=1)) == [
        (
            "other",
            "calculations.heavier",
            "Calculation “Heavier”: how it is worked out",
            "Body mass index + 1.",
            "Body mass index + 2.",
        ),
        ("other", "calculations.heavier", "Calculation “Heavier”: the decimals", "none", "1"),
    ]


def rules(new: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = new["criteria"][0]["rules"]
    return found


def test_a_rule_that_changed_shows_all_that_it_decides_old_and_new() -> None:
    assert said(lambda new: rules(new)[1].update(category="relative", grade=2)) == [
        (
            "rule",
            "criteria.tumour.rules.1",
            "Rule “tumour_unsure” of “Tumour”",
            "Name: tumour_unsure\nCategory: to clarify\nCould be: absolute\nGrade: none\nWhen: “in spine” is “Not sure”.",
            "Name: tumour_unsure\nCategory: relative\nCould be: absolute\nGrade: 2\nWhen: “in spine” is “Not sure”.",
        )
    ]


def test_a_rule_that_was_put_first_makes_no_other_rule_new() -> None:
    found = changes(lambda new: rules(new).insert(0, rule("tumour_new", "info", 'places == "one"')))
    assert [(change.kind, change.where) for change in found] == [("added", "criteria.tumour.rules.0")]


def test_of_two_rules_of_one_reason_the_one_that_went_is_named() -> None:
    old = document()
    rules(old).append(rule("tumour_past", "info", 'cancer == "not_sure"'))
    new = deepcopy(old)
    del rules(new)[2]
    (change,) = compare_documents(old, new)
    assert (change.kind, change.where) == ("removed", "criteria.tumour.rules.2")
    assert "“in spine” is “No”" in change.was


def test_a_rule_that_was_only_renamed_is_the_same_rule() -> None:
    (change,) = changes(lambda new: rules(new)[0].update(reason="tumour_everywhere"))
    assert (change.kind, change.where) == ("rule", "criteria.tumour.rules.0")
    assert "Name: tumour_many" in change.was
    assert "Name: tumour_everywhere" in change.becomes


def test_another_rule_in_the_place_of_one_is_not_taken_for_it() -> None:
    found = changes(lambda new: rules(new).__setitem__(0, rule("heavy", "info", "bmi > 40")))
    assert sorted(change.kind for change in found) == ["added", "removed"]


def test_what_a_rule_means_is_compared_word_by_word() -> None:
    (change,) = changes(lambda new: rules(new)[0].update(text="tumour_many!"))
    assert (change.kind, change.words[-1]) == ("reworded", ("added", "!"))


def test_translations_are_a_line_for_each_language() -> None:
    old, new = document(), document()
    row = {"language": "es", "part": "questions.cancer", "state": "checked", "source": "0" * 16}
    old["translations"] = [{**row, "texts": {"text": "¿Cancer?"}}]
    new["translations"] = [
        {**row, "texts": {"text": "¿Cáncer?"}, "state": "needs_check"},
        {**row, "language": "fr", "texts": {"text": "Cancer ?"}},
    ]
    assert [(c.kind, c.where, c.title, c.was, c.becomes) for c in compare_documents(old, new)] == [
        (
            "other",
            "translations.es",
            "Translation (es): 1 text differs: questions.cancer",
            "1 checked, 0 to be checked",
            "0 checked, 1 to be checked",
        ),
        (
            "added",
            "translations.fr",
            "Translation (fr): 1 text differs: questions.cancer",
            "",
            "1 checked, 0 to be checked",
        ),
    ]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    if isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(member, (*path, key))
    else:
        yield path


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def test_no_member_of_the_shipped_questionnaire_changes_unsaid() -> None:
    """Each text, number and condition altered by itself, where what comes out still fits together."""
    old = shipped("spinal-fusion")
    before = read(old)
    tried = 0
    for path in list(_leaves(old))[::7]:
        if path[0] in ("language", "key", "translations"):
            continue
        new = deepcopy(old)
        value = _at(new, path)
        other = value + 1 if type(value) is int else (not value if value is True else f"{value} 1")
        _at(new, path[:-1])[path[-1]] = other
        if problems(new):
            continue
        tried += 1
        assert compare(before, read(new)), path
    assert tried > 100


# Wording or more


@pytest.mark.parametrize(
    ("alter", "only"),
    [
        (lambda new: body(new)[0].update(text="Cancer?", help="Any."), True),
        (lambda new: new["sections"][0].update(title="The body"), True),
        (lambda new: body(new)[2]["choices"][0].update(text="Just one"), True),
        (lambda new: rules(new)[0].update(text="Many.", source="A book."), True),
        (lambda new: new["thresholds"][0].update(label="weak bones"), True),
        (lambda new: new["thresholds"][0].update(value="-2.6"), False),
        (lambda new: new["thresholds"][0].update(unit="SD"), False),
        (lambda new: body(new)[2]["choices"][0].update(value="single"), False),
        (lambda new: body(new)[2]["choices"].reverse(), False),
        (lambda new: body(new)[0].update(type="text"), False),
        (lambda new: body(new)[0].update(optional=True), False),
        (lambda new: body(new)[1].update(shown_when='cancer == "yes"'), False),
        (lambda new: rules(new)[0].update(category="info"), False),
        (lambda new: rules(new)[0].update(when='places == "one"'), False),
        (lambda new: body(new).append(question("new")), False),
        (lambda new: body(new).pop(), False),
    ],
)
def test_wording_only(alter: Alter, only: bool) -> None:
    new = document()
    alter(new)
    assert wording_only(document(), new) is only


# Tests whose results staff enter


def with_test(**changed: Any) -> dict[str, Any]:
    test = {
        "key": "scan",
        "label": "Bone scan",
        "settles": ["weight"],
        "fields": [{"key": "t", "label": "T-score", "minimum": "-6", "maximum": "4"}],
        "fills": ["t_score = t", "scan_month = month", 'cancer = "no"'],
        **changed,
    }
    return {**document(), "investigations": [test]}


def test_a_new_test_is_told_with_all_that_it_does() -> None:
    (added,) = compare_documents(document(), with_test(reference="Below −2.5 is low."))
    assert (added.kind, added.where, added.title) == ("added", "investigations.scan", "Test “Bone scan”")
    assert added.becomes.splitlines() == [
        "“T-score”: from −6 to 4, decimals: 1",
        "The criteria that it settles: “Weight”",
        "The questions that it answers: “t score”: “T-score”",
        "“scan month”: the month of measuring",
        "“cancer”: “No”",
        "Below −2.5 is low.",
    ]


def test_a_test_that_is_gone_is_told() -> None:
    (removed,) = compare_documents(with_test(), document())
    assert (removed.kind, removed.title) == ("removed", "Test “Bone scan”")


@pytest.mark.parametrize(
    ("changed", "title", "kind"),
    [
        ({"label": "DXA"}, "Test “DXA”: the label", "reworded"),
        ({"reference": "Low."}, "Test “Bone scan”: what a result means", "other"),
        ({"settles": []}, "Test “Bone scan”: the criteria that it settles", "other"),
        ({"fills": ["t_score = t"]}, "Test “Bone scan”: the questions that it answers", "other"),
        (
            {"fields": [{"key": "t", "label": "T-score", "minimum": "-5", "maximum": "4"}]},
            "Test “Bone scan”: what is entered",
            "other",
        ),
    ],
)
def test_what_a_test_does_is_no_wording(changed: dict[str, Any], title: str, kind: str) -> None:
    (change,) = compare_documents(with_test(), with_test(**changed))
    assert (change.title, change.kind) == (title, kind)
    assert wording_only(with_test(), with_test(**changed)) is (kind == "reworded")
