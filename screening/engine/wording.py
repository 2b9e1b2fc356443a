"""Expressions and answers in words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from screening.engine.answers import shown_in
from screening.engine.assessment import values_of
from screening.engine.definition import Definition, Question, scaled
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
    tightness,
)  # fmt: skip

WORDS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at or below", ">": "is above", ">=": "is at or above",
    "and": " and ", "or": " or ",
}  # fmt: skip
NEGATED = {"==": "!=", "<": ">=", "<=": ">", "in": "not in"}
NEGATED |= {negated: op for op, negated in NEGATED.items()}
SENTENCES = {
    "known": "{it} is known",
    "not_known": "{it} is not known",
    "not_so": "it is not so that {it}",
    "minus": "minus {it}",
    "points": "{it} if {condition}",
    "total": "the sum of the answered ones of {it}",
    "rounded": "{it} rounded to {places} decimals",
    "rounded_1": "{it} rounded to {places} decimal",
    "weeks_since": "weeks since {it}",
    "months_since": "months since {it}",
    "one_of_these": "at least one of {these} is {it}",
    "none_of_these": "none of {these} is {it}",
    "includes": "{these} includes {it}",
    "includes_not": "{these} does not include {it}",
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
DAY, MONTH = "{month} {day}, {year}", "{month} {year}"
NOT_ANSWERED = "Not answered"
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
            case Not(part):
                return self.negated(part)
            case Bool(op, parts):
                return WORDS[op].join(self.part(each, op) for each in parts)
            case Minus(part):
                return SENTENCES["minus"].format(it=self.term(part, 6))
            case Arithmetic(op, left, right):
                least = tightness(node)
                return f"{self.term(left, least)} {SIGNS[op]} {self.term(right, least + 1)}"
            case Compare(first, rest):
                return self.compare(first, rest)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Tuple_(items):
                return ", ".join(self.say(each) for each in items)
        return ""

    def part(self, node: Node, op: str) -> str:
        """A part of `and` or `or`, in brackets where its own words could be taken for those around it."""
        text = self.say(node)
        return text if _simple(node) or (isinstance(node, Bool) and node.op == op) else f"({text})"

    def term(self, node: Node, least: int) -> str:
        """A part of a sum or product."""
        wordy = isinstance(node, Call) and node.function in ("points", "total_known", "round_half_up")
        return f"({self.say(node)})" if wordy or tightness(node) < least else self.say(node)

    def negated(self, node: Node) -> str:
        match node:
            case Call("answered", (inner,)):
                return SENTENCES["not_known"].format(it=self.say(inner))
            case Compare(first, ((op, right),)):
                return self.compare(first, ((NEGATED[op], right),))
        text = self.say(node)
        return SENTENCES["not_so"].format(it=text if _simple(node) else f"({text})")

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

    def member(self, first: Node, op: str, right: Node) -> str:
        negated = op == "not in"
        if not isinstance(right, Tuple_):
            sentence = SENTENCES["includes_not" if negated else "includes"]
            return sentence.format(these=self.say(right), it=self.value(right, first))
        if isinstance(first, Literal):
            sentence = SENTENCES["none_of_these" if negated else "one_of_these"]
            named = next((item for item in right.items if isinstance(item, Name)), right)
            return sentence.format(these=self.say(right), it=self.value(named, first))
        choices = WORDS["or"].join(self.value(first, item) for item in right.items)
        return f"{self.say(first)} {WORDS['!=' if negated else '==']} {choices}"

    def call(self, function: str, arguments: tuple[Node, ...]) -> str:
        first = self.say(arguments[0])
        match function:
            case "answered":
                return SENTENCES["known"].format(it=first)
            case "points":
                return SENTENCES["points"].format(it=self.say(arguments[1]), condition=first)
            case "total_known":
                return SENTENCES["total"].format(it=", ".join(self.say(each) for each in arguments))
            case "round_half_up":
                it, places = self.term(arguments[0], tightness(arguments[1])), self.say(arguments[1])
                return SENTENCES["rounded_1" if places == "1" else "rounded"].format(it=it, places=places)
        return SENTENCES[function].format(it=first)


def _simple(node: Node) -> bool:
    """Whether a sentence about it stays clear beside "and", "or" and "not"."""
    match node:
        case Bool():
            return False
        case Compare(_, rest):
            return len(rest) == 1
        case Not(Call()):
            return True
        case Not(part):
            return isinstance(part, Compare) and len(part.rest) == 1
    return True


def answer_in_words(question: Question, value: Any, unit_system: str = "metric") -> str:
    """An answer as people read it; empty where there is none."""
    if value is None or value == "" or value == []:
        return ""
    scale = question.type == "scale"
    texts: dict[Any, str] = {
        scaled(choice.value) if scale else choice.value: choice.text for choice in question.choices
    }
    if isinstance(value, list | tuple):
        return ", ".join(texts.get(each, str(each)) for each in value)
    if isinstance(value, Decimal):
        if scale:
            return texts.get(value, number_in_words(value))
        if question.measure and unit_system != "metric":
            return " ".join(
                f"{number_in_words(part)} {unit}"
                for unit, part in shown_in(question.measure, unit_system, value).items()
            )
        return f"{value:f}".replace("-", "−") + (f" {question.unit}" if question.unit else "")
    if question.type in ("date", "month") and isinstance(value, str):
        year, month, *day = value.split("-")
        written = DAY if day else MONTH
        return written.format(year=int(year), month=MONTHS[int(month) - 1], day=int(day[0]) if day else "")
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
    held = compile_node(expression.node)(values) is True
    deciding = _questions(_decided(expression.node, True, values, held), definition)
    keys = _questions(expression.names, definition)
    return tuple(
        Evidence(key, q.text, q.short, answer_in_words(q, answers.get(key)) or NOT_ANSWERED, key in deciding)
        for key, q in definition.questions.items()
        if key in keys
    )


def _decided(node: Node, wanted: bool, values: Mapping[str, Any], strict: bool) -> set[str]:
    """The names in the parts that came to what was wanted of them: true, or false under a `not`.

    `strict` leaves out the parts that did so without making the whole true.
    """
    fits = compile_node(node)(values) is wanted
    if isinstance(node, Not):
        return _decided(node.part, not wanted, values, strict)
    if isinstance(node, Bool):
        if strict and not fits:
            return set()
        return set().union(*(_decided(part, wanted, values, strict) for part in node.parts))
    if not fits:
        return set()
    match node:
        case Compare(first, ((("in" | "not in") as op, Tuple_(items)),)) if (op == "in") is wanted:
            same = [item for item in items if compile_node(Compare(first, (("==", item),)))(values) is True]
            return names(first).union(*(names(item) for item in same))
    return names(node)


def _questions(keys: Any, definition: Definition) -> set[str]:
    calculations = {c.key: c.expression.names for c in definition.calculations}
    found: set[str] = set()
    for key in keys:
        found |= _questions(calculations[key], definition) if key in calculations else {key}
    return found
