"""Saving as one goes, with the script of a page of questions."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from screening import answering
from screening.models import AnswersInProgress
from tests.browser.conftest import log_in
from tests.screening.calm import CALM

pytestmark = pytest.mark.browser

ADDRESS = "/screening/spinal-fusion/"


@pytest.fixture
def begun(patient, fusion):
    return answering.start(patient=patient, edition=fusion)


def stored(patient: Any, section: str = "red_flags") -> dict[str, Any]:
    """What is stored of one page's answers."""
    attempt = AnswersInProgress.objects.visible_to(patient).get()
    here = [question.key for question in attempt.edition.definition.section(section).questions]
    return {key: value for key, value in attempt.values.items() if key in here}


def choose(page: Page, question: str, value: str) -> None:
    page.locator(f'input[name="{question}"][value="{value}"]').click()  # an urgent one leads away at once


def status(page: Page) -> Any:
    return expect(page.locator("#save-status"))


@pytest.fixture
def page(windows, patient, begun) -> Page:
    page = windows.open(patient)
    page.goto(f"{ADDRESS}red_flags/")
    return page


def at(page: Page, patient: Any, section: str) -> None:
    """Open a page, with those before it answered."""
    attempt = AnswersInProgress.objects.visible_to(patient).get()
    for earlier in attempt.edition.definition.sections:
        if earlier.key == section:
            break
        given = {question.key: CALM[question.key] for question in earlier.questions if question.key in CALM}
        questionnaire = attempt.questionnaire
        answering.save(
            patient=patient, questionnaire=questionnaire, given=given, seen={}, section=earlier.key
        )
    page.goto(f"{ADDRESS}{section}/")


def test_an_answer_is_saved_as_it_is_given(page, patient):
    choose(page, "red_flag_fall_crash", "no")
    status(page).to_have_text("Saved")
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_questions_appear_and_go_as_they_apply(page, patient):
    at(page, patient, "cancer")
    expect(page.locator("#q-cancer_in_spine")).to_be_hidden()
    choose(page, "cancer_ever", "yes")
    expect(page.locator("#q-cancer_in_spine")).to_be_visible()
    choose(page, "cancer_in_spine", "not_sure")
    status(page).to_have_text("Saved")
    choose(page, "cancer_ever", "no")
    expect(page.locator("#q-cancer_in_spine")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert stored(patient, "cancer") == {"cancer_ever": "no"}


def test_an_answer_that_shows_again_is_stored_again(page, patient):
    at(page, patient, "cancer")
    choose(page, "cancer_ever", "yes")
    choose(page, "cancer_in_spine", "no")
    status(page).to_have_text("Saved")
    choose(page, "cancer_ever", "no")
    expect(page.locator("#q-cancer_in_spine")).to_be_hidden()
    choose(page, "cancer_ever", "yes")
    expect(page.locator("#q-cancer_in_spine")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert stored(patient, "cancer") == {"cancer_ever": "yes", "cancer_in_spine": "no"}


def test_numbers_and_months_are_saved_as_typed(page, patient):
    at(page, patient, "weight")
    page.locator('[name="height_cm__ft"]').fill("5")
    page.locator('[name="height_cm__in"]').fill("7")
    page.locator('[name="weight_kg__lb"]').fill("154")
    page.locator('[name="weight_kg__lb"]').blur()
    page.wait_for_load_state("networkidle")
    status(page).to_have_text("Saved")
    expect(page.locator("#save-status")).to_have_text("Saved")
    assert {key: str(value) for key, value in stored(patient, "weight").items()} == {
        "height_cm": "170.2",
        "weight_kg": "69.9",
    }


def test_what_does_not_fit_is_said_beside_its_box(page, patient):
    at(page, patient, "weight")
    box = page.locator('[name="weight_kg__lb"]')
    box.fill("5")
    box.blur()
    expect(page.locator("#q-weight_kg [data-note]")).to_contain_text("must be from 25 to 350")
    box.fill("154")
    box.blur()
    expect(page.locator("#q-weight_kg [data-note]")).to_be_hidden()
    status(page).to_have_text("Saved")


def test_an_urgent_answer_leads_to_the_notice_at_once(page):
    choose(page, "red_flag_fall_crash", "yes")
    page.wait_for_url("**/notice/emergency/**")
    page.get_by_role("link", name="Go on with the questions").click()
    expect(page.locator('input[name="red_flag_fall_crash"][value="yes"]')).to_be_checked()


def test_without_a_connection_it_says_so_and_keeps_trying(page, patient):
    def cut(route: Route) -> None:
        route.abort()

    page.route("**/save/", cut)
    choose(page, "red_flag_fall_crash", "no")
    status(page).to_contain_text("Not saved yet")
    choose(page, "red_flag_new_weakness", "no")
    page.unroute("**/save/", cut)
    status(page).to_have_text("Saved")
    expect(page.locator("#save-status")).to_have_text("Saved")
    page.wait_for_load_state("networkidle")
    assert stored(patient) == {"red_flag_fall_crash": "no", "red_flag_new_weakness": "no"}


def test_after_logging_out_elsewhere_it_goes_on_once_logged_in_again(page, patient, live_server):
    page.context.clear_cookies(name="sessionid")
    choose(page, "red_flag_fall_crash", "no")
    status(page).to_contain_text("logged out")
    expect(page.get_by_role("link", name="Log in (new tab)")).to_be_visible()
    log_in(page.context, patient, live_server.url)
    status(page).to_have_text("Saved")
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_two_windows_that_differ_are_put_before_the_patient(page, patient):
    other = page.context.new_page()
    other.goto(f"{ADDRESS}red_flags/")
    choose(other, "red_flag_fall_crash", "no")
    status(other).to_have_text("Saved")
    choose(page, "red_flag_fall_crash", "not_sure")
    note = page.locator("#q-red_flag_fall_crash [data-note]")
    expect(note).to_contain_text("In another window you answered: No")
    assert stored(patient) == {"red_flag_fall_crash": "no"}
    note.get_by_role("button", name="Keep my answer here").click()
    page.wait_for_url("**/notice/today/**")
    assert stored(patient) == {"red_flag_fall_crash": "not_sure"}


def test_the_other_windows_answer_can_be_taken(page, patient):
    other = page.context.new_page()
    other.goto(f"{ADDRESS}red_flags/")
    choose(other, "red_flag_fall_crash", "no")
    status(other).to_have_text("Saved")
    choose(page, "red_flag_fall_crash", "not_sure")
    page.get_by_role("button", name="Use the other answer").click()
    expect(page.locator('input[name="red_flag_fall_crash"][value="no"]')).to_be_checked()
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_the_button_waits_for_what_is_under_way(page, patient):
    choose(page, "red_flag_fall_crash", "no")
    for question in ("bladder_bowel", "saddle_numbness", "new_weakness", "fever_back_pain"):
        choose(page, f"red_flag_{question}", "no")
    page.get_by_role("button", name="Save and go on").last.click()
    page.wait_for_url("**/cancer/")
    assert len(stored(patient)) == 5


def test_enter_in_a_box_goes_on_and_does_not_switch_units(page, patient):
    at(page, patient, "weight")
    page.locator('[name="height_cm__ft"]').fill("5")
    page.locator('[name="height_cm__ft"]').press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator('[name="height_cm__ft"]')).to_have_value("5")
