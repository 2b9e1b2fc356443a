"""What a message begins with, and the shipped words."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from editions.readability import grade
from screening.composing import PLACEHOLDERS, compose, doubtful, plain, shipped
from screening.engine.definition import read
from screening.models import Case, MessageTemplate
from screening.models.document import shipped as questionnaire
from screening.notices import unknown_placeholders

DECISIONS = {str(state) for state in Case.State if state not in Case.AWAITING}
VALUES = {"name": "Ann", "surgeon": "Dr. Diaz", "practice": "Harbor", "phone": "555", "date": ""}


def criterion(topic: str, label: str = "") -> Any:
    return SimpleNamespace(topic=topic, label=label or topic)


def test_topics_stand_after_the_opening_and_each_once() -> None:
    texts = {"": "Hello {name},\n\nI have read it.\n\nCall {phone}.", "bone": "Bones.", "weight": "Weight."}
    criteria = [criterion("weight"), criterion("bone", "Fracture"), criterion("bone"), criterion("heart")]
    assert compose(texts, criteria, VALUES) == (
        "Hello Ann,\n\nI have read it.\n\nWeight.\n\nBones.\n\nCall 555.",
        ["heart"],
    )


def test_a_paragraph_that_needs_what_is_not_known_is_left_out() -> None:
    assert compose({"": "Hello.\n\nWe look again on {date}.\n\nBye."}, [], VALUES)[0] == "Hello.\n\nBye."


def test_a_correction_stands_behind_the_greeting() -> None:
    text, _lacking = compose({"": "Hello.\n\nNews."}, [], VALUES, "Read this instead.")
    assert text == "Hello.\n\nRead this instead.\n\nNews."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please stop smoking.", []),
        ("Bring a relative with you.", []),
        ("An absolute finding; surgery is contra-indicated.", ["absolute", "contra-indicated"]),
        (
            "You are not a candidate. PHQ-9: severe depression",
            ["not a candidate", "PHQ-9", "severe depression"],
        ),
        ("We guarantee that you will be cured.", ["guarantee", "cured"]),
        ("La operación está contraindicada.", ["contraindicada"]),
    ],
)
def test_words_that_frighten_or_promise_are_named(text: str, words: list[str]) -> None:
    assert doubtful(text) == words


def test_a_test_without_plain_words_stays_as_it_was_written() -> None:
    assert plain(["HbA1c", "Gait"], "en") == ["A blood test for blood sugar (HbA1c)", "Gait"]
    assert plain(["HbA1c"], "es") == ["HbA1c"]


def test_there_are_words_for_every_decision_and_every_topic_of_the_questionnaire() -> None:
    topics = {each.topic for each in read(questionnaire("spinal-fusion")).criteria}
    assert {language: set(rows) for language, rows in shipped()["beginnings"].items()} == {
        "en": DECISIONS,
        "es": DECISIONS,
    }
    assert {topic: set(rows) for topic, rows in shipped()["topics"]["en"].items()} == dict.fromkeys(
        topics, DECISIONS
    )


def test_there_are_plain_words_for_every_usual_next_step() -> None:
    steps = {step for each in read(questionnaire("spinal-fusion")).criteria for step in each.next_steps}
    nothing_to_do = {"No screening for symptom-free bacteriuria"}
    assert {row["says"] for row in shipped()["tests"]} == steps - nothing_to_do


def english() -> list[str]:
    rows = [*shipped()["topics"]["en"].values(), shipped()["beginnings"]["en"]]
    return [text for row in rows for text in row.values()]


def test_the_words_are_easy_to_read_and_frighten_nobody() -> None:
    assert [text for text in english() if grade(text) > 6 or doubtful(text)] == []


def test_the_words_hold_no_placeholder_that_would_be_shown() -> None:
    texts = [*english(), *shipped()["beginnings"]["es"].values()]
    assert [text for text in texts if unknown_placeholders(text, PLACEHOLDERS)] == []


@pytest.mark.django_db
def test_loading_keeps_what_editors_wrote_and_leaves_spanish_out_of_use() -> None:
    MessageTemplate.objects.create(state="discuss", text="Our own words")
    said = StringIO()
    for _twice in range(2):
        call_command("load_messages", stdout=said)
    assert said.getvalue().splitlines() == ["49 texts are added.", "Nothing to add."]
    assert MessageTemplate.objects.get(state="discuss", topic="", language="en").text == "Our own words"
    in_use = MessageTemplate.objects.filter(in_use=True).values_list("language", flat=True)
    assert (len(in_use), set(in_use)) == (45, {"en"})
