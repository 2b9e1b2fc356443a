"""How many rows an import would add, remove or change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAMES = ("key", "reason", "value", "part", "text")


@dataclass(frozen=True)
class Count:
    added: int
    removed: int
    changed: int


def count(old: Mapping[str, Any], new: Mapping[str, Any]) -> Count:
    """A question, a choice, a rule, a translation … is a row each, and so is the questionnaire itself."""
    was, becomes = dict(_rows(old)), dict(_rows(new))
    both = was.keys() & becomes.keys()
    return Count(
        added=len(becomes.keys() - both),
        removed=len(was.keys() - both),
        changed=sum(was[name] != becomes[name] for name in both),
    )


def _rows(row: Mapping[str, Any], name: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    own = {}
    for member, value in row.items():
        if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
            seen: dict[Any, int] = {}
            for each in value:
                called = (each.get("language"), next((each[key] for key in NAMES if key in each), ""))
                seen[called] = seen.get(called, 0) + 1
                yield from _rows(each, (*name, member, called, seen[called]))
        elif value != []:
            own[member] = value
    yield name, own
