"""Whether a file has the members that a questionnaire has, of the right kinds; the models say which these are.

What does not fit is replaced in a mended copy, so that the rest can be checked as well and all is said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from screening.engine.checking import nearest
from screening.files.lines import Path
from screening.models import (
    Calculation,
    Choice,
    Criterion,
    Extra,
    Investigation,
    InvestigationField,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Source,
    Threshold,
    Translation,
    UrgentRule,
)
from screening.models.document import (
    CALCULATION,
    CRITERION,
    EXTRA,
    FIELD,
    HEAD,
    INVESTIGATION,
    LINES,
    NOTICE,
    QUESTION,
    RULE,
    THRESHOLD,
    TRANSLATION,
    URGENT,
    number,
)


@dataclass(frozen=True)
class Shape:
    """A row: the members that its model stores, and the rows within it."""

    model: type[models.Model]
    members: tuple[str, ...]
    rows: Mapping[str, Shape] = field(default_factory=dict)
    needed: tuple[str, ...] = ()  # lists that have to be there, and may be empty


QUESTIONNAIRE = Shape(
    Questionnaire,
    HEAD,
    {
        "sections": Shape(
            Section,
            ("key", "title", "intro"),
            {"questions": Shape(Question, QUESTION, {"choices": Shape(Choice, ("value", "text"))})},
            ("questions",),
        ),
        "thresholds": Shape(Threshold, THRESHOLD),
        "calculations": Shape(Calculation, CALCULATION),
        "criteria": Shape(
            Criterion,
            CRITERION,
            {"sources": Shape(Source, ("text", "address")), "rules": Shape(Rule, RULE)},
            ("rules",),
        ),
        "urgent": Shape(UrgentRule, URGENT),
        "extras": Shape(Extra, EXTRA),
        "notices": Shape(Notice, NOTICE),
        "investigations": Shape(
            Investigation, INVESTIGATION, {"fields": Shape(InvestigationField, FIELD)}, ("fields",)
        ),
        "translations": Shape(Translation, TRANSLATION),
    },
    ("sections", "criteria"),
)
SENT = {"title": "sent_title", "body": "sent_body"}
MAY_BE_MISSING: dict[type[models.Model], tuple[str, ...]] = {Question: ("short",)}  # the key stands for it
LEFT_OUT_WHERE_EMPTY = ("choices", "sources", "investigations", "translations")
SAID_BY_THE_ENGINE = ("type", "kind", "measure", "modifiable", "category", "could_be", "level", "state")
IN_PLACE_OF: dict[str, Any] = {
    "type": "text",
    "kind": "number",
    "category": "info",
    "level": "same_day",
    "state": "needs_check",
}


@dataclass(frozen=True)
class Misfit:
    path: Path
    message: str


class Shaping:
    """A document as it came, and what is wrong with its shape."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.found: list[Misfit] = []
        self.mended = self._questionnaire(document)

    def say(self, path: Path, message: str) -> None:
        self.found.append(Misfit(path, message))

    def _questionnaire(self, document: Mapping[str, Any]) -> dict[str, Any]:
        sent = document.get("sent", {})
        given = {name: value for name, value in document.items() if name not in ("language", "sent")}
        mended = self._row(QUESTIONNAIRE, given, (), ("language", "sent"))
        mended["language"] = document.get("language")
        if "language" not in document:
            self.say((), _("language is missing. Write language = 1: the version of the rule language."))
            mended["language"] = 1
        mended["sent"] = self._sent(sent)
        return mended

    def _sent(self, sent: Any) -> dict[str, Any]:
        if not isinstance(sent, Mapping):
            self.say(("sent",), _("sent has to be a table with title and body."))
            return {}
        fields = {name: value for name, value in sent.items() if name in SENT}
        for name in sent.keys() - fields.keys():
            self.say(("sent", name), _unknown(name, SENT))
        return {
            name: self._value(_field(Questionnaire, SENT[name]), name, value, ("sent", name))
            for name, value in fields.items()
        }

    def _row(self, shape: Shape, given: Any, path: Path, others: tuple[str, ...] = ()) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            self.say(path, _("A table with members has to stand here."))
            given = {}
            spoiled = True
        else:
            spoiled = False
        known = (*shape.members, *shape.rows)
        for name in given:
            if name not in known:
                self.say((*path, name), _unknown(name, (*known, *others)))
        mended = {
            name: self._value(_field(shape.model, name), name, given[name], (*path, name))
            for name in shape.members
            if name in given
        }
        for name in required(shape):
            if name not in given:
                if not spoiled:
                    self.say(path, _("%(name)s is missing.") % {"name": name})
                mended[name] = _stand_in(shape.model, name, path)
        for name, inner in shape.rows.items():
            rows = self._rows(given, name, inner, path, missing=name in shape.needed and not spoiled)
            if rows is not None:
                mended[name] = rows
        return mended

    def _rows(
        self, given: Mapping[str, Any], name: str, shape: Shape, path: Path, missing: bool
    ) -> list[dict[str, Any]] | None:
        if name not in given:
            if missing:
                sentence = _("%(name)s is missing. Where there is none, write %(name)s = [].")
                self.say(path, sentence % {"name": name})
            return [] if name in ("questions", "rules", "fields", "sections", "criteria") else None
        if not isinstance(given[name], list):
            self.say((*path, name), _("%(name)s has to be a list of tables.") % {"name": name})
            return []
        return [self._row(shape, row, (*path, name, place)) for place, row in enumerate(given[name])]

    def _value(self, column: models.Field[Any, Any], name: str, value: Any, path: Path) -> Any:
        for sentence in _wrong(column, name, value):
            self.say(path, sentence)
            return _stand_in(column.model, name, path[:-1])
        return value


def as_stored(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft's rows say once the document was written into them: "-2.50" is -2.5, and empty texts are open."""
    sent = document.get("sent", {})
    return {
        "language": document["language"],
        **_stored(QUESTIONNAIRE, document),
        "sent": {name: sent.get(name, "") for name in SENT},
    }


def _stored(shape: Shape, row: Mapping[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    for name in shape.members:
        column = _field(shape.model, name)
        value = row.get(name, None if column.null else column.get_default())
        if name in LINES:
            value = [line.strip() for line in row.get(name, ()) if line.strip()]
        if value is not None and isinstance(column, models.DecimalField):
            value = number(value)
        if value is not None and value is not False and value not in ("", []):
            stored[name] = value
    for name, inner in shape.rows.items():
        rows = [_stored(inner, each) for each in row.get(name, ())]
        if rows or name not in LEFT_OUT_WHERE_EMPTY:
            stored[name] = rows
    return stored


def required(shape: Shape) -> Iterator[str]:
    for name in shape.members:
        column = _field(shape.model, name)
        open_ = column.blank or column.null or column.has_default()
        if not open_ and name not in MAY_BE_MISSING.get(shape.model, ()):
            yield name


def _field(model: Any, name: str) -> models.Field[Any, Any]:
    found: models.Field[Any, Any] = model._meta.get_field(name)
    return found


def _unknown(name: str, known: Any) -> str:
    sentence = _("There is no member %(name)s here.") % {"name": name[:80]}
    return sentence + nearest(name[:80], known)


def _wrong(column: models.Field[Any, Any], name: str, value: Any) -> Iterator[str]:
    """What is wrong with a value, the first thing first."""
    if name in LINES:
        yield from _wrong_lines(name, value)
        return
    kind: Callable[[str, Any], Iterator[str]] = next(
        (test for fields, test in KINDS if isinstance(column, fields)), _wrong_text
    )
    found = list(kind(name, value))
    yield from found
    if found or isinstance(column, models.JSONField):
        return
    try:
        column.run_validators(Decimal(value) if isinstance(column, models.DecimalField) else value)
        if isinstance(value, str) and not column.blank and not value.strip():
            yield _("%(name)s is empty.") % {"name": name}
        if name not in SAID_BY_THE_ENGINE:
            column.validate(value, None)
    except ValidationError as error:
        yield from (f"{name}: {message}" for message in error.messages)


def _wrong_text(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield _("%(name)s has to be a text in quotation marks.") % {"name": name}
    elif "\x00" in value:
        yield _("%(name)s holds a character that cannot be stored.") % {"name": name}


def _wrong_lines(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        yield _("%(name)s has to be a list of texts.") % {"name": name}
    elif any("\n" in line.strip() or "\x00" in line for line in value):
        yield _("A text of %(name)s cannot have line breaks.") % {"name": name}


def _wrong_switch(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _("%(name)s has to be true or false, without quotation marks.") % {"name": name}


def _wrong_whole(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _("%(name)s has to be a whole number, without quotation marks.") % {"name": name}
    elif not 0 <= value <= 32_767:
        yield _("%(name)s has to be a whole number from 0 to 32,767.") % {"name": name}


def _wrong_number(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield _(
            '%(name)s has to be a number in quotation marks, such as "7.5": it stays exact like this.'
        ) % {"name": name}
        return
    try:
        given = Decimal(value) if len(value) <= 40 else Decimal("NaN")
    except ArithmeticError:
        given = Decimal("NaN")
    if not given.is_finite():
        yield _("%(name)s: %(value)s is no number.") % {"name": name, "value": repr(value[:40])}


def _wrong_table(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield _("%(name)s has to be a table.") % {"name": name}
    elif _holds_nul(value):
        yield _("%(name)s holds a character that cannot be stored.") % {"name": name}


def _holds_nul(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any("\x00" in key or _holds_nul(each) for key, each in value.items())
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\x00" in value


KINDS: tuple[tuple[Any, Callable[[str, Any], Iterator[str]]], ...] = (
    (models.BooleanField, _wrong_switch),
    (models.IntegerField, _wrong_whole),
    (models.DecimalField, _wrong_number),
    (models.JSONField, _wrong_table),
)


def _stand_in(model: Any, name: str, path: Path) -> Any:
    """Something that fits, so that what refers to it can be checked: it is never stored."""
    column = _field(model, name)
    if name in IN_PLACE_OF:
        return IN_PLACE_OF[name]
    if name in ("key", "reason", "value") and isinstance(column, models.CharField):
        return "_".join(("unnamed", *map(str, path)))[:64].replace("-", "_")
    if name == "when":
        return "1 == 1"
    if name == "expression":
        return "1"
    if isinstance(column, models.DecimalField):
        return None if column.null else "0"
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.IntegerField):
        return None if column.null else 1
    if name in LINES:
        return []
    return {} if isinstance(column, models.JSONField) else ""
