"""Marking a finding on the page of its case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from screening.models import Case, InvestigationResult, Mark
from tests.screening.factories import (
    BONE_ABSOLUTE,
    DAY,
    MONDAY,
    make_case,
    make_finding,
    make_submission,
)
from tests.screening.pages import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    submission = make_submission(patient, submitted_at=MONDAY)
    make_finding(submission)
    return make_case(patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE)


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def url(case: Case, criterion: str = "bone") -> str:
    return reverse("review:mark", args=[case.pk, criterion])


def send(browser: Client, case: Case, **fields: Any) -> Any:
    return browser.post(url(case), {"version": 1, "says": "confirmed", "text": "", **fields})


def page(browser: Client, case: Case, **query: Any) -> str:
    response = browser.get(reverse("review:case", args=[case.pk]), query)
    return " ".join(response.content.decode().split())


def finding(page: str) -> str:
    return page.split('id="criterion-bone"')[1].split('class="unreported"')[0]


def result(case: Case, by: User) -> InvestigationResult:
    Case.unscoped.update(has_results=True)
    return InvestigationResult.objects.create(
        case=case,
        patient=case.patient,
        by=by,
        investigation="dxa",
        label="T-score",
        value="\u22121.2",
        measured_on=timezone.localdate(MONDAY),
        source="letter of the clinic",
    )


def test_a_mark_stands_beside_what_the_rules_found(browser: Client, case: Case) -> None:
    response = send(browser, case, says="needs_test", text="DXA of the hip")
    assert (response.status_code, response["Location"]) == (
        302,
        f"{reverse('review:case', args=[case.pk])}#criterion-bone",
    )
    shown = page(browser, case)
    assert "Severe osteoporosis: your mark is stored." in shown
    for words in (
        "reported: absolute criterion, confirm",
        '<span class="tag tag--mark tag--mark-needs_test">needs a test</span>',
        "<strong>Needs a test</strong>",
        "DXA of the hip",
        "Dana Diaz",
    ):
        assert words in finding(shown)


def test_earlier_marks_stay_readable(browser: Client, case: Case) -> None:
    send(browser, case, says="not_confirmed", text="The letter is of somebody else.")
    send(browser, case, version=2, says="open")
    shown = finding(page(browser, case))
    assert shown.index("<strong>Open again</strong>") < shown.index("<strong>Not confirmed</strong>")
    assert "The letter is of somebody else." in shown


def test_what_is_settled_is_folded_and_what_is_open_is_not(browser: Client, case: Case) -> None:
    head = '<details class="finding finding--absolute"'
    assert f"{head} open>" in page(browser, case)
    send(browser, case, says="resolved", text="A new scan is normal.")
    assert f"{head}>" in page(browser, case)
    send(browser, case, version=2, says="open")
    assert f"{head} open>" in page(browser, case)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"says": ""}, "says", "required"),
        ({"says": "open"}, "says", "invalid_choice"),
        ({"says": "not_confirmed", "text": " "}, "text", "explanation_needed"),
        ({"says": "needs_test"}, "text", "explanation_needed"),
        ({"says": "resolved"}, "text", "explanation_needed"),
        ({"text": "x" * 2_001}, "text", "max_length"),
    ],
)
def test_it_asks_for_what_each_mark_needs(
    browser: Client, case: Case, fields: dict[str, str], field: str, code: str
) -> None:
    response = send(browser, case, **fields)
    assert response.status_code == 422
    assert response.context["marked"].form.errors.as_data()[field][0].code == code
    assert f'href="#mark-bone-{field}' in response.content.decode()
    assert not Mark.unscoped.exists()


def test_a_result_is_evidence_enough(browser: Client, case: Case, surgeon: User) -> None:
    entered = result(case, surgeon)
    response = send(browser, case, says="resolved", result=entered.pk)
    assert response.status_code == 302
    assert Mark.unscoped.get().result == entered
    assert "Based on T-score \u22121.2, Nov. 16, 2026, letter of the clinic" in page(browser, case)


def test_a_result_is_no_reason_where_words_are_needed(browser: Client, case: Case, surgeon: User) -> None:
    entered = result(case, surgeon)
    response = send(browser, case, says="needs_test", text="Another scan", result=entered.pk)
    assert response.context["marked"].form.errors.as_data()["result"][0].code == "result_not_needed"


def test_a_result_of_another_patient_is_no_evidence(
    browser: Client, case: Case, surgeon: User, other_patient: User
) -> None:
    entered = result(case, surgeon)
    foreign = result(make_case(other_patient, unassigned=True), surgeon)
    response = send(browser, case, says="resolved", result=foreign.pk)
    assert (response.status_code, Mark.unscoped.count()) == (422, 0)
    assert [choice[0] for choice in response.context["marked"].form.fields["result"].choices] == [
        "",
        entered.pk,
    ]


def test_who_comes_second_sees_who_was_first_and_keeps_their_words(
    browser: Client, case: Case, surgeon: User
) -> None:
    send(browser, case)
    response = send(browser, case, says="not_confirmed", text="The scan is of 2019.")
    shown = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "Dana Diaz marked “Severe osteoporosis” as confirmed" in shown
    assert "The scan is of 2019.</textarea>" in shown
    assert response.context["marked"].form["version"].value() == "2"
    assert Mark.unscoped.get().says == "confirmed"
    assert (
        send(browser, case, version=2, says="not_confirmed", text="The scan is of 2019.").status_code == 302
    )


def test_words_about_a_finding_that_has_gone_are_kept_too(browser: Client, case: Case) -> None:
    Case.unscoped.update(submission=make_submission(case.patient, submitted_at=MONDAY + DAY), version=2)
    response = send(browser, case, says="not_confirmed", text="The scan is of 2019.")
    shown = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "The patient sent answers" in shown
    assert "This finding is not there any more. You had written:" in shown
    assert "The scan is of 2019." in shown


def test_a_mark_on_earlier_answers_asks_to_look_again(browser: Client, case: Case) -> None:
    send(browser, case, says="not_confirmed", text="Wrong letter")
    again = make_submission(case.patient, submitted_at=MONDAY + DAY)
    make_finding(again)
    Case.unscoped.update(submission=again)
    shown = page(browser, case)
    assert "on earlier answers, look again" in finding(shown)
    assert "which came to something else" not in shown
    assert '<details class="finding finding--absolute" open>' in shown


def test_it_says_when_the_answers_came_to_something_else_since(browser: Client, case: Case) -> None:
    send(browser, case, says="confirmed")
    again = make_submission(case.patient, submitted_at=MONDAY + DAY)
    make_finding(again, category="clarify", could_be="absolute")
    Case.unscoped.update(submission=again)
    assert "on earlier answers, which came to something else: look again" in page(browser, case)


def test_marks_of_what_has_gone_stay_on_the_page(browser: Client, case: Case) -> None:
    send(browser, case, says="needs_test", text="DXA of the hip")
    Case.unscoped.update(submission=make_submission(case.patient, submitted_at=MONDAY + DAY))
    shown = page(browser, case)
    assert "Severe osteoporosis: not reported any more, and marked before" in shown
    assert "DXA of the hip" in shown


def test_an_earlier_submission_is_for_reading_only(browser: Client, case: Case) -> None:
    earlier = make_submission(case.patient, submitted_at=MONDAY - DAY)
    make_finding(earlier)
    shown = page(browser, case, submission=earlier.pk)
    assert 'id="criterion-bone"' in shown
    assert "Mark this finding" not in shown


def test_what_was_typed_survives_a_login_in_between(case: Case, surgeon: User) -> None:
    browser = Client()
    browser.force_login(surgeon, backend="portal.accounts.backends.Roles")
    sender = browser.get(reverse("review:case", args=[case.pk])).context["sender"]
    browser.cookies.clear()
    send(browser, case, says="not_confirmed", text="The scan is of 2019.", sender=sender)
    session = browser.session
    browser.force_login(surgeon, backend="portal.accounts.backends.Roles")
    kept = browser.session
    kept.update({key: session[key] for key in ("expired_form",) if key in session})
    kept.save()
    shown = " ".join(browser.get(url(case)).content.decode().split())
    assert "your mark was not stored" in shown
    assert "The scan is of 2019.</textarea>" in shown
    assert not Mark.unscoped.exists()


def test_without_anything_to_recover_it_leads_to_the_case(browser: Client, case: Case) -> None:
    response = browser.get(url(case))
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))


def test_a_criterion_that_does_not_exist_is_not_found(browser: Client, case: Case) -> None:
    assert browser.post(url(case, "liver"), {"version": 1, "says": "confirmed"}).status_code == 404


def test_a_criterion_that_came_to_nothing_is_not_marked(browser: Client, case: Case) -> None:
    assert browser.post(url(case, "nicotine"), {"version": 1, "says": "confirmed"}).status_code == 404


def test_what_was_not_sent_has_nothing_to_mark(browser: Client, patient: User, surgeon: User) -> None:
    assert send(browser, make_case(patient, sent=False)).status_code == 404


def test_another_surgeons_patient_looks_like_one_who_does_not_exist(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(other_surgeon)
    foreign = send(browser, case)
    missing = browser.post(reverse("review:mark", args=[uuid.uuid4(), "bone"]), {"version": 1})
    assert (foreign.status_code, body(foreign)) == (404, body(missing))
    assert not Mark.unscoped.exists()
