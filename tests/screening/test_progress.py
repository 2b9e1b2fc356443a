from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.answering.progress import Progress
from screening.engine.definition import read
from screening.models.document import shipped
from tests.screening.calm import CALM

TODAY = date(2026, 11, 24)
DEFINITION = read(shipped("spinal-fusion"))


def progress(answers: dict[str, Any], *done: str, on_duty: bool = False) -> Progress:
    return Progress(DEFINITION, answers, {"age": 60, "on_duty_contact": on_duty}, TODAY, done)


def test_one_begins_on_the_first_page():
    assert progress({}).first_open.key == "red_flags"


def test_a_page_is_open_until_it_was_finished_even_with_all_answers():
    at = progress(CALM, "red_flags")
    assert at.first_open.key == "cancer"
    assert [at.may_open(page) for page in at.pages[:3]] == [True, True, False]


def test_a_finished_page_is_open_again_when_an_answer_opens_a_question():
    done = [section.key for section in DEFINITION.sections]
    at = progress({**CALM, "cancer_ever": "yes"}, *done)
    assert at.first_open.key == "cancer"
    assert [question.key for _page, question in at.open_questions()] == [
        "cancer_in_spine",
        "cancer_night_pain",
    ]


@pytest.mark.parametrize(("on_duty", "asked"), [(True, 3), (False, 1)])
def test_mood_is_asked_about_only_with_somebody_on_duty(on_duty, asked):
    at = progress({}, on_duty=on_duty)
    assert len(at.asked(DEFINITION.section("mood"))) == asked


def test_pages_follow_one_another():
    at = progress({})
    first, second = at.pages[:2]
    assert (at.number(first), at.before(first), at.after(first), at.before(second)) == (
        1,
        None,
        second,
        first,
    )
    assert at.after(at.pages[-1]) is None
