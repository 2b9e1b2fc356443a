"""Staff type in answers for a patient, and never touch what a patient began."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import Care, PatientProfile, User
from screening import answering
from screening.answering import entering
from screening.models import Alert, AnswersInProgress, Case, QuestionnaireEdition, Submission, UrgentAnswer
from tests.conftest import make_patient
from tests.screening.factories import make_edition

pytestmark = pytest.mark.django_db
HOW = "interview"
ANSWERS = {"bone": {"smoking": "no"}, "safety": {"numb": "no"}}


@pytest.fixture
def edition(db: None) -> QuestionnaireEdition:
    return make_edition()


@pytest.fixture
def attempt(surgeon: User, patient: User, edition: QuestionnaireEdition) -> AnswersInProgress:
    return entering.begin(by=surgeon, patient=patient, edition=edition, how=HOW)


def answer_all(by: User, attempt: AnswersInProgress, **changed: Any) -> None:
    for section, answers in ANSWERS.items():
        given = {**answers, **{key: value for key, value in changed.items() if key in answers}}
        entering.save(by=by, id=attempt.pk, given=given, seen={}, section=section)


def record_number(patient: User) -> str:
    return PatientProfile.unscoped.get(user=patient).record_number


def test_two_marks_find_the_patient_and_that_is_recorded(surgeon: User, patient: User) -> None:
    found = entering.find(by=surgeon, record_number=record_number(patient), born=date(1961, 5, 4))

    assert found == patient
    record = AccessRecord.objects.get()
    assert (record.actor_id, record.subject_id, record.action) == (
        str(surgeon.pk),
        str(patient.pk),
        "entered_answers",
    )


def test_one_mark_finds_nobody(surgeon: User, patient: User) -> None:
    assert entering.find(by=surgeon, record_number=record_number(patient), born=date(1961, 5, 5)) is None
    assert entering.find(by=surgeon, record_number="R", born=date(1961, 5, 4)) is None
    assert entering.find(by=surgeon, record_number=patient.name, born=date(1961, 5, 4)) is None
    assert not AccessRecord.objects.exists()


def test_a_patient_in_another_care_is_not_found(surgeon: User, other_surgeon: User, patient: User) -> None:
    assert (
        entering.find(by=other_surgeon, record_number=record_number(patient), born=date(1961, 5, 4)) is None
    )
    assert entering.patient(by=other_surgeon, pk=patient.pk) is None


def test_nobody_enters_for_themselves(surgeon: User, edition: QuestionnaireEdition) -> None:
    PatientProfile.unscoped.create(
        user=surgeon, record_number="S1", date_of_birth=date(1970, 1, 1), sex="female"
    )

    with pytest.raises(PermissionDenied):
        entering.find(by=surgeon, record_number="S1", born=date(1970, 1, 1))
    with pytest.raises(PermissionDenied):
        entering.patient(by=surgeon, pk=surgeon.pk)
    with pytest.raises(PermissionDenied):
        entering.begin(by=surgeon, patient=surgeon, edition=edition, how=HOW)
    assert not AnswersInProgress.unscoped.exists()


def test_who_entered_it_and_how_is_stored_with_the_submission(
    surgeon: User, patient: User, attempt: AnswersInProgress
) -> None:
    answer_all(surgeon, attempt)
    opened = entering.open_(by=surgeon, id=attempt.pk)
    entering.submit(by=surgeon, id=attempt.pk, digest=answering.digest_of(opened))

    sent = Submission.objects.visible_to(patient).get()
    assert (sent.entered_by, sent.entered_how, sent.patient) == (surgeon, "interview", patient)
    assert Case.objects.visible_to(surgeon).get().submission == sent
    assert entering.sent(by=surgeon, id=attempt.pk) == sent


def test_what_the_patient_began_is_neither_read_nor_changed(
    surgeon: User, patient: User, edition: QuestionnaireEdition
) -> None:
    own = answering.start(patient=patient, edition=edition)
    answering.save(patient=patient, questionnaire=edition.questionnaire, given={"smoking": "yes"}, seen={})

    with pytest.raises(entering.Held) as held:
        entering.begin(by=surgeon, patient=patient, edition=edition, how=HOW)
    assert held.value.by is None
    for call in (
        lambda: entering.open_(by=surgeon, id=own.pk),
        lambda: entering.save(by=surgeon, id=own.pk, given={"smoking": "no"}, seen={}),
        lambda: entering.submit(by=surgeon, id=own.pk, digest=""),
        lambda: entering.discard(by=surgeon, id=own.pk),
    ):
        with pytest.raises(AnswersInProgress.DoesNotExist):
            call()
    assert AnswersInProgress.unscoped.get().values == {"smoking": "yes"}


def test_an_old_attempt_of_the_patient_stays_theirs(
    surgeon: User, patient: User, edition: QuestionnaireEdition
) -> None:
    answering.start(patient=patient, edition=edition)
    AnswersInProgress.unscoped.update(saved_at=timezone.now() - timedelta(days=80))

    with pytest.raises(entering.Held):
        entering.begin(by=surgeon, patient=patient, edition=edition, how=HOW)
    assert not entering.answer_oneself(patient=patient, questionnaire=edition.questionnaire.key)
    assert AnswersInProgress.unscoped.count() == 1


def test_beginning_again_goes_on(surgeon: User, patient: User, attempt: AnswersInProgress) -> None:
    answer_all(surgeon, attempt)
    again = entering.begin(by=surgeon, patient=patient, edition=attempt.edition, how="paper")

    assert (again.pk, again.entered_how, again.values) == (
        attempt.pk,
        "interview",
        {"smoking": "no", "numb": "no"},
    )


def test_a_colleague_neither_reads_nor_replaces_it_for_a_day(
    surgeon: User, other_surgeon: User, patient: User, attempt: AnswersInProgress
) -> None:
    Care.objects.create(patient=patient, surgeon=other_surgeon)

    with pytest.raises(AnswersInProgress.DoesNotExist):
        entering.open_(by=other_surgeon, id=attempt.pk)
    with pytest.raises(entering.Held) as held:
        entering.begin(by=other_surgeon, patient=patient, edition=attempt.edition, how=HOW)
    assert held.value.by == surgeon.pk
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        begun = entering.begin(by=other_surgeon, patient=patient, edition=attempt.edition, how=HOW)
    assert (begun.entered_by, begun.values) == (other_surgeon, {})
    assert AnswersInProgress.unscoped.count() == 1


def test_when_the_care_has_ended_nothing_can_be_done_any_more(
    surgeon: User, other_surgeon: User, patient: User, attempt: AnswersInProgress
) -> None:
    Care.objects.filter(patient=patient).update(
        start=timezone.now() - timedelta(days=9), end=timezone.now() - timedelta(minutes=1)
    )
    Care.objects.create(patient=patient, surgeon=other_surgeon)

    for call in (entering.open_, entering.discard):
        with pytest.raises(AnswersInProgress.DoesNotExist):
            call(by=surgeon, id=attempt.pk)
    with pytest.raises(AnswersInProgress.DoesNotExist):
        entering.save(by=surgeon, id=attempt.pk, given={"smoking": "no"}, seen={})


def test_opening_is_recorded_before_anything_is_read(
    surgeon: User, attempt: AnswersInProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("cannot record")

    monkeypatch.setattr(entering.access, "record", fail)
    with pytest.raises(RuntimeError):
        entering.open_(by=surgeon, id=attempt.pk)
    with pytest.raises(RuntimeError):
        entering.patient(by=surgeon, pk=attempt.patient_id)


def test_an_urgent_answer_raises_an_alert_just_the_same(
    surgeon: User, patient: User, attempt: AnswersInProgress, on_duty: Any
) -> None:
    saved = entering.save(by=surgeon, id=attempt.pk, given={"numb": "yes"}, seen={})

    assert saved.notice == "emergency"
    assert Alert.objects.visible_to(surgeon).get().patient == patient
    entering.discard(by=surgeon, id=attempt.pk)
    assert UrgentAnswer.objects.visible_to(patient).get().reason == "numbness"


def test_children_are_refused(surgeon: User, edition: QuestionnaireEdition) -> None:
    child = make_patient("Kim Young", born=date(2012, 1, 1))

    with pytest.raises(answering.TooYoung):
        entering.begin(by=surgeon, patient=child, edition=edition, how=HOW)
    assert not AnswersInProgress.unscoped.exists()


def test_a_patient_may_answer_themselves_after_a_day_of_silence(
    patient: User, attempt: AnswersInProgress
) -> None:
    key = attempt.questionnaire.key
    wait = entering.waiting(attempt)

    assert wait is not None
    assert (wait.by, wait.has_lapsed) == ("Dana Diaz", False)
    assert not entering.answer_oneself(patient=patient, questionnaire=key)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert wait.has_lapsed
        assert entering.answer_oneself(patient=patient, questionnaire=key)
    assert not AnswersInProgress.unscoped.exists()


def test_what_is_not_there_is_as_what_is_somebody_elses(surgeon: User) -> None:
    with pytest.raises(AnswersInProgress.DoesNotExist):
        entering.open_(by=surgeon, id=uuid.uuid4())
    assert not AccessRecord.objects.exists()
