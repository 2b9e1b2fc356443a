"""The patient's road from the login to what was sent: without JavaScript, and with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from screening.models import Case, Submission
from tests.browser.answers import ADDRESS, CALM_PAGES, fill, go_on, reach, walk
from tests.browser.checks import well_made

pytestmark = pytest.mark.browser


def arrive(page: Page, patient) -> None:
    """From the login page to the first question."""
    page.goto("/screening/")
    page.get_by_label("Email").fill(patient.email)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Page 1 of 11")).to_be_visible()


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_a_patient_gets_from_the_login_to_what_was_sent(windows, patient, with_password, fusion, javascript):
    # Given
    with_password(patient)
    page = windows.open(java_script_enabled=javascript)
    arrive(page, patient)
    # When
    walk(page)
    page.get_by_role("button", name="Send my answers").click()
    # Then
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.get_by_text("The stairs at home are steep.")).to_be_visible()
    assert Submission.objects.visible_to(patient).count() == 1
    if javascript:
        well_made(page)


def test_without_javascript_a_saved_page_comes_back_with_the_questions_that_an_answer_opened(
    windows, patient, fusion
):
    # Given
    reach(patient, fusion, "cancer")
    page = windows.open(patient, java_script_enabled=False)
    page.goto(f"{ADDRESS}cancer/")
    expect(page.locator("#q-cancer_in_spine")).to_be_hidden()
    # When
    fill(page, {"cancer_ever": "yes"})
    go_on(page)
    # Then
    expect(page.get_by_text("There are 2 more questions on this page.")).to_be_visible()
    assert page.url.endswith("#q-cancer_in_spine")
    # When
    fill(page, {"cancer_in_spine": "no", "cancer_night_pain": "no"})
    go_on(page)
    # Then
    page.wait_for_url(f"**{ADDRESS}bone/**")


def test_without_javascript_an_urgent_answer_shows_what_to_do_when_the_page_is_saved(
    windows, patient, fusion
):
    # Given
    reach(patient, fusion, "red_flags")
    page = windows.open(patient, java_script_enabled=False)
    page.goto(f"{ADDRESS}red_flags/")
    # When
    fill(page, {**CALM_PAGES["red_flags"], "red_flag_new_weakness": "yes"})
    go_on(page)
    # Then
    expect(page.get_by_role("link", name="Emergency: call 911", exact=True)).to_be_visible()
    # When
    page.get_by_role("link", name="Go on with the questions").click()
    # Then
    page.wait_for_url(f"**{ADDRESS}cancer/**")


def test_an_answer_is_saved_while_it_is_given_and_stands_on_another_device(windows, patient, fusion):
    # Given
    reach(patient, fusion, "anything_else")
    here, there = windows.open(patient), windows.open(patient)
    here.goto(f"{ADDRESS}weight/")
    # When
    here.get_by_label("Pounds").fill("181")
    # Then
    expect(here.locator("#save-status")).to_have_text("Saved")
    there.goto(f"{ADDRESS}weight/")
    expect(there.get_by_label("Pounds")).to_have_value("181")
    well_made(here)


def test_questions_appear_and_go_as_soon_as_an_answer_asks_for_it(windows, patient, fusion):
    # Given
    reach(patient, fusion, "cancer")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}cancer/")
    # When
    fill(page, {"cancer_ever": "yes"})
    # Then
    expect(page.locator("#q-cancer_in_spine")).to_be_visible()
    well_made(page)
    # When
    fill(page, {"cancer_ever": "no"})
    # Then
    expect(page.locator("#q-cancer_in_spine")).to_be_hidden()


def test_an_urgent_answer_shows_what_to_do_at_once(windows, patient, surgeon, fusion):
    # Given
    reach(patient, fusion, "red_flags")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}red_flags/")
    # When
    fill(page, {"red_flag_new_weakness": "yes"})
    # Then
    page.wait_for_url(f"**{ADDRESS}notice/emergency/**")
    assert Case.objects.visible_to(surgeon).get(patient=patient).urgency > 0
    well_made(page)
    # When
    page.get_by_role("link", name="Go on with the questions").click()
    # Then
    expect(page.locator("[name=red_flag_new_weakness][value=yes]")).to_be_checked()


def test_what_another_window_answered_is_asked_about_and_not_overwritten(windows, patient, fusion):
    # Given
    reach(patient, fusion, "cancer")
    here, there = windows.open(patient), windows.open(patient)
    for page in (here, there):
        page.goto(f"{ADDRESS}bone/")
        page.goto(f"{ADDRESS}cancer/")
    # When
    fill(there, {"cancer_ever": "no"})
    expect(there.locator("#save-status")).to_have_text("Saved")
    fill(here, {"cancer_ever": "not_sure"})
    # Then
    expect(here.get_by_text("In another window you answered: No")).to_be_visible()
    well_made(here)
    # When
    here.get_by_role("button", name="Keep my answer here").click()
    # Then
    expect(here.locator("#save-status")).to_have_text("Saved")
    there.reload()
    expect(there.locator("[name=cancer_ever][value=not_sure]")).to_be_checked()
