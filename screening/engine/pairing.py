"""Which rule of a newer questionnaire is which of an older one: rules have reasons, but no key of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Any

ALIKE = 0.6  # how much two rules of different reasons must have in common to be taken for one


def decides(rule: Any) -> tuple[Any, ...]:
    """What of a rule is no wording."""
    names = ("reason", "category", "could_be", "grade", "level", "notice")
    return (rule.when.source(), *(getattr(rule, name, None) for name in names))


def pairs(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Which new rule is which old one: by its reason, and among those of one reason, or of none, by likeness."""
    found: dict[int, int] = {}

    def pair(least: float, fits: Callable[[Any, Any], bool]) -> None:
        candidates = [
            (-_likeness(was, rule), abs(before - place), place, before)
            for place, rule in enumerate(new)
            for before, was in enumerate(old)
            if place not in found and before not in found.values() and fits(was, rule)
        ]
        for unlike, _apart, place, before in sorted(candidates):
            if -unlike >= least and place not in found and before not in found.values():
                found[place] = before

    pair(0, lambda was, rule: bool(was.reason == rule.reason))
    pair(ALIKE, lambda was, rule: True)
    return found


def _likeness(old: Any, new: Any) -> float:
    """1 where the conditions are the same, 0 where they read other answers."""
    if not old.when.names & new.when.names:
        return 0.0
    was, becomes = old.when.source(), new.when.source()
    return 1.0 if was == becomes else SequenceMatcher(None, was, becomes, autojunk=False).ratio()
