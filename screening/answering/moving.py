"""Take answers in progress to a newer edition, and what was still typed on a page of the old one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from screening.answering.carrying import Carried, carry
from screening.answering.held import facts_of, is_stale, locked_or_raise
from screening.answering.saving import Seen, change, save
from screening.engine.answers import clean
from screening.models import AnswersInProgress, Questionnaire, QuestionnaireEdition
from screening.urgent import raise_urgent


@dataclass(frozen=True)
class Moved:
    """The answers after a move to a newer edition, or None in `carried` where another window was first."""

    attempt: AnswersInProgress
    carried: Carried | None
    notice: str = ""  # key of the notice to show before anything else


@dataclass(frozen=True)
class Late:
    """What became of a page of an earlier edition: `lost` is what was typed on it and could not be stored."""

    lost: dict[str, Any]
    notice: str = ""


@transaction.atomic
def move(*, patient: Any, edition: QuestionnaireEdition) -> Moved:
    """Take the answers to a newer edition: what still fits is kept, and each page is looked at once more.

    What is about now is never kept, and what each move changed is kept beside the answers.
    Raises TooYoung, and AnswersInProgress.DoesNotExist.
    """
    attempt = locked_or_raise(patient, questionnaire=edition.questionnaire_id)
    if attempt.edition_id == edition.pk and not is_stale(attempt):
        return Moved(attempt, None)
    facts, before = facts_of(patient), attempt.values
    told, carried = _ahead(attempt, edition, facts)
    change(attempt, before, carried.answers)
    attempt.moves = [*attempt.moves, told]
    attempt.edition, attempt.facts, attempt.done, attempt.saved_at = edition, facts, [], timezone.now()
    attempt.save()
    notice = raise_urgent(attempt, {}, carried.answers, timezone.localdate())
    return Moved(attempt, carried, notice)


@transaction.atomic
def save_late(
    *,
    patient: Any,
    questionnaire: Questionnaire,
    edition: QuestionnaireEdition,
    given: Mapping[str, Any],
    seen: Mapping[str, Seen],
) -> Late:
    """Store what was typed on a page of another edition than the answers are on, as far as it fits.

    Raises AnswersInProgress.DoesNotExist.
    """
    attempt = locked_or_raise(patient, questionnaire=questionnaire)
    then, now, today = edition.definition, attempt.edition.definition, timezone.localdate()
    read = clean(then, given, attempt.facts, today)
    typed = {
        key: read.answers.get(key, given[key])
        for key in given
        if (key in read.answers or key in read.errors) and not _as_seen(read.answers.get(key), seen.get(key))
    }
    carried = carry(then, now, {**attempt.values, **typed}, attempt.facts, today, typed_now=set(typed))
    fitting = {key: value for key, value in typed.items() if carried.answers.get(key) == value}
    saved = save(patient=patient, questionnaire=questionnaire, given=fitting, seen=seen)
    lost = {
        key: value
        for key, value in typed.items()
        if key not in fitting or key in saved.errors or key in saved.conflicts
    }
    return Late(lost, saved.notice)


def _as_seen(value: Any, seen: Seen | None) -> bool:
    return seen is not None and seen.known and seen.value == value


def look_ahead(*, patient: Any, attempt: AnswersInProgress, edition: QuestionnaireEdition) -> dict[str, Any]:
    """What a move to this edition would change, as AnswersInProgress.moves holds it. Raises TooYoung."""
    return _ahead(attempt, edition, facts_of(patient))[0]


def _ahead(
    attempt: AnswersInProgress, edition: QuestionnaireEdition, facts: dict[str, Any]
) -> tuple[dict[str, Any], Carried]:
    old = attempt.edition
    carried = carry(old.definition, edition.definition, attempt.values, facts, timezone.localdate())
    because = "withdrawn" if old.withdrawn_at else "stale" if is_stale(attempt) else "newer"
    return told(old, edition, because, carried), carried


def told(
    old: QuestionnaireEdition, new: QuestionnaireEdition, because: str, carried: Carried
) -> dict[str, Any]:
    text = old.withdrawal_text if because == "withdrawn" else ""
    return {"from": old.number, "to": new.number, "because": because, "text": text, **carried.as_json()}
