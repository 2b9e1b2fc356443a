"""The pages of surgeons, editors and administrators."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screening import reviewing
from screening.models import Case
from tests.browser.answers import reach, send
from tests.browser.checks import accessible, well_made

pytestmark = pytest.mark.browser

CANCER_IN_MANY_PLACES = {
    "cancer_ever": "yes",
    "cancer_in_spine": "yes",
    "cancer_spine_places": "many",
    "cancer_night_pain": "no",
    "red_flag_new_weakness": "yes",
}


def open_case(page: Page, patient: Any) -> None:
    page.goto("/review/")
    page.get_by_role("link", name=patient.name).click()
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()


@pytest.mark.parametrize("person", ["surgeon", "editor", "approver", "administrator"])
def test_the_desk(windows, request, person):
    page = windows.open(request.getfixturevalue(person))
    page.goto("/")
    expect(page.get_by_role("heading", name="Your desk")).to_be_visible()
    well_made(page)


def test_the_list_while_nobody_waits(windows, surgeon):
    page = windows.open(surgeon)
    page.goto("/review/")
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    well_made(page)


def test_the_list(windows, patient, other_patient, surgeon, fusion):
    # Given
    send(other_patient, fusion)
    send(patient, fusion, **CANCER_IN_MANY_PLACES)
    page = windows.open(surgeon)
    # When
    page.goto("/review/")
    # Then
    expect(page.get_by_role("rowheader").get_by_role("link")).to_have_text([patient.name, other_patient.name])
    well_made(page)
    # When
    page.get_by_text("Choose by state").click()
    page.get_by_label("State").select_option("closed")
    page.get_by_role("button", name="Show").click()
    # Then
    expect(page.get_by_text("No patient fits what you chose.")).to_be_visible()
    well_made(page)


def test_a_case(windows, patient, surgeon, fusion):
    send(patient, fusion, **CANCER_IN_MANY_PLACES)
    page = windows.open(surgeon)
    open_case(page, patient)
    page.get_by_text("All answers").click()
    expect(page.get_by_role("heading", name="Urgent answers")).to_be_visible()
    well_made(page)


def test_a_case_of_somebody_who_stopped_after_an_urgent_answer(windows, patient, surgeon, fusion):
    reach(patient, fusion, "red_flags", red_flag_new_weakness="yes")
    page = windows.open(surgeon)
    page.goto("/review/")
    expect(page.get_by_text("Started, not sent: call")).to_be_visible()
    page.get_by_role("link", name=patient.name).click()
    expect(page.get_by_role("heading", name="Not yet submitted")).to_be_visible()
    well_made(page)


def test_a_decision_without_a_state_is_asked_for_again(windows, patient, surgeon, fusion):
    # Given
    send(patient, fusion)
    page = windows.open(surgeon)
    open_case(page, patient)
    # When
    page.get_by_label("Note for staff").fill("Ask about the old fracture.")
    page.get_by_role("button", name="Store without a message").click()
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Note for staff")).to_have_value("Ask about the old fracture.")
    well_made(page)


def test_a_decision_on_a_case_that_moved_on_keeps_the_words(windows, patient, surgeon, fusion):
    # Given
    send(patient, fusion)
    page = windows.open(surgeon)
    open_case(page, patient)
    case = Case.objects.visible_to(surgeon).get(patient=patient)
    # When
    reviewing.take(user=surgeon, case=reviewing.open_case(user=surgeon, case_id=case.pk))
    page.get_by_label("Discuss surgery").check()
    page.get_by_label("Plan: what comes next?").fill("See her on Monday.")
    page.get_by_role("button", name="Store without a message").click()
    # Then
    expect(page.get_by_role("heading", name="This case has changed since you opened it")).to_be_visible()
    expect(page.get_by_label("Plan: what comes next?")).to_have_value("See her on Monday.")
    well_made(page)


def test_an_alert_says_whom_to_call_and_no_answer(windows, patient, surgeon, on_duty, fusion):
    # Given
    reach(patient, fusion, "red_flags", red_flag_new_weakness="yes")
    page = windows.open(surgeon)
    page.goto("/")
    # When
    page.get_by_role("link", name="A safety answer: call the patient").click()
    # Then
    expect(page.get_by_role("link", name="+1 555 0100")).to_be_visible()
    expect(page.get_by_text("weak", exact=False)).to_have_count(0)
    well_made(page)
    # When
    page.get_by_role("button", name="I have seen this and will call").click()
    # Then
    expect(page.get_by_text(f"Acknowledged by {surgeon.name}").first).to_be_visible()
    expect(page.get_by_role("button", name="I have seen this and will call")).to_have_count(0)
    well_made(page)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/education/article/",
        "/admin/education/article/add/",
        "/admin/screening/questionnaire/",
    ],
)
def test_the_administration(windows, editor, article, address):
    page = windows.open(editor)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    accessible(page)
