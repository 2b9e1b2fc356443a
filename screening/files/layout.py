"""A questionnaire's document as TOML: always the same order and the same layout, so that two versions compare well.

One question a table, choices one a line, texts with line breaks over several lines, translations at the end. What a
later version adds to the document is written too, behind what is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from screening.models.document import (
    CALCULATION,
    CRITERION,
    EXTRA,
    FIELD,
    INVESTIGATION,
    NOTICE,
    RULE,
    THRESHOLD,
    TRANSLATION,
    URGENT,
)

QUESTION = (
    *(
        "key",
        "type",
        "optional",
        "ask_anew",
        "shown_when",
        "minimum",
        "maximum",
        "decimals",
        "unit",
        "measure",
    ),
    *("max_length", "short", "text", "help", "why", "choices", "credit"),
)
ORDER: dict[str, tuple[str, ...]] = {
    "": ("language", "key", "source_language", "title", "summary", "intro", "minutes", "sent"),
    "sent": ("title", "body"),
    "sections": ("key", "title", "intro", "questions"),
    "questions": QUESTION,
    "choices": ("value", "text"),
    "thresholds": THRESHOLD,
    "calculations": CALCULATION,
    "criteria": (*CRITERION, "sources", "rules"),
    "sources": ("text", "address"),
    "rules": RULE,
    "urgent": URGENT,
    "extras": EXTRA,
    "notices": NOTICE,
    "investigations": (*INVESTIGATION, "fields"),
    "fields": FIELD,
    "translations": TRANSLATION,
    "texts": (
        *("title", "short", "text", "help", "why", "credit", "summary", "intro", "body", "actions"),
        *("sent_title", "sent_body"),
    ),
}
PARTS = {
    "sections": "What patients are asked",
    "thresholds": "Numbers that the rules use",
    "calculations": "What is worked out from the answers",
    "criteria": "What the answers may mean, for the surgeon. Never a diagnosis, a score or a verdict.",
    "urgent": "Urgency: apart from the criteria, and shown to the patient at once",
    "extras": "Told to the surgeon, never counted",
    "notices": "What patients see at once. The practice's own names and numbers stand for the words in braces.",
    "investigations": "Tests whose results staff enter. What is filled is the answer to a question.",
    "translations": "The texts in other languages",
}
ROWS_IN_A_LINE = ("choices", "sources")
EXPRESSIONS = ("shown_when", "when", "expression")
LONG = 110  # characters; a longer expression goes over several lines
HEADER = """\
# A questionnaire. What the members mean: screening/engine/definition.py.
# Numbers that matter are strings, so that they stay exact.
"""

RULER = f"# {'-' * 117}"
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
ESCAPED = re.compile(r'[\x00-\x08\x0a-\x1f\x7f"\\]')
ESCAPED_IN_LINES = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\\]|(?<="")"|"\Z')
NOT_LITERAL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f']")
SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
MARKED = re.compile(r"\"[^\"]*\"|'[^']*'|[()]|(?P<before> )(?=(?:and|or|\+) \S)")


def written(document: Mapping[str, Any]) -> str:
    """The file. Reading it gives the same document, and writing that gives the same bytes."""
    return HEADER + "\n".join(_Writer(document).lines()).strip("\n") + "\n"


class _Writer:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.choices = {
            f"questions.{question['key']}": [choice["value"] for choice in question.get("choices", ())]
            for section in document.get("sections", ())
            for question in section.get("questions", ())
            if "key" in question
        }

    def lines(self) -> Iterator[str]:
        rows = [name for name in self.document if _is_rows(self.document[name])]
        parts = [name for name in PARTS if name in rows] + sorted({*rows} - {*PARTS} - {"translations"})
        parts.sort(key=lambda name: name == "translations")
        yield ""
        yield from self.table(
            "", {name: value for name, value in self.document.items() if name not in rows}, ""
        )
        for name in parts:
            yield ""
            yield ""
            yield RULER
            yield f"# {PARTS.get(name, name)}"
            yield RULER
            yield from self.rows(name, self.document[name], name)

    def rows(self, path: str, rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[str]:
        for place, row in enumerate(rows):
            if place and name in ("sections", "criteria"):
                yield ""
            yield ""
            yield f"[[{path}]]"
            yield from self.table(path, row, name)

    def table(self, path: str, row: Mapping[str, Any], name: str) -> Iterator[str]:
        later = []
        for member in _in_order(row, ORDER.get(name, ())):
            value = row[member]
            if isinstance(value, Mapping) or (_is_rows(value) and member not in ROWS_IN_A_LINE):
                later.append(member)
            else:
                yield f"{_key(member)} = {_value(value, member)}"
        for member in later:
            under = f"{path}.{_key(member)}" if path else _key(member)
            if isinstance(row[member], Mapping):
                yield from self.inner(under, row, member)
            else:
                yield from self.rows(under, row[member], member)

    def inner(self, path: str, row: Mapping[str, Any], member: str) -> Iterator[str]:
        """A table within a row: the texts of a translation, its choices, what is read after sending."""
        if member == "sent":
            yield ""
        yield f"[{path}]"
        table = dict(row[member])
        choices = table.pop("choices", None) if isinstance(table.get("choices"), Mapping) else None
        yield from self.table(path, table, member)
        if choices is not None:
            yield f"[{path}.choices]"
            for name in _in_order(choices, self.choices.get(str(row.get("part")), ())):
                yield f"{_key(name)} = {_value(choices[name])}"


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _in_order(row: Mapping[str, Any], order: Iterable[str]) -> list[str]:
    known = [name for name in order if name in row]
    return known + sorted(name for name in row if name not in known)


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _string(name)


def _value(value: Any, member: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return _list(value)
    if not isinstance(value, str):
        raise TypeError(f"{member}: {type(value).__name__} has no place in a questionnaire.")
    if member in EXPRESSIONS and len(value) > LONG and "\n" not in value and value == value.strip():
        return _expression(value)
    return _paragraphs(value) if "\n" in value else _string(value)


def _list(values: list[Any]) -> str:
    if not values:
        return "[]"
    lines = "".join(f"  {_inline(value)},\n" for value in values)
    return f"[\n{lines}]"


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        members = (f"{_key(name)} = {_inline(value[name])}" for name in _in_order(value, ("value", "text")))
        return f"{{ {', '.join(members)} }}"
    return _string(value) if isinstance(value, str) else _value(value)


def _string(text: str) -> str:
    """On one line; as it is typed where it holds quotation marks, as expressions do."""
    if ('"' in text or "\\" in text) and not NOT_LITERAL.search(text):
        return f"'{text}'"
    return f'"{ESCAPED.sub(_escape, text)}"'


def _paragraphs(text: str) -> str:
    return f'"""\n{ESCAPED_IN_LINES.sub(_escape, text)}"""'


def _expression(text: str) -> str:
    """Each part of a long condition on a line of its own: a line that ends with \\ goes on with the next."""
    escaped = ESCAPED_IN_LINES.sub(_escape, text + " ")[:-1]
    return '"""\\\n  ' + " \\\n  ".join(_operands(escaped)) + '\\\n"""'


def _operands(text: str) -> Iterator[str]:
    """Split where an operator stands outside of all brackets and quotation marks."""
    start = depth = 0
    for found in MARKED.finditer(text):
        if found[0] in "()":
            depth += 1 if found[0] == "(" else -1
        elif found["before"] and depth == 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return SHORT_ESCAPES.get(sign) or f"\\u{ord(sign):04x}"
