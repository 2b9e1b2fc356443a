"""A login that ends in the middle of a form, or on purpose."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from screening.models import AnswersInProgress, Case
from tests.browser.answers import ADDRESS, fill, go_on, reach, send
from tests.browser.checks import well_made

pytestmark = pytest.mark.browser


def log_in_again(page: Page, user) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("main").get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_what_was_typed_when_the_session_ended_is_there_after_the_next_login(
    windows, patient, with_password, fusion, javascript
):
    # Given
    with_password(patient)
    reach(patient, fusion, "anything_else")
    page = windows.open(patient, java_script_enabled=javascript)
    page.goto(f"{ADDRESS}anything_else/")
    # When
    Session.objects.all().delete()
    fill(page, {"anything_else": "My dog comes along."})
    go_on(page)
    log_in_again(page, patient)
    # Then
    page.wait_for_url(f"**{ADDRESS}anything_else/")
    expect(page.locator("[name=anything_else]")).to_have_value("My dog comes along.")
    expect(page.get_by_text("What you typed is still here.")).to_be_visible()
    answers = AnswersInProgress.objects.visible_to(patient).get().values
    assert answers["anything_else"] == "My dog comes along."
    if javascript:
        well_made(page)


def test_while_logged_out_the_page_says_that_nothing_is_saved_and_saves_later(
    windows, patient, with_password, fusion
):
    # Given
    with_password(patient)
    reach(patient, fusion, "cancer")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}cancer/")
    # When
    Session.objects.all().delete()
    fill(page, {"cancer_ever": "not_sure"})
    # Then
    expect(page.get_by_text("Not saved yet: you have been logged out.")).to_be_visible()
    well_made(page)
    # When
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in (new tab)").click()
    log_in_again(opened.value, patient)
    expect(opened.value.get_by_role("heading", name="Hello, Alice Adams")).to_be_visible()
    # Then
    expect(page.locator("#save-status")).to_have_text("Saved", timeout=15_000)
    assert AnswersInProgress.objects.visible_to(patient).get().values["cancer_ever"] == "not_sure"


def test_a_decision_whose_session_ended_is_back_in_the_form(windows, patient, surgeon, with_password, fusion):
    # Given
    with_password(surgeon)
    send(patient, fusion)
    page = windows.open(surgeon)
    page.goto("/review/")
    page.get_by_role("link", name=patient.name).click()
    # When
    page.get_by_label("Needs tests").check()
    page.get_by_label("Other tests").fill("A bone scan")
    Session.objects.all().delete()
    page.get_by_role("button", name="Store without a message").click()
    log_in_again(page, surgeon)
    # Then
    expect(page.get_by_label("Other tests")).to_have_value("A bone scan")
    expect(page.get_by_label("Needs tests")).to_be_checked()
    assert Case.objects.visible_to(surgeon).get().state == "new"


def test_after_logging_out_going_back_shows_nothing_of_the_patient(windows, patient, fusion):
    # Given
    submission = send(patient, fusion, anything_else="My dog comes along.")
    page = windows.open(patient)
    page.goto("/")
    page.goto(f"/screening/sent/{submission.pk}/")
    expect(page.get_by_text("My dog comes along.")).to_be_visible()
    # When
    page.get_by_text("Account", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/**")
    page.go_back()
    # Then
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert "My dog" not in page.content()
    assert patient.name not in page.content()
    well_made(page)
