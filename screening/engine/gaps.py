"""Rules that can never hold, and unknown answers that no rule notices, found by trying answers that fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import prod
from typing import Any

from screening.engine.assessment import RANK
from screening.engine.checking import Kind, surroundings
from screening.engine.definition import Calculation, Definition, Question, Rule, UrgentRule
from screening.engine.expressions import Bool, Call, Literal, Name, Node, names, rebuilt
from screening.engine.ranges import Plan, Span, plan
from screening.engine.trying import (
    Calculated,
    Constraint,
    Holds,
    HoldsNot,
    Same,
    Search,
    Shown,
    TooMany,
    Variable,
    constants_of,
    mentions,
    variable,
)

UNKNOWN = ("not_sure", "prefer_not")  # choices that leave open what is asked
AGAIN = "'"  # behind a key: the same key in the second of two sets of answers
COUNTABLE = 200  # sets of answers behind a calculation that is written out rather than tried as a number
ALTOGETHER = 100_000  # values tried for one questionnaire, so that nobody waits for minutes
RAISING = ("absolute", "relative", "clarify")
URGENCY = ("now", "same_day")
WORST_FIRST = ("now", "absolute", "same_day", "relative", "clarify")
Ruled = tuple[Rule | UrgentRule, Node]


@dataclass(frozen=True)
class Gap:
    """An unknown answer that passes for no risk."""

    question: Question
    value: str | None  # the choice; None: left blank
    hides: Rule | UrgentRule  # what another answer would come to


class Trial:
    """The questions of a definition, as answers to them can fit together."""

    def __init__(self, definition: Definition, namespace: Mapping[str, Kind]) -> None:
        self.definition = definition
        self.namespace = namespace
        self.constants = constants_of(namespace)
        self.calculations = {each.key: each for each in definition.calculations}
        self.place = {key: place for place, key in enumerate(definition.questions)}
        self.written_out = {key for key, each in self.calculations.items() if self._countable(each)}
        self.behind_of: dict[str, frozenset[str]] = {}
        self.names_of: dict[int, frozenset[str]] = {}
        self.plans: dict[int, Plan] = {}
        self.kept: list[Node] = []
        self.left = ALTOGETHER
        self.shows = {
            key: self.expanded(each.shown_when.node)
            for key, each in definition.questions.items()
            if each.shown_when
        }
        self.criteria = [
            [(rule, self.expanded(rule.when.node)) for rule in each.rules] for each in definition.criteria
        ]
        self.rules = [each for rules in self.criteria for each in rules]
        self.urgent = [(rule, self.expanded(rule.when.node)) for rule in definition.urgent]
        self.extras = [self.expanded(extra.when.node) for extra in definition.extras]

    # What expressions stand on

    def _countable(self, calculation: Calculation) -> bool:
        match calculation.expression.node:
            case Call("weeks_since", (Name(),)):
                return calculation.decimals is None
            case Call("months_since", (Name(),)):  # whole, so that rounding changes nothing
                return True
        kinds = [self.namespace[key] for key in self._bases(calculation.key)]
        return all(kind.choices and kind.kind != "several" for kind in kinds) and (
            prod(len(kind.choices or ()) + 1 for kind in kinds) <= COUNTABLE
        )

    def _bases(self, key: str) -> set[str]:
        """The questions and facts behind a calculation."""
        if key not in self.calculations:
            return set() if key in self.constants else {key}
        return set().union(*(self._bases(name) for name in self.calculations[key].expression.names))

    def expanded(self, node: Node) -> Node:
        """With the expressions of countable calculations in the place of their keys."""
        if isinstance(node, Name) and node.key in self.written_out:
            calculation = self.calculations[node.key]
            inner = self.expanded(calculation.expression.node)
            places = calculation.decimals
            since = isinstance(inner, Call) and inner.function == "months_since"
            return (
                inner if places is None or since else Call("round_half_up", (inner, Literal(Decimal(places))))
            )
        return rebuilt(node, self.expanded)

    def shown_when(self, key: str) -> Node | None:
        return self.shows.get(key)

    def behind(self, key: str) -> frozenset[str]:
        """The key, and all that decides whether it has an answer and which: through calculations and questions."""
        if key not in self.behind_of:
            self.behind_of[key] = frozenset((key,))  # ends a circle; there is none in what was read
            parts = set(self._bases(key)) if key in self.calculations else set()
            if (node := self.shown_when(key)) is not None:
                parts |= names(node) - self.constants.keys()
            self.behind_of[key] = frozenset((key,)).union(*(self.behind(part) for part in parts))
        return self.behind_of[key]

    def reads(self, node: Node, key: str) -> bool:
        return any(key in self.behind(name) for name in self.names(node))

    def names(self, node: Node) -> frozenset[str]:
        """The keys that an expression of the definition names, thresholds aside."""
        if id(node) not in self.names_of:
            self.kept.append(node)  # an id is one node's only as long as that lives
            self.names_of[id(node)] = frozenset(names(node) - self.constants.keys())
        return self.names_of[id(node)]

    def ready(self, node: Node, copies: set[str]) -> Plan:
        """The expression, about the second set of answers where it names copies."""
        if not copies & self.names(node):
            if id(node) not in self.plans:
                self.plans[id(node)] = plan(node)
            return self.plans[id(node)]
        return plan(renamed(node, copies))

    def involved(self, nodes: Iterable[Node], again: str = "") -> list[str]:
        """The keys to give values to: what the expressions name, and what shows those questions, in that order.

        With the key of which there are two answers, also what depends on it.
        """
        found: set[str] = set()
        waiting = [name for node in nodes for name in self.names(node)]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in self.constants:
                found.add(name)
                if (node := self.shown_when(name)) is not None:
                    waiting += names(node)
                if name in self.calculations:
                    waiting += [base for base in self._bases(name) if again in self.behind(base)]
        return sorted(found, key=lambda name: (self.place.get(name, -1), name))

    # Trying

    def _search(
        self, nodes: list[Node], constraints: list[Constraint], again: tuple[str, str | None] | None = None
    ) -> Search:
        """For one set of answers; with `again`, a key and an unknown value, for a second one that has it there."""
        keys = self.involved(nodes, again[0] if again else "")
        if again:  # first what has to do with the key, so that what cannot be is soon seen
            near = self.involved([node for node in nodes if self.reads(node, again[0])], again[0])
            keys = [*near, *(key for key in keys if key not in near)]
        copies = [key for key in keys if again and again[0] in self.behind(key)]
        calculated = [key for key in keys if key in self.calculations]
        shown = {key: node for key in keys if (node := self.shown_when(key)) is not None}
        made = [self.calculations[key].expression.node for key in calculated]
        found = mentions([*nodes, *shown.values(), *map(self.expanded, made)], self.constants)
        variables = []
        for key in keys:
            each = variable(key, self.namespace[key], found, self._blank(key))
            if again and key == again[0]:
                known = tuple(value for value in each.values if value is not None and value not in UNKNOWN)
                variables += [_with(each, key, known), _with(each, key + AGAIN, (again[1],))]
            else:
                variables += [each, replace(each, key=key + AGAIN)] if key in copies else [each]
        for second in (False, True) if again else (False,):
            for key in copies if second else keys:
                constraints += self._constraints(key, set(copies) if second else set(), again)
        env = surroundings(self.namespace)
        env |= {key + AGAIN: env[key] for key in copies}
        return Search(env, variables, constraints, self.left)

    def _constraints(
        self, key: str, copies: set[str], again: tuple[str, str | None] | None
    ) -> Iterator[Constraint]:
        here = key + AGAIN if key in copies else key
        if copies and again and key == again[0]:
            return
        if key in self.calculations:
            calculation = self.calculations[key]
            node = renamed(self.expanded(calculation.expression.node), copies)
            yield Calculated(here, plan(node), calculation.decimals)
            return
        if copies:
            yield Same(key, here)
        if (shown := self.shown_when(key)) is not None:
            yield Shown(here, plan(renamed(shown, copies)), self.definition.questions[key].optional)

    def _blank(self, key: str) -> bool:
        if key in self.definition.questions:
            question = self.definition.questions[key]
            return question.optional or question.shown_when is not None
        return key in self.calculations or key == "sex"

    def can_hold(self, node: Node) -> bool | None:
        """Whether answers that fit together make it true; None where that was not found out."""
        search = self._search([node], [Holds(plan(node))])
        possible = search.possible()
        self.left = max(0, self.left - search.tried)
        return possible

    def gap(self, question: Question, value: str | None) -> Gap | bool | None:
        """The worst that the unknown answer hides from everybody; False: nothing; None where it was not found out."""
        sure = True
        for raising, besides in self._raised(question.key):
            found = self._hidden(question, value, raising, besides)
            if isinstance(found, Gap):
                return found
            sure = sure and found is not None
        return False if sure else None

    def _raised(self, key: str) -> Iterator[tuple[list[Ruled], list[Node]]]:
        """The rules that read the key, the worst first, and the others that tell the surgeon at least as much."""
        for level in WORST_FIRST:
            if level in URGENCY:
                rows = [each for each in self.urgent if each[0].level == level and self.reads(each[1], key)]
                if rows:
                    yield list(rows), [node for rule, node in self.urgent if rule.level in ("now", level)]
                continue
            for own in self.criteria:
                rules = [each for each in own if each[0].category == level and self.reads(each[1], key)]
                if rules:
                    yield list(rules), [node for rule, node in own if _at_least(rule, level)]

    def _hidden(
        self, question: Question, value: str | None, raising: list[Ruled], besides: list[Node]
    ) -> Gap | bool | None:
        """Whether one of the rules holds for a known answer, and nobody is told of the unknown one."""
        key = question.key
        told = [node for rule, node in self.rules if rule.category in RAISING] + self.extras
        told += [node for _rule, node in self.urgent]
        same = {id(node) for node in besides}
        noticing = [node for node in told if id(node) in same or self.reads(node, key)]
        nodes = [node for _rule, node in raising]
        copies = {name for name in self.involved([*nodes, *noticing], key) if key in self.behind(name)}
        whole = Bool("or", tuple(nodes)) if len(nodes) > 1 else nodes[0]
        constraints: list[Constraint] = [HoldsNot(self.ready(node, copies)) for node in noticing]
        search = self._search([*nodes, *noticing], [*constraints, Holds(plan(whole))], (key, value))
        try:
            found = search.find()
        except TooMany:
            return None
        finally:
            self.left = max(0, self.left - search.tried)
        if found is None:
            return None if search.rough else False
        env = {**search.env, **{name: frozenset((each,)) for name, each in found.items()}}
        return Gap(
            question,
            value,
            next(rule for rule, node in raising if not Holds(self.ready(node, set())).fails(env)),
        )


def unknowns(question: Question) -> Iterator[str | None]:
    """The answers that leave open what is asked."""
    yield from (choice.value for choice in question.choices if choice.value in UNKNOWN)
    if question.optional:
        yield None


def _with(each: Variable, key: str, values: tuple[Any, ...]) -> Variable:
    """The variable under another key, with these values only."""
    before = None if isinstance(each.before, Span) and values == (None,) else each.before
    if isinstance(before, Span):
        before = Span(before.low, before.high, unknown=None in values)
    return Variable(key, values, each.exact, before)


def _at_least(rule: Rule, level: str) -> bool:
    return max(RANK[rule.category], RANK[rule.could_be or "none"]) >= RANK[level]


def renamed(node: Node, copies: set[str]) -> Node:
    """The expression about the second set of answers."""
    if isinstance(node, Name):
        return Name(node.key + AGAIN) if node.key in copies else node
    return rebuilt(node, lambda part: renamed(part, copies))
