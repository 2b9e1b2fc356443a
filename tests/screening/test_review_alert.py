"""The page that the contact on duty is sent to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from ledger.models import AccessRecord
from portal.accounts.models import Contact, Practice, User
from screening import alerts, reviewing
from screening.models import Alert, AlertNote, Case, Notified
from tests.conftest import make_patient
from tests.screening.factories import make_alert, make_case, make_urgent

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient, sent=False, urgent_reasons=["numbness"], urgency=2)


@pytest.fixture
def alert(case: Case) -> Alert:
    urgent = make_urgent(case)
    return make_alert(case, attempt=urgent.attempt)


def url(alert: Alert) -> str:
    return reverse("review:alert", args=[alert.pk])


def test_it_shows_whom_to_call_and_no_answer(
    alert: Alert, surgeon: User, login: Callable[[User], Client]
) -> None:
    page = login(surgeon).get(url(alert)).content.decode()
    assert "Alice Adams" in page
    assert 'href="tel:+15550100"' in page
    assert "safety answer" in page
    assert "umb" not in page.replace("number", "")


def test_the_contact_on_duty_need_not_have_the_patient_in_care(
    alert: Alert, case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    page = login(other_surgeon).get(url(alert)).content.decode()
    assert "Alice Adams" in page
    assert str(case.pk) not in page


def test_who_may_open_the_case_finds_a_link_to_it(
    alert: Alert, case: Case, surgeon: User, login: Callable[[User], Client]
) -> None:
    page = login(surgeon).get(url(alert)).content.decode()
    assert f'href="{reverse("review:case", args=[case.pk])}"' in page


def test_it_is_recorded_for_the_patient(
    alert: Alert, patient: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    login(other_surgeon).get(url(alert))
    record = AccessRecord.objects.get()
    assert (record.actor_id, record.subject_id, record.action) == (
        str(other_surgeon.pk),
        str(patient.pk),
        "alert_opened",
    )


def test_a_visit_acknowledges_nothing(alert: Alert, surgeon: User, login: Callable[[User], Client]) -> None:
    login(surgeon).get(url(alert))
    assert Alert.unscoped.get().acknowledged_at is None


def test_it_is_acknowledged_once_and_the_second_is_told_who_did(
    alert: Alert, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    assert login(surgeon).post(url(alert)).status_code == 302
    second = login(other_surgeon).post(url(alert))
    assert second.status_code == 409
    assert "Dana Diaz was first to acknowledge this." in second.content.decode()
    assert Alert.unscoped.get().acknowledged_by == surgeon


def test_a_double_click_is_no_conflict(alert: Alert, surgeon: User, login: Callable[[User], Client]) -> None:
    browser = login(surgeon)
    assert [browser.post(url(alert)).status_code for _twice in range(2)] == [302, 302]


def test_one_that_does_not_exist_is_not_found(surgeon: User, login: Callable[[User], Client]) -> None:
    assert login(surgeon).get(reverse("review:alert", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_those_who_may_acknowledge(
    role: str, alert: Alert, request: Any, login: Callable[[User], Client]
) -> None:
    browser = login(request.getfixturevalue(role))
    assert [browser.get(url(alert)).status_code, browser.post(url(alert)).status_code] == [403, 403]
    assert Alert.unscoped.get().acknowledged_at is None


# Who is on it


def test_who_opens_it_later_reads_who_is_on_it_and_since_when(
    case: Case, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    raised = timezone.now() - timedelta(minutes=7)
    alert = make_alert(case, raised_at=raised)
    reviewing.acknowledge(user=surgeon, alert=alert)
    page = login(other_surgeon).get(url(alert)).content.decode()
    assert "Acknowledged by Dana Diaz" in page
    assert "after 7\xa0minutes" in page
    assert "You need not" in page
    assert "I have seen this and will call" not in page


def test_it_says_who_is_told_next_and_when(
    alert: Alert, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    Contact.objects.create(user=surgeon, order=1)
    Contact.objects.create(user=other_surgeon, order=2)
    alerts.escalate_due()
    page = login(surgeon).get(url(alert)).content.decode()
    due = date_format(timezone.localtime(alerts.next_due(alert)), "DATETIME_FORMAT")
    assert f"Erik Engel is told next ({due})." in page  # with the day: nights are long
    assert "Message to Dana Diaz" in page
    assert "not yet sent" in page


def test_a_patient_without_a_number_is_looked_up_by_record_number(
    surgeon: User, login: Callable[[User], Client]
) -> None:
    patient = make_patient("Nora Noon", phone="", record_number="N-7")
    page = login(surgeon).get(url(make_alert(make_case(patient)))).content.decode()
    assert "no telephone number on record" in page
    assert "N-7" in page
    assert 'href="tel:"' not in page


def test_the_emergency_number_is_that_of_the_patients_country(
    surgeon: User, practice: Practice, login: Callable[[User], Client]
) -> None:
    patient = make_patient("Bert Brown", country_id="GB")
    page = login(surgeon).get(url(make_alert(make_case(patient)))).content.decode()
    assert "call 999" in page


# What came of it


def test_notes_are_kept_in_order_and_none_replaces_another(
    alert: Alert, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    for user, text in ((surgeon, "No answer."), (other_surgeon, "Spoke to her.")):
        assert login(user).post(url(alert), {"text": text}).status_code == 302
    assert [(note.by.name, note.text) for note in AlertNote.unscoped.all()] == [
        ("Dana Diaz", "No answer."),
        ("Erik Engel", "Spoke to her."),
    ]
    assert Alert.unscoped.get().acknowledged_at is None


def test_an_empty_or_endless_note_is_refused_and_what_was_typed_is_still_there(
    alert: Alert, surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(surgeon)
    assert browser.post(url(alert), {"text": " "}).status_code == 422
    page = browser.post(url(alert), {"text": "long " * 1000})
    assert (page.status_code, "long long" in page.content.decode()) == (422, True)
    assert not AlertNote.unscoped.exists()


def test_a_note_is_text_and_nothing_else(
    alert: Alert, surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(surgeon)
    page = browser.post(url(alert), {"text": "<script>alert(1)</script>"}, follow=True).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_case_shows_all_of_it(
    alert: Alert, case: Case, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    Contact.objects.create(user=surgeon, order=1)
    Contact.objects.create(user=other_surgeon, order=2)
    now = timezone.now()
    alerts.escalate_due(now)
    alerts.escalate_due(now + timedelta(minutes=16))
    reviewing.acknowledge(user=other_surgeon, alert=alert)
    reviewing.note_alert(user=other_surgeon, alert=alert, text="Her son is with her.")
    page = login(surgeon).get(reverse("review:case", args=[case.pk])).content.decode()
    found = [
        page.index(text)
        for text in (
            "Message to Dana Diaz",
            "Message to Erik Engel",
            "Acknowledged by Erik Engel</strong>",
            "Note by Erik Engel",
            "Her son is with her.",
        )
    ]
    assert found == sorted(found)


def test_what_was_told_and_noted_cannot_be_changed(alert: Alert, surgeon: User) -> None:
    Contact.objects.create(user=surgeon)
    alerts.escalate_due()
    note = reviewing.note_alert(user=surgeon, alert=alert, text="Spoke to her.")
    for row in (note, Notified.unscoped.get()):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).unscoped.filter(pk=row.pk).delete()
