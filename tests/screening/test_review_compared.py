"""The page of one case: what changed since the submission before, and what was not assessed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from screening.engine.answers import dumps
from screening.models import Case
from tests.screening.factories import BONE_ABSOLUTE, DAY, MONDAY, make_case, make_finding, make_submission

pytestmark = pytest.mark.django_db

ANSWERS = {
    "t_score": Decimal("-3.1"),
    "smoking": "no",
    "weight_kg": Decimal("70.0"),
    "numb": "no",
    "anything_else": "<b>My own</b> words {{ 7*7 }}",
}


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    submission = make_submission(
        patient,
        answers=ANSWERS,
        values=dumps({"pounds": Decimal("154.3")}),
        submitted_at=MONDAY,
    )
    make_finding(submission)
    return make_case(
        patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000
    )


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def url(case: Case) -> str:
    return reverse("review:case", args=[case.pk])


def text(browser: Client, case: Case, **query: Any) -> str:
    response = browser.get(url(case), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def corrected(patient: User, surgeon: User, case: Case) -> Case:
    """The T-score was corrected upwards: the finding is gone, and another has come."""
    answers = {**ANSWERS, "t_score": Decimal("-1.0"), "smoking": "yes"}
    amendment = make_submission(
        patient,
        answers=answers,
        outcome='{"extras":[],"headline":"relative"}',
        amends=case.submission,
        amend_reason="I read the wrong line",
        submitted_at=MONDAY + DAY,
        entered_by=surgeon,
        entered_how="interview",
    )
    make_finding(amendment, "nicotine", category="relative", reasons=[{"reason": "n", "text": "Smokes now"}])
    fallen = {"bone": {"was": "absolute", "is": "none"}}
    Case.unscoped.update(submission=amendment, headline="relative", fallen=fallen)
    return Case.unscoped.get()


def test_before_and_after_stand_side_by_side_also_what_is_gone(browser: Client, corrected: Case) -> None:
    page = text(browser, corrected)
    changed = page.split("What changed since the last submission")[1].split("</section>")[0]
    for words in (
        "The patient's reason: I read the wrong line",
        "Entered by Dana Diaz: asked in person or by telephone",
        '<th scope="row">Severe osteoporosis <span class="tag turned--gone">gone</span></th>',
        "The T-score is that of osteoporosis.",
        "nothing reported",
        '<th scope="row">Nicotine <span class="tag turned--new">new</span></th>',
        "Smokes now",
        '\u22123.1</td><td dir="auto" data-label="Now">\u22121.0</td>',
        'Do you smoke?</th><td dir="auto" data-label="Before">No</td><td dir="auto" data-label="Now">Yes</td>',
    ):
        assert words in changed
    assert "How much do you weigh?" not in changed


def test_what_was_lowered_is_said_above_it(browser: Client, corrected: Case) -> None:
    page = text(browser, corrected)
    words = "<strong>Severe osteoporosis:</strong> was absolute, now none"
    assert page.index(words) < page.index("What changed since the last submission")


def test_the_first_submission_is_compared_with_nothing(browser: Client, case: Case) -> None:
    assert "What changed since" not in text(browser, case)


def test_the_same_answers_once_more_are_said_to_be_the_same(browser: Client, case: Case) -> None:
    again = make_submission(case.patient, answers=ANSWERS, submitted_at=MONDAY + DAY)
    make_finding(again)
    Case.unscoped.update(submission=again)
    assert "The answers are the same." in text(browser, case)


# Not assessed -------------------------------------------------------------------------------------------


def test_what_was_not_assessed_does_not_read_like_nothing_reported(browser: Client, patient: User) -> None:
    submission = make_submission(patient, outcome="{}", answers=ANSWERS)
    page = text(browser, make_case(patient, submission=submission, headline="stored", criteria={}))
    assert "Not assessed. The practice had switched the assessment off" in page
    assert "Nothing was reported" not in page
    assert "Nothing reported:" not in page


def test_findings_are_not_gone_where_nobody_looked_for_them(browser: Client, case: Case) -> None:
    again = make_submission(case.patient, outcome="{}", submitted_at=MONDAY + DAY)
    Case.unscoped.update(submission=again, headline="stored")
    page = text(browser, case)
    assert "Findings cannot be compared" in page
    assert '<th scope="row">Severe osteoporosis' not in page
