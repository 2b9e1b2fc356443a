"""A surgeon's minutes at the desk: who needs me first, what I decide, and what the patient hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.models import Care, User
from portal.accounts.people import begin_care, end_care
from screening.models import Case, Decision, Mark, Message
from tests.browser.answers import send
from tests.browser.checks import fits

pytestmark = pytest.mark.browser

TABLET, PHONE = {"width": 768, "height": 1024}, {"width": 360, "height": 740}
PRESSES = 8  # from login to the message. Ten is the most that a surgeon between two operations has time for.
CALM_MOOD = {"depression_told": "no", "phq_1": "0", "phq_2": "0"}  # asked where somebody is on duty
WEAK = {**CALM_MOOD, "red_flag_new_weakness": "yes", "smoking": "daily"}
FRAGILE = {"bone_fragility_fracture": "yes", "bone_fracture_site": "wrist", "smoking": "daily"}
TEXT = "Please come to the clinic today."


@pytest.fixture
def words(db: None) -> None:
    """What messages begin with, as it is shipped."""
    call_command("load_messages", verbosity=0)


class Presses:
    """Counts what a hand does on a page: each press of the mouse, and each key that acts like one."""

    def __init__(self, page: Page) -> None:
        self.made: list[str] = []
        page.expose_function("pressed", lambda what: self.made.append(what))
        page.add_init_script("""
            const tell = (event, what) => event.isTrusted && window.pressed(what);
            document.addEventListener("mousedown", (event) => tell(event, event.target.textContent.trim()), true);
            document.addEventListener("keydown", (event) =>
                ["Enter", " "].includes(event.key) && !event.target.matches("textarea")
                    && tell(event, event.key), true);
        """)


def case_of(patient: User) -> Case:
    case: Case = Case.unscoped.get(patient=patient)
    return case


def open_first(page: Page, patient: User) -> None:
    page.goto("/review/")
    page.get_by_role("rowheader").get_by_role("link", name=patient.name).click()
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()


def discuss(page: Page, plan: str) -> None:
    page.get_by_label("Discuss surgery").check()
    page.get_by_label("Plan: what comes next?").fill(plan)
    page.get_by_role("button", name="Store without a message").click()


def test_the_urgent_case_is_decided_in_eight_clicks_and_the_patient_hears_and_asks(
    windows, patient, other_patient, surgeon, on_duty, with_password, fusion, words
):
    # Given
    send(other_patient, fusion, **CALM_MOOD)
    send(patient, fusion, **WEAK)
    with_password(surgeon)
    desk = windows.open()
    presses = Presses(desk)
    # When: from login
    desk.goto("/accounts/login/")
    desk.get_by_label("Email").fill(surgeon.email)
    desk.get_by_label("Password").fill("a-long-password")
    desk.get_by_role("main").get_by_role("button", name="Log in").click()
    desk.get_by_role("link", name="A safety answer: call the patient").click()
    desk.get_by_role("button", name="I have seen this and will call").click()
    expect(desk.get_by_text(f"Acknowledged by {surgeon.name}").first).to_be_visible()
    desk.get_by_role("link", name="Open the case").click()
    # Then: why it is urgent is read without a click
    expect(desk.get_by_role("heading", name="Urgent answers")).to_be_in_viewport()
    expect(desk.get_by_role("link", name="+1 555 0100").first).to_be_visible()
    # When
    desk.get_by_role("navigation", name="On this page").get_by_role("link", name="Decide").click()
    desk.get_by_label("Discuss surgery").check()
    desk.get_by_label("Plan: what comes next?").fill("Seen today, MRI of the lumbar spine.")
    desk.get_by_role("button", name="Store and write to the patient").click()
    message = desk.get_by_label("Message")
    message.fill(f"{TEXT}\n\n{message.input_value()}")
    desk.get_by_role("button", name="Release to the patient").click()
    expect(desk.get_by_text("Released: the message is on the patient's home page.")).to_be_visible()
    # Then
    assert len(presses.made) == PRESSES, presses.made

    # When the patient comes
    home = windows.open(patient)
    home.set_viewport_size(PHONE)
    home.goto("/")
    expect(home.get_by_role("heading", name="A message for you")).to_be_visible()
    home.get_by_role("link", name=f"Message from {surgeon.name}").click()
    expect(home.get_by_text(TEXT)).to_be_visible()
    home.get_by_label("Your question").fill("May I drive to you?")
    home.get_by_role("button", name="Send my question").click()
    expect(home.get_by_text("Nobody has read it yet.")).to_be_visible()
    # Then the surgeon finds the question, and answers it
    desk.goto("/review/?state=all")
    row = desk.get_by_role("row").filter(has_text=patient.name)
    expect(row.get_by_text("Asks a question: not read yet")).to_be_visible()
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(desk.get_by_text("Read by the patient on")).to_be_visible()
    expect(desk.get_by_text("May I drive to you?")).to_be_visible()
    desk.get_by_role("link", name="Answer", exact=True).click()
    desk.get_by_label("Message").fill("No, let somebody bring you.")
    desk.get_by_role("button", name="Release to the patient").click()
    # and the patient reads that too
    home.goto("/")
    home.get_by_role("link", name=f"Message from {surgeon.name}").click()
    expect(home.get_by_text("No, let somebody bring you.")).to_be_visible()
    home.goto("/messages/")
    expect(home.get_by_text(f"{surgeon.name} read it on")).to_be_visible()
    fits(home)


def test_a_decision_half_typed_stays_while_a_finding_is_marked(windows, patient, surgeon, fusion):
    # Given
    send(patient, fusion, **FRAGILE)
    desk = windows.open(surgeon)
    open_first(desk, patient)
    desk.get_by_label("Optimise").check()
    desk.get_by_label("Plan: what comes next?").fill("Stop smoking first.")
    # When a mark lacks what it needs, then has it
    desk.locator("#criterion-nicotine").click()
    mark = desk.locator("#mark-nicotine")
    mark.locator("summary").click()
    mark.get_by_label("Not confirmed").check()
    mark.get_by_role("button", name="Store the mark").click()
    expect(desk.locator(".error-summary")).to_be_focused()
    expect(desk.get_by_label("Plan: what comes next?")).to_have_value("Stop smoking first.")
    mark.get_by_label("In words").fill("Stopped in May.")
    mark.get_by_role("button", name="Store the mark").click()
    # Then it is stored, and so is the decision, which knows of it
    expect(desk.get_by_text("your mark is stored")).to_be_visible()
    expect(desk.locator("#criterion-nicotine")).to_be_focused()
    expect(desk.get_by_label("Optimise")).to_be_checked()
    desk.get_by_label("On another day").fill((timezone.localdate() + timedelta(days=40)).isoformat())
    desk.get_by_role("button", name="Store without a message").click()
    expect(desk.get_by_text("Your decision is stored.")).to_be_visible()
    assert [each.plan for each in Decision.unscoped.all()] == ["Stop smoking first."]
    assert [each.text for each in Mark.unscoped.all()] == ["Stopped in May."]


def test_of_two_who_decide_at_once_the_second_reads_what_happened_and_keeps_the_words(
    windows, patient, surgeon, other_surgeon, fusion
):
    # Given
    send(patient, fusion, **FRAGILE)
    begin_care(patient=patient, surgeon=other_surgeon)
    one, two = windows.open(surgeon), windows.open(other_surgeon)
    open_first(one, patient)
    open_first(two, patient)
    # When
    discuss(one, "Fusion in spring.")
    expect(one.get_by_text("Your decision is stored.")).to_be_visible()
    discuss(two, "Bone scan before anything else.")
    # Then
    expect(two.get_by_role("heading", name="This case has changed since you opened it")).to_be_visible()
    expect(two.get_by_role("alert")).to_contain_text(f"{surgeon.name} decided “discuss surgery”")
    expect(two.get_by_label("Plan: what comes next?")).to_have_value("Bone scan before anything else.")
    assert [each.plan for each in Decision.unscoped.all()] == ["Fusion in spring."]
    # When it is still right
    two.get_by_role("button", name="Store without a message").click()
    # Then
    expect(two.get_by_text("Your decision is stored.")).to_be_visible()
    assert Decision.unscoped.count() == 2


def test_an_old_bookmark_of_who_has_the_patient_in_care_no_more_says_nothing(
    windows, patient, surgeon, other_surgeon, fusion
):
    # Given
    send(patient, fusion)
    begin_care(patient=patient, surgeon=other_surgeon)
    page = windows.open(surgeon)
    bookmark = f"/review/{case_of(patient).pk}/"
    assert ok(page.goto(bookmark))
    # When
    end_care(Care.objects.get(patient=patient, surgeon=surgeon))
    # Then
    for address in (bookmark, f"{bookmark}message/", f"{bookmark}results/"):
        gone = page.goto(address)
        assert gone is not None
        assert gone.status == 404
        expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        assert patient.name not in page.content()
        assert "case" not in page.get_by_role("main").inner_text().lower()


def ok(response: Any) -> bool:
    return response is not None and response.status == 200


def test_without_javascript_a_case_is_decided_and_a_message_written(windows, patient, surgeon, fusion, words):
    # Given
    send(patient, fusion, **FRAGILE)
    page = windows.open(surgeon, java_script_enabled=False)
    page.set_viewport_size(TABLET)
    open_first(page, patient)
    # When
    page.get_by_label("Needs tests").check()
    page.get_by_label("Other tests").fill("Walking test")
    page.get_by_role("button", name="Store and write to the patient").click()
    expect(page.get_by_role("heading", name=f"Write to {patient.name}")).to_be_visible()
    page.get_by_label("Message").fill("Please have the test.")
    page.get_by_role("button", name="Show it as the patient reads it").click()
    # Then
    expect(page.get_by_role("region", name="As the patient reads it")).to_contain_text(
        "Please have the test."
    )
    assert not Message.unscoped.exists()
    # When
    page.get_by_role("button", name="Release to the patient").click()
    # Then
    expect(page.get_by_text("Released: the message is on the patient's home page.")).to_be_visible()
    told = Message.unscoped.get()
    assert (told.text, told.tests, told.decision.state) == (
        "Please have the test.",
        ["Walking test"],
        "needs_tests",
    )


def test_the_list_on_a_tablet_shows_the_urgent_one_without_scrolling(
    windows, patient, other_patient, surgeon, on_duty, fusion
):
    send(other_patient, fusion, **CALM_MOOD)
    send(patient, fusion, **WEAK)
    page = windows.open(surgeon, has_touch=True)
    page.set_viewport_size(TABLET)
    page.goto("/review/")
    expect(page.get_by_role("link", name="Open the alert")).to_be_in_viewport()
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide == 0
    page.get_by_role("rowheader").get_by_role("link", name=patient.name).tap()
    expect(page.get_by_role("heading", name="Urgent answers")).to_be_in_viewport()
