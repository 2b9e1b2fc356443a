"""Whether an expression fits the questions, calculations, thresholds and facts that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from screening.engine.definition import scaled
from screening.engine.evaluation import PLACES, compile_node
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
    printed,
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a key stands for: number, choice, text, several, scale, boolean, date or month.

    `choices` are the values that an answer can have; `value` is a threshold's.
    """

    kind: str
    choices: frozenset[str] | None = None
    value: Decimal | None = None


NUMBER, TEXT, BOOLEAN = Kind("number"), Kind("text"), Kind("boolean")


def check(expression: Expression, namespace: Mapping[str, Kind], expect: str = "boolean") -> list[str]:
    """Sentences that say what does not fit; none when everything does. `expect` is "boolean" or "number"."""
    checker = _Checker(namespace)
    kind = checker.kind(expression.node)
    if not checker.found and kind is not None and kind.kind != expect:
        wanted = "true or false" if expect == "boolean" else "a number"
        checker.found.append(f"The result has to be {wanted}.")
    return checker.found


class _Checker:
    def __init__(self, namespace: Mapping[str, Kind]) -> None:
        self.namespace = namespace
        self.found: list[str] = []

    def say(self, message: str) -> None:
        if message not in self.found:
            self.found.append(message)

    def kind(self, node: Node) -> Kind | None:
        match node:
            case Literal(value):
                return TEXT if isinstance(value, str) else NUMBER
            case Name(key):
                if key not in self.namespace:
                    self.say(f"There is no question, calculation, threshold or fact named {key}.")
                return self.namespace.get(key)
            case Not(part):
                self.expect(part, BOOLEAN, "not needs something that is true or false")
                return BOOLEAN
            case Bool(op, parts):
                for part in parts:
                    self.expect(part, BOOLEAN, f"{op} needs something that is true or false on both sides")
                return BOOLEAN
            case Minus(part):
                self.number(part)
                return NUMBER
            case Arithmetic(op, left, right):
                self.number(left)
                self.number(right)
                if op == "/" and self.constant(right) == 0:
                    self.say("This divides by zero.")
                return NUMBER
            case Compare(first, rest):
                self.compare(first, rest)
                return BOOLEAN
            case Call(function, arguments):
                return self.call(function, arguments)
        return None

    def expect(self, node: Node, kind: Kind, message: str) -> None:
        found = self.kind(node)
        if found is not None and found.kind != kind.kind:
            self.say(message + ".")

    def number(self, node: Node) -> None:
        found = self.kind(node)
        if found is not None and found.kind not in ("number", "scale"):
            self.say(f"{_said(node)} is no number, so it cannot be calculated with.")

    def constant(self, node: Node) -> Decimal | None:
        """What a node is whatever is answered: made of numbers and thresholds only."""
        known = {key: kind.value for key in names(node) if (kind := self.namespace.get(key))}
        if len(known) < len(names(node)) or None in known.values():
            return None
        value = compile_node(node)(known)
        return value if isinstance(value, Decimal) else None

    def compare(self, first: Node, rest: tuple[tuple[str, Node], ...]) -> None:
        left = first
        for op, right in rest:
            if op in ("in", "not in"):
                self.member(left, right)
            elif op in ("==", "!="):
                self.same(left, right)
            else:
                self.number(left)
                self.number(right)
            left = right

    def same(self, left: Node, right: Node) -> None:
        a, b = self.kind(left), self.kind(right)
        if a is None or b is None:
            return
        for node, kind, other in ((left, a, right), (right, b, left)):
            if kind.kind == "several":
                self.say(f"{_said(node)} can have several answers: use in.")
            self.choice(kind, other, node)
        groups = {_group(a, right), _group(b, left)}
        if len(groups) > 1 and "several" not in groups:
            self.say(f"{_said(left)} and {_said(right)} are not of one kind, so they are never equal.")

    def choice(self, kind: Kind, other: Node, node: Node) -> None:
        if kind.choices is None or not isinstance(other, Literal):
            return
        known = {scaled(choice) if kind.kind == "scale" else choice for choice in kind.choices}
        if other.value not in known and (isinstance(other.value, str) or kind.kind == "scale"):
            self.say(f"{_said(node)} has no choice {_said(other)}.")

    def member(self, left: Node, right: Node) -> None:
        if isinstance(right, Tuple_):
            for item in right.items:
                self.same(left, item)
            return
        kind = self.kind(right)
        if kind is not None and kind.kind != "several":
            self.say(f"{_said(right)} has one answer only: use ==, or a list in brackets.")
        elif kind is not None:
            self.choice(kind, left, right)
        self.kind(left)

    def call(self, function: str, arguments: tuple[Node, ...]) -> Kind:
        if function == "answered":
            if not isinstance(arguments[0], Name):
                self.say("answered needs the key of a question or calculation.")
            self.kind(arguments[0])
            return BOOLEAN
        if function == "points":
            self.expect(arguments[0], BOOLEAN, "points needs a condition first")
            self.number(arguments[1])
        elif function in ("weeks_since", "months_since"):
            wanted = "date" if function == "weeks_since" else "month"
            kind = self.kind(arguments[0])
            if kind is not None and kind.kind != wanted:
                self.say(f"{function} needs a question that asks for a {wanted}.")
        else:
            for argument in arguments:
                self.number(argument)
        if function == "round_half_up" and not _is_places(arguments[1]):
            self.say(f"round_half_up needs a whole number of places from 0 to {len(PLACES) - 1}.")
        return NUMBER


def _group(kind: Kind, other: Node) -> str:
    if kind.kind == "scale":
        return "text" if isinstance(other, Literal) and isinstance(other.value, str) else "number"
    return {"choice": "text", "date": "text", "month": "text"}.get(kind.kind, kind.kind)


def _is_places(node: Node) -> bool:
    return isinstance(node, Literal) and node.value in PLACES


def _said(node: Node) -> str:
    return printed(node)
