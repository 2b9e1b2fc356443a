"""Texts in another language: complete, fresh and checked, or not offered."""

from __future__ import annotations

from typing import Any

import pytest

from screening.engine import translating
from screening.engine.definition import problems, read
from tests.screening.engine.questionnaires import document

NOTICE = {
    "key": "now",
    "title": "Get help",
    "body": "Do not wait.",
    "actions": ["Call {emergency_number}.", "Rest."],
}


@pytest.fixture
def source() -> dict[str, Any]:
    made = document()
    made["notices"] = [*made["notices"], NOTICE]
    made["sent"] = {"title": "Thanks", "body": "Sent."}
    return made


def translated(source: dict[str, Any], state: str = "checked") -> dict[str, Any]:
    """With every text in capitals, as a language that nobody has to learn."""

    def loud(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: loud(text) for key, text in value.items()}
        if isinstance(value, list):
            return [loud(text) for text in value]
        return value.upper().replace("{EMERGENCY_NUMBER}", "{emergency_number}")

    rows = [
        {"language": "es", "part": part, "state": state, "source": translating.source_of(members),
         "texts": loud(members)}
        for part, members in translating.parts(source).items()
    ]  # fmt: skip
    return {**source, "translations": rows}


def row(made: dict[str, Any], part: str) -> dict[str, Any]:
    return next(each for each in made["translations"] if each["part"] == part)


def test_every_text_that_patients_read_is_in_a_part(source):
    parts = translating.parts(source)
    assert parts["questionnaire"] == {"title": "Small", "sent_title": "Thanks", "sent_body": "Sent."}
    assert parts["sections.body"] == {"title": "Body"}
    assert parts["questions.places"] == {
        "text": "places?",
        "short": "places",
        "choices": {"one": "One", "many": "Many"},
    }
    assert parts["notices.now"] == {name: NOTICE[name] for name in ("title", "body", "actions")}


def test_a_language_is_offered_where_every_part_is_checked_and_fresh(source):
    assert translating.offered(translated(source)) == ("en", "es")
    assert set(translating.standings(translated(source), "es").values()) == {"checked"}


def test_one_part_that_nobody_checked_keeps_the_language_back(source):
    made = translated(source)
    row(made, "questions.cancer")["state"] = "needs_check"
    assert translating.offered(made) == ("en",)
    assert translating.standings(made, "es")["questions.cancer"] == "needs_check"


def test_a_changed_source_leaves_its_translation_stale_and_no_other(source):
    made = translated(source)
    made["sections"][0]["questions"][0]["text"] = "Have you ever had cancer?"
    standings = translating.standings(made, "es")
    assert [part for part, standing in standings.items() if standing != "checked"] == ["questions.cancer"]
    assert standings["questions.cancer"] == "stale"
    assert translating.offered(made) == ("en",)


def test_line_ends_and_blanks_around_are_no_change(source):
    members = {"intro": "One.\n\nTwo."}
    [part] = [translating.parts({"intro": text})["questionnaire"] for text in (" One.\r\n\r\nTwo.\n",)]
    assert translating.source_of(part) == translating.source_of(members)


def test_a_new_question_is_missing_until_it_is_translated(source):
    made = translated(source)
    made["translations"].remove(row(made, "questions.hba1c"))
    assert translating.standings(made, "es")["questions.hba1c"] == "missing"
    assert translating.offered(made) == ("en",)


@pytest.mark.parametrize(
    ("part", "texts", "lacks"),
    [
        (
            "questions.places",
            {"text": "¿DÓNDE?", "short": "DÓNDE", "choices": {"one": "UNO"}},
            "choices.many",
        ),
        (
            "questions.places",
            {"text": " ", "short": "DÓNDE", "choices": {"one": "UNO", "many": "MÁS"}},
            "text",
        ),
        ("notices.now", {"title": "T", "body": "B", "actions": ["{emergency_number}"]}, "actions"),
        (
            "notices.now",
            {"title": "T", "body": "B", "actions": ["Llame.", "Descanse."]},
            "{emergency_number}",
        ),
    ],
)
def test_a_checked_translation_that_lacks_something_is_not_offered(source, part, texts, lacks):
    made = translated(source)
    row(made, part)["texts"] = texts
    assert translating.lacking(translating.parts(made)[part], texts) == [lacks]
    assert translating.standings(made, "es")[part] == "incomplete"
    assert translating.offered(made) == ("en",)


def test_in_a_language_only_texts_differ(source):
    made = translated(source)
    spanish, english = read(translating.in_language(made, "es")), read(made)
    assert (english.shown_in, spanish.shown_in) == ("en", "es")
    assert spanish.questions["places"].text == "PLACES?"
    assert [choice.text for choice in spanish.questions["places"].choices] == ["ONE", "MANY"]
    assert [c.value for c in spanish.questions["places"].choices] == ["one", "many"]
    assert spanish.notices["now"].actions == ("CALL {emergency_number}.", "REST.")
    assert spanish.sent["title"] == "THANKS"
    for part in ("thresholds", "calculations", "criteria", "urgent", "extras"):
        assert getattr(spanish, part) == getattr(english, part)
    assert [q.shown_when for q in spanish.questions.values()] == [
        q.shown_when for q in english.questions.values()
    ]


def test_what_is_not_translated_stays_in_the_source_language(source):
    made = translated(source)
    made["translations"].remove(row(made, "questions.cancer"))
    shown = read(translating.in_language(made, "es"))
    assert (shown.questions["cancer"].text, shown.questions["places"].text) == ("cancer?", "PLACES?")


def test_a_language_that_is_not_there_gives_the_source(source):
    assert translating.in_language(translated(source), "fr") == translated(source)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("language", "Spanish!"),
        ("part", None),
        ("state", "perfect"),
        ("source", "abc"),
        ("texts", ["a"]),
        ("texts", {"text": 7}),
    ],
)
def test_a_translation_of_another_shape_is_a_problem_of_the_document(source, member, value):
    made = translated(source)
    made["translations"][0][member] = value
    assert {problem.code for problem in problems(made)} == {"translation"}


def test_a_part_translated_twice_or_into_its_own_language_is_a_problem(source):
    made = translated(source)
    made["translations"].append(made["translations"][0])
    assert [problem.where for problem in problems(made)] == ["translations.es.questionnaire"]
    own = translated(source)
    own["translations"] = [{**own["translations"][0], "language": "en"}]
    assert [problem.where for problem in problems(own)] == ["translations.en.questionnaire"]
