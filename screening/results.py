"""Results of tests that staff enter: facts with a day and a source. Each is one transaction.

A result is kept for good, and so is what the answers come to with it: a new record beside the submission, which stays
as it was sent. See docs/decisions/results.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from editions.canonical import canonical, digest
from screening import alerts, reassessing
from screening.engine.assessment import Held
from screening.engine.definition import Definition, Investigation, Question
from screening.engine.investigations import Result
from screening.engine.wording import answer_in_words
from screening.models import Case, InvestigationResult, Reassessment, Submission
from screening.models.document import definition_of
from screening.models.placing import LEVELS, foresee_result, place_result
from screening.reviewing import Stale, not_of

NOT_YET = float("inf")  # the id of a result that is not stored: it comes after all that are


class NotSent(Exception):
    """Nothing was sent yet, so there is no finding that a result could settle."""


@dataclass(frozen=True)
class Entry:
    """A result as it was read from a letter. `typed` is what was typed in another unit than the stored one."""

    investigation: Investigation
    values: Mapping[str, Any]
    measured_on: date
    source: str
    typed: Mapping[str, str] = field(default_factory=dict)

    def in_words(self) -> tuple[str, str]:
        """Value and unit as people read them; of several fields, each with its own unit."""
        fields = self.investigation.fields
        if len(fields) > 1:
            return ", ".join(answer_in_words(each, self.values[each.key]) for each in fields), ""
        only, value = fields[0], self.values[fields[0].key]
        return answer_in_words(only, value).removesuffix(f" {only.unit}"), only.unit

    def as_json(self) -> list[dict[str, str]]:
        """The same exactly, as InvestigationResult.values holds it."""
        return [
            {"key": each.key, "label": each.short, "value": _exact(self.values[each.key]), "unit": each.unit}
            | ({"typed": self.typed[each.key]} if each.key in self.typed else {})
            for each in self.investigation.fields
        ]


def _exact(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:f}"


@dataclass(frozen=True)
class Turn:
    """What a criterion comes to before and after, as in Case.criteria. None: to nothing."""

    label: str
    was: dict[str, Any] | None
    now: dict[str, Any] | None
    because: list[str]  # what the rules say that hold afterwards


@dataclass(frozen=True)
class Ahead:
    """What would come of a result. `case` is the case as it would stand, not stored."""

    case: Case
    comes_back: bool
    turns: list[Turn]
    missing: tuple[Question, ...]  # that would have to be answered first: then nothing is assessed anew

    @property
    def seen(self) -> str:
        """A short digest of it: what is confirmed is what was shown."""
        turns = [[turn.label, turn.was, turn.now] for turn in self.turns]
        return digest(canonical({"turns": turns, "back": self.comes_back}))[:16]


@dataclass(frozen=True)
class Stored:
    result: InvestigationResult
    reassessment: Reassessment | None
    missing: tuple[Question, ...]


def standing(*, case: Case, id_: Any) -> InvestigationResult:
    """A result of the case that can be superseded.

    Raises InvestigationResult.DoesNotExist where the case has none such, and Stale where it was superseded already.
    """
    rows = {row.pk: row for row in InvestigationResult.standing(case)}
    if id_ in rows:
        return rows[id_]
    if InvestigationResult.of_case(case).filter(pk=id_).exists():
        raise Stale
    raise InvestigationResult.DoesNotExist


def look_ahead(*, case: Case, entry: Entry | None, supersedes: InvestigationResult | None = None) -> Ahead:
    """What would come of entering it, or of taking another one's place; without an entry, of that one being void."""
    submission = _submission(case)
    rows = [
        row for row in InvestigationResult.standing(case) if supersedes is None or row.pk != supersedes.pk
    ]
    added = [Result(NOT_YET, entry.investigation, entry.values, entry.measured_on)] if entry else []
    found = reassessing.again(case, submission, rows, timezone.localdate(), added)
    after, comes_back = foresee_result(case, found.outcome.as_dict() if found.outcome else None)
    held = found.outcome.held if found.outcome else ()
    turns = _turns(definition_of(submission.edition), case.criteria, after.criteria, held)
    return Ahead(after, comes_back, turns, found.missing)


@transaction.atomic
def enter(
    *,
    user: Any,
    case: Case,
    version: int,
    entry: Entry,
    supersedes: InvestigationResult | None = None,
    reason: str = "",
) -> Stored:
    """Store a result, in the place of a wrong one where that is given, and assess the answers with it.

    Raises Stale where `version` of the case, or the result to be superseded, has passed; and NotSent.
    """
    held = _held(user, case, version, supersedes)
    value, unit = entry.in_words()
    result = InvestigationResult.objects.create(
        case=held,
        patient_id=held.patient_id,
        by=user,
        investigation=entry.investigation.key,
        label=entry.investigation.label,
        value=value,
        unit=unit,
        values=entry.as_json(),
        measured_on=entry.measured_on,
        source=entry.source,
        supersedes=supersedes,
        reason=reason,
    )
    return _follow(user, held, result)


@transaction.atomic
def void(*, user: Any, case: Case, version: int, supersedes: InvestigationResult, reason: str) -> Stored:
    """Let a wrong result count no more, with nothing in its place. Raises Stale."""
    held = _held(user, case, version, supersedes)
    same = ("investigation", "label", "value", "unit", "values", "measured_on", "source")
    wrong: Any = {name: getattr(supersedes, name) for name in same}
    result = InvestigationResult.objects.create(
        case=held,
        patient_id=held.patient_id,
        by=user,
        supersedes=supersedes,
        void=True,
        reason=reason,
        **wrong,
    )
    return _follow(user, held, result)


def _held(user: Any, case: Case, version: int, supersedes: InvestigationResult | None) -> Case:
    """The case, locked in the version that the user has seen."""
    not_of(user, case)
    rows = Case.objects.visible_to(user).filter(pk=case.pk, version=version)
    held: Case | None = rows.select_for_update(of=("self",)).first()
    if held is None:
        raise Stale
    _submission(held)
    if supersedes is not None:
        standing(case=held, id_=supersedes.pk)
    return held


def _submission(case: Case) -> Submission:
    if case.submission is None:
        raise NotSent
    return case.submission


def _follow(user: Any, case: Case, result: InvestigationResult) -> Stored:
    """Assess the answers anew where another set of results counts now, and let the case follow.

    What becomes urgent by it is told to whoever is on duty, as an urgent answer is: who enters it may not be a surgeon.
    """
    level_before, known = case.urgency, set(case.urgent_reasons)
    at, submission, rows = timezone.now(), _submission(case), InvestigationResult.standing(case)
    found = reassessing.again(case, submission, rows, timezone.localdate())
    reassessment = reassessing.keep(case, submission, rows, found, by=user, at=at)
    placed = place_result(case=case, reassessment=reassessment, at=at)
    if placed.urgency > level_before:
        level = LEVELS[placed.urgency]
        alerts.raise_alert(submission, level, [*{*placed.urgent_reasons} - known])
    return Stored(result, reassessment, found.missing)


def _turns(
    definition: Definition, before: Mapping[str, Any], after: Mapping[str, Any], held: Iterable[Held]
) -> list[Turn]:
    """The criteria that come to something else, in the order of the questionnaire, with what held."""
    because: dict[str, list[str]] = {}
    for each in held:
        because.setdefault(each.criterion, []).append(each.rule.text)
    return [
        Turn(each.label, before.get(each.key), after.get(each.key), because.get(each.key, []))
        for each in definition.criteria
        if before.get(each.key) != after.get(each.key)
    ]
