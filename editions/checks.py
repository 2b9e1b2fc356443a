"""What a draft's own kind has to say against it, before somebody is asked to approve it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """Something found in a draft. A blocking one has to be mended; any other may stand, if somebody writes why."""

    code: str  # of all that are alike: one reason is enough for them
    message: str
    blocking: bool = False
    url: str = ""  # where it can be mended
    where: str = ""  # the place in the content, as comparisons name it
    title: str = ""  # of all of its code: "Rules that can never hold"


@dataclass(frozen=True)
class Alike:
    """The checks of one code."""

    code: str
    title: str
    blocking: bool
    checks: tuple[Check, ...]


def alike(checks: Iterable[Check]) -> list[Alike]:
    """By code, what blocks first; each in the order in which it was found."""
    found: dict[tuple[bool, str], list[Check]] = {}
    for check in checks:
        found.setdefault((not check.blocking, check.code), []).append(check)
    return [
        Alike(code, rows[0].title or code, not may_stand, tuple(rows))
        for (may_stand, code), rows in sorted(found.items(), key=lambda item: item[0][0])
    ]
