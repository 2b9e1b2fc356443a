"""What an expression can come to when its names are known only to lie somewhere.

A result never leaves out what is possible; it may allow more, because a name that stands twice is taken for two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from itertools import product
from typing import Any

from screening.engine.evaluation import (
    CONTEXT,
    MOST_PLACES,
    TODAY,
    Compiled,
    compile_node,
    rounded_or_unknown,
)
from screening.engine.expressions import (
    Arithmetic,
    Bool,
    Call,
    Compare,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Tuple_,
    children,
    names,
)

LARGEST = Decimal(10) ** 13  # an answer has twelve digits before the point
LONGEST_AGO = Decimal(10) ** 6  # in weeks or months
AT_ONCE = 32  # sets of values that are tried, rather than reasoned about

Truths = frozenset[bool | None]
EVERY: Truths = frozenset((True, False, None))


@dataclass(frozen=True)
class Span:
    """A number from `low` to `high`; `unknown` where it may also be unknown or no number."""

    low: Decimal
    high: Decimal
    unknown: bool = True


@dataclass(frozen=True)
class Anything:
    """A text, a date or several choices, or unknown."""


Possible = frozenset[Any] | Span | Anything
Env = Mapping[str, Possible]


@dataclass(frozen=True, eq=False)
class Plan:
    """A node made ready to be asked many times."""

    node: Node
    names: tuple[str, ...]
    run: Compiled
    parts: tuple[Plan, ...]


def plan(node: Node) -> Plan:
    return Plan(node, tuple(sorted(names(node))), _compiled(node), tuple(map(plan, _parts(node))))


def _parts(node: Node) -> tuple[Node, ...]:
    """What is asked one by one; of a list, whether the first is the same as each item."""
    match node:
        case Compare(first, ((_op, Tuple_(items)),)):
            return tuple(Compare(first, (("==", item),)) for item in items)
    return children(node)


def _compiled(node: Node) -> Compiled:
    try:
        return compile_node(node)
    except TypeError:  # a list in brackets is no value by itself
        return lambda values: None


def tried(asked: Plan, env: Env) -> set[Any] | None:
    """What it comes to for each set of values of its names; None where these are too many."""
    options, sets = [], 1
    for name in asked.names:
        possible = env[name]
        if not isinstance(possible, frozenset):
            return None
        sets *= len(possible)
        if sets > AT_ONCE:
            return None
        options.append(possible)
    today = env.get(TODAY)
    fixed = {TODAY: next(iter(today))} if isinstance(today, frozenset) else {}
    return {
        asked.run({**fixed, **dict(zip(asked.names, values, strict=True))}) for values in product(*options)
    }


def truths(asked: Plan, env: Env) -> Truths:
    found = tried(asked, env)
    if found is not None:
        return frozenset(found) & EVERY
    node, parts = asked.node, asked.parts
    match node:
        case Not():
            return frozenset(None if each is None else not each for each in truths(parts[0], env))
        case Bool(op, _):
            return _together(op == "and", (truths(part, env) for part in parts))
        case Compare(_, ((op, Tuple_(_)),)):
            member = _together(False, (truths(part, env) for part in parts))
            return member if op == "in" else frozenset(None if each is None else not each for each in member)
        case Compare(_, rest):
            links = zip(rest, parts, parts[1:], strict=False)
            return _together(True, (_link(op, left, right, env) for (op, _node), left, right in links))
        case Call("answered", (Name(key),)):
            return _answered(env[key])
        case Call("answered", _):
            reach = numbers(parts[0], env)
            return frozenset((False,)) if reach is None else _answered(reach)
    return EVERY


def _together(all_of: bool, parts: Iterable[Truths]) -> Truths:
    """Kleene's `and`, or `or`, of every pick from the parts."""
    end = not all_of  # false ends an `and`, true ends an `or`
    found: set[bool | None] = {all_of}
    for part in parts:
        picked: set[bool | None] = set()
        for a in found:
            for b in part:
                if a is end or b is end:
                    picked.add(end)
                else:
                    picked.add(None if a is None or b is None else all_of)
        found = picked
        if found == {end}:
            break
    return frozenset(found)


def _answered(possible: Possible) -> Truths:
    if isinstance(possible, Span):
        return frozenset((True, False)) if possible.unknown else frozenset((True,))
    if isinstance(possible, Anything):
        return frozenset((True, False))
    return frozenset(value is not None for value in possible)


def _link(op: str, left: Plan, right: Plan, env: Env) -> Truths:
    if op in ("in", "not in") or (op in ("==", "!=") and not (_numeric(left, env) and _numeric(right, env))):
        return EVERY
    a, b = numbers(left, env), numbers(right, env)
    if a is None or b is None:
        return frozenset((None,))
    found: set[bool | None] = {None} if a.unknown or b.unknown else set()
    if op in ("==", "!="):
        apart, same = a.high < b.low or b.high < a.low, a.low == a.high == b.low == b.high
        equal = {False} if apart else {True} if same else {True, False}
        return frozenset(found | (equal if op == "==" else {not each for each in equal}))
    if op in (">", ">="):
        a, b, op = b, a, {">": "<", ">=": "<="}[op]
    always, never = (a.high < b.low, a.low >= b.high) if op == "<" else (a.high <= b.low, a.low > b.high)
    return frozenset(found | ({True} if always else {False} if never else {True, False}))


def _numeric(asked: Plan, env: Env) -> bool:
    """Whether it is a number wherever it is known: so that == compares numbers."""
    match asked.node:
        case Name(key):
            possible = env[key]
            if isinstance(possible, frozenset):
                return all(value is None or isinstance(value, Decimal) for value in possible)
            return isinstance(possible, Span)
        case Literal(value):
            return isinstance(value, Decimal)
        case Arithmetic() | Minus():
            return True
        case Call(function, _):
            return function != "answered"
    return False


def numbers(asked: Plan, env: Env) -> Span | None:
    """From where to where a calculation can go; None where it is never a number."""
    found = tried(asked, env)
    if found is not None:
        return _hull(found)
    node, parts = asked.node, asked.parts
    match node:
        case Name(key):
            possible = env[key]
            if isinstance(possible, Span):
                return possible
            return _hull(possible) if isinstance(possible, frozenset) else None
        case Minus():
            inner = numbers(parts[0], env)
            return None if inner is None else Span(-inner.high, -inner.low, inner.unknown)
        case Arithmetic(op, _, _):
            return _arithmetic(op, numbers(parts[0], env), numbers(parts[1], env))
        case Call(function, arguments):
            return _call(function, arguments, parts, env)
    return None


def _hull(values: Iterable[Any]) -> Span | None:
    values = list(values)
    known = [value for value in values if isinstance(value, Decimal)]
    return Span(min(known), max(known), len(known) < len(values)) if known else None


_CORNERS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide,
}  # fmt: skip


def _arithmetic(op: str, a: Span | None, b: Span | None) -> Span | None:
    if a is None or b is None:
        return None
    unknown = a.unknown or b.unknown
    if op == "/" and b.low <= 0 <= b.high:
        if b.low == b.high:
            return None
        return Span(-LARGEST * LARGEST, LARGEST * LARGEST, True)
    try:
        corners = [_CORNERS[op](x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    except DecimalException:
        return Span(-LARGEST * LARGEST, LARGEST * LARGEST, True)
    return Span(min(corners), max(corners), unknown)


def _call(function: str, arguments: tuple[Node, ...], parts: tuple[Plan, ...], env: Env) -> Span | None:
    if function in ("weeks_since", "months_since"):
        return Span(Decimal(0), LONGEST_AGO, True)
    if function == "total_known":
        return _total(numbers(part, env) for part in parts)
    if function == "points":
        return _points(truths(parts[0], env), numbers(parts[1], env))
    if function == "round_half_up" and isinstance(arguments[1], Literal):
        places = arguments[1].value
        whole = isinstance(places, Decimal) and places == int(places) and 0 <= places <= MOST_PLACES
        return rounded(numbers(parts[0], env), int(places)) if whole else None
    return None


def _total(parts: Iterable[Span | None]) -> Span:
    low = high = Decimal(0)
    for part in parts:
        if part is not None:
            low += min(part.low, Decimal(0)) if part.unknown else part.low
            high += max(part.high, Decimal(0)) if part.unknown else part.high
    return Span(low, high, False)


def _points(condition: Truths, given: Span | None) -> Span | None:
    zero = Span(Decimal(0), Decimal(0), False)
    if True not in condition:
        return zero
    if condition == {True}:
        return given
    if given is None:
        return Span(zero.low, zero.high, True)
    return Span(min(given.low, zero.low), max(given.high, zero.high), given.unknown)


def rounded(given: Span | None, places: int | None) -> Span | None:
    """As a calculation with so many decimals rounds it."""
    if given is None or places is None:
        return given
    low, high = rounded_or_unknown(given.low, places), rounded_or_unknown(given.high, places)
    if low is None or high is None:
        return Span(given.low, given.high, True)
    return Span(low, high, given.unknown)
