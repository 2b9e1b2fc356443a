"""What is shown of results of tests: who entered them when, where they were read, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from screening.engine.definition import Definition, Investigation
from screening.host import Person, host
from screening.models import Case, InvestigationResult


@dataclass(frozen=True)
class Ended:
    """What took a wrong result's place, or made it void."""

    row: InvestigationResult
    by: str


@dataclass(frozen=True)
class Shown:
    """A result. `counts`: the findings were assessed with it; else it is for surgeons to read."""

    row: InvestigationResult
    by: str
    counts: bool
    ended: Ended | None
    investigation: Investigation | None  # of the edition that was answered; None where that has no such test
    criteria: list[str]  # the labels of what it settles

    @property
    def stands(self) -> bool:
        return self.ended is None

    @property
    def settles(self) -> tuple[str, ...]:
        return self.investigation.settles if self.investigation else ()

    @property
    def typed(self) -> str:
        """What was typed, where that was in another unit."""
        return ", ".join(each["typed"] for each in self.row.values if "typed" in each)


def read(user: Any, case: Case, definition: Definition | None) -> list[Shown]:
    """Of a case whose opening was recorded."""
    if not case.has_results:
        return []
    rows = list(InvestigationResult.objects.visible_to(user).filter(case=case))
    people = host().people(list({row.by_id for row in rows}))
    counted = case.reassessment.results if case.reassessment else []
    return shown(rows, people, definition, counted)


def shown(
    rows: Iterable[InvestigationResult],
    people: Mapping[Any, Person],
    definition: Definition | None,
    counted: Collection[Any],
) -> list[Shown]:
    """The newest first; what only makes another one void stands with that one."""
    rows = sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)
    ended = {row.supersedes_id: Ended(row, people[row.by_id].name) for row in rows if row.supersedes_id}
    labels = {each.key: each.label for each in definition.criteria} if definition else {}
    found = []
    for row in rows:
        if row.void:
            continue
        investigation = definition.investigation(row.investigation) if definition else None
        settles = investigation.settles if investigation else ()
        found.append(
            Shown(
                row=row,
                by=people[row.by_id].name,
                counts=row.pk in counted,
                ended=ended.get(row.pk),
                investigation=investigation,
                criteria=[labels[key] for key in settles if key in labels],
            )
        )
    return found
