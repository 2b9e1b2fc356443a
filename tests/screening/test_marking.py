"""Marks of findings: kept for good, of the version that was seen, and beside what the rules found."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portal.accounts.models import User
from screening import marking, reviewing
from screening.engine.answers import dumps
from screening.models import Case, Finding, InvestigationResult, Mark, Reassessment
from tests.screening.factories import BONE_ABSOLUTE, make_case, make_finding, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User) -> Case:
    submission = make_submission(patient)
    make_finding(submission)
    return make_case(patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE)


def say(user: User, case: Case, **fields: Any) -> Mark:
    given = {"version": 1, "criterion": "bone", "says": "confirmed", **fields}
    return marking.mark(user=user, case=case, **given)


def test_a_mark_says_who_of_which_answers_and_what(surgeon: User, case: Case) -> None:
    mark = say(surgeon, case, says="needs_test", text="DXA of the hip")
    assert (mark.by, mark.patient, mark.case, mark.submission) == (
        surgeon,
        case.patient,
        case,
        case.submission,
    )
    assert (mark.criterion, mark.says, mark.text, mark.result) == (
        "bone",
        "needs_test",
        "DXA of the hip",
        None,
    )


def test_the_finding_stays_as_the_rules_made_it(surgeon: User, case: Case) -> None:
    before = Finding.unscoped.values().get()
    say(surgeon, case, says="not_confirmed", text="Another patient's letter")
    assert Finding.unscoped.values().get() == before


def test_the_case_moves_on_and_is_no_new_one_to_who_marked_it(surgeon: User, case: Case) -> None:
    say(surgeon, case)
    case.refresh_from_db()
    assert (case.version, case.opened, case.state) == (2, True, "new")


def test_of_two_who_saw_the_same_version_the_second_is_refused(surgeon: User, case: Case) -> None:
    say(surgeon, case)
    with pytest.raises(reviewing.Stale):
        say(surgeon, Case.unscoped.get(), says="not_confirmed", text="Not so")
    assert Mark.unscoped.count() == 1


def test_nobody_marks_what_was_found_in_themselves(surgeon: User) -> None:
    own = make_case(surgeon)
    with pytest.raises(PermissionDenied):
        say(surgeon, own)


def test_what_came_to_nothing_is_not_marked_and_nothing_moves(surgeon: User, case: Case) -> None:
    with pytest.raises(marking.NothingFound):
        say(surgeon, case, criterion="nicotine")
    case.refresh_from_db()
    assert (case.version, Mark.unscoped.count()) == (1, 0)


def test_what_only_results_brought_up_can_be_marked(surgeon: User, case: Case) -> None:
    case.reassessment = Reassessment.objects.create(
        case=case,
        patient=case.patient,
        by=surgeon,
        submission=case.submission,
        results=[],
        facts={},
        answers=dumps({}),
        today=timezone.localdate(),
        outcome="{}",
        findings=[{"criterion": "nicotine", "category": "relative", "could_be": "", "reasons": []}],
    )
    case.save()
    assert say(surgeon, case, criterion="nicotine").criterion == "nicotine"


def test_what_was_marked_once_can_be_marked_again_when_it_is_gone(surgeon: User, case: Case) -> None:
    say(surgeon, case, says="needs_test", text="DXA")
    Case.unscoped.update(submission=make_submission(case.patient))
    assert say(surgeon, Case.unscoped.get(), version=2, says="resolved", text="Normal").says == "resolved"


def test_results_that_stand_are_those_that_nothing_replaced(surgeon: User, case: Case) -> None:
    def enter(**fields: Any) -> InvestigationResult:
        given = {
            "case": case,
            "patient": case.patient,
            "by": surgeon,
            "investigation": "dxa",
            "label": "DXA",
            "value": "-1.2",
            "measured_on": timezone.localdate(),
            "source": "letter",
        }
        return InvestigationResult.objects.create(**{**given, **fields})

    wrong, void = enter(), enter()
    right = enter(value="-2.1", supersedes=wrong, reason="Mistyped")
    enter(supersedes=void, void=True, reason="Another patient")
    assert marking.results_of(user=surgeon, case=case) == [right]
