"""Whether an expression fits the questions, calculations, thresholds and facts that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

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
    children,
    names,
    printed,
)  # fmt: skip
from screening.engine.ranges import LARGEST, Anything, Env, Possible, Span, numbers, plan


@dataclass(frozen=True)
class Kind:
    """What a key stands for: number, choice, text, several, scale, boolean, date or month.

    `choices` are the values that an answer can have, in their order; `value` is a threshold's. A number lies from
    `minimum` to `maximum` (none: anywhere) and has so many `decimals` (none: any).
    """

    kind: str
    choices: tuple[str, ...] | None = None
    value: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None


NUMBER, TEXT, BOOLEAN = Kind("number"), Kind("text"), Kind("boolean")


@dataclass(frozen=True)
class Fault:
    message: str
    position: int  # in the expression, from 0


def surroundings(namespace: Mapping[str, Kind]) -> dict[str, Possible]:
    """What each key may be, before anything is answered."""
    return {key: _anywhere(kind) for key, kind in namespace.items()}


def _anywhere(kind: Kind) -> Possible:
    if kind.value is not None:
        return frozenset((kind.value,))
    match kind.kind:
        case "boolean":
            return frozenset((True, False))
        case "choice":
            return frozenset((*(kind.choices or ()), None))
        case "scale":
            return frozenset((*map(scaled, kind.choices or ()), None))
        case "number":
            low = -LARGEST if kind.minimum is None else kind.minimum
            return Span(low, LARGEST if kind.maximum is None else kind.maximum)
    return Anything()


def check(expression: Expression, namespace: Mapping[str, Kind], expect: str = "boolean") -> list[Fault]:
    """What does not fit, and where; nothing when everything does. `expect` is "boolean" or "number"."""
    checker = _Checker(namespace)
    kind = checker.kind(expression.node)
    if not checker.found and kind is not None and kind.kind != expect:
        wanted = "true or false" if expect == "boolean" else "a number"
        checker.say(f"The result has to be {wanted}.", expression.node)
    return checker.found


def zero_divisors(expression: Expression, namespace: Mapping[str, Kind]) -> list[Fault]:
    """The places that may divide by zero, for an expression that fits."""
    divisions = _Divisions(surroundings({key: namespace[key] for key in expression.names}))
    divisions.look(expression.node)
    return divisions.found


def nearest(key: str, known: Iterable[str]) -> str:
    """A question to whoever mistyped a key."""
    close = get_close_matches(key, list(known), n=1, cutoff=0.7)
    return f" Did you mean {close[0]}?" if close else ""


def listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


class _Checker:
    def __init__(self, namespace: Mapping[str, Kind]) -> None:
        self.namespace = namespace
        self.found: list[Fault] = []

    def say(self, message: str, node: Node) -> None:
        if all(message != fault.message for fault in self.found):
            self.found.append(Fault(message, node.at))

    def kind(self, node: Node) -> Kind | None:
        match node:
            case Literal(value):
                return TEXT if isinstance(value, str) else NUMBER
            case Name(key):
                if key not in self.namespace:
                    self.unknown(key, node)
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
                    self.say("This divides by zero.", right)
                return NUMBER
            case Compare(first, rest):
                self.compare(first, rest)
                return BOOLEAN
            case Call(function, arguments):
                return self.call(function, arguments)
        return None

    def unknown(self, key: str, node: Node) -> None:
        choice = any(key in (kind.choices or ()) for kind in self.namespace.values())
        hint = f' Write "{key}" in quotation marks.' if choice else nearest(key, self.namespace)
        self.say(f"There is no question, calculation, threshold or fact named {key}.{hint}", node)

    def expect(self, node: Node, kind: Kind, message: str) -> None:
        found = self.kind(node)
        if found is not None and found.kind != kind.kind:
            self.say(message + ".", node)

    def number(self, node: Node) -> None:
        found = self.kind(node)
        if found is not None and found.kind not in ("number", "scale"):
            self.say(f"{_said(node)} is no number, so it cannot be calculated with.", node)

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
                self.say(f"{_said(node)} can have several answers: use in.", node)
            self.choice(kind, other, node)
        groups = {_group(a, right), _group(b, left)}
        if len(groups) > 1 and "several" not in groups:
            self.say(f"{_said(left)} and {_said(right)} are not of one kind, so they are never equal.", left)

    def choice(self, kind: Kind, other: Node, node: Node) -> None:
        if kind.choices is None or not isinstance(other, Literal):
            return
        known = {scaled(choice) if kind.kind == "scale" else choice for choice in kind.choices}
        if other.value not in known and (isinstance(other.value, str) or kind.kind == "scale"):
            choices = listed(_quoted(choice, kind) for choice in kind.choices)
            self.say(f"{_said(node)} has no choice {_said(other)}: it has {choices}.", other)

    def member(self, left: Node, right: Node) -> None:
        if isinstance(right, Tuple_):
            for item in right.items:
                self.same(left, item)
            return
        kind = self.kind(right)
        if kind is not None and kind.kind != "several":
            self.say(f"{_said(right)} has one answer only: use ==, or a list in brackets.", right)
        elif kind is not None:
            self.choice(kind, left, right)
        self.kind(left)

    def call(self, function: str, arguments: tuple[Node, ...]) -> Kind:
        if function == "answered":
            if not isinstance(arguments[0], Name):
                self.say("answered needs the key of a question or calculation.", arguments[0])
            self.kind(arguments[0])
            return BOOLEAN
        if function == "points":
            self.expect(arguments[0], BOOLEAN, "points needs a condition first")
            self.number(arguments[1])
        elif function in ("weeks_since", "months_since"):
            wanted = "date" if function == "weeks_since" else "month"
            kind = self.kind(arguments[0])
            if kind is not None and kind.kind != wanted:
                self.say(f"{function} needs a question that asks for a {wanted}.", arguments[0])
        else:
            for argument in arguments:
                self.number(argument)
        if function == "round_half_up" and not _is_places(arguments[1]):
            self.say(
                f"round_half_up needs a whole number of places from 0 to {len(PLACES) - 1}.", arguments[1]
            )
        return NUMBER


class _Divisions:
    """Looks for divisors that can be zero, and knows what the conditions around them rule out."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.found: list[Fault] = []
        self.not_zero: list[Node] = []

    def look(self, node: Node) -> None:
        match node:
            case Bool("and", parts):
                with self.knowing(parts):
                    self.each(parts)
            case Call("points", (condition, value)):
                self.look(condition)
                with self.knowing(condition.parts if isinstance(condition, Bool) else (condition,)):
                    self.look(value)
            case Arithmetic("/", left, right):
                self.each((left, right))
                self.divisor(right)
            case _:
                self.each(children(node))

    def each(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self.look(node)

    @contextmanager
    def knowing(self, conditions: Iterable[Node]) -> Iterator[None]:
        before = list(self.not_zero)
        for condition in conditions:
            if isinstance(condition, Compare):
                self.not_zero += self.ruled_out(condition)
        yield
        self.not_zero = before

    def ruled_out(self, condition: Compare) -> Iterator[Node]:
        """What cannot be zero where the comparison is true."""
        left = condition.first
        for op, right in condition.rest:
            if op not in ("in", "not in"):
                for node, sign, limit in ((left, op, right), (right, TURNED.get(op, op), left)):
                    span = numbers(plan(limit), self.env)
                    if span is not None and _excludes_zero(sign, span):
                        yield node
            left = right

    def divisor(self, node: Node) -> None:
        span = numbers(plan(node), self.env)
        if span is None or not span.low <= 0 <= span.high or node in self.not_zero:
            return
        said = _said(node)
        if span.low == span.high:
            self.found.append(Fault("This divides by zero.", node.at))
            return
        way_out = f'write "{said} > 0 and" before it in a rule, or points({said} > 0, …) in a calculation'
        if isinstance(node, Name):
            way_out = f"give {said} a lowest value above 0, or {way_out}"
        self.found.append(Fault(f"This may divide by zero, because {said} can be 0: {way_out}.", node.at))


TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _excludes_zero(op: str, limit: Span) -> bool:
    match op:
        case ">":
            return limit.low >= 0
        case ">=":
            return limit.low > 0
        case "<":
            return limit.high <= 0
        case "<=":
            return limit.high < 0
        case "!=":
            return limit.low == limit.high == 0
    return op == "==" and (limit.low > 0 or limit.high < 0)


def _group(kind: Kind, other: Node) -> str:
    if kind.kind == "scale":
        return "text" if isinstance(other, Literal) and isinstance(other.value, str) else "number"
    return {"choice": "text", "date": "text", "month": "text"}.get(kind.kind, kind.kind)


def _is_places(node: Node) -> bool:
    return isinstance(node, Literal) and node.value in PLACES


def _said(node: Node) -> str:
    return printed(node)


def _quoted(choice: str, kind: Kind) -> str:
    value = scaled(choice) if kind.kind == "scale" else choice
    return printed(Literal(value))
