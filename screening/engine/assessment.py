"""What a set of answers comes to. Pure: the same definition, answers, facts and day give the same outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from screening.engine.definition import CATEGORIES, Definition, Rule, UrgentRule
from screening.engine.evaluation import TODAY, rounded_or_unknown

RANK = {category: place for place, category in enumerate(CATEGORIES)}
HEADLINES = ("absolute", "relative", "clarify")
LEVELS = {None: 0, "same_day": 1, "now": 2}


@dataclass(frozen=True)
class CriterionOutcome:
    category: str
    reasons: tuple[str, ...]
    could_be: str | None = None
    grade: int | None = None

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"category": self.category, "reasons": list(self.reasons)}
        if self.could_be is not None:
            found["could_be"] = self.could_be
        if self.grade is not None:
            found["grade"] = self.grade
        return found


@dataclass(frozen=True)
class Held:
    """A rule that held: in which criterion, and where in it."""

    criterion: str
    index: int
    rule: Rule


@dataclass(frozen=True)
class Outcome:
    urgent: str | None
    urgent_reasons: tuple[str, ...]
    headline: str
    relative_count: int
    possible_absolute: tuple[str, ...]
    criteria: Mapping[str, CriterionOutcome]
    extras: tuple[str, ...]
    derived: Mapping[str, int | str | None]
    held: tuple[Held, ...] = field(default=())
    values: Mapping[str, Decimal] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON knows it."""
        return {
            "urgent": self.urgent,
            "urgent_reasons": list(self.urgent_reasons),
            "headline": self.headline,
            "relative_count": self.relative_count,
            "possible_absolute": list(self.possible_absolute),
            "criteria": {key: found.as_dict() for key, found in self.criteria.items()},
            "extras": list(self.extras),
            "derived": dict(self.derived),
        }


def values_of(
    definition: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """Everything that expressions may name, calculations included. What is unknown is not there."""
    values = basis(definition, answers, facts, today)
    for calculation in definition.calculations:
        result = calculation.compute(values)
        if result is not None and calculation.decimals is not None:
            result = rounded_or_unknown(result, calculation.decimals)
        if result is not None:
            values[calculation.key] = result
    return values


def basis(
    definition: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> dict[str, Any]:
    values: dict[str, Any] = {**definition.constants, **answers, TODAY: today}
    for key, fact in facts.items():
        values[key] = Decimal(fact) if isinstance(fact, int) and not isinstance(fact, bool) else fact
    return values


def shown(
    definition: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> tuple[str, ...]:
    """The keys of the questions that these answers show, in order. Answers to others count for nothing."""
    return tuple(visible(definition, dict(answers), facts, today))


def visible(
    definition: Definition, answers: dict[str, Any], facts: Mapping[str, Any], today: date
) -> list[str]:
    """The same; drops from `answers` what is not shown, in the order of the questions."""
    values = basis(definition, answers, facts, today)
    calculated = {calculation.key for calculation in definition.calculations}
    keys = []
    for key, show, question in definition.steps:
        if show is None:
            keys.append(key)
            continue
        needs_calculations = question.shown_when.names & calculated
        known = values_of(definition, answers, facts, today) if needs_calculations else values
        if show(known) is True:
            keys.append(key)
        else:
            answers.pop(key, None)
            values.pop(key, None)
    return keys


def assess(
    definition: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> Outcome:
    """Assess cleaned answers."""
    values = values_of(definition, answers, facts, today)
    criteria, held = {}, []
    for criterion in definition.criteria:
        holding = [
            Held(criterion.key, i, rule)
            for i, rule in enumerate(criterion.rules)
            if rule.holds(values) is True
        ]
        criteria[criterion.key] = _criterion([each.rule for each in holding])
        held += holding
    urgent = [rule for rule in definition.urgent if rule.holds(values) is True]
    categories = [found.category for found in criteria.values()]
    return Outcome(
        urgent=max((rule.level for rule in urgent), key=lambda level: LEVELS[level], default=None),
        urgent_reasons=tuple(sorted({rule.reason for rule in urgent})),
        headline=next((each for each in HEADLINES if each in categories), "none"),
        relative_count=categories.count("relative"),
        possible_absolute=tuple(
            sorted(key for key, found in criteria.items() if found.could_be == "absolute")
        ),
        criteria=criteria,
        extras=tuple(sorted({extra.reason for extra in definition.extras if extra.holds(values) is True})),
        derived={
            c.key: _derived(values.get(c.key), c.decimals) for c in definition.calculations if c.outcome
        },
        held=tuple(held),
        values={c.key: values[c.key] for c in definition.calculations if c.key in values},
    )


def _criterion(rules: list[Rule]) -> CriterionOutcome:
    if not rules:
        return CriterionOutcome("none", ())
    category = max((rule.category for rule in rules), key=RANK.__getitem__)
    could_be = max((rule.could_be or "none" for rule in rules), key=RANK.__getitem__)
    return CriterionOutcome(
        category,
        tuple(sorted({rule.reason for rule in rules})),
        could_be if RANK[could_be] > RANK[category] else None,
        max((rule.grade for rule in rules if rule.grade is not None), default=None),
    )


def _derived(value: Decimal | None, decimals: int | None) -> int | str | None:
    if value is None:
        return None
    return int(value) if decimals == 0 else f"{value:f}"


def urgent_now(
    definition: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> tuple[UrgentRule, ...]:
    """The urgent rules that hold for answers that may be incomplete."""
    values = values_of(definition, answers, facts, today)
    return tuple(rule for rule in definition.urgent if rule.holds(values) is True)
