"""What patients have sent, as a draft's impact is counted from it. Only `screening.impact` reads it, and shows counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from screening.models.answers import Submission
from screening.models.trying import ImpactRun

IDS = (
    1 << 128
)  # how many there are: they are random, so equal shares of them hold equal shares of the submissions


class Sent(NamedTuple):
    """One submission, as it was sent and assessed."""

    id: UUID
    facts: dict[str, Any]
    answers: str
    today: date
    outcome: str


def count(run: ImpactRun) -> int:
    """How many submissions the run is about."""
    return _of(run).count()


def share(run: ImpactRun, number: int, parts: int) -> QuerySet[Any]:
    """Those of one of so many equal parts, in the order of their ids."""
    rows = _of(run).filter(pk__gte=UUID(int=number * IDS // parts))
    if number + 1 < parts:
        rows = rows.filter(pk__lt=UUID(int=(number + 1) * IDS // parts))
    return rows.order_by("pk")


def some(rows: QuerySet[Any], after: UUID | None, most: int) -> list[Sent]:
    """The next rows behind this id. Short reads: none of them holds the database for long."""
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return [Sent(*row) for row in rows.values_list("pk", "facts", "answers", "today", "outcome")[:most]]


def _of(run: ImpactRun) -> QuerySet[Any]:
    """All that had been sent when the run was asked for; what comes in later does not move under it."""
    rows = Submission.unscoped.filter(questionnaire=run.questionnaire_id, submitted_at__lte=run.asked_at)
    if run.since is not None:
        rows = rows.filter(submitted_at__gte=_midnight(run.since))
    if run.until is not None:
        rows = rows.filter(submitted_at__lt=_midnight(run.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
