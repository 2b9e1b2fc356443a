"""The practice in numbers, for its lead: who waits how long, what was decided how soon, what was reported how often.

Nobody is named, and no page follows from a number to a case. How many reported something is blurred below FEW, for
that tells of a person; how many wait, or were told nothing yet, is exact, because somebody has to act on one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from screening import charts
from screening.charts import Series
from screening.engine.definition import Definition
from screening.host import host
from screening.models import Case, counts
from screening.models.counts import POSSIBLE, Took
from screening.worklist import criteria_of

PERIODS = (3, 6, 12, 24)  # months
USUAL = 12
FEW = 5
DRAWN_FEW = 2  # as high as a blurred count is drawn
DAY = timedelta(days=1)
AGES = (DAY, 3 * DAY, 7 * DAY, 14 * DAY)
AGE_NAMES = (
    gettext_lazy("Under a day"),
    gettext_lazy("1 to 2 days"),
    gettext_lazy("3 to 6 days"),
    gettext_lazy("7 to 13 days"),
    gettext_lazy("14 days or more"),
)
TIERS = (  # in the order of the list
    gettext_lazy("Urgent, now"),
    gettext_lazy("Urgent, the same day"),
    gettext_lazy("Absolute criterion reported"),
    gettext_lazy("Could be an absolute criterion"),
    gettext_lazy("Relative criteria reported"),
    gettext_lazy("To clarify, or not assessed"),
    gettext_lazy("Nothing reported"),
)
CATEGORIES = {
    "absolute": (gettext_lazy("Absolute, to confirm"), "solid"),
    POSSIBLE: (gettext_lazy("Could be absolute"), "stripes"),
    "relative": (gettext_lazy("Relative"), "dots"),
    "clarify": (gettext_lazy("To clarify"), "empty"),
    "info": (gettext_lazy("For information"), "lines"),
}


class Month(NamedTuple):
    start: datetime
    name: str
    short: str


@dataclass(frozen=True)
class Figure:
    """A chart with the table beside it: the head of each column, and a name and cells for each row.

    Months go from left to right in the chart, and from the newest down in the table.
    """

    key: str
    title: str
    about: str
    chart: SafeString
    head: list[str]
    rows: list[tuple[str, list[str]]]
    empty: str = ""  # what to say instead, where there is nothing to draw


def months(number: int, now: datetime) -> list[Month]:
    """The last so many months, this one included, in the practice's time zone."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for back in reversed(range(number)):
        year, month = divmod(first.year * 12 + first.month - 1 - back, 12)
        start = timezone.make_aware(datetime(year, month + 1, 1))
        found.append(Month(start, date_format(start, "F Y"), date_format(start, "M")))
    return found


def figures(number: int, live: dict[Any, Definition]) -> list[Figure]:
    """All that the page shows, of the last so many months. `live` is `worklist.live_definitions()`."""
    now = timezone.now()
    span = months(number, now)
    starts = [month.start for month in span]
    return [
        _waiting(now),
        _states(),
        _untold(now),
        _first_decisions(span, counts.sent(starts), counts.first_decisions(starts)),
        _alerts(span, counts.alerts(starts), counts.passed_on(starts)),
        _asked_again(span, counts.reminders(starts), counts.invitations(starts)),
        *_findings(span, counts.findings(starts), dict(criteria_of(live.values()))),
    ]


def _waiting(now: datetime) -> Figure:
    targets = host().targets().by_tier
    found = counts.waiting(now, targets, AGES)
    names = [str(TIERS[row.tier]) for row in found]
    title = _("Who waits, and how long")
    about = _(
        "Cases that await a decision now, by what stands highest in them: within the practice's aim, and overdue."
    )
    series = [
        Series(_("Within the aim"), "empty", [row.all - row.overdue for row in found]),
        Series(_("Overdue"), "solid", [row.overdue for row in found]),
    ]
    head = [_("What stands highest"), _("Aim"), _("Waiting"), _("Overdue"), *map(str, AGE_NAMES)]
    rows = [
        (name, [_span(targets[row.tier]), *_said([row.all, row.overdue, *_ages(row.all, row.younger)])])
        for name, row in zip(names, found, strict=True)
    ]
    empty = "" if found else _("Nobody waits for a decision.")
    return Figure(
        "waiting", title, about, charts.bars("waiting", title, about, names, series), head, rows, empty
    )


def _states() -> Figure:
    found = counts.states()
    names = [str(capfirst(state.label)) for state in Case.State if state in found]
    values = [found[state] for state in Case.State if state in found]
    title, about = _("Cases by state"), _("All cases of the practice, as they stand now.")
    chart = charts.bars("states", title, about, names, [Series(_("Cases"), "stripes", values)])
    rows = [(name, _said([value])) for name, value in zip(names, values, strict=True)]
    empty = "" if found else _("There is no case yet. Cases begin when patients send their answers.")
    return Figure("states", title, about, chart, [_("State"), _("Cases")], rows, empty)


def _untold(now: datetime) -> Figure:
    everyone, *younger = counts.untold(now, AGES)
    values, names = _ages(everyone, tuple(younger)), list(map(str, AGE_NAMES))
    title = _("Decided, and the patient not told yet")
    about = _("Cases whose last decision was followed by no message, by how long ago that was.")
    chart = charts.bars("untold", title, about, names, [Series(_("Cases"), "stripes", values)])
    rows = [(name, _said([value])) for name, value in zip(names, values, strict=True)]
    rows.append((_("Patients to call or write to: no e-mail reaches them"), _said([counts.to_call()])))
    empty = (
        "" if everyone or rows[-1][1] != ["0"] else _("Every patient whose case was decided has been told.")
    )
    return Figure("untold", title, about, chart, [_("Decided"), _("Cases")], rows, empty)


def _first_decisions(span: list[Month], sent: dict[int, int], took: list[Took]) -> Figure:
    by_month = _by_month(took)
    middle = [_share(by_month.get(at, []), 0.5) for at in range(len(span))]
    most = [_share(by_month.get(at, []), 0.9) for at in range(len(span))]
    title = _("From sending to the first decision")
    about = _(
        "Days between sending the answers and the first decision on them, by the month of the decision: half of the"
        " patients waited no longer than the median, nine in ten no longer than the 90 % mark. Opening or taking a"
        " case is no decision."
    )
    series = [
        Series(_("Median, days"), "solid", [_days(hours) for hours in middle]),
        Series(_("90 % within, days"), "stripes", [_days(hours) for hours in most]),
    ]
    chart = charts.columns("decisions", title, about, [m.short for m in span], series, beside=True)
    head = [_("Month"), _("Questionnaires sent"), _("First decisions"), _("Median"), _("90 % within")]
    rows = [
        (
            month.name,
            [
                *_said([sent.get(at, 0), _number_of(by_month.get(at, []))]),
                _hours(middle[at]),
                _hours(most[at]),
            ],
        )
        for at, month in enumerate(span)
    ]
    empty = "" if took or sent else _("Nothing was sent in this time.")
    return Figure("decisions", title, about, chart, head, rows[::-1], empty)


def _alerts(span: list[Month], took: list[Took], passed_on: dict[int, int]) -> Figure:
    levels = {"now": (_("Now"), "solid"), "same_day": (_("The same day"), "stripes")}
    parted = {level: _by_month(row for row in took if row.kind == level) for level in levels}
    open_: dict[int, int] = defaultdict(int)
    for row in took:
        open_[row.month] += row.number if row.units is None else 0
    title = _("Urgent answers")
    about = _(
        "Alerts by the month in which the answer was saved, and the minutes until somebody acknowledged them."
    )
    series = [
        Series(
            label,
            pattern,
            [sum(r.number for r in took if (r.kind, r.month) == (level, at)) for at in range(len(span))],
        )
        for level, (label, pattern) in levels.items()
    ]
    chart = charts.columns("alerts", title, about, [m.short for m in span], series)
    head = [_("Month")]
    for label, _pattern in levels.values():
        head += [f"{label}: {each}" for each in (_("alerts"), _("median"), _("90 % within"))]
    head += [_("Passed on to a second person"), _("Not acknowledged")]
    rows = []
    for at, month in enumerate(span):
        cells: list[str] = []
        for each, drawn in zip(levels, series, strict=True):
            times = parted[each].get(at, [])
            cells += [
                *_said([int(drawn.values[at])]),
                _minutes(_share(times, 0.5)),
                _minutes(_share(times, 0.9)),
            ]
        rows.append((month.name, [*cells, *_said([passed_on.get(at, 0), open_[at]])]))
    empty = "" if took else _("No urgent answer was given in this time.")
    return Figure("alerts", title, about, chart, head, rows[::-1], empty)


def _asked_again(span: list[Month], reminders: dict[int, int], invitations: dict[int, int]) -> Figure:
    series = [
        Series(_("Reminders to finish"), "empty", [reminders.get(at, 0) for at in range(len(span))]),
        Series(
            _("Invitations to answer again"), "stripes", [invitations.get(at, 0) for at in range(len(span))]
        ),
    ]
    title = _("Reminders and invitations")
    about = _(
        "Reminders to patients who had begun and not sent, and invitations because the day to ask again had come."
    )
    chart = charts.columns("again", title, about, [m.short for m in span], series)
    rows = [(m.name, _said([int(each.values[at]) for each in series])) for at, m in enumerate(span)]
    empty = "" if reminders or invitations else _("Nobody was reminded or invited in this time.")
    return Figure(
        "again", title, about, chart, [_("Month"), *(each.label for each in series)], rows[::-1], empty
    )


def _findings(span: list[Month], found: list[counts.Found], labels: dict[str, str]) -> list[Figure]:
    by: dict[tuple[str, str, int], int] = {
        (row.criterion, row.category, row.month): row.number for row in found
    }
    criteria = dict.fromkeys([*labels, *(row.criterion for row in found)])
    return [_criterion(span, key, labels.get(key, key), by) for key in criteria]


def _criterion(span: list[Month], key: str, label: str, by: dict[tuple[str, str, int], int]) -> Figure:
    values = {each: [by.get((key, each, at), 0) for at in range(len(span))] for each in CATEGORIES}
    kinds = [each for each in CATEGORIES if any(values[each]) or each in ("absolute", "relative")]
    title = _("Reported: %(criterion)s") % {"criterion": label}
    about = _(
        "Submissions by month, by what the criterion came to. From 1 to 4 is told as “fewer than 5”, and drawn alike."
    )
    series = [
        Series(str(CATEGORIES[each][0]), CATEGORIES[each][1], [_drawn(value) for value in values[each]])
        for each in kinds
    ]
    chart = charts.columns(f"found-{key}", title, about, [m.short for m in span], series)
    rows = [(m.name, [blurred(values[each][at]) for each in kinds]) for at, m in enumerate(span)]
    empty = "" if any(map(any, values.values())) else _("Nobody reported it in this time.")
    return Figure(
        f"found-{key}", title, about, chart, [_("Month"), *(each.label for each in series)], rows, empty
    )


def blurred(count: int) -> str:
    """A count of people with something in common, as it may be told. None is told: nobody is behind it."""
    return _("fewer than %(few)s") % {"few": FEW} if 0 < count < FEW else f"{count:,}"


def _drawn(count: int) -> int:
    return DRAWN_FEW if 0 < count < FEW else count


def _said(values: Iterable[int]) -> list[str]:
    return [f"{value:,}" for value in values]


def _ages(everyone: int, younger: Sequence[int]) -> list[int]:
    """How many are of each age, from how many are younger than each limit."""
    limits = [0, *younger, everyone]
    return [after - before for before, after in pairwise(limits)]


def _by_month(took: Iterable[Took]) -> dict[int, list[tuple[int, int]]]:
    """(units, count) of what is over, the shortest first."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in took:
        if row.units is not None:
            found[row.month].append((max(row.units, 0), row.number))
    return {month: sorted(each) for month, each in found.items()}


def _number_of(times: list[tuple[int, int]]) -> int:
    return sum(count for _units, count in times)


def _share(times: list[tuple[int, int]], part: float) -> int | None:
    """The units within which this part of all was over: the nearest rank, no value in between."""
    rank, passed = part * _number_of(times), 0
    for units, count in times:
        passed += count
        if passed >= rank:
            return units
    return None


def _days(hours: int | None) -> float:
    return 0 if hours is None else round(hours / 24, 1)


def _hours(hours: int | None) -> str:
    return "" if hours is None else _span(timedelta(hours=hours), at_least=_("under an hour"))


def _minutes(minutes: int | None) -> str:
    return "" if minutes is None else _span(timedelta(minutes=minutes), at_least=_("under a minute"))


def _span(time: timedelta, at_least: str = "") -> str:
    """In days and hours, or hours and minutes: the two largest units that it has."""
    minutes = int(time.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (ngettext("%(n)d day", "%(n)d days", days), days),
        (ngettext("%(n)d hour", "%(n)d hours", hours), hours),
        (pgettext("minutes", "%(n)d min"), 0 if days else minutes),
    ]
    return " ".join(text % {"n": number} for text, number in parts if number) or at_least or "0"
