"""Nobody needs a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answers import ADDRESS, reach
from tests.browser.checks import well_made
from tests.screening.typing import answer_all

pytestmark = pytest.mark.browser

FOCUS = """() => {
    const has = document.activeElement;
    if (!has || has === document.body) return null;
    const style = getComputedStyle(has), box = has.getBoundingClientRect();
    const label = has.labels?.[0] && getComputedStyle(has.labels[0]);
    const drawn = (each) => each && ((each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 2)
        || each.boxShadow !== "none");
    return {
        name: has.name || has.textContent.trim(),
        value: has.value || "",
        marked: Boolean(drawn(style) || drawn(label)),
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    };
}"""


def tab(page: Page) -> dict:
    """To the next place. It can be seen, and it is marked."""
    page.keyboard.press("Tab")
    focus = page.evaluate(FOCUS)
    assert focus is not None, "the focus is lost"
    assert focus["marked"], f"nothing marks the focus on {focus}"
    assert focus["seen"], f"out of sight: {focus}"
    return focus


def tab_to(page: Page, name: str) -> None:
    for _step in range(90):
        if tab(page)["name"] == name:
            return
    pytest.fail(f"{name} is not reached with Tab")


def test_logging_in(windows, patient, with_password):
    # Given
    with_password(patient)
    page = windows.open()
    page.goto("/accounts/login/")
    page.locator("body").evaluate("document.activeElement.blur()")
    # When
    tab_to(page, "login")
    page.keyboard.type(patient.email)
    tab_to(page, "password")
    page.keyboard.type("a-long-password")
    page.keyboard.press("Enter")
    # Then
    expect(page.get_by_role("heading", name="Hello, Alice Adams")).to_be_visible()
    well_made(page)


def test_the_first_link_leads_past_the_header(windows, patient):
    # Given
    page = windows.open(patient)
    page.goto("/")
    # When
    assert tab(page)["name"] == "Skip to the main part"
    page.keyboard.press("Enter")
    # Then
    expect(page.locator("main")).to_be_focused()


def test_answering_a_page(windows, patient, fusion):
    # Given
    reach(patient, fusion, "cancer")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}cancer/")
    # When
    tab_to(page, "cancer_ever")
    page.keyboard.press("Space")
    expect(page.locator("#q-cancer_in_spine")).to_be_visible()
    tab_to(page, "cancer_in_spine")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Save and go on")
    page.keyboard.press("Enter")
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    # When
    tab(page)
    page.keyboard.press("Enter")
    # Then
    assert page.evaluate(FOCUS)["name"] == "cancer_night_pain"
    # When
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=cancer_night_pain][value=no]")).to_be_checked()
    tab_to(page, "Save and go on")
    page.keyboard.press("Enter")
    # Then
    page.wait_for_url(f"**{ADDRESS}bone/**")


def test_sending(windows, patient, fusion):
    # Given
    answer_all(patient, fusion)
    page = windows.open(patient)
    page.goto(f"{ADDRESS}check/")
    # When
    tab_to(page, "Send my answers")
    page.keyboard.press("Enter")
    # Then
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
