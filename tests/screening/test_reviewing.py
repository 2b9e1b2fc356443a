"""Opening, taking, deciding and acknowledging, each whole or not at all."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from portal.accounts.models import Care, User
from screening import deciding, messaging, reviewing
from screening.models import Alert, Case, Decision, Message
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_alert, make_case, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


def decide(case: Case, user: User, **given: Any) -> Decision:
    return deciding.decide(user=user, case=case, **{"version": case.version, "state": "discuss", **given})


def records() -> list[tuple[str, ...]]:
    return list(
        AccessRecord.objects.values_list("actor_id", "subject_id", "action", "object_kind", "object_id")
    )


def test_opening_is_recorded(case: Case, surgeon: User) -> None:
    assert reviewing.open_case(user=surgeon, case_id=case.pk) == case
    assert records() == [
        (str(surgeon.pk), str(case.patient_id), "opened_case", "screening.case", str(case.pk)),
    ]


def test_opening_an_earlier_submission_is_recorded_as_that(case: Case, surgeon: User) -> None:
    earlier = make_submission(case.patient)
    reviewing.open_case(user=surgeon, case_id=case.pk, submission_id=earlier.pk)
    assert records() == [
        (str(surgeon.pk), str(case.patient_id), "opened_submission", "screening.submission", str(earlier.pk)),
    ]


def test_what_cannot_be_recorded_is_not_opened(
    case: Case, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_fields: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(AccessRecord.objects, "create", full)
    with pytest.raises(OSError, match="disk full"):
        reviewing.open_case(user=surgeon, case_id=case.pk)
    assert not Case.unscoped.get().opened


def test_opening_does_not_take_the_case(case: Case, surgeon: User) -> None:
    reviewing.open_case(user=surgeon, case_id=case.pk)
    case.refresh_from_db()
    assert (case.state, case.version, case.taken_by, case.opened) == ("new", 1, None, True)


def test_what_changes_after_the_opening_counts_as_not_opened(case: Case, surgeon: User) -> None:
    reviewing.open_case(user=surgeon, case_id=case.pk)
    Case.unscoped.update(version=2)
    assert not Case.unscoped.get().opened


def test_a_case_of_another_surgeons_patient_is_as_one_that_does_not_exist(
    case: Case, other_surgeon: User
) -> None:
    for case_id in (case.pk, uuid.uuid4()):
        with pytest.raises(Case.DoesNotExist):
            reviewing.open_case(user=other_surgeon, case_id=case_id)
    assert records() == []


def test_taking_names_the_surgeon(case: Case, surgeon: User) -> None:
    reviewing.take(user=surgeon, case=case)
    case.refresh_from_db()
    assert (case.state, case.taken_by, case.version, case.awaiting) == ("in_review", surgeon, 2, True)


def test_what_is_taken_is_not_taken_again(case: Case, surgeon: User, other_surgeon: User) -> None:
    Care.objects.create(patient=case.patient, surgeon=other_surgeon)
    reviewing.take(user=other_surgeon, case=case)
    with pytest.raises(reviewing.Stale):
        reviewing.take(user=surgeon, case=case)
    assert Case.unscoped.get().taken_by == other_surgeon


def test_a_decision_is_stored_with_what_it_was_based_on(case: Case, surgeon: User) -> None:
    day = timezone.localdate() + timedelta(days=90)
    decision = decide(
        case, surgeon, state="optimise", plan="Vitamin D", tests=["DXA"], note="Rang", rescreen_on=day
    )
    assert Decision.unscoped.values().get() == {
        "id": decision.pk,
        "case_id": case.pk,
        "patient_id": case.patient_id,
        "submission_id": case.submission_id,
        "case_version": 1,
        "state": "optimise",
        "reason": "",
        "plan": "Vitamin D",
        "tests": ["DXA"],
        "note": "Rang",
        "rescreen_on": day,
        "supersedes_id": None,
        "wrong_because": "",
        "by_id": surgeon.pk,
        "at": decision.at,
    }
    case.refresh_from_db()
    assert (case.state, case.awaiting, case.version, case.rescreen_on) == ("optimise", False, 2, day)


def test_a_message_tells_the_patient_that_something_is_new_and_not_what(case: Case, surgeon: User) -> None:
    decide(case, surgeon, message="Please stop smoking.")
    told, message = Message.unscoped.get(), OutboxMessage.objects.get()
    assert (message.to_user_id, message.payload) == (str(case.patient_id), {"message": str(told.pk)})


def test_without_a_message_the_patient_is_not_written_to(case: Case, surgeon: User) -> None:
    decide(case, surgeon, note="For staff")
    assert not OutboxMessage.objects.exists()


def test_of_two_decisions_on_one_version_the_first_stands(case: Case, surgeon: User) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    decide(Case.unscoped.get(), other, message="First")
    for seen in (case, Case.unscoped.get()):
        with pytest.raises(reviewing.Stale):
            decide(seen, surgeon, version=1, message="Second")
    assert list(Message.unscoped.values_list("text", flat=True)) == ["First"]
    assert OutboxMessage.objects.count() == 1


def test_a_version_of_the_future_is_refused(case: Case, surgeon: User) -> None:
    with pytest.raises(reviewing.Stale):
        decide(case, surgeon, version=2)


def test_a_wrong_decision_is_superseded_by_a_later_one(case: Case, surgeon: User) -> None:
    decide(case, surgeon, state="closed")
    decide(Case.unscoped.get(), surgeon, state="discuss")
    assert list(Decision.unscoped.values_list("case_version", "state")) == [(1, "closed"), (2, "discuss")]
    assert Case.unscoped.get().state == "discuss"


def test_care_that_ended_since_the_page_was_opened_decides_nothing(case: Case, surgeon: User) -> None:
    Care.objects.filter(surgeon=surgeon).delete()
    Care.objects.create(patient=case.patient, surgeon=make_user("Nora Next", "surgeon"))
    with pytest.raises(reviewing.Stale):
        decide(case, surgeon)
    assert not Decision.unscoped.exists()


def test_a_decision_that_cannot_be_stored_leaves_the_case_as_it_was(
    case: Case, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_fields: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(Decision.objects, "create", broken)
    with pytest.raises(IntegrityError):
        decide(case, surgeon)
    case.refresh_from_db()
    assert (case.state, case.version) == ("new", 1)


def test_nobody_decides_on_their_own_case(surgeon: User) -> None:
    both = make_patient("Bea Both")
    both.groups.set(surgeon.groups.all())
    both = User.objects.get(pk=both.pk)
    own = make_case(both, unassigned=True)
    with pytest.raises(PermissionDenied):
        decide(own, both)
    with pytest.raises(PermissionDenied):
        reviewing.take(user=both, case=own)


def test_the_patient_reads_the_message_and_neither_note_nor_state(case: Case, surgeon: User) -> None:
    decide(case, surgeon, note="Staff only", message="Please call us.")
    decide(Case.unscoped.get(), surgeon, state="closed", note="No message")
    told = messaging.messages_for(case.patient)
    assert [(each.text, each.surgeon) for each in told] == [("Please call us.", "Dana Diaz")]


def test_a_message_to_one_patient_is_not_read_by_another_nor_by_the_surgeon(
    case: Case, surgeon: User, other_patient: User
) -> None:
    decide(case, surgeon, message="Please call us.")
    assert messaging.messages_for(other_patient) == messaging.messages_for(surgeon) == []


def test_an_alert_is_acknowledged_once(case: Case, surgeon: User, other_surgeon: User) -> None:
    alert = make_alert(case)
    assert reviewing.acknowledge(user=surgeon, alert=alert)
    assert not reviewing.acknowledge(user=other_surgeon, alert=alert)
    assert Alert.unscoped.get().acknowledged_by == surgeon


def test_opening_an_alert_is_recorded(case: Case, other_surgeon: User) -> None:
    alert = make_alert(case)
    reviewing.open_alert(user=other_surgeon, alert_id=alert.pk)
    assert records() == [
        (str(other_surgeon.pk), str(case.patient_id), "alert_opened", "screening.alert", str(alert.pk)),
    ]


def test_an_alert_is_for_those_who_may_acknowledge_it(case: Case, other_patient: User) -> None:
    alert = make_alert(case)
    with pytest.raises(Alert.DoesNotExist):
        reviewing.open_alert(user=other_patient, alert_id=alert.pk)


def test_a_change_of_care_moves_the_patients_cases(case: Case, other_patient: User) -> None:
    other = make_case(other_patient)
    reviewing.set_unassigned(patient=case.patient, unassigned=True)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.unassigned, other.unassigned) == (True, False)
