"""Cases as rows of a table: who, what the list says of each, and what was decided last. No answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from screening.engine.definition import Definition
from screening.host import Person, host
from screening.models import Case, Decision
from screening.models.document import definition_of
from screening.takeout.spreadsheet import Value
from screening.templatetags.review import category_short, possible_words
from screening.worklist import live_definitions, soonest_first, urgent_texts

AT_ONCE = 500  # cases in memory
DAY = 24 * 60 * 60

HEADLINES = {
    Case.Headline.UNSENT: _("not yet submitted"),
    Case.Headline.ABSOLUTE: _("absolute criterion reported, confirm"),
    Case.Headline.RELATIVE: _("relative criteria reported"),
    Case.Headline.CLARIFY: _("to clarify"),
    Case.Headline.NONE: _("nothing reported"),
    Case.Headline.STORED: _("not assessed"),
}


@dataclass(frozen=True)
class _Line:
    """One case, and all that its columns say."""

    case: Case
    person: Person
    taken_by: str
    decision: dict[str, Any] | None
    decided_by: str
    definition: Definition | None
    now: datetime


def _time(at: datetime | None) -> str:
    """In the practice's time zone, as spreadsheets read it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _urgent(line: _Line) -> str:
    texts = urgent_texts(line.definition)
    return "; ".join(
        str(texts.get(each, each)) for each in soonest_first(line.case.urgent_reasons, line.definition)
    )


def _criteria(line: _Line) -> str:
    labels = {each.key: each.label for each in (line.definition.criteria if line.definition else ())}
    said = []
    for key, found in line.case.criteria.items():
        words = [str(category_short(found["category"]))]
        if found.get("could_be"):
            words.append(str(possible_words(found["could_be"])))
        said.append(f"{labels.get(key, key)}: {', '.join(words)}")
    return "; ".join(said)


def _days(line: _Line) -> Value:
    if not line.case.awaiting:
        return ""
    return round(max(0.0, (line.now - line.case.waiting_since).total_seconds()) / DAY, 1)


def _born(line: _Line) -> str:
    return line.person.date_of_birth.isoformat() if line.person.date_of_birth else ""


COLUMNS: tuple[tuple[Any, Callable[[_Line], Value]], ...] = (
    (_("Record number"), lambda line: line.person.record_number),
    (_("Name"), lambda line: line.person.name),
    (_("Date of birth"), _born),
    (_("State"), lambda line: str(capfirst(line.case.get_state_display()))),
    (_("Urgency"), lambda line: str(line.case.get_urgency_display())),
    (_("Urgent answers"), _urgent),
    (_("Reported by the patient"), lambda line: str(HEADLINES[Case.Headline(line.case.headline)])),
    (_("Could be an absolute criterion"), lambda line: str(_("yes") if line.case.possible_absolute else _("no"))),
    (_("Relative criteria"), lambda line: line.case.relative_count),
    (_("Criteria"), _criteria),
    (_("Counted with results of tests"), lambda line: str(_("yes") if line.case.reassessment_id else _("no"))),
    (_("Waiting since"), lambda line: _time(line.case.waiting_since) if line.case.awaiting else ""),
    (_("Days waiting"), _days),
    (_("Submitted"), lambda line: _time(line.case.submission.submitted_at) if line.case.submission else ""),
    (_("Questionnaire"), lambda line: line.definition.title if line.definition else ""),
    (_("Edition"), lambda line: line.case.submission.edition.number if line.case.submission else ""),
    (_("Taken by"), lambda line: line.taken_by),
    (_("Decided last"), lambda line: str(capfirst(Case.State(line.decision["state"]).label)) if line.decision else ""),
    (_("Decided on"), lambda line: _time(line.decision["at"]) if line.decision else ""),
    (_("Decided by"), lambda line: line.decided_by),
    (_("Ask again on"), lambda line: line.case.rescreen_on.isoformat() if line.case.rescreen_on else ""),
)  # fmt: skip


def rows(user: Any, ids: list[UUID]) -> Iterator[list[Value]]:
    """The head, then a row for each case that the user may still see, in this order. Read a few at a time."""
    yield [str(title) for title, _value in COLUMNS]
    live, now = live_definitions(), timezone.now()
    for start in range(0, len(ids), AT_ONCE):
        for line in _some(user, ids[start : start + AT_ONCE], live, now):
            yield [value(line) for _title, value in COLUMNS]


def _some(user: Any, ids: list[UUID], live: dict[Any, Definition], now: datetime) -> Iterator[_Line]:
    found = (
        Case.objects.visible_to(user)
        .filter(pk__in=ids)
        .select_related("submission__edition")
        .defer(
            "submission__answers", "submission__outcome", "submission__values", "submission__facts",
            "submission__edition__content",
        )
    )  # fmt: skip
    cases = {case.pk: case for case in found}
    decided = _decided(user, ids)
    people = host().people(list(_named(cases.values(), decided.values())))
    for id_ in ids:
        if id_ in cases:
            yield _line(cases[id_], decided.get(id_), people, live, now)


def _decided(user: Any, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The last decision on each case."""
    decisions = Decision.objects.visible_to(user).filter(case__in=ids).order_by("at", "pk")
    return {each["case_id"]: each for each in decisions.values("case_id", "state", "at", "by_id")}


def _named(cases: Iterable[Case], decisions: Iterable[dict[str, Any]]) -> set[Any]:
    named = {pk for case in cases for pk in (case.patient_id, case.taken_by_id)}
    return (named | {each["by_id"] for each in decisions}) - {None}


def _line(
    case: Case,
    decision: dict[str, Any] | None,
    people: dict[Any, Person],
    live: dict[Any, Definition],
    now: datetime,
) -> _Line:
    submission = case.submission
    return _Line(
        case=case,
        person=people[case.patient_id],
        taken_by=people[case.taken_by_id].name if case.taken_by_id else "",
        decision=decision,
        decided_by=people[decision["by_id"]].name if decision else "",
        definition=definition_of(submission.edition) if submission else live.get(case.questionnaire_id),
        now=now,
    )
