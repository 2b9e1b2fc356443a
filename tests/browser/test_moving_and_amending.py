"""What patients and surgeons meet when questions change and answers are corrected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screening import answering
from screening.models import Case, Submission
from tests.browser.checks import well_made
from tests.screening.factories import make_edition
from tests.screening.test_moving import changed, withdraw
from tests.screening.typing import WITHOUT_MOOD, answer_all

pytestmark = pytest.mark.browser

START = "/screening/spinal-fusion/"
PHONE = {"width": 360, "height": 740}


def look(page, name: str) -> None:
    """Well made; and kept as a picture where LOOK names a folder."""
    well_made(page)
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_what_changed_is_read_before_going_on(windows, patient, fusion):
    answer_all(patient, fusion, smoking="some_days", metal_allergy="yes")
    withdraw(fusion)
    make_edition(changed())
    page = windows.open(patient)
    page.set_viewport_size(PHONE)
    page.goto(START)
    look(page, "ahead")
    page.get_by_role("button", name="Look through my answers").click()
    look(page, "asked_again")
    page.goto(f"{START}changes/")
    look(page, "changes")


def test_a_correction_from_beginning_to_the_case(windows, patient, surgeon, fusion):
    answer_all(patient, fusion, smoking="daily", back_sore="yes")
    answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    page = windows.open(patient)
    page.set_viewport_size(PHONE)
    page.goto("/")
    look(page, "home")
    page.get_by_role("link", name="Correct my answers").click()
    look(page, "correct")
    page.get_by_role("button", name="Start to correct").click()
    look(page, "correct_refused")
    page.get_by_label("What do you want to correct?").fill("I stopped smoking, and there is no sore.")
    page.get_by_role("button", name="Start to correct").click()
    page.get_by_role("link", name="Stop correcting").click()
    look(page, "stop")
    red_flags = {key: value for key, value in WITHOUT_MOOD.items() if key.startswith("red_flag")}
    given = {**red_flags, "smoking": "never", "back_sore": "no"}
    answering.save(
        patient=patient, questionnaire=fusion.questionnaire, given=given, seen={}, section="red_flags"
    )
    page.goto(f"{START}check/")
    look(page, "check")
    page.get_by_role("button", name="Send my answers").click()
    look(page, "sent")
    first = Submission.objects.visible_to(patient).order_by("submitted_at").first()
    page.goto(f"/screening/sent/{first.pk}/")
    look(page, "sent_before")
    case = Case.objects.visible_to(surgeon).get(patient=patient)
    desk = windows.open(surgeon)
    desk.goto("/review/")
    look(desk, "list")
    desk.goto(f"/review/{case.pk}/")
    look(desk, "case")
