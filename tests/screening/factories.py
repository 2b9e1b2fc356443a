"""Rows that the reviewers' tests start from. The questionnaire is small: a test can name all of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from editions.canonical import canonical, digest
from screening.engine.answers import dumps
from screening.models import (
    Alert,
    Case,
    Finding,
    Questionnaire,
    QuestionnaireEdition,
    Submission,
    UrgentAnswer,
)
from tests.conftest import make_user

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

DOCUMENT: dict[str, Any] = {
    "language": 1,
    "key": "small",
    "source_language": "en",
    "title": "Before your operation",
    "summary": "",
    "intro": "",
    "minutes": 5,
    "sections": [
        {
            "key": "bone",
            "title": "Bone health",
            "intro": "",
            "questions": [
                {"key": "t_score", "type": "number", "text": "What was your lowest T-score?",
                 "short": "Lowest T-score", "optional": True, "minimum": "-6.0", "maximum": "4.0",
                 "decimals": 1},
                {"key": "smoking", "type": "yes_no", "text": "Do you smoke?", "short": "Smokes"},
                {"key": "weight_kg", "type": "number", "text": "How much do you weigh?", "short": "Weight",
                 "optional": True, "minimum": "25", "maximum": "350", "unit": "kg", "measure": "weight"},
            ],
        },
        {
            "key": "safety",
            "title": "Safety",
            "intro": "",
            "questions": [
                {"key": "numb", "type": "yes_no", "text": "Are you newly numb?", "short": "New numbness"},
                {"key": "anything_else", "type": "text", "text": "What else?", "short": "Own words",
                 "optional": True},
            ],
        },
    ],
    "thresholds": [
        {"key": "osteoporosis_t", "value": "-2.5", "label": "osteoporosis", "source": "WHO"},
    ],
    "calculations": [
        {"key": "pounds", "expression": "round_half_up(weight_kg / 0.45359237, 1)", "decimals": 1,
         "label": "Weight in pounds", "unit": "lb", "outcome": True},
    ],
    "criteria": [
        {"key": "bone", "label": "Severe osteoporosis", "topic": "bone-health",
         "about": "Screws need firm bone.", "modifiable": "partly", "modifiable_note": "months",
         "next_steps": ["DXA of the hip", "Vitamin D"],
         "settled_by": "A DXA scan would settle this.",
         "sources": [{"text": "Dimar 2021", "address": "https://doi.org/10.1000/bone"}],
         "rules": [
             {"reason": "bone_low", "category": "absolute", "when": "t_score <= osteoporosis_t",
              "text": "The T-score is that of osteoporosis."},
             {"reason": "bone_unknown", "category": "clarify", "could_be": "absolute",
              "when": "not answered(t_score)", "text": "No T-score is known."},
         ]},
        {"key": "nicotine", "label": "Nicotine", "topic": "nicotine", "modifiable": "yes",
         "next_steps": ["Stop"],
         "rules": [
             {"reason": "nicotine_current", "category": "relative", "when": 'smoking == "yes"',
              "text": "The patient smokes."},
         ]},
    ],
    "urgent": [
        {"reason": "numbness", "level": "now", "when": 'numb == "yes"', "notice": "emergency",
         "text": "New numbness between the legs"},
    ],
    "extras": [],
    "notices": [{"key": "emergency", "title": "Get help now", "body": "Call.", "actions": ["Call now"]}],
    "investigations": [
        {"key": "scan", "label": "Bone scan", "settles": ["bone"], "fills": ["t_score = t_score"],
         "fields": [{"key": "t_score", "label": "T-score", "minimum": "-6", "maximum": "4", "decimals": 1}]},
        {"key": "vitamin_d", "label": "Vitamin D", "settles": ["bone"], "reference": "Below 20 ng/mL is low.",
         "fields": [{"key": "vitamin_d", "label": "Vitamin D", "unit": "ng/mL", "minimum": "1", "maximum": "200"}]},
    ],
    "sent": {"title": "Thank you", "body": "A surgeon reads this."},
}  # fmt: skip

BONE_ABSOLUTE = {"bone": {"category": "absolute", "reasons": ["bone_low"]}}
BONE_POSSIBLE = {"bone": {"category": "clarify", "reasons": ["bone_unknown"], "could_be": "absolute"}}
NICOTINE = {"nicotine": {"category": "relative", "reasons": ["nicotine_current"]}}


def make_edition(document: dict[str, Any] = DOCUMENT) -> QuestionnaireEdition:
    """The live edition of a questionnaire; the same one when it is asked for again."""
    questionnaire, _new = Questionnaire.objects.get_or_create(key=document["key"], title=document["title"])
    content = canonical(document)
    existing = QuestionnaireEdition.objects.for_draft(questionnaire).filter(digest=digest(content)).first()
    if existing:
        return existing
    publisher = make_user("Petra Publisher")
    return QuestionnaireEdition.objects.create(
        questionnaire=questionnaire,
        number=QuestionnaireEdition.objects.for_draft(questionnaire).count() + 1,
        content=content,
        digest=digest(content),
        draft_version=1,
        approved_by=publisher,
        approved_at=timezone.now() - 30 * DAY,
        published_by=publisher,
        published_at=timezone.now() - 30 * DAY,
        publish_at=timezone.now() - 30 * DAY,
    )


def make_submission(patient: Any, *, answers: dict[str, Any] | None = None, **fields: Any) -> Submission:
    edition = make_edition()
    outcome = {
        "urgent": None,
        "urgent_reasons": [],
        "headline": "none",
        "criteria": {},
        "extras": [],
        "derived": {},
    }
    sent = {
        "id": uuid.uuid4(),
        "patient": patient,
        "questionnaire": edition.questionnaire,
        "edition": edition,
        "facts": {"age": 65},
        "answers": dumps(answers or {"smoking": "no", "numb": "no"}),
        "digest": "",
        "today": timezone.localdate(),
        "outcome": canonical(outcome),
        "started_at": timezone.now(),
        **fields,
    }
    return Submission.objects.create(**sent)


def make_finding(submission: Submission, criterion: str = "bone", **fields: Any) -> Finding:
    reason = {
        "reason": "bone_low",
        "category": "absolute",
        "could_be": "",
        "grade": None,
        "rule": "Lowest T-score is at or below \u22122.5 (osteoporosis)",
        "text": "The T-score is that of osteoporosis.",
        "source": "WHO",
        "evidence": [
            {"key": "t_score", "question": "What was your lowest T-score?", "short": "Lowest T-score",
             "answer": "\u22123.1", "decisive": True}
        ],
    }  # fmt: skip
    found = {"category": "absolute", "could_be": "", "reasons": [reason], **fields}
    return Finding.objects.create(
        submission=submission, patient=submission.patient, criterion=criterion, **found
    )


def make_case(patient: Any, *, sent: bool = True, **fields: Any) -> Case:
    """A case that awaits review. With `sent=False` the questionnaire was started only."""
    edition = make_edition()
    headline = Case.Headline.RELATIVE if sent else Case.Headline.UNSENT
    made = {
        "patient": patient,
        "questionnaire": edition.questionnaire,
        "submission": make_submission(patient) if sent and "submission" not in fields else None,
        "headline": headline,
        "criteria": NICOTINE if sent else {},
        "relative_count": 1 if sent else 0,
        "rank": 400_000,
        "waiting_since": MONDAY,
        "unassigned": False,
        **fields,
    }
    made["awaiting"] = made.get("state", Case.State.NEW) in Case.AWAITING
    return Case.objects.create(**made)


def make_urgent(case: Case, **fields: Any) -> UrgentAnswer:
    """What the case's patient answered, and was shown, before anything was sent."""
    given = {
        "attempt": case.submission_id or uuid.uuid4(),
        "patient": case.patient,
        "edition": make_edition(),
        "reason": "numbness",
        "level": "now",
        "answers": dumps({"numb": "yes"}),
        "notice": {"key": "emergency", "title": "Get help now", "body": "Call.", "actions": ["Call now"]},
        "at": MONDAY,
        **fields,
    }
    return UrgentAnswer.objects.create(**given)


def make_alert(case: Case, **fields: Any) -> Alert:
    raised = {"patient": case.patient, "case": case, "attempt": uuid.uuid4(), "level": "now", **fields}
    return Alert.objects.create(**raised)
