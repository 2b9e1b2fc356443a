"""A questionnaire's document, read into frozen rows with everything compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from screening.engine.evaluation import Compiled
from screening.engine.expressions import Expression

LANGUAGES = (1,)
CATEGORIES = ("none", "info", "clarify", "relative", "absolute")
FACTS = {"age": "number", "sex": "text", "on_duty_contact": "boolean"}
YES_NO = (("yes", "Yes"), ("no", "No"), ("not_sure", "Not sure"))


SCALE_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")


def scaled(value: str) -> Decimal | str:
    """A scale's choice as it is stored and compared: the number that it is, or the word."""
    return Decimal(value) if SCALE_NUMBER.fullmatch(value) else value


@dataclass(frozen=True)
class Problem:
    where: str
    code: str
    message: str
    position: int | None = field(default=None, compare=False)  # in the expression, from 0, where it is known


class DefinitionError(ValueError):
    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.where}: {each.message}" for each in problems[:5]))


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class Question:
    key: str
    type: str
    text: str
    short: str
    section: str
    help: str = ""
    why: str = ""
    optional: bool = False
    ask_anew: bool = False  # about now: an earlier answer is never carried over
    shown_when: Expression | None = None
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = 1
    unit: str = ""
    measure: str = ""
    max_length: int = 1000
    credit: str = ""


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Threshold:
    key: str
    value: Decimal
    unit: str
    label: str
    source: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    above: str = ""  # another threshold's key, or a number


@dataclass(frozen=True)
class Calculation:
    key: str
    expression: Expression
    decimals: int | None
    label: str
    unit: str
    outcome: bool
    compute: Compiled = field(compare=False, repr=False)


@dataclass(frozen=True)
class Rule:
    reason: str
    category: str
    could_be: str
    grade: int | None
    when: Expression
    text: str
    source: str
    holds: Compiled = field(compare=False, repr=False)


@dataclass(frozen=True)
class Criterion:
    key: str
    label: str
    topic: str
    about: str
    modifiable: str
    modifiable_note: str
    next_steps: tuple[str, ...]
    settled_by: str  # what would settle a possible one, a sentence
    sources: tuple[Mapping[str, str], ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class UrgentRule:
    reason: str
    level: str
    when: Expression
    notice: str
    text: str
    names: frozenset[str]
    holds: Compiled = field(compare=False, repr=False)


@dataclass(frozen=True)
class Extra:
    reason: str
    when: Expression
    text: str
    holds: Compiled = field(compare=False, repr=False)


@dataclass(frozen=True)
class Fill:
    """A question that a test answers, and with what."""

    question: str
    source: str  # "field", "month" or "date" (of measuring), or "value"
    value: str  # the key of the field, or the value


@dataclass(frozen=True)
class Investigation:
    """A test whose result staff can enter. Its fields are read like questions: limits, units and choices."""

    key: str
    label: str
    help: str
    fields: tuple[Question, ...]
    settles: tuple[str, ...]  # keys of criteria
    fills: tuple[Fill, ...]
    reference: str  # what a result means that no rule reads, such as "below 3.5 g/dL is low"
    source: str


@dataclass(frozen=True)
class Notice:
    key: str
    title: str
    body: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    key: str
    language: int
    title: str
    summary: str
    intro: str
    minutes: int
    source_language: str
    shown_in: str  # the language of the texts that patients read
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    thresholds: Mapping[str, Threshold]
    calculations: tuple[Calculation, ...]
    criteria: tuple[Criterion, ...]
    urgent: tuple[UrgentRule, ...]
    extras: tuple[Extra, ...]
    notices: Mapping[str, Notice]
    sent: Mapping[str, str]
    steps: tuple[Any, ...] = field(compare=False, repr=False)
    constants: Mapping[str, Decimal] = field(compare=False, repr=False)
    investigations: tuple[Investigation, ...] = ()

    def section(self, key: str) -> Section:
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def question(self, key: str) -> Question:
        return self.questions[key]

    def investigation(self, key: str) -> Investigation | None:
        return next((each for each in self.investigations if each.key == key), None)


def read(document: Mapping[str, Any]) -> Definition:
    """The definition that a document describes. Raises DefinitionError with everything that is wrong."""
    from screening.engine.reading import Reader

    reader = Reader(document)
    definition = reader.definition()
    if definition is None:
        raise DefinitionError(tuple(reader.problems))
    return definition


def problems(document: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What authors have to mend before they publish: stricter than `read`, which has to read every edition for ever."""
    from screening.engine.reading import Reader

    reader = Reader(document, strict=True)
    reader.definition()
    return tuple(reader.problems)
