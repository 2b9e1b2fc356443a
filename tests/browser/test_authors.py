"""What authors do, who are no programmers: change a number, see what it would have changed, and have it approved."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from editions import publishing
from screening import files
from screening.models import Criterion, Questionnaire, QuestionnaireEdition, Threshold
from tests.browser.answers import send
from tests.browser.checks import accessible, well_made
from tests.conftest import make_patient
from tests.screening.authoring import make_draft, page
from tests.screening.factories import DOCUMENT
from tests.screening.test_files import FIVE

pytestmark = pytest.mark.browser

LIST = "/admin/screening/questionnaire/"
REASON = "We looked at it together, and it stays."


@pytest.fixture
def draft(editor: Any, approver: Any) -> Questionnaire:
    """The shipped questionnaire, with its first edition live."""
    made = make_draft(editor)
    publish(made, approver)
    return made


def publish(draft: Questionnaire, approver: Any) -> QuestionnaireEdition:
    publishing.submit(draft, by=approver)
    publishing.approve(draft, by=approver, digest=draft.digest())
    edition: QuestionnaireEdition = publishing.publish(draft, by=approver)
    return edition


def raise_obesity(draft: Questionnaire, editor: Any) -> None:
    """The grades of obesity begin later."""
    draft.thresholds.filter(key="bmi_class_1").update(value=35)
    draft.thresholds.filter(key="bmi_class_2").update(value=37)
    draft.refresh_from_db()
    publishing.save_draft(draft, by=editor)


def give_reasons(desk: Page) -> None:
    for box in desk.get_by_label("Why it is right as it is").all():
        box.fill(REASON)


def test_a_number_is_changed_and_its_impact_seen(windows, editor, draft):
    # Given six patients with a body mass index of 34
    live = draft.editions.live()
    for number in range(6):
        send(make_patient(f"Patient {number}"), live, height_cm="170", weight_kg="98.3")
    desk = windows.open(editor)
    desk.goto(LIST)
    desk.get_by_role("link", name="Questions before a spinal fusion").click()
    # When the number alone is changed
    desk.get_by_role("link", name="Thresholds").click()
    desk.get_by_label("BMI class 1").fill("35")
    desk.get_by_label("BMI class 1").press("Enter")
    # Then both that do not fit are marked
    expect(desk.get_by_text("BMI class 2 has to be above BMI class 1.")).to_have_count(2)
    accessible(desk)
    # When the other follows
    desk.get_by_label("BMI class 2").fill("37")
    desk.get_by_role("button", name="Save all numbers").click()
    expect(desk.locator(".messagelist")).to_have_text("Saved: BMI class 1 30 → 35; BMI class 2 35 → 37.")
    # and the impact is asked for
    desk.get_by_role("link", name="Questions before a spinal fusion").click()
    desk.get_by_role("link", name="Impact").click()
    desk.get_by_role("button", name="Count the impact").click()
    expect(desk.get_by_text("It waits to begin.")).to_be_visible()
    call_command("impact")
    desk.get_by_role("link", name="Look again").click()
    # Then it is told in counts, and in no patient's name
    expect(desk.get_by_role("row", name="would come to something else")).to_contain_text("5 to 9")
    moved = desk.get_by_role("region", name="Higher weight").locator("tbody tr").filter(has_text="relative")
    expect(moved).to_contain_text("5 to 9")
    well_made(desk)
    expect(desk.locator("#content-main")).not_to_contain_text("Patient 0")
    well_made(desk)


def test_a_change_is_sent_back_then_approved_and_published_for_tomorrow(windows, editor, approver, draft):
    raise_obesity(draft, editor)
    change = page(draft)
    desk, other_desk = windows.open(editor), windows.open(approver)
    # When it is submitted without a reason
    desk.goto(change)
    desk.get_by_role("link", name="Submit for approval").click()
    desk.get_by_role("button", name="Submit for approval").click()
    expect(desk.get_by_role("alert")).to_contain_text("Say why it is right as it is")
    well_made(desk)
    # and with reasons
    give_reasons(desk)
    desk.get_by_role("button", name="Submit for approval").click()
    expect(desk.get_by_text("Submitted for approval.")).to_be_visible()
    # Then the approver reads them beside what differs, and sends it back
    other_desk.goto(change)
    other_desk.get_by_role("link", name="Approve", exact=True).click()
    expect(other_desk.locator("#submission")).to_contain_text(REASON)
    expect(other_desk.locator("#differences ins")).to_have_text(["[put in: 35 ]", "[put in: 37 ]"])
    well_made(other_desk)
    other_desk.goto(change)
    other_desk.get_by_role("link", name="Send back").click()
    other_desk.get_by_label("What has to change").fill("Say in the source who decided this.")
    other_desk.get_by_role("button", name="Send back").click()
    # and the editor reads why, and keeps the reasons
    desk.reload()
    expect(desk.get_by_text("Say in the source who decided this.")).to_be_visible()
    desk.get_by_role("link", name="Submit for approval").click()
    expect(desk.get_by_label("Why it is right as it is").first).to_have_value(REASON)
    desk.get_by_role("button", name="Submit for approval").click()
    # When the approver approves, and publishes for tomorrow
    other_desk.goto(change)
    other_desk.get_by_role("link", name="Approve", exact=True).click()
    other_desk.get_by_role("button", name="Approve").click()
    other_desk.get_by_role("link", name="Publish").click()
    tomorrow = timezone.localtime() + timedelta(days=1)
    other_desk.get_by_label("Readable from").fill(tomorrow.strftime("%Y-%m-%dT08:00"))
    other_desk.get_by_role("button", name="Publish").click()
    # Then patients are asked by the former edition until then
    well_made(other_desk)
    expect(other_desk.locator(".messagelist")).to_contain_text(re.compile("edition 2.+until then", re.I))
    assert draft.editions.live().number == 1


def test_the_former_edition_is_put_back_into_the_draft(windows, editor, approver, draft):
    raise_obesity(draft, editor)
    publish(draft, approver)
    desk = windows.open(editor)
    desk.goto(page(draft))
    desk.get_by_role("link", name="Editions").click()
    desk.get_by_role("row", name="A later edition came after it").get_by_role(
        "link", name="Edition 1"
    ).click()
    desk.get_by_role("link", name="Put back into the draft").click()
    expect(desk.locator("#differences ins")).to_have_text(["[put in: 30 ]", "[put in: 35 ]"])
    well_made(desk)
    desk.get_by_role("button", name="Put back into the draft").click()
    expect(desk.get_by_text("The draft says what edition 1 says. Submit it next.")).to_be_visible()
    desk.get_by_role("link", name="Thresholds").click()
    expect(desk.get_by_label("BMI class 1")).to_have_value("30")


def test_a_question_gets_a_rule_of_its_own_and_a_translation(windows, editor, approver, draft):
    desk = windows.open(editor)
    desk.goto(page(draft))
    # When a question is added to its section
    section = desk.locator("#sections details").filter(has_text="Smoking and nicotine")
    section.get_by_role("heading").click()
    section.get_by_role("link", name="Add a question").click()
    desk.get_by_label("Question:").fill("Do you smoke a water pipe?")
    desk.get_by_label("Type:").select_option("yes_no")
    desk.get_by_label("Short label:").fill("Water pipe")
    desk.get_by_label("Key:").fill("water_pipe")
    desk.get_by_label("Why we ask:").fill("Its smoke has nicotine too.")
    desk.get_by_role("button", name="Save", exact=True).click()
    # Then it stands where it was put
    expect(desk.locator("#outline .at").get_by_role("link", name="Water pipe")).to_be_visible()

    # When a rule names a key that does not exist
    nicotine = Criterion.objects.get(key="nicotine")
    desk.locator("#criteria").get_by_role("heading", name="Smoking and nicotine").click()
    desk.locator(f"a[href*='criterion={nicotine.pk}']").click()
    when = desk.get_by_label("When:")
    when.fill('waterpipe == "yes"')
    desk.get_by_label("What it means:").fill("The patient smokes a water pipe.")
    desk.get_by_label("Category:").select_option("relative")
    desk.get_by_label("Reason:").fill("nicotine_water_pipe")
    desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.locator(".errorlist").first).to_contain_text("waterpipe")
    well_made(desk)
    # and then the key is taken from the help, by keyboard
    when.fill(' == "yes"')
    when.press("Home")
    for name in ("What can be written here", "Smoking and nicotine"):
        desk.locator("summary").filter(has_text=name).press("Enter")
    desk.get_by_role("button", name="water_pipe").press("Enter")
    expect(when).to_be_focused()
    expect(when).to_have_value('water_pipe == "yes"')
    desk.get_by_role("button", name="Save and continue editing").click()
    # Then it is read in words
    expect(desk.get_by_text("“Water pipe” is “Yes”.")).to_be_visible()

    # When the new text is translated
    desk.get_by_role("link", name="Outline").click()
    desk.get_by_role("link", name="Translations").click()
    desk.get_by_role("link", name="Spanish").click()
    desk.get_by_role("link", name="missing").click()
    desk.get_by_role("link", name="Edit").click()
    for label, text in {
        "Text": "¿Fuma en pipa de agua?",
        "Short name": "Pipa de agua",
        "Why we ask": "Su humo también tiene nicotina.",
    }.items():
        desk.get_by_label(label).fill(text)
    well_made(desk)
    desk.get_by_role("button", name="Save").click()
    # Then another person checks it
    other_desk = windows.open(approver)
    other_desk.goto(desk.url)
    other_desk.get_by_role("button", name="Checked: it says the same questions.water_pipe").click()
    expect(other_desk.locator("[id='part-questions.water_pipe']")).to_contain_text(
        f"checked by {approver.name}"
    )


def test_the_mistakes_of_a_file_are_said_with_their_lines(windows, editor):
    desk = windows.open(editor)
    desk.goto(LIST)
    desk.get_by_role("link", name="Import from a file").click()
    file = {"name": "small.toml", "mimeType": "application/toml", "buffer": FIVE.encode()}
    desk.get_by_label("A file").set_input_files(file)
    desk.get_by_role("button", name="Go on").click()
    lines = [re.compile(f"Line {line}: ") for line in (4, 14, 19, 21, 30, 38, 43)]
    expect(desk.get_by_role("alert").get_by_role("listitem")).to_have_text(lines)
    assert not Questionnaire.objects.exists()
    well_made(desk)


@pytest.fixture
def small(editor: Any, approver: Any) -> Questionnaire:
    """Short enough to open many of its pages, with an edition live and another title in the draft."""
    made = files.bring_in(DOCUMENT, by=editor).questionnaire
    publish(made, approver)
    made.title = "Before your surgery"
    made.save()
    publishing.save_draft(made, by=editor)
    return made


@pytest.mark.parametrize(
    "addresses",
    [
        ("preview/", "preview/page/bone/", "preview/notice/emergency/", "preview/check/", "preview/outcome/"),
        ("export/", "translations/es/", "samples/add/"),
        ("editions/1/", "editions/1/restore/", "compare/?from=draft"),
    ],
    ids=lambda addresses: addresses[0].strip("/"),
)
def test_further_pages(windows, editor, small, addresses):
    desk = windows.open(editor)
    for address in addresses:
        desk.goto(f"{LIST}{small.pk}/{address}")
        well_made(desk)


def test_a_few_words_are_approved_and_published_on_one_page(windows, editor, approver, small):
    publishing.submit(small, by=editor)
    desk = windows.open(approver)
    desk.goto(page(small))
    desk.get_by_role("link", name="Approve and publish").click()
    well_made(desk)
    desk.get_by_role("button", name="Approve and publish").click()
    expect(desk.get_by_text("Published as edition 2. Readers see it now.")).to_be_visible()
    desk.goto(f"{LIST}{small.pk}/editions/1/withdraw/")
    well_made(desk)


def test_made_up_answers_are_kept_and_tell_when_they_come_to_something_else(windows, editor, small):
    # Given
    answers = {"smoking": "yes", "numb": "no", "t_score": "-2.6"}
    given = {
        "name": "Weak bone",
        "facts": {"age": 70, "sex": "female"},
        "today": "2026-11-22",
        "answers": answers,
    }
    desk = windows.open(editor)
    desk.goto(f"{LIST}{small.pk}/samples/add/")
    desk.get_by_label("Samples as JSON").fill(json.dumps(given))
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("1 sample, and it comes to what is expected.")).to_be_visible()
    # When the draft looks at it otherwise
    Threshold.objects.update(value="-2.7")
    publishing.save_draft(Questionnaire.objects.get(), by=editor)
    desk.reload()
    # Then
    expect(desk.get_by_text("1 of 1 samples comes to something else than expected.")).to_be_visible()
    well_made(desk)
    desk.get_by_role("button", name="Accept the new outcome as expected: Weak bone").click()
    expect(desk.get_by_text("1 sample, and it comes to what is expected.")).to_be_visible()


def test_two_authors_change_one_number(windows, editor, approver, small):
    desk = windows.open(editor)
    desk.goto(f"{LIST}{small.pk}/thresholds/")
    Threshold.objects.update(value="-2.7")
    publishing.save_draft(Questionnaire.objects.get(), by=approver)
    desk.get_by_label("osteoporosis").fill("-2.9")
    desk.get_by_role("button", name="Save all numbers").click()
    expect(desk.get_by_role("row", name="osteoporosis -2.7 -2.9")).to_be_visible()
    well_made(desk)
