"""The roads on which something happens on the way: an edition changes, help is needed, somebody else types."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ledger.outbox import send_due
from portal.accounts.models import Contact, PatientProfile, Practice
from portal.mail import deliver
from screening import alerts
from screening.models import Alert, Case, Submission
from tests.browser.answers import ADDRESS, CALM_PAGES, fill, go_on, reach, send
from tests.browser.checks import accessible, fits
from tests.screening.factories import make_edition
from tests.screening.test_languages import FUSION, checked
from tests.screening.test_moving import changed, withdraw

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LOW = dict.fromkeys([f"phq_{number}" for number in range(1, 9)], "3")


def look(page: Page, name: str) -> None:
    """Well made on a phone and on a desk; and kept as a picture where LOOK names a folder."""
    expect(page.locator("h1:visible")).to_have_count(1)
    fits(page)
    for width in (DESK, PHONE):
        page.set_viewport_size(width)
        accessible(page)
        if folder := os.environ.get("LOOK"):
            page.screenshot(path=Path(folder) / f"{name}-{width['width']}.png", full_page=True)


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_who_is_on_page_3_finishes_the_edition_they_began(windows, patient, fusion, javascript):
    # Given
    reach(patient, fusion, "bone")
    page = windows.open(patient, java_script_enabled=javascript)
    page.set_viewport_size(PHONE)
    page.goto(f"{ADDRESS}bone/")
    expect(page.get_by_text("Page 3 of 11")).to_be_visible()
    # When
    make_edition(changed())
    fill(page, CALM_PAGES["bone"])
    go_on(page)
    page.wait_for_url(f"**{ADDRESS}infection/**")
    reach(patient, fusion, "anything_else")
    page.goto(f"{ADDRESS}anything_else/")
    go_on(page)
    page.get_by_role("button", name="Send my answers").click()
    # Then
    expect(page.get_by_text("These are the questions of edition 1")).to_be_visible()
    assert Submission.objects.visible_to(patient).get().edition == fusion


def test_without_javascript_who_is_on_page_3_when_it_is_withdrawn_reads_why_and_answers_the_first_page_again(
    windows, patient, fusion
):
    # Given
    reach(patient, fusion, "bone")
    page = windows.open(patient, java_script_enabled=False)
    page.set_viewport_size(PHONE)
    page.goto(f"{ADDRESS}bone/")
    fill(page, CALM_PAGES["bone"])
    withdraw(fusion)
    make_edition(changed())
    # When
    go_on(page)
    # Then
    expect(page.get_by_role("heading", name="What has changed")).to_be_visible()
    expect(page.get_by_text("A question was unclear. We have rewritten it.")).to_be_visible()
    # When
    page.get_by_role("button", name="Look through my answers").click()
    # Then
    page.wait_for_url(f"**{ADDRESS}red_flags/**")
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.goto(f"{ADDRESS}changes/")
    expect(page.get_by_role("heading", name="We ask these again")).to_be_visible()


def test_who_stops_after_a_positive_ninth_item_is_helped_first_and_the_next_one_is_told(
    windows, patient, surgeon, other_surgeon, on_duty, fusion
):
    # Given
    Contact.objects.create(user=other_surgeon, order=2)
    reach(patient, fusion, "mood", **LOW)
    page = windows.open(patient)
    page.goto(f"{ADDRESS}mood/")
    # When
    fill(page, {**CALM_PAGES["mood"], "phq_9": "1"})
    # Then
    page.wait_for_url(f"**{ADDRESS}notice/crisis/**")
    expect(page.get_by_role("button", name="Yes, please call me")).to_be_visible()
    look(page, "crisis")
    page.goto("/")
    expect(page.locator("main .notice, main section").first).to_contain_text("Please read this first.")
    look(page, "home-after-crisis")
    # When
    desk = windows.open(surgeon)
    desk.goto("/review/")
    expect(desk.get_by_text("Started, not sent: call")).to_be_visible()
    look(desk, "list-started")
    alerts.escalate_due(timezone.now() + timedelta(days=1))
    send_due(deliver, now=timezone.now())
    alert = Alert.unscoped.get()
    second = windows.open(other_surgeon)
    second.goto(f"/review/alerts/{alert.pk}/")
    # Then
    expect(second.get_by_text(f"Message to {other_surgeon.name}")).to_be_visible()
    look(second, "alert")
    # When
    second.get_by_role("button", name="I have seen this and will call").click()
    second.get_by_label("What did you find, and what comes next?").fill(
        "Spoke with her. Her sister is with her."
    )
    second.get_by_role("button", name="Store the note").click()
    look(second, "alert-noted")
    # Then
    desk.get_by_role("link", name=patient.name).click()
    desk.get_by_text("1 alert: who was told, and when").click()
    for told in (
        f"Message to {surgeon.name}",
        f"Message to {other_surgeon.name}",
        f"Acknowledged by {other_surgeon.name}",
    ):
        expect(desk.locator(".timeline").get_by_text(told)).to_be_visible()
    expect(desk.get_by_text("Her sister is with her.")).to_be_visible()
    look(desk, "case-after-alert")


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_staff_enter_what_a_patient_said(windows, patient, surgeon, javascript):
    # Given
    make_edition()
    page = windows.open(surgeon, java_script_enabled=javascript)

    def seen(name: str) -> None:
        if javascript:
            look(page, name)

    page.goto("/review/enter/")
    seen("enter")
    number = PatientProfile.unscoped.get(user=patient).record_number
    page.get_by_label("Record number").fill(number)
    page.get_by_label("Date of birth").fill("1961-05-04")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name=f"Enter answers for {patient.name}?")).to_be_visible()
    seen("enter-how")
    # When
    page.get_by_label("copied from the paper form").check()
    page.get_by_role("button", name="Begin").click()
    fill(page, {"smoking": "no"})
    seen("enter-section")
    go_on(page)
    page.wait_for_url("**/page/safety/**")
    fill(page, {"numb": "yes"})
    go_on(page)
    expect(page.get_by_role("heading", name="An answer that cannot wait")).to_be_visible()
    seen("enter-notice")
    page.get_by_role("link", name="Go on with the questions").click()
    expect(page.get_by_role("heading", name="Check the answers")).to_be_visible()
    seen("enter-check")
    page.get_by_role("button", name=f"Send for {patient.name}").click()
    # Then
    expect(page.get_by_text(f"Entered by {surgeon.name}: copied from the paper form")).to_be_visible()
    own = windows.open(patient)
    own.goto(f"/screening/sent/{Submission.objects.visible_to(patient).get().pk}/")
    expect(own.get_by_text(f"Entered for you by {surgeon.name}")).to_be_visible()
    if javascript:
        look(own, "sent-entered")


def test_the_portal_and_the_questions_are_in_spanish_once_they_are_checked(windows, patient, practice):
    # Given
    make_edition(checked(FUSION))
    page = windows.open(patient)
    page.goto("/")
    # When
    page.get_by_role("button", name="Español").click()
    # Then
    expect(page.locator("html")).to_have_attribute("lang", "es")
    look(page, "home-spanish")
    page.goto(ADDRESS)
    look(page, "start-spanish")
    page.get_by_role("button", name="Empezar").click()
    expect(page.get_by_role("heading", name="Señales que necesitan ayuda rápida")).to_be_visible()
    look(page, "section-spanish")
    page.goto(f"{ADDRESS}notice/emergency/")
    look(page, "notice-spanish")


def test_questions_whose_spanish_nobody_has_checked_are_in_english_and_help_is_offered(
    windows, patient, fusion
):
    page = windows.open(patient)
    page.goto("/")
    page.get_by_role("button", name="Español").click()
    page.goto(ADDRESS)
    expect(page.locator(".notice--info")).to_be_visible()
    look(page, "start-not-spanish")


def test_with_the_assessment_off_answers_are_stored_and_nothing_is_said_of_them(
    windows, patient, surgeon, practice, fusion
):
    # Given
    Practice.objects.update(assesses=False)
    send(patient, fusion, smoking="daily", back_sore="yes")
    # When
    desk = windows.open(surgeon)
    desk.goto("/review/")
    # Then
    expect(desk.get_by_text("Not assessed: please read the answers")).to_be_visible()
    look(desk, "list-stored")
    desk.goto(f"/review/{Case.objects.visible_to(surgeon).get().pk}/")
    look(desk, "case-stored")


def test_an_administrator_replaces_the_last_contact(windows, administrator, other_surgeon, on_duty):
    page = windows.open(administrator)
    page.goto("/admin/accounts/contact/")
    look(page, "contacts")
    page.goto(f"/admin/accounts/contact/{on_duty.pk}/change/")
    look(page, "contact")
    # When
    page.get_by_label("On duty").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    # Then
    expect(page.get_by_text("This is the last person on duty, so nothing was changed.")).to_be_visible()
    look(page, "contact-refused")
    # When
    page.goto(f"/admin/accounts/contact/{on_duty.pk}/replace/")
    look(page, "replace")
    page.get_by_label("Who takes over").select_option(other_surgeon.name)
    page.get_by_role("button", name="Replace").click()
    # Then
    expect(page.get_by_role("link", name=other_surgeon.name).first).to_be_visible()
    assert Contact.objects.get(active=True).user == other_surgeon


@pytest.mark.parametrize("kind", ["country", "noticetext", "practice"])
def test_the_pages_on_which_numbers_and_notices_are_changed(windows, administrator, kind):
    page = windows.open(administrator)
    page.goto(f"/admin/accounts/{kind}/")
    look(page, f"{kind}-list")
    row = page.locator("#result_list tbody th a").first
    page.goto(row.get_attribute("href") if row.count() else f"/admin/accounts/{kind}/add/")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    look(page, f"{kind}-form")
