"""What a case's page says of each criterion: what was found, what tests made of it, and what surgeons say of it.

The machine's finding, the one with results, and the marks stand beside each other. None replaces another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from screening.engine.definition import Criterion, Definition, Threshold
from screening.engine.wording import in_words
from screening.host import Person
from screening.models import Finding, InvestigationResult, Mark, Reassessment

# How heavy a finding is, the heaviest first. "possible" could be absolute, and is not found to be.
WEIGHTS = ("absolute", "possible", "relative", "clarify", "info", "none")
HEAVY = ("absolute", "possible")
SETTLES = (Mark.Says.NOT_CONFIRMED, Mark.Says.RESOLVED)


@dataclass(frozen=True)
class Found:
    """What one criterion came to: of the patient's answers alone, or together with results of tests.

    `reasons` has the form that Finding.reasons describes.
    """

    category: str
    could_be: str
    grade: int | None
    reasons: list[dict[str, Any]]

    @property
    def weight(self) -> str:
        if self.category != "absolute" and self.could_be == "absolute":
            return "possible"
        return self.category

    @property
    def essence(self) -> Any:
        """What makes it another finding than the one before."""
        reasons = sorted(str(reason.get("reason")) for reason in self.reasons)
        return self.category, self.could_be, self.grade, reasons


def found(finding: Finding | Mapping[str, Any]) -> Found:
    """Of a stored row, or of a dict with the same members."""
    if isinstance(finding, Finding):
        return Found(finding.category, finding.could_be, finding.grade, finding.reasons)
    members = finding.get("category", "none"), finding.get("could_be") or "", finding.get("grade")
    return Found(*members, list(finding.get("reasons", ())))


@dataclass(frozen=True)
class Reason:
    """A rule that held, with the thresholds that it names."""

    said: dict[str, Any]
    thresholds: list[Threshold]


def reasons(definition: Definition, criterion: Criterion, found: Found | None) -> list[Reason]:
    if found is None:
        return []
    return [Reason(each, _thresholds(definition, criterion, each)) for each in found.reasons]


def _thresholds(definition: Definition, criterion: Criterion, said: Mapping[str, Any]) -> list[Threshold]:
    """Those of the rule, through calculations too. One reason may stand in several rules: its words tell which."""
    rules = [rule for rule in criterion.rules if rule.reason == said.get("reason")]
    held = [rule for rule in rules if in_words(rule.when, definition) == said.get("rule")]
    names: set[str] = set()
    for rule in held or rules:
        names |= _named(definition, rule.when.names)
    return [threshold for key, threshold in definition.thresholds.items() if key in names]


def _named(definition: Definition, names: Iterable[str]) -> set[str]:
    calculations = {each.key: each.expression.names for each in definition.calculations}
    named: set[str] = set()
    for name in names:
        named |= _named(definition, calculations[name]) if name in calculations else {name}
    return named


def differs(was: Found | None, now: Found | None) -> bool:
    return (was and was.essence) != (now and now.essence)


@dataclass(frozen=True)
class Marked:
    """A mark, with a name. `earlier`: it was made on other answers; `differs`: which came to something else.

    `before_results`: what it was made on was assessed again since, and came to something else.
    """

    mark: Mark
    by: str
    result: InvestigationResult | None
    earlier: bool
    differs: bool
    before_results: bool

    @property
    def look_again(self) -> bool:
        return self.earlier or self.before_results


@dataclass(frozen=True)
class Reported:
    """A criterion, and what it came to: `finding` of the answers alone, `again` together with results of tests."""

    criterion: Criterion
    finding: Found | None
    reasons: list[Reason]
    marks: list[Marked]  # the newest first
    reassessed: bool = False
    again: Found | None = None
    again_reasons: list[Reason] = field(default_factory=list)

    @property
    def weight(self) -> str:
        """The heavier one of the two: nothing that was found is out of sight because of a result."""
        weights = [each.weight for each in (self.finding, self.again) if each]
        return min(weights, key=WEIGHTS.index, default="none")

    @property
    def turned(self) -> bool:
        """Results made something else of it."""
        return self.reassessed and differs(self.finding, self.again)

    @property
    def standing(self) -> Found | None:
        return self.again if self.reassessed else self.finding

    @property
    def left_open(self) -> str:
        """What it still could be, with what is known by now."""
        return self.standing.could_be if self.standing else ""

    @property
    def mark(self) -> Marked | None:
        return self.marks[0] if self.marks else None

    @property
    def settled(self) -> bool:
        return bool(self.mark and not self.mark.look_again and self.mark.mark.says in SETTLES)

    @property
    def is_open(self) -> bool:
        """Whether its evidence is unfolded: what is heavy, until somebody has settled it."""
        return self.weight in HEAVY and not self.settled

    @property
    def unsettled(self) -> bool:
        """Whether it could still be an absolute criterion."""
        return bool(self.standing and self.standing.weight == "possible" and not self.settled)


@dataclass(frozen=True)
class Reassessed:
    """An assessment of the answers together with results of tests."""

    row: Reassessment
    by: str
    results: list[InvestigationResult]
    found: dict[str, Found]


def reassessed(
    row: Reassessment | None, results: Iterable[InvestigationResult], people: Mapping[Any, Person]
) -> Reassessed | None:
    if row is None:
        return None
    counted = {str(each) for each in row.results}
    return Reassessed(
        row=row,
        by=people[row.by_id].name,
        results=[result for result in results if str(result.pk) in counted],
        found={each["criterion"]: found(each) for each in row.findings if each.get("category") != "none"},
    )


def reported(
    definition: Definition,
    found: Mapping[str, Found],
    again: Reassessed | None,
    marks: Mapping[str, list[Marked]],
) -> list[Reported]:
    """All criteria of the edition, the heaviest first, and equal ones in the order of the questionnaire."""
    rows = []
    for criterion in definition.criteria:
        first = found.get(criterion.key)
        second = again.found.get(criterion.key) if again else None
        rows.append(
            Reported(
                criterion=criterion,
                finding=first,
                reasons=reasons(definition, criterion, first),
                marks=marks.get(criterion.key, []),
                reassessed=again is not None,
                again=second,
                again_reasons=reasons(definition, criterion, second),
            )
        )
    return sorted(rows, key=lambda row: WEIGHTS.index(row.weight))


def alone(definition: Definition, criterion: Criterion, members: Mapping[str, Any]) -> Reported:
    """What a criterion came to, with nothing beside it. `members` are those of a finding."""
    finding = found(members)
    return Reported(criterion, finding, reasons(definition, criterion, finding), marks=[])


def marked(
    rows: Iterable[Mark],
    submission: UUID,
    findings: Mapping[UUID, Mapping[str, Found]],
    again: Reassessed | None,
    results: Iterable[InvestigationResult],
    people: Mapping[Any, Person],
) -> dict[str, list[Marked]]:
    """The marks by criterion, as they read beside a submission. `findings` are those of each marked submission too."""
    entered = {result.pk: result for result in results}
    marks: dict[str, list[Marked]] = {}
    for row in rows:
        now = findings[submission].get(row.criterion)
        marks.setdefault(row.criterion, []).append(
            Marked(
                mark=row,
                by=people[row.by_id].name,
                result=entered.get(row.result_id) if row.result_id else None,
                earlier=row.submission_id != submission,
                differs=differs(findings.get(row.submission_id, {}).get(row.criterion), now),
                before_results=again is not None
                and row.at < again.row.at
                and differs(now, again.found.get(row.criterion)),
            )
        )
    return marks
