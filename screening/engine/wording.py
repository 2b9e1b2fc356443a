"""Expressions and answers in words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from screening.engine.answers import shown_in
from screening.engine.assessment import values_of
from screening.engine.definition import Definition, Question
from screening.engine.evaluation import compile_node
from screening.engine.expressions import (
    Arithmetic,
    Bool,
    Call,
    Compare,
    Expression,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Tuple_,
    names,
    walk,
)  # fmt: skip

WORDS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at or below", ">": "is above", ">=": "is at or above",
    "in": "is one of", "not in": "is none of", "and": " and ", "or": " or ",
}  # fmt: skip
SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
FACTS = {"age": "Age", "sex": "Sex", "on_duty_contact": "Somebody is on duty"}


def number_in_words(value: Decimal) -> str:
    return f"{value.normalize():f}".replace("-", "−")


def in_words(expression: Expression, definition: Definition) -> str:
    text = _Speaker(definition).say(expression.node)
    return text[:1].upper() + text[1:] + "."


class _Speaker:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.calculations = {c.key: c for c in definition.calculations}

    def label(self, key: str) -> str:
        if key in self.definition.questions:
            return f"“{self.definition.questions[key].short}”"
        if key in self.calculations:
            return self.calculations[key].label
        if key in self.definition.thresholds:
            threshold = self.definition.thresholds[key]
            unit = f" {threshold.unit}" if threshold.unit else ""
            return f"{number_in_words(threshold.value)}{unit} ({threshold.label})"
        return FACTS.get(key, key)

    def choice(self, key: str, value: str) -> str:
        question = self.definition.questions.get(key)
        return (
            next((f"“{c.text}”" for c in question.choices if c.value == value), value) if question else value
        )

    def say(self, node: Node) -> str:
        match node:
            case Literal(value):
                return number_in_words(value) if isinstance(value, Decimal) else f"“{value}”"
            case Name(key):
                return self.label(key)
            case Not(Call("answered", (Name(key),))):
                return f"{self.label(key)} is not known"
            case Not(part):
                return f"it is not so that {self.say(part)}"
            case Bool(op, parts):
                return WORDS[op].join(self.part(each, op) for each in parts)
            case Minus(part):
                return f"minus {self.say(part)}"
            case Arithmetic(op, left, right):
                return f"{self.say(left)} {SIGNS[op]} {self.say(right)}"
            case Compare(first, rest):
                return self.compare(first, rest)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Tuple_(items):
                return ", ".join(self.say(each) for each in items)
        return ""

    def part(self, node: Node, op: str) -> str:
        text = self.say(node)
        return f"({text})" if isinstance(node, Bool) and node.op != op else text

    def compare(self, first: Node, rest: tuple[tuple[str, Node], ...]) -> str:
        op, right = rest[0]
        if op in ("in", "not in"):
            return self.member(first, op, right)
        left, said = first, []
        for op, right in rest:
            said.append(f"{self.say(left)} {WORDS[op]} {self.value(left, right)}")
            left = right
        return " and ".join(said)

    def value(self, left: Node, right: Node) -> str:
        if isinstance(left, Name) and isinstance(right, Literal) and isinstance(right.value, str):
            return self.choice(left.key, right.value)
        return self.say(right)

    def literal(self, key: str, first: Node) -> str:
        """A value in words, as a choice of the question that it is looked for in."""
        if isinstance(first, Literal) and isinstance(first.value, str):
            return self.choice(key, first.value)
        return self.say(first)

    def member(self, first: Node, op: str, right: Node) -> str:
        negated = op == "not in"
        if isinstance(right, Tuple_) and isinstance(first, Literal):
            keys = ", ".join(self.say(item) for item in right.items)
            named = next((i.key for i in right.items if isinstance(i, Name)), "")
            said = self.literal(named, first)
            return f"{'none' if negated else 'at least one'} of {keys} is {said}"
        if isinstance(right, Tuple_):
            choices = " or ".join(self.value(first, item) for item in right.items)
            return f"{self.say(first)} is {'not ' if negated else ''}{choices}"
        said = self.literal(right.key, first) if isinstance(right, Name) else self.say(first)
        return f"{self.say(right)} {'does not include' if negated else 'includes'} {said}"

    def call(self, function: str, arguments: tuple[Node, ...]) -> str:
        first = self.say(arguments[0])
        if function == "answered":
            return f"{first} is known"
        if function == "points":
            return f"{self.say(arguments[1])} if {first}"
        if function == "total_known":
            return f"the sum of the answered ones of {', '.join(self.say(each) for each in arguments)}"
        if function == "round_half_up":
            return first
        return f"{'weeks' if function == 'weeks_since' else 'months'} since {first}"


def answer_in_words(question: Question, value: Any, unit_system: str = "metric") -> str:
    """An answer as people read it; empty where there is none."""
    if value is None or value == "" or value == []:
        return ""
    texts: dict[Any, str] = {choice.value: choice.text for choice in question.choices}
    if isinstance(value, list | tuple):
        return ", ".join(texts.get(each, each) for each in value)
    if isinstance(value, Decimal):
        if question.type == "scale":
            return texts.get(f"{value.normalize():f}", f"{value:f}")
        if question.measure and unit_system != "metric" and question.measure != "hba1c":
            return " ".join(
                f"{number_in_words(part)} {unit}"
                for unit, part in shown_in(question.measure, unit_system, value).items()
            )
        return f"{value:f}".replace("-", "−") + (f" {question.unit}" if question.unit else "")
    if question.type in ("date", "month") and isinstance(value, str):
        day = date.fromisoformat(value if len(value) > 7 else value + "-01")
        return f"{day:%B} {day.day}, {day.year}" if len(value) > 7 else f"{day:%B} {day.year}"
    return texts.get(value, str(value))


@dataclass(frozen=True)
class Evidence:
    key: str
    text: str
    short: str
    answer: str
    held: bool


def evidence(
    definition: Definition,
    expression: Expression,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    today: date,
) -> tuple[Evidence, ...]:
    """The questions that an expression names, through calculations too, with the answers, and whether they decided."""
    values = values_of(definition, answers, facts, today)
    deciding: set[str] = set()
    for node in walk(expression.node):
        if isinstance(node, Compare | Call | Name) and compile_node(node)(values) is True:
            deciding |= _questions(names(node), definition)
    keys = _questions(expression.names, definition)
    return tuple(
        Evidence(
            key, q.text, q.short, answer_in_words(q, answers.get(key)) or "Not answered", key in deciding
        )
        for key, q in definition.questions.items()
        if key in keys
    )


def _questions(keys: Any, definition: Definition) -> set[str]:
    calculations = {c.key: c.expression.names for c in definition.calculations}
    found: set[str] = set()
    for key in keys:
        found |= _questions(calculations[key], definition) if key in calculations else {key}
    return found
