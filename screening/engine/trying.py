"""Whether an expression can ever be true, found by trying values.

For each key that the expressions name, only the values that can make a difference are tried: the choices that are
named and one that is not, each limit and a step beside it, the lowest and the highest, and no answer. Values are given
one key after another; where what is given already decides, the rest is not tried. After 10,000 values it is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import combinations
from typing import Any, Protocol

from screening.engine.checking import Fault, Kind
from screening.engine.definition import scaled
from screening.engine.evaluation import TODAY, compile_node
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
    printed,
)
from screening.engine.ranges import (
    LARGEST,
    Anything,
    Env,
    Plan,
    Possible,
    Span,
    numbers,
    plan,
    rounded,
    truths,
)

MOST = 10_000
DAY = date(2100, 7, 15)  # "today" while trying: dates from 1900 on lie as far back as any limit
OTHER = "…"  # a text that nothing names
FEW = 5  # choices of a question with several answers, whose every combination is tried
SAMPLES = 7  # of a number that is calculated with, where no value is known to make the difference
A_LITTLE = Decimal("0.000001")


class TooMany(Exception):
    """More values than are tried."""


@dataclass(frozen=True)
class Variable:
    key: str
    values: tuple[Any, ...]  # None: no answer
    exact: bool = True  # whether these stand for all others
    before: Possible | None = None  # what is known of it before it is given a value

    def possible(self) -> Possible:
        return frozenset(self.values) if self.before is None else self.before


# What makes a difference


@dataclass
class Mentions:
    """What expressions compare each key with."""

    constants: Mapping[str, Decimal]
    texts: dict[str, set[Any]] = field(default_factory=dict)
    limits: dict[str, set[Decimal]] = field(default_factory=dict)
    weeks: dict[str, set[Decimal]] = field(default_factory=dict)
    months: dict[str, set[Decimal]] = field(default_factory=dict)
    rough: set[str] = field(default_factory=set)  # compared or calculated with other answers

    def add(self, node: Node) -> None:
        match node:
            case Compare(first, rest):
                left = first
                for op, right in rest:
                    self._link(op, left, right)
                    left = right
            case Not(part):
                self.add(part)
            case Bool(_, parts):
                for part in parts:
                    self.add(part)
            case Call("answered", (Name(_),)) | Name(_):
                pass
            case _:
                self._number(node)

    def _number(self, node: Node) -> None:
        match node:
            case Name(key):
                self.rough.add(key)
            case Minus(part):
                self._number(part)
            case Arithmetic(_, left, right):
                self._number(left)
                self._number(right)
            case Call("points", (condition, value)):
                self.add(condition)
                self._number(value)
            case Call(_, arguments):
                for each in arguments:
                    self._number(each)
            case Compare() | Not() | Bool():
                self.add(node)

    def _link(self, op: str, left: Node, right: Node) -> None:
        for one, other in ((left, right), (right, left)):
            constant = self.constant(other)
            match one:
                case Tuple_(items):
                    for item in items:
                        self._link("==", item, other)
                    return
                case Name(key) if key in self.constants:
                    pass
                case Name(key) if op in ("==", "!=", "in", "not in") and isinstance(other, Literal):
                    self.texts.setdefault(key, set()).add(other.value)
                    if constant is not None:
                        self.limits.setdefault(key, set()).add(constant)
                case Name(key) if constant is not None:
                    self.limits.setdefault(key, set()).add(constant)
                case Name(key):
                    if not isinstance(other, Tuple_):
                        self.rough.add(key)
                case Call("weeks_since", (Name(key),)) if constant is not None:
                    self.weeks.setdefault(key, set()).add(constant)
                case Call("months_since", (Name(key),)) if constant is not None:
                    self.months.setdefault(key, set()).add(constant)
                case _:
                    self._number(one)

    def constant(self, node: Node) -> Decimal | None:
        if isinstance(node, Tuple_) or not names(node) <= self.constants.keys():
            return None
        value = compile_node(node)(self.constants)
        return value if isinstance(value, Decimal) else None


def mentions(nodes: Iterable[Node], constants: Mapping[str, Decimal]) -> Mentions:
    found = Mentions(constants)
    for node in nodes:
        found.add(node)
    return found


def variable(key: str, kind: Kind, found: Mentions, blank: bool = True) -> Variable:
    """The values that are tried for a key; no answer among them where it may be left blank."""
    none = (None,) if blank else ()
    match kind.kind:
        case "boolean":
            return Variable(key, (True, False))
        case "choice" | "scale":
            return Variable(key, (*_choices(key, kind, found), *none))
        case "several":
            picks, exact = _several(key, kind, found)
            return Variable(key, (*picks, *none), exact)
        case "number":
            return _number(key, kind, found, none)
        case "date" | "month":
            return Variable(key, (*_days(key, kind, found), *none), key not in found.rough, Anything())
    texts = [value for value in found.texts.get(key, ()) if isinstance(value, str)]
    return Variable(key, (*sorted(texts), OTHER, *none), key not in found.rough)


def _choices(key: str, kind: Kind, found: Mentions) -> list[Any]:
    choices = [scaled(each) if kind.kind == "scale" else each for each in kind.choices or ()]
    if key in found.rough or (kind.kind == "scale" and key in found.limits):
        return choices
    named = [each for each in choices if each in found.texts.get(key, ())]
    return named + [each for each in choices if each not in named][:1]


def _several(key: str, kind: Kind, found: Mentions) -> tuple[list[tuple[str, ...]], bool]:
    choices = list(kind.choices or ())
    named = choices if key in found.rough else [each for each in choices if each in found.texts.get(key, ())]
    rest = [each for each in choices if each not in named][:1]
    exact = len(named) <= FEW
    sizes = range(1, len(named) + 1) if exact else (1, len(named))
    picks = [pick for size in sizes for pick in combinations(named, size)]
    return [*picks, *([tuple(rest)] if rest else [])], exact


def _number(key: str, kind: Kind, found: Mentions, none: tuple[None, ...]) -> Variable:
    low = -LARGEST if kind.minimum is None else kind.minimum
    high = LARGEST if kind.maximum is None else kind.maximum
    tried = {low, high}
    for limit in found.limits.get(key, ()):
        tried |= _beside(limit, kind.decimals)
    if key in found.rough:
        tried |= {
            _on_grid(low + (high - low) * part / (SAMPLES - 1), kind.decimals) for part in range(SAMPLES)
        }
    values = sorted(value for value in tried if low <= value <= high)
    return Variable(key, (*values, *none), key not in found.rough, Span(low, high, bool(none)))


def _beside(limit: Decimal, decimals: int | None) -> set[Decimal]:
    """The limit and a step beside it, as far as a value can be there."""
    step = A_LITTLE if decimals is None else Decimal(1).scaleb(-decimals)
    if decimals is None:
        return {limit - step, limit, limit + step}
    below, above = limit.quantize(step, ROUND_FLOOR), limit.quantize(step, ROUND_CEILING)
    return {below - step, below, above, above + step}


def _on_grid(value: Decimal, decimals: int | None) -> Decimal:
    return value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals))


def _days(key: str, kind: Kind, found: Mentions) -> list[str]:
    days = {DAY, date(1900, 1, 1)}
    for weeks in found.weeks.get(key, ()):
        days |= {_ago(int(weeks * 7) + more) for more in (-1, 0, 1)}
    texts = {day.isoformat() for day in days if day <= DAY}
    if kind.kind == "month":
        texts = {text[:7] for text in texts}
        for months in found.months.get(key, ()):
            texts |= {_months_ago(int(months) + more) for more in (-1, 0, 1) if int(months) + more >= 0}
    return sorted(texts | {value for value in found.texts.get(key, ()) if isinstance(value, str)})


def _ago(days: int) -> date:
    return DAY - timedelta(days=max(0, min(days, 73_000)))


def _months_ago(months: int) -> str:
    since = DAY.year * 12 + DAY.month - 1 - min(months, 2400)
    return f"{since // 12:04}-{since % 12 + 1:02}"


# What has to hold


class Constraint(Protocol):
    @property
    def keys(self) -> frozenset[str]: ...

    def fails(self, env: Env) -> bool:
        """Whether it cannot hold any more, whatever the keys without a value are given."""
        ...


@dataclass(frozen=True, eq=False)
class Holds:
    """The expression is true."""

    asked: Plan

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.asked.names)

    def fails(self, env: Env) -> bool:
        return True not in truths(self.asked, env)


@dataclass(frozen=True, eq=False)
class HoldsNot:
    """The expression is false or unknown."""

    asked: Plan

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.asked.names)

    def fails(self, env: Env) -> bool:
        return truths(self.asked, env) == {True}


@dataclass(frozen=True, eq=False)
class Shown:
    """A question has an answer only where it is shown, and there it has one unless it may be left blank."""

    key: str
    when: Plan
    optional: bool

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.key, *self.when.names))

    def fails(self, env: Env) -> bool:
        possible, shown = env[self.key], truths(self.when, env)
        if True not in shown:
            return isinstance(possible, frozenset) and None not in possible
        return not self.optional and shown == {True} and possible == {None}

    def hides(self, env: Env) -> bool:
        return env[self.key] != {None} and True not in truths(self.when, env)


@dataclass(frozen=True, eq=False)
class Same:
    """Two that both have an answer have the same."""

    key: str
    other: str

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.key, self.other))

    def fails(self, env: Env) -> bool:
        one, other = env[self.key], env[self.other]
        if not isinstance(one, frozenset) or not isinstance(other, frozenset):
            return False
        return None not in one and None not in other and not one & other


@dataclass(frozen=True, eq=False)
class Calculated:
    """A calculation is what its expression makes of the answers."""

    key: str
    asked: Plan
    decimals: int | None

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.key, *self.asked.names))

    def fails(self, env: Env) -> bool:
        possible = env[self.key]
        if not isinstance(possible, frozenset):
            return False
        reach = rounded(numbers(self.asked, env), self.decimals)
        if reach is None:
            return None not in possible
        return not any(
            reach.unknown if value is None else reach.low <= value <= reach.high for value in possible
        )


# Trying


class Search:
    """Looks for values that keep all constraints."""

    def __init__(
        self,
        env: Env,
        variables: Iterable[Variable],
        constraints: Iterable[Constraint],
        most: int | None = None,
    ) -> None:
        self.most = MOST if most is None else min(most, MOST)
        self.variables = tuple(variables)
        self.env: dict[str, Possible] = {TODAY: frozenset((DAY,)), **env}
        self.env |= {each.key: each.possible() for each in self.variables}
        self.constraints = tuple(constraints)
        self.touched = {
            each.key: [constraint for constraint in self.constraints if each.key in constraint.keys]
            for each in self.variables
        }
        self.tried = 0
        self.rough = False  # whether values may have been passed over

    def find(self) -> dict[str, Any] | None:
        """The values, or None where there are none. Raises TooMany."""
        if any(constraint.fails(self.env) for constraint in self.constraints):
            return None
        return next(self._from(0), None)

    def _from(self, place: int) -> Iterator[dict[str, Any]]:
        if place == len(self.variables):
            yield {each.key: next(iter(self.env[each.key])) for each in self.variables}  # type: ignore[arg-type]
            return
        each = self.variables[place]
        before = self.env[each.key]
        for value in each.values:
            self.tried += 1
            if self.tried > self.most:
                raise TooMany
            self.env[each.key] = frozenset((value,))
            hidden: dict[str, Possible] = {}
            if self._keeps(each.key, hidden):
                yield from self._from(place + 1)
            self.env |= hidden
        self.env[each.key] = before
        self.rough = self.rough or not each.exact

    def _keeps(self, key: str, hidden: dict[str, Possible]) -> bool:
        """Whether all constraints can still be kept; notes in `hidden` what questions were before it hid them."""
        if any(constraint.fails(self.env) for constraint in self.touched[key]):
            return False
        for constraint in self.touched[key]:
            if isinstance(constraint, Shown) and constraint.key != key and constraint.hides(self.env):
                hidden.setdefault(constraint.key, self.env[constraint.key])
                self.env[constraint.key] = frozenset((None,))
                if not self._keeps(constraint.key, hidden):
                    return False
        return True

    def possible(self) -> bool | None:
        """Whether there are such values; None where that was not found out."""
        try:
            found = self.find()
        except TooMany:
            return None
        return True if found is not None else None if self.rough else False


def constants_of(namespace: Mapping[str, Kind]) -> dict[str, Decimal]:
    return {key: kind.value for key, kind in namespace.items() if kind.value is not None}


def can_be_true(node: Node, namespace: Mapping[str, Kind]) -> bool | None:
    """Whether any values at all make it true, shown together or not; None where that was not found out."""
    return _can_be_true(node, tuple((key, namespace[key]) for key in sorted(names(node))))


@lru_cache(
    maxsize=2000
)  # a draft is checked at each save, and all but one of its expressions are as they were
def _can_be_true(node: Node, kinds: tuple[tuple[str, Kind], ...]) -> bool | None:
    namespace = dict(kinds)
    constants = constants_of(namespace)
    found = mentions((node,), constants)
    variables = [variable(key, kind, found) for key, kind in kinds if key not in constants]
    env = {key: frozenset((value,)) for key, value in constants.items()}
    return Search(env, variables, (Holds(plan(node)),)).possible()


def contradictions(node: Node, namespace: Mapping[str, Kind]) -> list[Fault]:
    """The conditions in an expression that fits which can never be true, whatever is answered."""
    if isinstance(node, Bool) and node.op == "and" and can_be_true(node, namespace) is False:
        return [_never(node, namespace)]
    inner = () if isinstance(node, Not) else children(node)  # what is never true under a `not` is always true
    found = [fault for part in inner for fault in contradictions(part, namespace)]
    if not found and isinstance(node, Compare | Not) and can_be_true(node, namespace) is False:
        return [_never(node, namespace)]
    return found


def _never(node: Node, namespace: Mapping[str, Kind]) -> Fault:
    """The smallest part that is never true by itself."""
    if isinstance(node, Bool) and node.op == "and":
        for part in node.parts:
            if can_be_true(part, namespace) is False:
                return _never(part, namespace)
        for pair in combinations(node.parts, 2):
            if can_be_true(Bool("and", pair), namespace) is False:
                node = Bool("and", pair, at=pair[0].at)
                break
    return Fault(f"This can never be true, whatever is answered: {printed(node)}.", node.at)
