"""The form on the case's page: deciding, and being refused without losing a word."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from portal.accounts.models import Care, User
from portal.host import PortalHost
from screening import deciding
from screening.forms_review import DecisionForm
from screening.models import Case, Decision
from tests.conftest import make_user
from tests.screening.factories import make_case
from tests.screening.pages import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def url(case: Case) -> str:
    return reverse("review:decide", args=[case.pk])


def form(**given: Any) -> dict[str, Any]:
    return {"version": 1, "state": "discuss", "note": "", "message": "", "rescreen_on": "", **given}


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_it_stores_the_decision_and_goes_back_to_the_case(browser: Client, case: Case) -> None:
    response = browser.post(url(case), form(message="Please come and see me."))
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))
    page = browser.get(response["Location"]).content.decode()
    assert "Your decision is stored." in page
    assert "Please come and see me." in page
    assert "<strong>Discuss surgery</strong>" in page
    assert OutboxMessage.objects.count() == 1


def test_it_takes_nothing_from_the_form_but_the_fields_of_a_decision(
    browser: Client, case: Case, other_patient: User
) -> None:
    browser.post(
        url(case),
        form(
            patient=other_patient.pk,
            by=other_patient.pk,
            headline="none",
            rank=0,
            case_version=9,
            submission="",
        ),
    )
    decision = Decision.unscoped.get()
    assert (decision.patient, decision.by.name, decision.case_version, decision.submission_id) == (
        case.patient,
        "Dana Diaz",
        1,
        case.submission_id,
    )
    assert Case.unscoped.values_list("headline", "rank").get() == (case.headline, case.rank)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"state": ""}, "state", "required"),
        ({"state": "new"}, "state", "invalid_choice"),
        ({"state": "in_review"}, "state", "invalid_choice"),
        ({"state": "needs_tests"}, "note", "explanation_needed"),
        ({"state": "needs_tests", "note": "  "}, "note", "explanation_needed"),
        ({"state": "not_now"}, "note", "explanation_needed"),
        ({"state": "optimise", "note": "Vitamin D"}, "rescreen_on", "date_needed"),
        ({"state": "optimise", "rescreen_on": in_days(30)}, "note", "explanation_needed"),
        ({"rescreen_on": in_days(0)}, "rescreen_on", "past"),
        ({"rescreen_on": in_days(-1)}, "rescreen_on", "past"),
        ({"rescreen_on": "2206-01-01"}, "rescreen_on", "far"),
        ({"rescreen_on": "2027-02-30"}, "rescreen_on", "invalid"),
        ({"state": "closed", "rescreen_on": in_days(9)}, "rescreen_on", "closed"),
        ({"note": "x" * 4001}, "note", "max_length"),
        ({"message": "a\x00b"}, "message", "null_characters_not_allowed"),
        ({"version": ""}, "version", "required"),
        ({"version": "9" * 30}, "version", "max_value"),
        ({"version": "-1"}, "version", "min_value"),
    ],
)
def test_what_is_missing_is_named_at_its_field(given: dict[str, Any], field: str, code: str) -> None:
    bound = DecisionForm(form(**given))
    assert {name: [error.code for error in errors] for name, errors in bound.errors.as_data().items()} == {
        field: [code]
    }


@pytest.mark.parametrize(
    "given",
    [
        {"state": "needs_tests", "note": "DXA"},
        {"state": "needs_tests", "message": "Please have a scan."},
        {"state": "optimise", "message": "Stop smoking.", "rescreen_on": in_days(1)},
        {"state": "not_now", "note": "Infection"},
        {"state": "closed"},
        {"state": "discuss"},
    ],
)
def test_what_suffices_is_stored(browser: Client, case: Case, given: dict[str, Any]) -> None:
    assert browser.post(url(case), form(**given)).status_code == 302
    assert Case.unscoped.get().state == given["state"]


def test_a_refused_form_keeps_every_word(browser: Client, case: Case) -> None:
    response = browser.post(url(case), form(state="optimise", note="NOTE KEPT", message="MESSAGE KEPT"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Give the day to ask again." in page
    assert 'class="error-summary" role="alert"' in page
    assert "NOTE KEPT" in page
    assert "MESSAGE KEPT" in page
    assert not Decision.unscoped.exists()


def test_an_empty_form_is_refused_and_not_a_server_error(browser: Client, case: Case) -> None:
    assert browser.post(url(case)).status_code == 422


def test_a_stale_one_says_who_decided_what_and_keeps_the_words(
    browser: Client, case: Case, surgeon: User
) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    deciding.decide(user=other, case=case, version=1, state="not_now", note="Infection")
    response = browser.post(url(case), form(note="NOTE KEPT", message="MESSAGE KEPT"))
    page = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "The latest decision is by Olga Other" in page
    assert "not now" in page
    assert "NOTE KEPT" in page
    assert "MESSAGE KEPT" in page
    assert 'name="version" value="2"' in page
    assert Decision.unscoped.count() == 1
    assert browser.post(url(case), form(version=2, note="NOTE KEPT")).status_code == 302


def test_the_same_form_sent_twice_is_stored_once(browser: Client, case: Case) -> None:
    statuses = [browser.post(url(case), form()).status_code for _twice in range(2)]
    assert statuses == [302, 409]
    assert Decision.unscoped.count() == 1


def test_a_page_shown_again_is_a_reading_and_recorded(browser: Client, case: Case) -> None:
    browser.post(url(case), form(state=""))
    assert AccessRecord.objects.filter(action="opened_case", object_id=str(case.pk)).count() == 1


def test_a_visit_leads_to_the_case_alike_for_every_id(browser: Client, case: Case) -> None:
    for case_id in (case.pk, uuid.uuid4()):
        response = browser.get(reverse("review:decide", args=[case_id]))
        assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case_id]))


def test_what_was_typed_when_the_session_ended_comes_back(
    browser: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = QueryDict("version=1&state=discuss&note=TYPED+BEFORE")
    monkeypatch.setattr(PortalHost, "recovered", lambda self, request: typed)
    page = browser.get(url(case)).content.decode()
    assert "TYPED BEFORE" in page
    assert "You had been logged out" in page
    assert not Decision.unscoped.exists()


def test_another_surgeon_meets_the_page_of_a_missing_case(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(other_surgeon)
    foreign, missing = (
        browser.post(reverse("review:decide", args=[pk]), form()) for pk in (case.pk, uuid.uuid4())
    )
    assert (foreign.status_code, body(foreign)) == (404, body(missing))
    assert not Decision.unscoped.exists()


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_those_who_may_decide(
    role: str, case: Case, request: Any, login: Callable[[User], Client]
) -> None:
    assert login(request.getfixturevalue(role)).post(url(case), form()).status_code == 403


def test_another_method_is_refused_alike_for_every_id(browser: Client, case: Case) -> None:
    statuses = [
        browser.put(reverse("review:decide", args=[pk])).status_code for pk in (case.pk, uuid.uuid4())
    ]
    assert statuses == [405, 405]


def test_a_forged_request_without_a_token_is_refused(
    case: Case, surgeon: User, login: Callable[..., Client]
) -> None:
    assert login(surgeon, enforce_csrf_checks=True).post(url(case), form()).status_code == 403
    assert not Decision.unscoped.exists()
