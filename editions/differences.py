"""What differs between two contents, as a list that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

LONG = 300  # characters; of longer texts only the lines that differ are shown

_END_OF_LINE = re.compile(r"\n|(?<=</p>)|(?<=</li>)|(?<=</h\d>)|(?<=</tr>)")


@dataclass(frozen=True)
class Difference:
    where: str  # "sections, bones, title"
    was: str
    becomes: str


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """In the order of the new content; what is gone comes last."""
    was, becomes = flat(old), flat(new)
    return [
        Difference(where, *_changed_lines(was.get(where, ""), becomes.get(where, "")))
        for where in [*becomes, *(where for where in was if where not in becomes)]
        if was.get(where) != becomes.get(where)
    ]


def flat(content: dict[str, Any]) -> dict[str, str]:
    """{where: text} of every value. Rows that have keys are named by them, others by their place."""
    return {", ".join(path): text for path, text in _leaves(content, ())}


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, (*path, str(key)))
    elif isinstance(value, list):
        names = _names(value)
        if any(isinstance(row, dict | list) for row in value):
            # Rows that only change places differ in nothing else.
            yield (*path, _("order")), ", ".join(names)
        for name, row in zip(names, value, strict=True):
            yield from _leaves(row, (*path, name))
    else:
        yield path, _text(value)


def _names(rows: list[Any]) -> list[str]:
    keys = [str(row["key"]) for row in rows if isinstance(row, dict) and "key" in row]
    if len(set(keys)) == len(rows):
        return keys
    return [str(place) for place in range(1, len(rows) + 1)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _changed_lines(was: str, becomes: str) -> tuple[str, str]:
    if max(len(was), len(becomes)) <= LONG:
        return was, becomes
    old, new = _END_OF_LINE.split(was), _END_OF_LINE.split(becomes)
    changed = [
        code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    return (
        "\n…\n".join("\n".join(old[start:end]) for _tag, start, end, _from, _to in changed),
        "\n…\n".join("\n".join(new[start:end]) for _tag, _from, _to, start, end in changed),
    )
