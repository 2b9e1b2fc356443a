"""What the portal is for, from one end to the other, with everyone in a window of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.answers import ADDRESS, CALM_PAGES, fill, go_on, send, walk
from tests.browser.checks import well_made

pytestmark = pytest.mark.browser

NEW_SENTENCE = "Nicotine gum helps many people to stop."


def test_from_a_weak_leg_to_the_surgeons_message(windows, patient, other_patient, surgeon, on_duty, fusion):
    # Given somebody who waits already
    send(other_patient, fusion, depression_told="no", phq_1="0", phq_2="0")
    # When a patient reports a newly weak leg
    page = windows.open(patient)
    page.goto("/")
    page.get_by_role("link", name="Questions before a spinal fusion").click()
    page.get_by_role("button", name="Start").click()
    fill(page, {"red_flag_new_weakness": "yes"})
    page.wait_for_url("**/notice/emergency/**")
    page.get_by_role("link", name="Go on with the questions").click()
    fill(page, {**CALM_PAGES["red_flags"], "red_flag_new_weakness": "yes"})
    go_on(page)
    # and cancer at many places
    page.wait_for_url(f"**{ADDRESS}cancer/**")
    fill(page, {"cancer_ever": "yes"})
    fill(page, {"cancer_in_spine": "yes", "cancer_night_pain": "no"})
    fill(page, {"cancer_spine_places": "many"})
    go_on(page)
    walk(page, skip=("red_flags", "cancer"), more={"mood": {"phq_1": "0", "phq_2": "0"}})
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    # Then the surgeon finds that patient first, and reads why
    desk = windows.open(surgeon)
    desk.goto("/review/")
    names = desk.get_by_role("rowheader").get_by_role("link")
    expect(names).to_have_text([patient.name, other_patient.name])
    names.first.click()
    expect(desk.get_by_role("heading", name="Urgent answers")).to_be_visible()
    expect(
        desk.get_by_role("rowheader", name="In how many places of your spine is the cancer?")
    ).to_be_visible()
    # and decides, with a message
    desk.get_by_label("Needs tests").check()
    desk.get_by_label("Other tests").fill("MRI of the whole spine")
    desk.get_by_role("button", name="Store and write to the patient").click()
    desk.get_by_label("Message").fill("Please come to the clinic today.")
    desk.get_by_role("button", name="Release to the patient").click()
    expect(desk.get_by_text("Released: the message is on the patient's home page.")).to_be_visible()
    well_made(desk)

    # Then the patient reads it
    page.goto("/")
    expect(page.get_by_text("Please come to the clinic today.")).to_be_visible()
    expect(page.get_by_text("Opened", exact=True)).to_be_visible()
    well_made(page)


def test_from_an_editors_sentence_to_the_patients_page(windows, patient, editor, approver, article):
    # Given
    reader, desk, other_desk = windows.open(patient), windows.open(editor), windows.open(approver)
    change = f"/admin/education/article/{article.pk}/change/"
    # When the editor writes a sentence, and submits it
    desk.goto(change)
    text = desk.get_by_role("textbox", name="Text", exact=True)
    text.press("Control+End")
    text.press_sequentially(f" {NEW_SENTENCE}")
    desk.get_by_role("button", name="Save and continue editing").click()
    # The page before shows the sentence too: not until this is said is it stored.
    expect(desk.get_by_text("was changed successfully")).to_be_visible()
    expect(text).to_contain_text(NEW_SENTENCE)
    desk.get_by_role("link", name="Submit for approval").click()
    desk.get_by_role("button", name="Submit for approval").click()
    expect(desk.get_by_text("Submitted for approval.")).to_be_visible()
    # Then patients read the old text
    reader.goto("/learn/smoking-and-healing/")
    expect(reader.get_by_text(NEW_SENTENCE)).to_have_count(0)

    # When the approver approves and publishes it
    other_desk.goto(change)
    other_desk.get_by_role("link", name="Approve").click()
    expect(other_desk.locator("#differences ins")).to_contain_text([NEW_SENTENCE])
    other_desk.get_by_role("button", name="Approve").click()
    expect(other_desk.get_by_text("Approved.")).to_be_visible()
    other_desk.get_by_role("link", name="Publish").click()
    other_desk.get_by_role("button", name="Publish").click()
    # Then patients read the new one
    expect(other_desk.locator(".messagelist")).to_contain_text("Published as edition 2. Readers see it now.")
    reader.reload()
    expect(reader.get_by_text(NEW_SENTENCE)).to_be_visible()
    well_made(reader)
