"""One thing that differs between two documents, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, TypeVar

from screening.engine.rewording import Pieces, words
from screening.engine.wording import number_in_words

KINDS = ("added", "removed", "reworded", "rule", "threshold", "order", "other")

TITLES = {
    "title": "Title",
    "summary": "Summary",
    "intro": "Introduction",
    "minutes": "Minutes it takes",
    "source_language": "Language it is written in",
    "sent.title": "Title after sending",
    "sent.body": "Text after sending",
    "section": "Section “{it}”",
    "question": "Question “{it}”",
    "choice": "answer “{it}”",
    "threshold": "Threshold “{it}”",
    "calculation": "Calculation “{it}”",
    "criterion": "Criterion “{it}”",
    "rule": "Rule “{it}” of “{criterion}”",
    "urgent": "Urgent rule “{it}”",
    "extra": "Extra “{it}”",
    "notice": "Notice “{it}”",
    "investigation": "Test “{it}”",
    "translation": "Translation ({it})",
    "order_sections": "Order of the sections",
    "order_questions": "Order of the questions in “{it}”",
    "order_choices": "Order of the answers of “{it}”",
    "order_rules": "Order of the rules of “{it}”",
    "order_criteria": "Order of the criteria",
    "order_urgent": "Order of the urgent rules",
    "order_extras": "Order of the extras",
    "order_notices": "Order of the notices",
    "order_investigations": "Order of the tests",
}
MEMBERS = {
    "text": "the question",
    "short": "the short label",
    "help": "the help",
    "why": "why we ask",
    "credit": "the credit line",
    "type": "the kind of answer",
    "optional": "may it be left blank",
    "ask_anew": "is it asked again each time",
    "shown_when": "when it is shown",
    "section": "its section",
    "minimum": "the lowest allowed",
    "maximum": "the highest allowed",
    "above": "what it must be above",
    "decimals": "the decimals",
    "unit": "the unit",
    "measure": "the other units",
    "max_length": "the longest text",
    "title": "the title",
    "intro": "the introduction",
    "label": "the label",
    "source": "the source",
    "sources": "the sources",
    "value": "the value",
    "expression": "how it is worked out",
    "outcome": "is it part of the outcome",
    "topic": "the topic of articles",
    "about": "why surgeons look at it",
    "modifiable": "can it be changed",
    "modifiable_note": "how it can be changed",
    "next_steps": "the usual next steps",
    "settled_by": "what would settle it",
    "meaning": "what it means",
    "level": "how fast",
    "notice": "the notice shown",
    "body": "the text",
    "actions": "what to do",
    "settles": "the criteria that it settles",
    "fills": "the questions that it answers",
    "fields": "what is entered",
    "reference": "what a result means",
}
ALWAYS, YES, NO, NONE = "always", "yes", "no", "none"
PLACES = {"first": "“{it}” first", "after": "“{it}” after “{other}”"}

Row = TypeVar("Row")


@dataclass(frozen=True)
class Change:
    """One thing that differs. `where` is a place in the new document; of what was removed, in the old one."""

    kind: str
    where: str
    title: str
    was: str = ""
    becomes: str = ""
    words: Pieces = ()


def about(title: str, member: str) -> str:
    return f"{title}: {MEMBERS[member]}"


def reworded(where: str, title: str, was: str, becomes: str) -> Iterator[Change]:
    if was != becomes:
        yield Change("reworded", where, title, was, becomes, words(was, becomes))


def all_reworded(where: str, title: str, old: Any, new: Any, members: Iterable[str]) -> Iterator[Change]:
    for name in members:
        yield from reworded(where, about(title, name), getattr(old, name), getattr(new, name))


def altered(where: str, title: str, was: str, becomes: str) -> Iterator[Change]:
    if was != becomes:
        yield Change("other", where, title, was or NONE, becomes or NONE)


def yes_or_no(row: Any, member: str) -> str:
    return YES if getattr(row, member) else NO


def plain(value: Any) -> str:
    if value is None:
        return ""
    return number_in_words(value) if isinstance(value, Decimal) else str(value)


def moved(
    where: str,
    title: str,
    old: Mapping[Any, Row],
    new: Mapping[Any, Row],
    name: Callable[[Row], str],
) -> Iterator[Change]:
    """Said once: the rows that are in both, and stand in another place among the others."""
    was, becomes = [key for key in old if key in new], [key for key in new if key in old]
    if was == becomes:
        return
    matcher = SequenceMatcher(None, was, becomes, autojunk=False)
    stayed = {key for block in matcher.get_matching_blocks() for key in was[block.a : block.a + block.size]}
    elsewhere = [key for key in becomes if key not in stayed]

    def places(keys: list[Any]) -> str:
        before = dict(zip(keys, [None, *keys], strict=False))
        return "\n".join(
            PLACES["first" if before[key] is None else "after"].format(
                it=name(new[key]), other="" if before[key] is None else name(new[before[key]])
            )
            for key in elsewhere
        )

    yield Change("order", where, title, places(was), places(becomes))
