"""A case's page tells how the patient was followed up, newest first, to who may see the patient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import User
from screening.casefile import followedfile
from screening.models import BackupTold, CallNote, Case, Invitation, Reminder, ToCall
from tests.screening.factories import make_case

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def case(patient: User, surgeon: User, other_surgeon: User) -> Case:
    case = make_case(patient)
    of = {"patient": patient}
    BackupTold.objects.create(case=case, case_version=1, to=other_surgeon, at=NOON, **of)
    Invitation.objects.create(case=case, rescreen_on=NOON.date(), at=NOON + HOUR, **of)
    Reminder.objects.create(attempt=case.submission_id, number=1, at=NOON + 2 * HOUR, **of)
    ToCall.objects.create(message=1, about="invitation", since=NOON + 3 * HOUR, **of)
    CallNote.objects.create(outcome="not_reached", note="Nobody there.", by=surgeon, at=NOON + 4 * HOUR, **of)
    return case


def test_everything_is_told_newest_first_in_two_statements(case: Case, surgeon: User) -> None:
    surgeon.has_perm("screening.review_cases")  # asked before
    with CaptureQueriesContext(connection) as queries:
        steps = followedfile.read(surgeon, case, [case.patient_id])
    assert [(step.what, step.by, step.note) for step in steps] == [
        ("Could not reach them", "Dana Diaz", "Nobody there."),
        (
            "No e-mail reached the patient: the day has come to answer the questionnaire again",
            "",
            "",
        ),
        ("The patient was reminded to finish their answers", "", ""),
        ("The patient was asked to answer again", "", ""),
        ("Told that nobody had opened the case", "Erik Engel", ""),
    ]
    assert [step.at for step in steps] == [NOON + hours * HOUR for hours in (4, 3, 2, 1, 0)]
    assert len(queries) <= 3  # the rows, the names, their records


def test_who_may_not_see_the_patient_reads_nothing(case: Case, other_surgeon: User) -> None:
    assert followedfile.read(other_surgeon, case, [case.patient_id]) == []


def test_the_case_shows_it(case: Case, surgeon: User, login: Any) -> None:
    page = login(surgeon).get(reverse("review:case", args=[case.pk])).content.decode()
    assert "Followed up" in page
    assert "Nobody there." in page
