"""Answering as patients do, and getting to the place where a test begins."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Page

from screening import answering
from screening.models import AnswersInProgress, QuestionnaireEdition, Submission
from tests.screening.calm import CALM
from tests.screening.typing import answer_all

NOTHING: Mapping[str, dict[str, str]] = MappingProxyType({})
ADDRESS = "/screening/spinal-fusion/"

# What is ticked or typed on each page, box by box, by somebody who reports nothing and has nobody on duty.
CALM_PAGES: dict[str, dict[str, str]] = {
    "red_flags": dict.fromkeys(
        (
            "red_flag_bladder_bowel",
            "red_flag_saddle_numbness",
            "red_flag_new_weakness",
            "red_flag_fever_back_pain",
            "red_flag_fall_crash",
        ),
        "no",
    ),
    "cancer": {"cancer_ever": "no"},
    "bone": dict.fromkeys(
        ("osteoporosis_told", "bone_scan", "bone_fragility_fracture", "bone_medicine"), "no"
    ),
    "infection": dict.fromkeys(
        ("infection_now", "antibiotics_now", "spine_infection", "fever_or_chills", "back_sore"), "no"
    ),
    "nicotine": {"smoking": "never", "other_nicotine": "no", "nicotine_replacement": "no"},
    "weight": {
        "height_cm__ft": "5",
        "height_cm__in": "7",
        "weight_kg__lb": "154",
        "weight_loss": "no",
        "eating_less": "no",
    },
    "health": dict.fromkeys(
        (
            "heart_failure",
            "recent_heart_event",
            "low_oxygen",
            "lung_disease",
            "breathless",
            "diabetes",
            "dialysis",
        ),
        "no",
    ),
    "spine_surgery": {"spine_surgery": "no"},
    "medicines": dict.fromkeys(
        (
            "steroids_long_term",
            "blood_thinner",
            "nsaid",
            "immune_medicine",
            "opioid_long_term",
            "metal_allergy",
        ),
        "no",
    ),
    "mood": {"depression_told": "no"},
    "anything_else": {"anything_else": "The stairs at home are steep."},
}


def fill(page: Page, boxes: dict[str, str]) -> None:
    """Tick or type, by the names of the boxes.

    A radio is pressed and not looked at again: an urgent answer leads to another page at once.
    """
    for name, value in boxes.items():
        box = page.locator(f"[name='{name}']")
        kind = box.first.get_attribute("type")
        if kind == "radio":
            page.locator(f"[name='{name}'][value='{value}']").click()
        elif kind == "checkbox":
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            box.fill(value)


def go_on(page: Page) -> None:
    """Pressed for as long as a hand takes: what is saved meanwhile must not move the button away."""
    page.get_by_role("button", name="Save and go on").click(delay=120)


def walk(page: Page, *, skip: tuple[str, ...] = (), more: Mapping[str, dict[str, str]] = NOTHING) -> None:
    """Answer page after page until none is left."""
    for section, boxes in CALM_PAGES.items():
        if section not in skip:
            page.wait_for_url(f"**{ADDRESS}{section}/**")
            fill(page, {**boxes, **more.get(section, {})})
            go_on(page)
    page.wait_for_url(f"**{ADDRESS}check/")


def reach(patient: Any, edition: QuestionnaireEdition, section: str, **given: Any) -> AnswersInProgress:
    """All pages before that one are answered."""
    attempt = answering.start(patient=patient, edition=edition)
    for each in edition.definition.sections:
        if each.key == section:
            break
        here = {question.key: CALM[question.key] for question in each.questions if question.key in CALM}
        attempt = answering.save(
            patient=patient, questionnaire=edition.questionnaire, given=here, seen={}, section=each.key
        ).attempt
    if given:
        attempt = answering.save(
            patient=patient, questionnaire=edition.questionnaire, given=given, seen={}
        ).attempt
    return attempt


def send(patient: Any, edition: QuestionnaireEdition, **answers: Any) -> Submission:
    answer_all(patient, edition, **answers)
    return answering.submit(patient=patient, questionnaire=edition.questionnaire)
