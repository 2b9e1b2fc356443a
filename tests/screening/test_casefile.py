"""What is gathered for a case's page: of all records of one person, and of nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import EmergencyAccess, JoinedRecord, User
from portal.host import PortalHost
from screening import reviewing
from screening.casefile import page
from screening.casefile.page import CaseFile
from screening.engine.answers import dumps
from screening.host import Read
from screening.models import Case, Decision, InvestigationResult, Message, Reassessment, Submission
from tests.conftest import make_patient
from tests.screening.factories import (
    BONE_POSSIBLE,
    DAY,
    MONDAY,
    make_alert,
    make_case,
    make_finding,
    make_submission,
    make_urgent,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User) -> Case:
    submission = make_submission(patient, submitted_at=MONDAY)
    make_finding(submission, category="clarify", could_be="absolute")
    return make_case(patient, submission=submission, criteria=BONE_POSSIBLE)


def read(user: User, case: Case, **options: Any) -> CaseFile:
    return page.read(user, Case.objects.visible_to(user).get(pk=case.pk), **options)


def conclude(case: Case, by: User, **fields: Any) -> Decision:
    given = {"case_version": 1, "state": "discuss", "plan": "Talk", **fields}
    return Decision.objects.create(case=case, patient=case.patient, by=by, **given)


# Joined records -----------------------------------------------------------------------------------------


@pytest.fixture
def other_record(patient: User, administrator: User) -> User:
    """The same person once more, under another number."""
    account = make_patient("Alice Adams", record_number="R-OTHER")
    JoinedRecord.objects.create(into=patient, other=account, reason="Twice in the register", by=administrator)
    return account


@pytest.fixture
def other_case(other_record: User, surgeon: User) -> Case:
    submission = make_submission(other_record, submitted_at=MONDAY + DAY)
    make_finding(submission)
    case = make_case(other_record, submission=submission, unassigned=True)
    make_urgent(case)
    make_alert(case, attempt=submission.pk)
    conclude(case, surgeon)
    Message.objects.create(case=case, patient=other_record, text="Hello", by=surgeon)
    return case


def test_what_came_by_another_record_is_there_and_says_by_which(
    surgeon: User, case: Case, other_case: Case
) -> None:
    file = read(surgeon, case)
    assert [(each.submission.pk, each.record) for each in file.submissions] == [
        (other_case.submission_id, "R-OTHER"),
        (case.submission_id, file.person.record_number),
    ]
    assert [each.record for each in file.urgent] == ["R-OTHER"]
    assert [each.record for each in file.decisions] == ["R-OTHER"]
    assert [each.alert.case for each in file.alerts] == [other_case]
    assert [each.text for each in file.letters.told] == ["Hello"]
    assert [
        (each.sent.record, each.is_newer, [row.weight for row in each.heavy]) for each in file.elsewhere
    ] == [("R-OTHER", True, ["absolute"])]
    assert file.standing is None  # that decision was on the other case


def test_that_another_record_is_read_too_is_recorded_for_it(
    surgeon: User, case: Case, other_case: Case
) -> None:
    file = read(surgeon, case)
    assert list(AccessRecord.objects.values_list("actor_id", "subject_id", "action", "object_id")) == [
        (str(surgeon.pk), str(other_case.patient_id), "opened_case", str(case.pk))
    ]
    assert file.openings.newest == []  # the case's own opening is recorded by whoever asks for the file


def test_the_case_is_read_from_either_record(surgeon: User, case: Case, other_case: Case) -> None:
    file = read(surgeon, other_case)
    assert [(each.sent.submission, each.is_newer) for each in file.elsewhere] == [(case.submission, False)]
    assert file.compared is not None
    assert file.compared.before == case.submission


def test_an_answer_of_the_other_record_can_be_read_in_full(
    surgeon: User, case: Case, other_case: Case
) -> None:
    file = read(surgeon, case, submission_id=other_case.submission_id)
    assert file.sent is not None
    assert (file.sent.submission, file.sent.record, file.is_current) == (
        other_case.submission,
        "R-OTHER",
        False,
    )


def test_a_joined_record_in_somebody_elses_care_stays_closed(
    surgeon: User, other_surgeon: User, case: Case, other_case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visible(self: PortalHost, user: User) -> Any:
        return User.objects.filter(pk=case.patient_id)

    monkeypatch.setattr(PortalHost, "patients_visible_to", visible)
    file = read(surgeon, case)
    assert (len(file.submissions), file.records, file.urgent, file.elsewhere) == (1, {}, [], [])
    with pytest.raises(Submission.DoesNotExist):
        read(surgeon, case, submission_id=other_case.submission_id)


def test_one_record_needs_no_number_beside_everything(surgeon: User, case: Case) -> None:
    file = read(surgeon, case)
    assert (file.records, [each.record for each in file.submissions]) == ({}, [""])


# Results ------------------------------------------------------------------------------------------------


@pytest.fixture
def assessed_again(case: Case, surgeon: User) -> Reassessment:
    result = InvestigationResult.objects.create(
        case=case,
        patient=case.patient,
        by=surgeon,
        investigation="dxa",
        label="T-score",
        value="-1.2",
        measured_on=timezone.localdate(MONDAY),
        source="letter",
    )
    again = Reassessment.objects.create(
        case=case,
        patient=case.patient,
        by=surgeon,
        submission=case.submission,
        results=[result.pk],
        facts={},
        answers=dumps({}),
        today=timezone.localdate(),
        outcome="{}",
        findings=[
            {
                "criterion": "bone",
                "category": "info",
                "could_be": "",
                "grade": None,
                "reasons": [{"reason": "bone_fine", "text": "A T-score of -1.2."}],
            }
        ],
    )
    Case.unscoped.filter(pk=case.pk).update(reassessment=again, has_results=True)
    return again


def test_what_results_made_of_a_finding_stands_beside_it(
    surgeon: User, case: Case, assessed_again: Reassessment
) -> None:
    file = read(surgeon, case)
    (bone,) = file.reported
    assert bone.finding is not None
    assert bone.again is not None
    assert (bone.finding.category, bone.again.category, bone.turned) == ("clarify", "info", True)
    assert file.reassessed is not None
    assert (file.reassessed.by, [each.label for each in file.reassessed.results]) == (
        "Dana Diaz",
        ["T-score"],
    )


def test_results_do_not_stand_beside_answers_that_they_were_not_assessed_with(
    surgeon: User, case: Case, assessed_again: Reassessment
) -> None:
    earlier = make_submission(case.patient, submitted_at=MONDAY - DAY)
    make_finding(earlier)
    file = read(surgeon, case, submission_id=earlier.pk)
    assert (file.reassessed, [each.reassessed for each in file.reported]) == (None, [False])


# What they read, and who looked -------------------------------------------------------------------------


def test_what_was_chosen_and_not_read_is_told_from_what_was(
    surgeon: User, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    reads = [Read("bone", "Bone health", 2, now), Read("bone", "Bone health", 1, MONDAY)]
    monkeypatch.setattr(PortalHost, "reads_of", lambda self, patient: reads)
    for keys in (("smoking",), ("bone", "smoking")):
        Message.objects.create(
            case=case,
            patient=case.patient,
            text="Please read",
            by=surgeon,
            reading=[{"key": key, "title": key.title()} for key in keys],
        )
    found = read(surgeon, case).reads
    assert [(each.title, each.edition) for each in found.read] == [("Bone health", 2), ("Bone health", 1)]
    assert [each.title for each in found.unread] == ["Smoking"]
    assert found.chosen_keys == {"bone"}


def test_who_opened_it_is_named_the_newest_first_and_the_rest_counted(
    surgeon: User, other_surgeon: User, case: Case
) -> None:
    kind = reviewing.CASE
    for number in range(23):
        AccessRecord.objects.create(
            actor_id=str(other_surgeon.pk if number == 22 else surgeon.pk),
            action="opened_case",
            subject_id=str(case.patient_id),
            object_kind=kind,
            object_id=str(case.pk),
        )
    AccessRecord.objects.create(
        actor_id="gone",
        subject_id=str(case.patient_id),
        action="opened_case",
        object_kind=kind,
        object_id=str(case.pk),
    )
    openings = read(surgeon, case).openings
    assert [each.by for each in openings.newest[:3]] == ["", "Erik Engel", "Dana Diaz"]
    assert (len(openings.newest), openings.more) == (20, 4)


def test_an_exceptional_opening_is_said(other_surgeon: User, case: Case, surgeon: User) -> None:
    until = timezone.now() + timedelta(hours=1)
    EmergencyAccess.objects.create(
        surgeon=other_surgeon, patient=case.patient, reason="She is in our emergency room", end=until
    )
    opening = read(other_surgeon, case).opening
    assert opening is not None
    assert (opening.reason, opening.until) == ("She is in our emergency room", until)
    assert read(surgeon, case).opening is None
