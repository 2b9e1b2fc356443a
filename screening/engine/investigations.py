"""Tests whose results settle a finding: how they are described, what can be entered, and which answers they give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from screening.engine.answers import Cleaned, Refused, clean, clean_one
from screening.engine.checking import nearest
from screening.engine.definition import (
    Choice,
    Definition,
    Fill,
    Investigation,
    Problem,
    Question,
)  # fmt: skip

if TYPE_CHECKING:
    from screening.engine.reading import Reader

KINDS = ("number", "choice")
WHEN = ("month", "date")  # what stands for the time of measuring
FILL = re.compile(r"([a-z][a-z0-9_]*)\s*=\s*(?:\"([^\"]+)\"|([a-z][a-z0-9_]*))")
HOW = 'Write it like bone_scan = "yes", bone_t_score = t_score or bone_scan_month = month.'


# What a document says of them


def read_rows(
    reader: Reader, questions: Mapping[str, Question], criteria: Iterable[str]
) -> tuple[Investigation, ...]:
    """The tests of the reader's document. What is wrong with them is said to the reader."""
    rows, known = reader.document.get("investigations", []), list(criteria)
    reader.once("investigations", rows)
    return tuple(_Row(reader, row, questions, known).investigation() for row in rows)


class _Row:
    def __init__(
        self, reader: Reader, row: Mapping[str, Any], questions: Mapping[str, Question], criteria: list[str]
    ) -> None:
        self.reader, self.row, self.questions, self.criteria = reader, row, questions, criteria
        self.where = reader.place = f"investigations.{row['key']}"
        reader.members(row, "investigations", self.where)

    def investigation(self) -> Investigation:
        row = self.row
        for key in row.get("settles", ()):
            if key not in self.criteria:
                self.say(
                    "settles", "unknown", f"There is no criterion named {key}.{nearest(key, self.criteria)}"
                )
        fields = tuple(self.field(each, place) for place, each in enumerate(row["fields"]))
        if not fields:
            self.reader.say(self.where, "fields", "This test needs a field to enter its result in.")
        if len({each.key for each in fields}) < len(fields):
            self.reader.say(self.where, "twice", "Two of its fields have one key.")
        fills = tuple(filter(None, (self.fill(text, fields) for text in row.get("fills", ()))))
        if len({each.question for each in fills}) < len(fills):
            self.say("fills", "twice", "A question is there twice.")
        return Investigation(
            row["key"], row["label"], row.get("help", ""), fields, tuple(row.get("settles", ())), fills,
            row.get("reference", ""), row.get("source", ""),
        )  # fmt: skip

    def say(self, member: str, code: str, message: str) -> None:
        self.reader.say(f"{self.where}.{member}", code, message)

    def field(self, row: Mapping[str, Any], place: int) -> Question:
        """A field is read like a question: the same limits, units and refusals."""
        reader, where = self.reader, f"{self.where}.fields.{place}"
        reader.members(row, "fields", where)
        kind = row.get("kind", "number")
        reader.one_of(kind, KINDS, where, "kind")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", row["key"]) or row["key"] in WHEN:
            reader.say(where, "key", f"{row['key']} cannot be the key of a field.")
        limits = [
            reader.decimal(row[name], where) for name in ("minimum", "maximum") if row.get(name) is not None
        ]
        if kind == "number" and (len(limits) < 2 or limits[0] > limits[1]):
            reader.say(where, "bounds", "Give the lowest and the highest value, so that a slip is caught.")
        choices = tuple(Choice(text, text) for text in row.get("choices", ()))
        if kind == "choice" and len({each.value for each in choices}) < max(2, len(choices)):
            reader.say(where, "choice", "Give at least two results to choose from, each of them once.")
        reader.measure({**row, "type": kind}, where)
        low, high = limits if len(limits) == 2 else (None, None)
        return Question(
            key=row["key"], type=kind, text=row["label"], short=row["label"], section="", choices=choices,
            minimum=low, maximum=high, decimals=reader.whole(row.get("decimals"), where, 1, 0, 4),
            unit=row.get("unit", ""), measure=row.get("measure", ""),
        )  # fmt: skip

    def fill(self, text: str, fields: tuple[Question, ...]) -> Fill | None:
        found = FILL.fullmatch(text.strip())
        if found is None:
            self.say("fills", "expression", f"{text[:60]!r} cannot be read. {HOW}")
            return None
        key, value, name = found.groups()
        if key not in self.questions:
            hint = nearest(key, self.questions)
            self.say("fills", "unknown", f"There is no question named {key}.{hint}")
            return None
        fill = (
            Fill(key, "value", value) if name is None else Fill(key, name if name in WHEN else "field", name)
        )
        if fault := _misfit(fill, self.questions[key], {each.key: each for each in fields}):
            self.say("fills", "does_not_fit", fault)
        return fill


def _misfit(fill: Fill, question: Question, fields: Mapping[str, Question]) -> str:
    """Why a question cannot be answered like this; empty where it can."""
    if fill.source == "value":
        known = [choice.value for choice in question.choices]
        return "" if fill.value in known else f"“{fill.value}” is no answer to {question.key}."
    if fill.source in WHEN:
        return "" if question.type == fill.source else f"{question.key} does not ask for a {fill.source}."
    field = fields.get(fill.value)
    if field is None:
        return f"This test has no field named {fill.value}.{nearest(fill.value, [*fields, *WHEN])}"
    return _unlike(field, question)


def _unlike(field: Question, question: Question) -> str:
    if field.type == "choice":
        known = [choice.value for choice in question.choices]
        strange = [choice.value for choice in field.choices if choice.value not in known]
        single = question.type in ("choice", "yes_no")
        return "" if single and not strange else f"{question.key} does not take the results of {field.key}."
    if question.type != "number":
        return f"{question.key} does not ask for a number."
    if (field.unit, field.measure) != (question.unit, question.measure):
        return f"{question.key} is in {question.unit or 'no unit'}, and {field.key} in {field.unit or 'no unit'}."
    if field.decimals > question.decimals:
        return f"{question.key} has fewer decimals than {field.key}."
    inside = _inside(field.minimum, question.minimum, 1) and _inside(field.maximum, question.maximum, -1)
    return "" if inside else f"{field.key} takes values that {question.key} refuses."


def _inside(limit: Decimal | None, of_question: Decimal | None, sign: int) -> bool:
    return of_question is None or (limit is not None and (limit - of_question) * sign >= 0)


# What is entered


@dataclass(frozen=True)
class Result:
    """A result that stands. `since`: whether it was entered after the answers were sent that it is put beside."""

    id: Any
    investigation: Investigation
    values: Mapping[str, Any]
    measured_on: date
    since: bool = True


@dataclass(frozen=True)
class Settled:
    """Answers with results in their places. `by` names the result behind an answer, `counted` those that count."""

    cleaned: Cleaned
    by: Mapping[str, Any]
    counted: tuple[Any, ...]


def entered(
    investigation: Investigation, given: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """The values as they are stored, and what is wrong, by field. All of a test's fields are needed."""
    values, refused = {}, {}
    for field in investigation.fields:
        try:
            value = clean_one(field, given.get(field.key), today)
        except Refused as error:
            refused[field.key] = Problem(field.key, error.code, error.message)
            continue
        if value is None:
            refused[field.key] = Problem(field.key, "required", "Give the result.")
        else:
            values[field.key] = value
    return values, refused


def settle(
    definition: Definition,
    answers: Mapping[str, Any],
    results: Iterable[Result],
    facts: Mapping[str, Any],
    *,
    sent_on: date,
    today: date,
) -> Settled:
    """Put results in the place of the answers that a patient sent on that day. Pure, whatever order they come in.

    Of one test the result that was measured last counts. An answer of the patient's own that is newer stays.
    """
    filled: dict[str, Any] = {}
    by: dict[str, Any] = {}
    latest = {
        each.investigation.key: each for each in sorted(results, key=lambda each: (each.measured_on, each.id))
    }
    for result in latest.values():
        for question, value in _fills(result, answers, sent_on).items():
            filled[question], by[question] = value, result.id
    cleaned = clean(definition, {**answers, **filled}, facts, today, only=set(filled))
    by = {question: id_ for question, id_ in by.items() if question in cleaned.answers}
    return Settled(cleaned, by, tuple(sorted(set(by.values()))))


def _fills(result: Result, own: Mapping[str, Any], sent_on: date) -> dict[str, Any]:
    """The answers that a result gives; none where the patient's own are all newer."""
    fills = result.investigation.fills
    measured = [fill for fill in fills if fill.source == "field"]
    newer = [fill for fill in measured if _is_newer(own, fill, result, sent_on)]
    if measured and len(newer) == len(measured):
        return {}
    return {fill.question: _value(fill, result) for fill in fills if fill not in newer}


def _is_newer(own: Mapping[str, Any], fill: Fill, result: Result, sent_on: date) -> bool:
    """Whether the patient's own answer is of a later time than the result.

    An answer that carries its month or day is as old as that; one that should and does not may be of any age. Any
    other is as old as the day it was sent, unless somebody who could read it entered the result after it.
    """
    if fill.question not in own:
        return False
    dated = [each.question for each in result.investigation.fills if each.source in WHEN]
    if dated:
        times = [own[question] for question in dated if question in own]
        return bool(times) and all(time > result.measured_on.isoformat()[: len(time)] for time in times)
    return not result.since and result.measured_on < sent_on


def _value(fill: Fill, result: Result) -> Any:
    if fill.source == "value":
        return fill.value
    if fill.source in WHEN:
        day = result.measured_on.isoformat()
        return day[:7] if fill.source == "month" else day
    return result.values[fill.value]
