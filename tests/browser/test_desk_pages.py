"""Every page of the desk, and what patients see of it: in light and in dark, narrow and enlarged."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from editions import publishing
from education.models import Article
from portal.accounts.models import PatientProfile, User
from portal.accounts.people import begin_care
from screening import deciding, marking, messaging, results, reviewing
from screening.models import Case, Message
from tests.browser.answers import send
from tests.browser.checks import well_made
from tests.browser.conftest import ARTICLE, publish
from tests.conftest import make_patient

pytestmark = pytest.mark.browser

PHONE, TABLET = {"width": 360, "height": 740}, {"width": 768, "height": 1024}
MANY = {
    "red_flag_new_weakness": "yes",
    "bone_fragility_fracture": "yes",
    "bone_fracture_site": "wrist",
    "osteoporosis_told": "yes",
    "smoking": "daily",
    "diabetes": "yes",
}
LETTER = "letter of Dr. Lee, Bay Radiology"
QUESTIONS: list[dict[str, Any]] = [
    {
        "text": "What does smoke do to small blood vessels?",
        "choices": [
            {"text": "They become narrow", "explanation": "Bone gets less of what it needs.", "right": True},
            {"text": "They become wide", "explanation": "Heat does that, for a moment.", "right": False},
        ],
    },
    {
        "text": "When do you gain most?",
        "choices": [
            {"text": "The day before", "explanation": "That helps your lungs a little.", "right": False},
            {"text": "Six weeks before", "explanation": "Bone heals better then.", "right": True},
        ],
    },
]


@pytest.fixture
def words(db: None) -> None:
    """What messages begin with, as it is shipped."""
    call_command("load_messages", verbosity=0)


@pytest.fixture
def case(patient: User, surgeon: User, fusion: Any) -> Case:
    """Many findings, sent by a patient in the surgeon's care."""
    send(patient, fusion, **MANY)
    return case_of(patient)


def case_of(patient: User) -> Case:
    case: Case = Case.unscoped.get(patient=patient)
    return case


def enter_t_score(surgeon: User, case: Case, value: str) -> None:
    assert case.submission is not None
    investigation = case.submission.edition.definition.investigation("t_score")
    assert investigation is not None
    day = timezone.localdate() - timedelta(days=20)
    entry = results.Entry(investigation, {"t_score": Decimal(value)}, day, LETTER)
    results.enter(user=surgeon, case=case, version=case.version, entry=entry)


def told(surgeon: User, case: Case, article: Article) -> Message:
    """A decision with a day, and a message with tests and something to read."""
    now = case_of(case.patient)
    decision = deciding.decide(
        user=surgeon,
        case=now,
        version=now.version,
        state="optimise",
        plan="Stop smoking, then look again.",
        rescreen_on=timezone.localdate() + timedelta(weeks=6),
    )
    return messaging.release(
        user=surgeon,
        case=case_of(case.patient),
        text="Please stop smoking.\n\nThen we talk.",
        decision=decision,
        tests=["A bone scan (DXA)"],
        reading=[{"key": article.slug, "title": ARTICLE["title"]}],
        rescreen_on=decision.rescreen_on,
    )


def test_views_that_are_kept_and_giving_to_nobody(windows, case, surgeon, other_surgeon):
    # Given
    page = windows.open(surgeon)
    page.goto("/review/?category=possible&search=A")
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name for what is shown now").fill("To clarify")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("link", name="To clarify")).to_have_attribute("aria-current", "page")
    well_made(page)
    page.goto("/review/views/")
    well_made(page)
    # When
    page.goto("/review/")
    page.set_viewport_size(TABLET)
    page.get_by_role("checkbox", name=f"Choose {case.patient.name}").check()
    page.get_by_role("button", name="Give to a colleague …").click()
    page.get_by_role("button", name="Give them over").click()
    # Then
    expect(page.get_by_text("Choose a colleague from the list.")).to_be_visible()
    well_made(page)


def test_results_are_entered_checked_and_made_void(windows, case, surgeon):
    page = windows.open(surgeon)
    address = f"/review/{case.pk}/results/"
    page.goto(f"{address}?test=t_score")
    page.get_by_role("button", name="Store the result").click()
    expect(page.get_by_text("Give the day of the test.").first).to_be_visible()
    well_made(page)
    # When
    page.get_by_role("textbox", name="T-score").fill("-3.6")
    page.get_by_label("Day of the test").fill((timezone.localdate() - timedelta(days=20)).isoformat())
    page.get_by_label("Where you read it").fill(LETTER)
    page.get_by_role("button", name="Store the result").click()
    # Then
    expect(page.get_by_role("heading", name="Check what changes")).to_be_visible()
    well_made(page)
    page.get_by_role("button", name="Store the result").click()
    expect(page.get_by_text("It is stored, and the answers were assessed again.")).to_be_visible()
    # When it was another patient's
    page.goto(address)
    page.get_by_role("link", name="Make it void").click()
    expect(page.get_by_role("heading", name="Make a result void")).to_be_visible()
    well_made(page)


def test_a_case_with_marks_results_decisions_messages_and_a_question(windows, case, surgeon, article):
    # Given
    enter_t_score(surgeon, case, "-1.2")
    message = told(surgeon, case, article)
    messaging.reply(patient=case.patient, message=message, text="How do I stop?")
    for criterion, says, text in (("bone", "confirmed", ""), ("nicotine", "needs_test", "Cotinine")):
        now = case_of(case.patient)
        marking.mark(user=surgeon, case=now, version=now.version, criterion=criterion, says=says, text=text)
    page = windows.open(surgeon)
    page.goto(f"/review/{case.pk}/")
    # When everything is opened
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    # Then
    expect(page.get_by_text("How do I stop?")).to_be_visible()
    well_made(page)
    # When the wrong decision is replaced without a reason
    page.get_by_role("link", name="This decision was wrong: replace it").click()
    page.get_by_label("Closed").check()
    page.get_by_role("button", name="Store without a message").click()
    expect(page.get_by_text("Say what was wrong with it.").first).to_be_visible()
    well_made(page)


def test_a_message_is_composed_previewed_and_looked_at_once_more(windows, case, surgeon, article, words):
    # Given
    deciding.decide(user=surgeon, case=case, version=case.version, state="discuss", plan="Talk on Monday.")
    page = windows.open(surgeon)
    # When
    page.goto(f"/review/{case.pk}/message/")
    page.get_by_role("checkbox", name=ARTICLE["title"]).check()
    page.get_by_label("Message").fill("Nothing here is absolute. We talk on Monday.")
    page.get_by_role("button", name="Release to the patient").click()
    # Then
    expect(page.get_by_text("Please look at these words once more")).to_be_visible()
    expect(page.get_by_role("region", name="As the patient reads it")).to_contain_text("We talk on Monday.")
    well_made(page)


def test_the_patients_messages_on_a_phone(windows, case, patient, surgeon, article):
    # Given
    told(surgeon, case, article)
    page = windows.open(patient)
    page.set_viewport_size(PHONE)
    page.goto("/")
    expect(page.get_by_text(f"{surgeon.name} chose this for you.")).to_be_visible()
    well_made(page)
    # When
    page.get_by_role("link", name=f"Message from {surgeon.name}").click()
    page.get_by_role("button", name="Send my question").click()
    # Then
    expect(page.get_by_role("alert")).to_be_focused()
    well_made(page)
    # When
    page.get_by_label("Your question").fill("How do I stop?")
    page.get_by_role("button", name="Send my question").click()
    expect(page.get_by_text("Nobody has read it yet.")).to_be_visible()
    page.goto("/messages/")
    well_made(page)


def test_reminders_are_switched_off(windows, patient):
    page = windows.open(patient)
    page.set_viewport_size(PHONE)
    page.goto("/reminders/")
    page.get_by_role("button", name="Switch reminders off").click()
    expect(page.get_by_text("Reminders are off.").first).to_be_visible()
    well_made(page)


def test_the_two_questions_at_the_end_of_an_article(windows, patient, editor, approver, article):
    # Given
    article.restore({**ARTICLE, "questions": QUESTIONS})
    publishing.save_draft(article, by=editor)
    publish(article, approver)
    page = windows.open(patient)
    page.set_viewport_size(PHONE)
    page.goto(f"/learn/{article.slug}/")
    # When
    page.get_by_label("They become wide").check()
    page.get_by_label("Six weeks before").check()
    page.get_by_role("button", name="question 1").click()
    # Then
    expect(page.get_by_text("Let us look at this once more.")).to_be_visible()
    expect(page.get_by_text("Yes, that is what the article says.")).to_be_visible()
    well_made(page)


def test_who_has_to_be_called(windows, case, patient, surgeon):
    # Given
    User.objects.filter(pk=patient.pk).update(email=None)
    PatientProfile.unscoped.filter(user=patient).update(address="1 Quay Street\nHarbor")
    messaging.release(user=surgeon, case=case, text="Please call us.")
    call_command("tick")
    page = windows.open(surgeon)
    page.goto("/review/to-call/")
    # When
    page.get_by_role("button", name=f"Note it for {patient.name}").click()
    # Then
    expect(page.get_by_text("Choose what came of it.").first).to_be_visible()
    well_made(page)


def test_the_figures_of_the_practice(windows, case, other_patient, surgeon, lead, fusion):
    send(other_patient, fusion)
    reviewing.take(user=surgeon, case=reviewing.open_case(user=surgeon, case_id=case.pk))
    page = windows.open(lead)
    page.goto("/review/figures/")
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Get help now")).to_have_count(0)
    well_made(page)


def test_a_case_and_the_list_are_taken_out_after_the_password(windows, case, surgeon, with_password):
    # Given
    with_password(surgeon)
    page = windows.open(surgeon)
    # When
    page.goto(f"/review/export/case/{case.pk}/")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Take out this case")).to_be_visible()
    well_made(page)
    page.get_by_role("button", name="Open the printout").click()
    # Then
    expect(page.get_by_role("heading", name=case.patient.name)).to_be_visible()
    well_made(page)
    # When
    page.goto("/review/export/cases/")
    well_made(page)
    page.get_by_role("button", name="Make the table").click()
    # Then
    expect(page.get_by_role("heading", name="Ready to download")).to_be_visible()
    well_made(page)


def test_cover_and_handovers(windows, patient, surgeon, other_surgeon):
    page = windows.open(surgeon)
    page.goto("/review/cover/")
    today = timezone.localdate()
    # When
    page.get_by_label("First day").fill((today + timedelta(days=3)).isoformat())
    page.get_by_label("Last day").fill((today + timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Plan the cover").click()
    expect(page.get_by_text("The last day is before the first one.").first).to_be_visible()
    well_made(page)
    # When
    page.goto("/review/cover/hand-over/")
    page.get_by_role("button", name="Hand over", exact=True).click()
    # Then
    expect(page.get_by_text("Tick at least one patient, or choose all of them.").first).to_be_visible()
    well_made(page)


def test_another_surgeons_patient_is_opened_in_an_emergency(
    windows, other_patient, surgeon, other_surgeon, fusion
):
    # Given
    begin_care(patient=other_patient, surgeon=other_surgeon)
    send(other_patient, fusion, **MANY)
    number = PatientProfile.unscoped.get(user=other_patient).record_number
    page = windows.open(surgeon)
    page.goto("/review/another/")
    page.get_by_role("button", name="Open it for an hour").click()
    expect(page.get_by_text("Give the record number.").first).to_be_visible()
    well_made(page)
    # When
    page.get_by_label("Record number").fill(number)
    page.get_by_label("Date of birth").fill("1961-05-04")
    page.get_by_label("Why do you need to see it now?").fill("I am on call, she is in the emergency room")
    page.get_by_role("button", name="Open it for an hour").click()
    # Then
    expect(
        page.get_by_text("You see this patient only because you opened the record yourself")
    ).to_be_visible()
    well_made(page)
    # and the patient reads of it
    home = windows.open(other_patient)
    home.goto("/")
    expect(home.get_by_text("in the emergency room")).to_be_visible()


def test_two_records_of_one_person_are_joined(windows, administrator):
    # Given
    make_patient("Bella Brown", date(1958, 3, 2), record_number="H-1001")
    make_patient("Bella Brown-Roe", date(1958, 3, 2), record_number="H-2002")
    page = windows.open(administrator)
    # When
    page.goto("/admin/accounts/joinedrecord/join/")
    page.get_by_role("button", name="Look at both").click()
    # Then
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    well_made(page)
    # When
    page.get_by_label("Record number that stays").fill("H-1001")
    page.get_by_label("Record number that is joined to it").fill("H-2002")
    page.get_by_label("How you know that they are one person").fill("Both stand on the identity card")
    page.get_by_role("button", name="Look at both").click()
    # Then
    expect(page.get_by_text("Bella Brown-Roe").first).to_be_visible()
    well_made(page)


def test_the_words_of_messages_in_the_administration(windows, editor, fusion, words):
    page = windows.open(editor)
    page.goto("/admin/screening/messagetemplate/")
    well_made(page)
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("heading", name="Change message template")).to_be_visible()
    well_made(page)
    # When
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview, without saving").click()
    # Then
    expect(opened.value.get_by_text("Hello Pat Morgan,")).to_be_visible()
    well_made(opened.value)
