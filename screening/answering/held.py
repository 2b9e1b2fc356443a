"""The answers in progress, held for one transaction, and why a step of the patient's is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from screening.engine.answers import Cleaned
from screening.host import host
from screening.models import AnswersInProgress, Questionnaire, Submission

ADULT = 18  # completed years


class TooYoung(Exception):
    """Patients under 18 cannot start."""


class Incomplete(Exception):
    """Answers are missing or do not fit; `cleaned` says which."""

    def __init__(self, cleaned: Cleaned) -> None:
        super().__init__("incomplete")
        self.cleaned = cleaned


class AmendedBefore(Exception):
    """Something newer was sent than what is to be corrected."""


class Changed(Exception):
    """The answers are not those that the patient has read and sent."""


def check_age(patient: Any) -> None:
    """Raises TooYoung for those who cannot start."""
    facts_of(patient)


def facts_of(patient: Any) -> dict[str, Any]:
    """What the host knows of the patient today. Raises TooYoung."""
    facts = host().facts(patient, timezone.localdate())
    age = facts.get("age")
    if age is not None and age < ADULT:
        raise TooYoung
    return facts


def locked(patient: Any, **which: Any) -> AnswersInProgress | None:
    """The answers in progress, held until the transaction ends: whoever comes next waits.

    SQLite has no row locks and needs none: the transaction holds the only write lock from its start.
    """
    rows = AnswersInProgress.objects.visible_to(patient).filter(**which)
    rows = rows.select_related("edition", "questionnaire").defer("edition__content")
    attempt: AnswersInProgress | None = rows.select_for_update(of=("self",)).first()
    if attempt is not None:
        attempt.patient = patient
    return attempt


def locked_or_raise(patient: Any, **which: Any) -> AnswersInProgress:
    attempt = locked(patient, **which)
    if attempt is None:
        raise AnswersInProgress.DoesNotExist
    return attempt


def latest(patient: Any, questionnaire: Questionnaire) -> Submission | None:
    sent = Submission.objects.visible_to(patient).filter(patient=patient, questionnaire=questionnaire)
    latest: Submission | None = (
        sent.select_related("edition", "questionnaire").order_by("-submitted_at").first()
    )
    return latest


def is_stale(attempt: AnswersInProgress) -> bool:
    """Whether the answers lay untouched for longer than the questionnaire allows."""
    limit = attempt.edition.definition.thresholds.get("answers_stale_days")
    return limit is not None and timezone.now() - attempt.saved_at > timedelta(days=int(limit.value))
