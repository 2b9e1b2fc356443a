"""The form on the case's page: deciding, and being refused without losing a word."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from portal.accounts.models import Care, User
from portal.host import PortalHost
from screening import deciding, messaging, reviewing
from screening.forms.review import DecisionForm, days
from screening.models import Case, Decision, Message
from tests.conftest import make_user
from tests.screening.factories import make_case, make_finding, make_submission
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
    return {"version": 1, "state": "discuss", "plan": "Talk about L4 and L5", **given}


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_it_stores_the_decision_and_says_that_the_patient_has_not_heard(browser: Client, case: Case) -> None:
    response = browser.post(url(case), form())
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))
    page = browser.get(response["Location"]).content.decode()
    assert "Your decision is stored. The patient has not been told yet." in page
    assert "The patient was not told of it yet" in page
    assert "<strong>Discuss surgery</strong>" in page
    assert not OutboxMessage.objects.exists()


def test_the_list_shows_that_the_patient_has_not_heard(browser: Client, case: Case, surgeon: User) -> None:
    def listed() -> bool:
        page = browser.get(reverse("review:cases"), {"state": "discuss"}).content.decode()
        assert "Alice Adams" in page
        return "Patient not told yet" in page

    browser.post(url(case), form())
    assert listed()
    messaging.release(user=surgeon, case=case, text="Please come.", decision=Decision.unscoped.get())
    assert not listed()


def test_one_click_more_leads_to_the_message(browser: Client, case: Case) -> None:
    response = browser.post(url(case), form(then="message"))
    assert (response.status_code, response["Location"]) == (302, reverse("review:message", args=[case.pk]))
    assert Decision.unscoped.get().plan == "Talk about L4 and L5"


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


TOO_LONG = "x" * 4001


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"state": ""}, "state", "required"),
        ({"state": "new"}, "state", "invalid_choice"),
        ({"state": "in_review"}, "state", "invalid_choice"),
        ({"state": "needs_tests"}, "tests", "tests_needed"),
        ({"state": "needs_tests", "other_tests": " \n "}, "tests", "tests_needed"),
        ({"state": "needs_tests", "tests": ["x" * 201]}, "tests", "invalid_choice"),
        ({"state": "needs_tests", "other_tests": "x" * 201}, "other_tests", "too_long"),
        ({"state": "optimise", "plan": "", "rescreen_on": in_days(9)}, "plan", "plan_needed"),
        ({"state": "optimise"}, "rescreen_on", "date_needed"),
        ({"state": "discuss", "plan": " "}, "plan", "plan_needed"),
        ({"state": "not_now"}, "reason", "reason_needed"),
        ({"state": "closed"}, "reason", "reason_needed"),
        ({"ask_again": "tomorrow"}, "ask_again", "invalid_choice"),
        ({"ask_again": "6_weeks", "rescreen_on": in_days(9)}, "rescreen_on", "two_days"),
        ({"rescreen_on": in_days(0)}, "rescreen_on", "past"),
        ({"rescreen_on": in_days(-1)}, "rescreen_on", "past"),
        ({"rescreen_on": "2206-01-01"}, "rescreen_on", "far"),
        ({"rescreen_on": "2027-02-30"}, "rescreen_on", "invalid"),
        ({"state": "closed", "reason": "Moved", "rescreen_on": in_days(9)}, "rescreen_on", "closed"),
        ({"state": "closed", "reason": "Moved", "ask_again": "3_months"}, "rescreen_on", "closed"),
        ({"note": TOO_LONG}, "note", "max_length"),
        ({"plan": "a\x00b"}, "plan", "null_characters_not_allowed"),
        ({"replaces": 7}, "wrong_because", "reason_needed"),
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
    ("given", "stored"),
    [
        ({"state": "needs_tests", "tests": ["DXA of the hip"]}, {"tests": ["DXA of the hip"]}),
        (
            {"state": "needs_tests", "tests": ["Vitamin D"], "other_tests": "Gait\r\n\r\nVitamin D\nX-ray"},
            {"tests": ["Vitamin D", "Gait", "X-ray"]},
        ),
        ({"state": "optimise", "plan": "Stop", "rescreen_on": in_days(1)}, {"plan": "Stop"}),
        ({"state": "optimise", "plan": "Stop", "ask_again": "6_weeks"}, {"plan": "Stop"}),
        ({"state": "not_now", "reason": "Infection"}, {"reason": "Infection"}),
        ({"state": "closed", "reason": "Moved away"}, {"reason": "Moved away"}),
        ({"state": "discuss", "plan": "L4 and L5", "note": "Rang"}, {"plan": "L4 and L5", "note": "Rang"}),
    ],
)
def test_what_suffices_is_stored(
    browser: Client, case: Case, given: dict[str, Any], stored: dict[str, Any]
) -> None:
    assert browser.post(url(case), {"version": 1, **given}).status_code == 302
    assert Case.unscoped.get().state == given["state"]
    decision = Decision.unscoped.get()
    nothing = {"tests": [], "plan": "", "reason": "", "note": ""}
    assert {name: getattr(decision, name) for name in nothing} == {**nothing, **stored}


def test_the_quick_choices_are_days() -> None:
    assert days(date(2026, 11, 30)) == {"6_weeks": date(2027, 1, 11), "3_months": date(2027, 2, 28)}


@pytest.mark.parametrize(("chosen", "name"), [("6_weeks", "6_weeks"), ("", None)])
def test_a_quick_choice_is_stored_as_its_day(
    browser: Client, case: Case, chosen: str, name: str | None
) -> None:
    browser.post(url(case), form(ask_again=chosen))
    day = days(timezone.localdate())[name] if name else None
    assert (Decision.unscoped.get().rescreen_on, Case.unscoped.get().rescreen_on) == (day, day)


def test_the_usual_next_steps_of_what_was_found_are_offered(browser: Client, case: Case) -> None:
    make_finding(case.submission)
    page = browser.get(reverse("review:case", args=[case.pk])).content.decode()
    assert re.findall(r'name="tests" value="([^"]*)"', page) == ["DXA of the hip", "Vitamin D"]


def test_a_refused_form_keeps_every_word_and_tick(browser: Client, case: Case) -> None:
    given = form(
        state="optimise", plan="PLAN KEPT", note="NOTE KEPT", other_tests="OTHER KEPT", tests=["TICK KEPT"]
    )
    response = browser.post(url(case), given)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Give the day to ask again." in page
    assert 'class="error-summary" role="alert"' in page
    assert all(words in page for words in ("PLAN KEPT", "NOTE KEPT", "OTHER KEPT"))
    assert 'value="TICK KEPT"' in page
    assert "checked" in page.split('value="TICK KEPT"')[1].split(">")[0]
    assert not Decision.unscoped.exists()


def test_an_empty_form_is_refused_and_not_a_server_error(browser: Client, case: Case) -> None:
    assert browser.post(url(case)).status_code == 422


def seen(case: Case, **given: Any) -> dict[str, Any]:
    """The form as a page of the case, made a minute ago, sends it."""
    before = timezone.localtime() - timedelta(minutes=1)
    return form(read=case.submission_id or "", seen_at=before.isoformat(), **given)


def test_a_stale_one_says_who_decided_what_and_keeps_the_words(
    browser: Client, case: Case, surgeon: User
) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    decision = deciding.decide(user=other, case=case, version=1, state="not_now", reason="Infection")
    messaging.release(user=other, case=case, text="Please rest.", decision=decision)
    typed = seen(case, note="NOTE KEPT", other_tests="OTHER KEPT", tests=["TICK KEPT"], ask_again="6_weeks")
    response = browser.post(url(case), typed)
    page = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "Olga Other decided “not now”" in page
    assert "Olga Other wrote to the patient" in page
    assert "In the care of Dana Diaz, Olga Other" in page
    assert all(words in page for words in ("NOTE KEPT", "OTHER KEPT", "Talk about L4 and L5"))
    ticked = re.findall(r'value="([^"]*)"[^>]*checked', page)
    assert ticked == ["discuss", "TICK KEPT", "6_weeks"]
    assert 'name="version" value="2"' in page
    assert Decision.unscoped.count() == 1
    assert browser.post(url(case), {**typed, "version": 2}).status_code == 302
    assert Decision.unscoped.count() == 2


def test_a_stale_one_says_what_the_patient_changed(browser: Client, case: Case) -> None:
    typed = seen(case, note="NOTE KEPT")
    later = timezone.now()
    again = make_submission(case.patient, answers={"smoking": "yes", "numb": "no"}, submitted_at=later)
    Case.unscoped.update(submission=again, version=2, returned_because="the questionnaire was sent again")
    page = " ".join(browser.post(url(case), typed).content.decode().split())
    assert "The patient sent new answers" in page
    assert "1 answer is another one now" in page
    assert "It is back on the list: the questionnaire was sent again" in page
    assert "NOTE KEPT" in page


def test_a_stale_one_says_who_has_taken_it(browser: Client, case: Case) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    reviewing.take(user=other, case=case)
    response = browser.post(url(case), seen(case))
    assert (response.status_code, Decision.unscoped.count()) == (409, 0)
    assert "Olga Other has taken it for review." in response.content.decode()


def test_of_two_surgeons_at_once_the_first_one_is_stored(
    browser: Client, case: Case, login: Callable[[User], Client]
) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    second = login(other)
    pages = [each.get(reverse("review:case", args=[case.pk])).content.decode() for each in (browser, second)]
    assert all('name="version" value="1"' in page for page in pages)
    statuses = [browser.post(url(case), seen(case, state="closed", reason="Moved")).status_code]
    statuses.append(second.post(url(case), seen(case, state="not_now", reason="Infection")).status_code)
    assert statuses == [302, 409]
    assert list(Decision.unscoped.values_list("state", "by__name")) == [("closed", "Dana Diaz")]


def test_two_clicks_are_one_decision_and_one_confirmation(browser: Client, case: Case) -> None:
    answers = [browser.post(url(case), form(then="message")) for _twice in range(2)]
    assert [(each.status_code, each["Location"]) for each in answers] == [
        (302, reverse("review:message", args=[case.pk]))
    ] * 2
    assert Decision.unscoped.count() == 1


def test_another_conclusion_from_the_same_page_is_not_the_same_decision(browser: Client, case: Case) -> None:
    statuses = [browser.post(url(case), form(plan=plan)).status_code for plan in ("One", "Two")]
    assert statuses == [302, 409]
    assert list(Decision.unscoped.values_list("plan", flat=True)) == ["One"]


def test_a_wrong_decision_is_replaced_with_a_reason(browser: Client, case: Case, surgeon: User) -> None:
    wrong = deciding.decide(user=surgeon, case=case, version=1, state="closed", reason="The wrong patient")
    messaging.release(user=surgeon, case=case, text="There is nothing to do.", decision=wrong)
    page = " ".join(browser.get(url(case), {"replaces": wrong.pk}).content.decode().split())
    assert "This replaces the decision “closed” of" in page
    assert "That message stays as it is." in page
    assert "The wrong patient" in page
    typed = form(version=2, replaces=wrong.pk)
    assert browser.post(url(case), typed).status_code == 422
    assert browser.post(url(case), {**typed, "wrong_because": "It was for another Adams"}).status_code == 302
    right = Decision.unscoped.latest("pk")
    assert (right.supersedes, right.wrong_because, right.state) == (
        wrong,
        "It was for another Adams",
        "discuss",
    )
    assert Message.unscoped.get().text == "There is nothing to do."
    page = browser.get(reverse("review:case", args=[case.pk])).content.decode()
    assert "<s>Closed</s>" in page
    assert "It was for another Adams" in page


def test_a_decision_that_does_not_stand_any_more_is_not_replaced(
    browser: Client, case: Case, surgeon: User
) -> None:
    first = deciding.decide(user=surgeon, case=case, version=1, state="closed", reason="Moved")
    deciding.decide(user=surgeon, case=Case.unscoped.get(), version=2, state="discuss", plan="Talk")
    response = browser.get(url(case), {"replaces": first.pk})
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))
    typed = form(version=3, replaces=first.pk, wrong_because="WHY KEPT", note="NOTE KEPT")
    response = browser.post(url(case), typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "NOTE KEPT\nWHY KEPT" in page
    assert Decision.unscoped.count() == 2


@pytest.mark.parametrize("id_", ["0", "-1", "x", "9" * 30, ""])
def test_no_decision_to_replace_is_a_missing_page(browser: Client, case: Case, id_: str) -> None:
    assert browser.get(url(case), {"replaces": id_}).status_code == 404


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
    typed = QueryDict("version=1&state=discuss&note=TYPED+BEFORE&tests=ONE+TICK&tests=OTHER+TICK")
    monkeypatch.setattr(PortalHost, "recovered", lambda self, request: typed)
    page = browser.get(url(case)).content.decode()
    assert "TYPED BEFORE" in page
    assert re.findall(r'value="([^"]*)"[^>]*checked', page) == ["discuss", "ONE TICK", "OTHER TICK", ""]
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
