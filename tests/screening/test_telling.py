"""Releasing once, and about the case as it was on the page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from ledger.models import OutboxMessage
from portal.accounts.models import Care, User
from screening import deciding, messaging, telling
from screening.models import Case, Message
from screening.reviewing import Stale
from tests.conftest import make_user
from tests.screening.factories import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


def tell(case: Case, user: User, **given: Any) -> Message:
    about = {"attempt": uuid.uuid4(), "version": 1, "newest": None, "text": "Please rest.", **given}
    return telling.tell(user=user, case=case, **about)


def test_a_message_without_a_decision_tells_of_none(case: Case, surgeon: User) -> None:
    assert tell(case, surgeon).decision is None


def test_the_patient_hears_of_the_decision_that_stands_once(case: Case, surgeon: User) -> None:
    deciding.decide(user=surgeon, case=case, version=1, state="closed", reason="Moved")
    stands = deciding.decide(user=surgeon, case=Case.unscoped.get(), version=2, state="discuss", plan="Talk")
    first = tell(case, surgeon, version=3)
    second = tell(case, surgeon, version=3, newest=first.pk)
    assert (first.decision, second.decision) == (stands, None)


def test_the_same_attempt_is_one_message(case: Case, surgeon: User) -> None:
    attempt = uuid.uuid4()
    assert tell(case, surgeon, attempt=attempt) == tell(case, surgeon, attempt=attempt)
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"text": "Please walk."}, {"tests": ["A scan"]}, {"reading": [{"key": "sleep", "title": "Sleep"}]}],
)
def test_words_that_were_changed_after_the_release_are_not_taken_for_released(
    case: Case, surgeon: User, changed: dict[str, Any]
) -> None:
    sent = tell(case, surgeon)
    with pytest.raises(Stale):
        tell(case, surgeon, attempt=sent.pk, **changed)
    assert list(Message.unscoped.values_list("text", flat=True)) == ["Please rest."]


def test_an_attempt_of_somebody_else_is_not_taken_for_ones_own(case: Case, surgeon: User) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    theirs = tell(case, other)
    with pytest.raises(Stale):
        tell(case, surgeon, attempt=theirs.pk)


def test_an_attempt_that_names_a_message_of_another_case_is_refused(
    case: Case, surgeon: User, other_patient: User
) -> None:
    Care.objects.create(patient=other_patient, surgeon=surgeon)
    theirs = tell(make_case(other_patient), surgeon)
    with pytest.raises(Stale):
        tell(case, surgeon, attempt=theirs.pk)
    assert list(Message.unscoped.all()) == [theirs]


@pytest.mark.parametrize("given", [{"version": 2}, {"newest": uuid.uuid4()}])
def test_what_was_written_about_another_state_of_the_case_is_refused(
    case: Case, surgeon: User, given: dict[str, Any]
) -> None:
    with pytest.raises(Stale):
        tell(case, surgeon, **given)
    assert not Message.unscoped.exists()


def test_care_that_ended_since_the_page_was_opened_tells_nothing(case: Case, surgeon: User) -> None:
    Care.objects.filter(surgeon=surgeon).delete()
    Care.objects.create(patient=case.patient, surgeon=make_user("Nora Next", "surgeon"))
    with pytest.raises(Stale):
        tell(case, surgeon)


def test_nobody_writes_to_themselves(case: Case, patient: User) -> None:
    with pytest.raises(PermissionDenied):
        tell(case, patient)


def untold(user: User) -> set[uuid.UUID]:
    return set(deciding.untold(user).values_list("case", flat=True))


def test_who_was_not_told_is_known_from_the_latest_decision(
    case: Case, surgeon: User, other_patient: User
) -> None:
    make_case(other_patient)
    Care.objects.create(patient=other_patient, surgeon=surgeon)
    decision = deciding.decide(user=surgeon, case=case, version=1, state="closed", reason="Moved")
    assert untold(surgeon) == {case.pk}
    messaging.release(user=surgeon, case=case, text="Thank you.", decision=decision)
    assert untold(surgeon) == set()
    again = Case.unscoped.get(pk=case.pk)
    deciding.decide(user=surgeon, case=again, version=2, state="discuss", plan="Talk")
    assert untold(surgeon) == {case.pk}
