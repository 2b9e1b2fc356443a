"""The surgeons' list in a browser: by keys, with several ticked, on a telephone, and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.models import Care, User
from screening.models import Case
from tests.browser.checks import well_made
from tests.conftest import make_patient
from tests.screening.factories import make_alert, make_case

pytestmark = pytest.mark.browser
NAMES = ("Ada Able", "Ben Bold", "Cal Cole")


@pytest.fixture
def cases(surgeon: User) -> list[Case]:
    made = []
    for rank, name in enumerate(NAMES):
        patient = make_patient(name)
        Care.objects.create(patient=patient, surgeon=surgeon)
        made.append(make_case(patient, rank=rank))
    make_alert(made[0])
    return made


@pytest.fixture
def page(windows: Any, surgeon: User, cases: list[Case]) -> Page:
    page: Page = windows.open(surgeon)
    page.goto("/review/")
    return page


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_keys_go_from_patient_to_patient_open_and_decide(page: Page, cases: list[Case]) -> None:
    walked = []
    for key in ("j", "j", "k", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(focus(page))
    assert walked == [NAMES[number] for number in (0, 1, 0, 1, 2, 2, 1)]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{cases[1].pk}/")
    page.goto("/review/")
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_url(f"**/review/{cases[0].pk}/#decide")


def test_keys_do_nothing_while_something_is_typed_with_ctrl_or_switched_off(page: Page) -> None:
    search = page.get_by_label("Name, record number or date of birth")
    search.press_sequentially("jkdx?")
    expect(search).to_have_value("jkdx?")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+j")
    assert focus(page) not in NAMES
    page.get_by_text("Keyboard", exact=True).click()
    page.get_by_label("Use the single keys above").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert focus(page) not in NAMES
    page.get_by_text("Keyboard", exact=True).click()
    page.get_by_label("Use the single keys above").check()
    page.keyboard.press("j")
    assert focus(page) == NAMES[0]


def test_the_question_mark_shows_the_keys(page: Page) -> None:
    keys = page.get_by_text("decide on it")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    well_made(page)


def test_several_are_ticked_by_keys_and_given_to_a_colleague(page: Page, other_surgeon: User) -> None:
    for _each in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("tbody :checked")).to_have_count(2)
    well_made(page)
    page.get_by_role("button", name="Give to a colleague").click()
    expect(page.get_by_text("2 patients")).to_be_visible()
    well_made(page)
    page.get_by_label("Who has them in care from now on?").select_option(label=other_surgeon.name)
    page.get_by_role("button", name="Give them over").click()
    expect(
        page.get_by_text(f"Now in the care of {other_surgeon.name}: Ada Able and Ben Bold.")
    ).to_be_visible()
    expect(page.get_by_role("rowheader").get_by_role("link")).to_have_text(["Cal Cole"])


def test_a_view_is_kept_and_removed_without_javascript(
    windows: Any, surgeon: User, cases: list[Case]
) -> None:
    page = windows.open(surgeon, java_script_enabled=False)
    page.goto("/review/?urgency=unacknowledged")
    expect(page.get_by_text("Nobody has acknowledged this yet.")).to_have_count(1)
    expect(page.get_by_text("Keyboard", exact=True)).to_be_hidden()
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name for what is shown now").fill("To ring")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("link", name="To ring")).to_have_attribute("aria-current", "page")
    page.get_by_text("Keep this view").click()
    page.get_by_role("link", name="Remove views").click()
    page.get_by_role("button", name="Remove To ring").click()
    expect(page.get_by_text("You keep no views.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_all_choices_fit_on_every_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/review/?waiting=overdue&criterion=none-such&search=3/4/1958")
    expect(page.get_by_text("Read as a date of birth: 4 March 1958 or 3 April 1958.")).to_be_visible()
    expect(page.get_by_text("“none-such” is none of these, and was left out.")).to_be_visible()
    well_made(page)
