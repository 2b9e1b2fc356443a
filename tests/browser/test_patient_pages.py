"""Each page that a patient can meet, in each of its states."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from editions import publishing
from screening import deciding, reviewing
from screening.models import Case
from tests.browser.answers import ADDRESS, fill, go_on, reach, send
from tests.browser.checks import well_made
from tests.screening.typing import answer_all

pytestmark = pytest.mark.browser

WEAK_LEG_AND_CANCER = {
    "cancer_ever": "yes",
    "cancer_in_spine": "yes",
    "cancer_spine_places": "many",
    "cancer_night_pain": "no",
    "red_flag_new_weakness": "yes",
}


def decide(surgeon, patient, message: str) -> Case:
    case = Case.objects.visible_to(surgeon).get(patient=patient)
    case = reviewing.open_case(user=surgeon, case_id=case.pk)
    deciding.decide(
        user=surgeon,
        case=case,
        version=case.version,
        state="discuss",
        rescreen_on=None,
        note="",
        message=message,
    )
    return case


def test_home_before_anything_is_published(windows, patient):
    page = windows.open(patient)
    page.goto("/")
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    well_made(page)


def test_home_with_something_to_do(windows, patient, fusion, article):
    page = windows.open(patient)
    page.goto("/")
    expect(page.locator(".task-list__link")).to_have_text(
        ["Questions before a spinal fusion", "Read: Smoking and healing"]
    )
    well_made(page)


def test_home_with_answers_begun(windows, patient, fusion):
    reach(patient, fusion, "cancer")
    page = windows.open(patient)
    page.goto("/")
    expect(page.get_by_text("Your answers are kept.")).to_be_visible()
    well_made(page)


def test_home_with_a_message(windows, patient, surgeon, fusion):
    send(patient, fusion)
    decide(surgeon, patient, "Please come to see us in March.")
    page = windows.open(patient)
    page.goto("/")
    expect(page.get_by_text("Please come to see us in March.")).to_be_visible()
    well_made(page)


def test_the_start(windows, patient, fusion):
    page = windows.open(patient)
    page.goto("/screening/")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    well_made(page)


def test_the_start_with_answers_begun(windows, patient, fusion):
    reach(patient, fusion, "bone")
    page = windows.open(patient)
    page.goto(ADDRESS)
    expect(page.get_by_role("link", name="Resume at page 3 of 11")).to_be_visible()
    well_made(page)


def test_the_start_after_sending(windows, patient, fusion):
    send(patient, fusion)
    page = windows.open(patient)
    page.goto(ADDRESS)
    expect(page.get_by_role("link", name="Correct my answers")).to_be_visible()
    well_made(page)


@pytest.mark.parametrize("section", ["red_flags", "nicotine", "weight", "mood", "anything_else"])
def test_a_page_of_questions(windows, patient, on_duty, fusion, section):
    reach(patient, fusion, section, smoking="former", weight_loss="yes", phq_1="3", phq_2="3")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}{section}/")
    expect(page.get_by_role("button", name="Save and leave")).to_be_visible()
    well_made(page)


def test_a_page_of_questions_with_what_is_wrong(windows, patient, fusion):
    # Given
    reach(patient, fusion, "weight", bone_scan="yes")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}bone/")
    # When
    fill(page, {"bone_t_score": "hundred"})
    go_on(page)
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("What was your lowest T-score?")).to_have_value("hundred")
    well_made(page)


@pytest.mark.parametrize("key", ["emergency", "today"])
def test_a_notice(windows, patient, fusion, key):
    reach(patient, fusion, "cancer")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}notice/{key}/?then=cancer")
    expect(page.get_by_role("link", name="Emergency: call 911")).to_be_visible()
    well_made(page)


def test_the_notice_of_a_crisis_offers_a_call(windows, patient, on_duty, fusion):
    # Given
    reach(patient, fusion, "mood", phq_1="3", phq_2="3", phq_9="1")
    page = windows.open(patient)
    page.goto(f"{ADDRESS}notice/crisis/?then=mood")
    well_made(page)
    # When
    page.get_by_role("button", name="Yes, please call me").click()
    # Then
    expect(page.get_by_text("The message to a person on our team is on its way.")).to_be_visible()
    well_made(page)


def test_answers_to_check_with_one_missing(windows, patient, fusion):
    # Given
    answer_all(patient, fusion)
    reach_again = {"cancer_ever": "yes"}
    reach(patient, fusion, "red_flags", **reach_again)
    page = windows.open(patient)
    # When
    page.goto(f"{ADDRESS}check/")
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("button", name="Send my answers")).to_have_count(0)
    well_made(page)


def test_answers_to_check(windows, patient, fusion):
    answer_all(patient, fusion)
    page = windows.open(patient)
    page.goto(f"{ADDRESS}check/")
    expect(page.get_by_role("button", name="Send my answers")).to_be_visible()
    well_made(page)


def test_what_was_sent(windows, patient, fusion):
    submission = send(patient, fusion, **WEAK_LEG_AND_CANCER)
    page = windows.open(patient)
    page.goto(f"/screening/sent/{submission.pk}/")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    well_made(page)


def test_the_form_on_paper(windows, patient, fusion):
    page = windows.open(patient)
    page.goto(f"{ADDRESS}blank/")
    expect(page.get_by_role("heading", name="Signs that need help fast")).to_be_visible()
    well_made(page)


def test_questions_that_are_closed(windows, patient, fusion, approver):
    publishing.withdraw(fusion, by=approver, reason="A wrong threshold.", text="")
    page = windows.open(patient)
    page.goto("/screening/")
    expect(page.get_by_role("heading", name="The questions are closed for now")).to_be_visible()
    well_made(page)


def test_the_list_of_articles_and_a_search_that_finds_nothing(windows, patient, article):
    # Given
    page = windows.open(patient)
    page.goto("/learn/")
    expect(page.get_by_role("link", name="Smoking and healing")).to_be_visible()
    well_made(page)
    # When
    page.get_by_label("Search the articles").fill("zebra")
    page.get_by_role("button", name="Search").click()
    # Then
    expect(page.get_by_text("No article fits.")).to_be_visible()
    well_made(page)


def test_an_article(windows, patient, article):
    page = windows.open(patient)
    page.goto("/learn/smoking-and-healing/")
    expect(page.get_by_role("heading", name="Where this comes from")).to_be_visible()
    well_made(page)


def test_an_article_that_was_withdrawn_keeps_its_readers_informed(windows, patient, approver, article):
    # Given
    page = windows.open(patient)
    page.goto("/learn/smoking-and-healing/")
    # When
    publishing.withdraw(
        article.editions.live(), by=approver, reason="Out of date.", text="Ask us for the new one."
    )
    page.reload()
    # Then
    expect(page.get_by_text("Ask us for the new one.")).to_be_visible()
    well_made(page)
