"""Expressions compiled to closures over a mapping of values. None is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

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
)  # fmt: skip

# Contexts of our own, so that a thread's settings can change no result.
TRAPS = [InvalidOperation, DivisionByZero, Overflow]
CONTEXT = Context(
    prec=28, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, capitals=1, clamp=0, traps=TRAPS
)
ROUNDING = Context(
    prec=40, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999, capitals=1, clamp=0, traps=TRAPS
)
MOST_PLACES = 12
PLACES = tuple(Decimal(places) for places in range(MOST_PLACES + 1))
QUANTA = tuple(Decimal((0, (1,), -places)) for places in range(MOST_PLACES + 1))
TODAY = ""  # the key of the day in values; no question can have it

Values = Mapping[str, Any]
Compiled = Callable[[Values], Any]


def compile_expression(expression: Expression) -> Compiled:
    return compile_node(expression.node)


def compile_node(node: Node) -> Compiled:
    match node:
        case Literal(value):
            return lambda values: value
        case Name(key):
            return lambda values: values.get(key)
        case Not(part):
            return _not(compile_node(part))
        case Bool("and", parts):
            return _and(tuple(compile_node(each) for each in parts))
        case Bool(_, parts):
            return _or(tuple(compile_node(each) for each in parts))
        case Minus(part):
            inner = compile_node(part)
            return lambda values: None if not isinstance(x := inner(values), Decimal) else CONTEXT.minus(x)
        case Arithmetic(op, left, right):
            return _arithmetic(op, compile_node(left), compile_node(right))
        case Compare(first, rest):
            return _compare(first, rest)
        case Call(function, arguments):
            return _call(function, arguments)
    raise TypeError(node)


def _not(inner: Compiled) -> Compiled:
    def run(values: Values) -> Any:
        value = inner(values)
        return None if value is None else not value

    return run


def _and(parts: tuple[Compiled, ...]) -> Compiled:
    def run(values: Values) -> Any:
        known = True
        for part in parts:
            value = part(values)
            if value is False:
                return False
            if value is None:
                known = False
        return True if known else None

    return run


def _or(parts: tuple[Compiled, ...]) -> Compiled:
    def run(values: Values) -> Any:
        known = True
        for part in parts:
            value = part(values)
            if value is True:
                return True
            if value is None:
                known = False
        return False if known else None

    return run


_OPERATIONS = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}


def _arithmetic(op: str, left: Compiled, right: Compiled) -> Compiled:
    operate = _OPERATIONS[op]

    def run(values: Values) -> Any:
        a, b = left(values), right(values)
        if not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        try:
            return operate(a, b)
        except DecimalException:
            return None

    return run


def _equal(a: Any, b: Any) -> bool | None:
    if a is None or b is None:
        return None
    return type(a) is type(b) and a == b


def _order(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def compare(a: Any, b: Any) -> bool | None:
        if not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        return test(a, b)

    return compare


def _unequal(a: Any, b: Any) -> bool | None:
    same = _equal(a, b)
    return None if same is None else not same


_TESTS: dict[str, Callable[[Any, Any], bool | None]] = {
    "==": _equal,
    "!=": _unequal,
    "<": _order(lambda a, b: a < b),
    "<=": _order(lambda a, b: a <= b),
    ">": _order(lambda a, b: a > b),
    ">=": _order(lambda a, b: a >= b),
}


def _compare(first: Node, rest: tuple[tuple[str, Node], ...]) -> Compiled:
    if rest[0][0] in ("in", "not in"):
        member = _member(compile_node(first), rest[0][1])
        return member if rest[0][0] == "in" else _not(member)
    links, left = [], compile_node(first)
    for op, node in rest:
        right = compile_node(node)
        links.append(_link(_TESTS[op], left, right))
        left = right
    return links[0] if len(links) == 1 else _and(tuple(links))


def _link(test: Callable[[Any, Any], bool | None], left: Compiled, right: Compiled) -> Compiled:
    return lambda values: test(left(values), right(values))


def _member(left: Compiled, right: Node) -> Compiled:
    if isinstance(right, Tuple_):
        return _or(tuple(_link(_equal, left, compile_node(item)) for item in right.items))
    several = compile_node(right)

    def run(values: Values) -> Any:
        one, many = left(values), several(values)
        if one is None or many is None:
            return None
        return one in many

    return run


def _call(function: str, nodes: tuple[Node, ...]) -> Compiled:
    parts = tuple(compile_node(node) for node in nodes)
    first = parts[0]
    if function == "answered":
        return lambda values: first(values) is not None
    if function == "points":
        second = parts[1]
        return lambda values: second(values) if first(values) is True else ZERO
    if function == "total_known":
        return lambda values: _total(part(values) for part in parts)
    if function == "round_half_up":
        return _rounded(first, parts[1])
    if function == "weeks_since":
        return _since(first, lambda day, today: CONTEXT.divide(Decimal((today - day).days), SEVEN))
    return _since(first, lambda day, today: Decimal((today.year - day.year) * 12 + today.month - day.month))


ZERO, SEVEN = Decimal(0), Decimal(7)


def _total(values: Any) -> Decimal:
    total = ZERO
    for value in values:
        if isinstance(value, Decimal):
            total = CONTEXT.add(total, value)
    return total


def round_half_away(value: Decimal, places: int) -> Decimal:
    """Rounded to 0 to 12 places, halves away from zero; never minus zero. Raises DecimalException when huge."""
    rounded = value.quantize(QUANTA[places], context=ROUNDING)
    return rounded if rounded else rounded.copy_abs()


def rounded_or_unknown(value: Decimal, places: int) -> Decimal | None:
    try:
        return round_half_away(value, places)
    except DecimalException:
        return None


def _rounded(inner: Compiled, places: Compiled) -> Compiled:
    def run(values: Values) -> Any:
        value, digits = inner(values), places(values)
        if not isinstance(value, Decimal) or digits not in PLACES:
            return None
        return rounded_or_unknown(value, int(digits))

    return run


def _since(inner: Compiled, count: Callable[[date, date], Decimal]) -> Compiled:
    def run(values: Values) -> Any:
        text, today = inner(values), values.get(TODAY)
        if not isinstance(text, str) or today is None:
            return None
        try:
            return count(date.fromisoformat(text if len(text) > 7 else text + "-01"), today)
        except ValueError:
            return None

    return run
