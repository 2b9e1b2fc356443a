"""The pages that anyone can open, and the way in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.checks import well_made

pytestmark = pytest.mark.browser


def test_somebody_logs_in(windows, patient, with_password):
    # Given
    with_password(patient)
    page = windows.open()
    page.goto("/accounts/login/")
    well_made(page)
    # When
    page.get_by_label("Email").fill(patient.email)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    # Then
    expect(page.get_by_role("heading", name="Hello, Alice Adams")).to_be_visible()


def test_a_wrong_password_is_told_in_a_summary_that_takes_the_focus(windows, patient, with_password):
    # Given
    with_password(patient)
    page = windows.open()
    page.goto("/accounts/login/")
    # When
    page.get_by_label("Email").fill(patient.email)
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value(patient.email)
    well_made(page)


def test_help_needs_no_login(windows):
    # Given
    page = windows.open()
    page.goto("/accounts/login/")
    # When
    page.get_by_role("link", name="Get help now", exact=True).click()
    # Then
    expect(page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    well_made(page)


def test_a_page_that_does_not_exist_leads_home(windows, patient):
    # Given
    page = windows.open(patient)
    # When
    page.goto("/nowhere/")
    # Then
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    well_made(page)
