"""How many, and how long: sums over the whole practice, for its lead. No row of a patient leaves this file.

Each function is one statement, whatever the number of cases. Times are told in whole units, as counts by unit, so that
a median needs no row of its own, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case as Choose
from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, Value, When

from screening.models.alerts import Alert, Notified
from screening.models.answers import Finding, Submission
from screening.models.cases import Case, Decision
from screening.models.following import Reminder, ToCall
from screening.models.messages import Invitation, Message
from screening.models.placing import ranks_of

HOUR, MINUTE = 3600, 60
LONGEST = 90 * 24  # whole hours above it count alike: there are no more groups than these
POSSIBLE = "possible"  # no category of a finding, but one of what it could be


class Waiting(NamedTuple):
    """Cases of one tier that await a decision. `younger` has a count for each of the ages asked for."""

    tier: int
    all: int
    overdue: int
    younger: tuple[int, ...]


class Took(NamedTuple):
    """So many took so many whole units. `kind` parts what is counted apart; `units` None: it is not over."""

    kind: str
    month: int
    units: int | None
    number: int


class Found(NamedTuple):
    criterion: str
    category: str
    month: int
    number: int


class _Units(Func):
    """Whole units of time between two moments, cut off: `_Units(later, earlier, seconds=3600)`."""

    output_field = IntegerField()

    def __init__(self, later: str, earlier: str, *, seconds: int) -> None:
        super().__init__(F(later), F(earlier), seconds=seconds)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = "(CAST(STRFTIME('%%%%s', %(later)s) AS INTEGER) - CAST(STRFTIME('%%%%s', %(earlier)s) AS INTEGER))"
        return self._said(compiler, between, "%(between)s / %(seconds)d")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = "EXTRACT(EPOCH FROM DATE_TRUNC('second', %(later)s) - DATE_TRUNC('second', %(earlier)s))"
        return self._said(compiler, between, "FLOOR(%(between)s / %(seconds)d)::integer")

    def _said(self, compiler: Any, between: str, whole: str) -> tuple[str, list[Any]]:
        (later, first), (earlier, second) = (compiler.compile(each) for each in self.source_expressions)
        said = between % {"later": later, "earlier": earlier}
        return whole % {"between": said, "seconds": self.extra["seconds"]}, [*first, *second]


def _month(field: str, starts: Sequence[datetime]) -> Choose:
    """The place in `starts` of the month that a moment falls in: compared, not reckoned, so that any index helps."""
    newest_first = reversed(list(enumerate(starts)))
    return Choose(
        *(When(**{f"{field}__gte": start}, then=Value(number)) for number, start in newest_first),
        output_field=IntegerField(),
    )


def _tier(tier: int) -> Q:
    condition = Q()
    for begins, below in ranks_of(tier):
        condition |= Q(rank__gte=begins, rank__lt=below)
    return condition


def waiting(now: datetime, targets: Sequence[timedelta], ages: Sequence[timedelta]) -> list[Waiting]:
    """The tiers that somebody waits in."""
    late, tiers = Q(pk__in=[]), range(len(targets))
    for tier in tiers:
        late |= _tier(tier) & Q(waiting_since__lt=now - targets[tier])
    younger = {
        f"younger_{number}": Count("pk", filter=Q(waiting_since__gt=now - age))
        for number, age in enumerate(ages)
    }
    rows: Any = (
        Case.unscoped.filter(awaiting=True)
        .annotate(
            tier=Choose(*(When(_tier(tier), then=Value(tier)) for tier in tiers), output_field=IntegerField())
        )
        .values("tier")
        .annotate(all=Count("pk"), overdue=Count("pk", filter=late), **younger)
        .order_by("tier")
    )
    return [
        Waiting(row["tier"], row["all"], row["overdue"], tuple(row[name] for name in younger)) for row in rows
    ]


def states() -> dict[str, int]:
    return dict(Case.unscoped.values_list("state").annotate(Count("pk")).order_by("state"))


def sent(starts: Sequence[datetime]) -> dict[int, int]:
    """Submissions by month. One that was corrected counts as its correction."""
    rows = _uncorrected(Submission.unscoped.filter(submitted_at__gte=starts[0]), "pk")
    return _by_month(rows, "submitted_at", starts)


def findings(starts: Sequence[datetime]) -> list[Found]:
    """What criteria came to, by the month of the submission; POSSIBLE where it could be an absolute one."""
    rows = _uncorrected(Finding.unscoped.filter(submission__submitted_at__gte=starts[0]), "submission")
    possible = When(~Q(category="absolute"), could_be="absolute", then=Value(POSSIBLE))
    grouped = (
        rows.annotate(
            month=_month("submission__submitted_at", starts),
            came_to=Choose(possible, default=F("category"), output_field=models.CharField()),
        )
        .values_list("criterion", "came_to", "month")
        .annotate(Count("pk"))
        .order_by("criterion", "came_to", "month")
    )
    return [Found(*row) for row in grouped]


def first_decisions(starts: Sequence[datetime]) -> list[Took]:
    """Hours from sending to the first decision on what was sent, by the month of the decision."""
    earlier = Decision.unscoped.filter(submission=OuterRef("submission"), pk__lt=OuterRef("pk"))
    rows = Decision.unscoped.filter(~Exists(earlier), at__gte=starts[0], submission__isnull=False)
    hours = _Units("at", "submission__submitted_at", seconds=HOUR)
    return _took(rows.annotate(units=hours, month=_month("at", starts), kind=Value("")))


def alerts(starts: Sequence[datetime]) -> list[Took]:
    """Minutes to the acknowledgement, by level, and by the month in which the answer was saved."""
    rows = Alert.unscoped.filter(raised_at__gte=starts[0])
    minutes = _Units("acknowledged_at", "raised_at", seconds=MINUTE)
    return _took(rows.annotate(units=minutes, month=_month("raised_at", starts), kind=F("level")))


def _took(rows: Any) -> list[Took]:
    grouped = (
        rows.values_list("kind", "month", "units").annotate(Count("pk")).order_by("kind", "month", "units")
    )
    return [Took(*row) for row in grouped]


def passed_on(starts: Sequence[datetime]) -> dict[int, int]:
    """Alerts of which more than one person had to be told, by month."""
    rows = Notified.unscoped.filter(place=2, alert__raised_at__gte=starts[0])
    return _by_month(rows, "alert__raised_at", starts)


def reminders(starts: Sequence[datetime]) -> dict[int, int]:
    """To patients who had begun and not sent."""
    return _by_month(Reminder.unscoped.filter(at__gte=starts[0]), "at", starts)


def invitations(starts: Sequence[datetime]) -> dict[int, int]:
    """To answer again, because the day for it had come."""
    return _by_month(Invitation.unscoped.filter(at__gte=starts[0]), "at", starts)


def untold(now: datetime, ages: Sequence[timedelta]) -> tuple[int, ...]:
    """Cases that were decided, and whose patient was told nothing since: all, then those younger than each age."""
    later = Decision.unscoped.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    told = Message.unscoped.filter(case=OuterRef("case"), at__gte=OuterRef("at"))
    rows = Decision.unscoped.filter(~Exists(later), ~Exists(told), case__awaiting=False)
    younger = {
        f"younger_{number}": Count("pk", filter=Q(at__gt=now - age)) for number, age in enumerate(ages)
    }
    return tuple(rows.aggregate(all=Count("pk"), **younger).values())


def to_call() -> int:
    """Patients whom no e-mail reaches, and whom somebody has to call or write to."""
    return ToCall.unscoped.filter(settled_at=None).aggregate(count=Count("patient", distinct=True))["count"]


def _uncorrected(rows: Any, submission: str) -> Any:
    return rows.filter(~Exists(Submission.unscoped.filter(amends=OuterRef(submission))))


def _by_month(rows: Any, field: str, starts: Sequence[datetime]) -> dict[int, int]:
    grouped = rows.annotate(month=_month(field, starts)).values_list("month").annotate(Count("pk"))
    return dict(grouped.order_by("month"))
