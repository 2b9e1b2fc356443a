"""The page that the contact on duty is sent to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import User
from screening.models import Alert, Case
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
