"""Reads a document and checks that its parts fit each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from screening.engine import checking, investigations, ranges, translating
from screening.engine.answers import ADULT, OLDEST, UNITS
from screening.engine.checking import Kind, nearest
from screening.engine.definition import (
    CATEGORIES,
    FACTS,
    LANGUAGES,
    YES_NO,
    Calculation,
    Choice,
    Criterion,
    Definition,
    Extra,
    Notice,
    Problem,
    Question,
    Rule,
    Section,
    Threshold,
    UrgentRule,
    scaled,
)  # fmt: skip
from screening.engine.evaluation import MOST_PLACES, compile_expression
from screening.engine.expressions import FUNCTIONS, Expression, ExpressionError, Name, parse, walk
from screening.engine.trying import contradictions

KEY = re.compile(r"[a-z][a-z0-9_]*")
TYPES = ("yes_no", "choice", "several", "scale", "number", "date", "month", "text")
WITH_CHOICES = ("choice", "several", "scale")
LARGEST = 12  # digits before the point, as in answers


FACT_KINDS = {
    **{key: Kind(kind) for key, kind in FACTS.items()},
    "age": Kind("number", minimum=Decimal(ADULT), maximum=Decimal(OLDEST), decimals=0),
}
MEMBERS = {
    part: frozenset(members.split())
    for part, members in {
        "document": "language key source_language title summary intro minutes sections thresholds calculations criteria "
        "urgent extras notices investigations sent translations shown_in",
        "sections": "key title intro questions",
        "questions": "key type text short help why optional ask_anew shown_when choices minimum maximum decimals unit "
        "measure max_length credit",
        "choices": "value text",
        "thresholds": "key value unit label source minimum maximum above",
        "calculations": "key expression decimals label unit outcome",
        "criteria": "key label topic about modifiable modifiable_note next_steps settled_by sources rules",
        "sources": "text address",
        "rules": "reason category could_be grade when text source",
        "urgent": "reason level when notice text",
        "extras": "reason when text",
        "notices": "key title body actions",
        "investigations": "key label help fields settles fills reference source",
        "fields": "key label kind unit measure minimum maximum decimals choices",
        "sent": "title body",
        "translations": "language part state source texts",
    }.items()
}  # fmt: skip

# What stands in addresses beside sections, and in forms beside answers: a page or an answer of that name is never met.
PAGES = frozenset({"blank", "changes", "check", "notice", "stop"})
FIELDS = frozenset(
    (
        *("attempt", "call_me", "csrfmiddlewaretoken", "digest", "edition", "language"),
        *("leave", "patient", "revisions", "seen", "sender", "units"),
    )
)


class Reader:
    def __init__(self, document: Mapping[str, Any], strict: bool = False) -> None:
        self.document = document
        self.strict = strict  # as authors need it, rather than whoever reads what was published once
        self.problems: list[Problem] = []
        self.namespace: dict[str, Kind] = dict(FACT_KINDS)
        self.order: dict[str, int] = {}
        self.place = ""  # what is being read, for what has another shape than it should

    def say(self, where: str, code: str, message: str, position: int | None = None) -> None:
        self.problems.append(Problem(where, code, message, position))

    def members(self, row: Mapping[str, Any], part: str, where: str) -> None:
        """Refuse what is misspelled: it would be passed over in silence."""
        if not self.strict:
            return
        for member in row:
            if member not in MEMBERS[part]:
                hint = nearest(str(member), MEMBERS[part])
                self.say(
                    where, "unknown_member", f"There is no member named {str(member)[:40]!r} here.{hint}"
                )

    def definition(self) -> Definition | None:
        try:
            return self._read()
        except KeyError as error:
            self.say(self.place, "shape", f"{error.args[0]} is missing.")
        except (TypeError, AttributeError, ValueError, RecursionError):
            self.say(self.place, "shape", "This has another shape than it should.")
        return None

    def _read(self) -> Definition | None:
        d = self.document
        self.members(d, "document", "")
        if type(d.get("language")) is not int or d["language"] not in LANGUAGES:
            self.say("language", "language", "This version of the rule language is not known.")
        self.once("sections", d["sections"])
        self.once("criteria", d["criteria"])
        self.once("notices", d.get("notices", []))
        for where, fault in translating.faults(d):
            self.say(where, "translation", fault)
        thresholds = {t["key"]: self.threshold(t, f"thresholds.{t['key']}") for t in d.get("thresholds", [])}
        for calculation in d.get("calculations", []):
            self.name(calculation["key"], Kind("number"), f"calculations.{calculation['key']}")
        sections = tuple(self.section(each) for each in d["sections"])
        self.thresholds_in_order(d.get("thresholds", []), thresholds)
        questions = {q.key: q for s in sections for q in s.questions}
        calculations = self.calculations(d.get("calculations", []))
        self.shown_in_order(questions, calculations)
        notices = {n["key"]: self.notice(n) for n in d.get("notices", [])}
        criteria = tuple(self.criterion(each) for each in d["criteria"])
        urgent = tuple(self.urgent(each, i, notices) for i, each in enumerate(d.get("urgent", [])))
        extras = tuple(self.extra_of(each, i) for i, each in enumerate(d.get("extras", [])))
        tests = investigations.read_rows(self, questions, (c.key for c in criteria))
        self.members(d.get("sent", {}), "sent", "sent")
        for row in d.get("translations", ()):
            self.members(row, "translations", "translations")
        self.place = ""
        if self.problems:
            return None
        return Definition(
            key=d["key"], language=d["language"], title=d["title"], summary=d.get("summary", ""),
            intro=d.get("intro", ""), minutes=d.get("minutes", 0), source_language=d.get("source_language", "en"),
            shown_in=d.get("shown_in") or d.get("source_language", "en"),
            sections=sections, questions=MappingProxyType(questions), thresholds=MappingProxyType(thresholds),
            calculations=calculations, criteria=criteria, urgent=urgent, extras=extras,
            notices=MappingProxyType(notices), sent=MappingProxyType(dict(d.get("sent", {}))),
            steps=tuple((q.key, compile_expression(q.shown_when) if q.shown_when else None, q) for q in questions.values()),
            constants=MappingProxyType({key: t.value for key, t in thresholds.items()}), investigations=tests,
        )  # fmt: skip

    def once(self, part: str, rows: Any) -> None:
        """Two rows of one key would leave only the later one."""
        seen: set[str] = set()
        for row in rows:
            self.place = part
            where = f"{part}.{row['key']}"
            if not KEY.fullmatch(row["key"]):
                self.say(where, "key", "A key has small letters, digits and underscores, a letter first.")
            if row["key"] in seen:
                self.say(where, "twice", f"{row['key']} is used twice.")
            seen.add(row["key"])

    def name(self, key: str, kind: Kind, where: str) -> None:
        self.place = where
        if not KEY.fullmatch(key):
            self.say(where, "key", "A key has small letters, digits and underscores, a letter first.")
        if iskeyword(key) or key in FUNCTIONS or key == "today":
            self.say(where, "key", f"{key} means something in rules, so it cannot be a key.")
        if key in self.namespace:
            self.say(where, "twice", f"{key} is used twice.")
        self.namespace[key] = kind

    def free(self, key: str, taken: Collection[str], where: str) -> None:
        if self.strict and key in taken:
            self.say(
                where, "key", f"{key} is a name that the pages use themselves, so it cannot be a key here."
            )

    def decimal(self, value: Any, where: str) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > LARGEST:
            self.say(where, "number", f"{str(value)[:40]!r} is no number.")
            return Decimal(0)
        return number

    def whole(self, value: Any, where: str, default: Any, lowest: int, highest: int) -> Any:
        if value is None:
            return default
        if type(value) is not int or not lowest <= value <= highest:
            self.say(where, "whole", f"{str(value)[:40]} is no whole number from {lowest} to {highest}.")
            return default
        return value

    def one_of(self, value: Any, known: Collection[str], where: str, code: str) -> None:
        if value not in known:
            self.say(
                where, code, f"{str(value)[:40]!r} is none of {', '.join(each for each in known if each)}."
            )

    def threshold(self, t: Mapping[str, Any], where: str) -> Threshold:
        self.place = where
        self.members(t, "thresholds", where)
        value = self.decimal(t["value"], where)
        self.name(t["key"], Kind("number", value=value), where)
        low, high = (
            None if t.get(member) is None else self.decimal(t[member], where)
            for member in ("minimum", "maximum")
        )
        if low is not None and high is not None and low > high:
            self.say(where, "bounds", "The lowest allowed is above the highest allowed.")
        elif (low is not None and value < low) or (high is not None and value > high):
            self.say(where, "bounds", f"{t['key']} must be {_between(low, high)}, and is {value}.")
        return Threshold(
            t["key"], value, t.get("unit", ""), t["label"], t.get("source", ""), low, high, t.get("above", "")
        )

    def thresholds_in_order(self, given: Any, thresholds: Mapping[str, Threshold]) -> None:
        for t in given:
            above = t.get("above", "")
            if not above:
                continue
            if above in thresholds:
                floor = thresholds[above].value
            elif KEY.fullmatch(above):
                self.say(f"thresholds.{t['key']}.above", "unknown", f"There is no threshold named {above}.")
                continue
            else:
                floor = self.decimal(above, f"thresholds.{t['key']}.above")
            if thresholds[t["key"]].value <= floor:
                self.say(f"thresholds.{t['key']}", "order", f"{t['key']} must be above {above}.")

    def section(self, s: Mapping[str, Any]) -> Section:
        self.place = f"sections.{s['key']}"
        self.members(s, "sections", self.place)
        self.free(s["key"], PAGES, self.place)
        return Section(
            s["key"],
            s["title"],
            s.get("intro", ""),
            tuple(self.question(q, s["key"]) for q in s["questions"]),
        )

    def question(self, q: Mapping[str, Any], section: str) -> Question:
        where = self.place = f"sections.{section}.{q['key']}"
        self.members(q, "questions", where)
        self.free(q["key"], FIELDS, where)
        self.one_of(q["type"], TYPES, where, "type")
        choices = self.choices(q, where)
        values = tuple(c.value for c in choices)
        kind = {"yes_no": "choice"}.get(q["type"], q["type"])
        low = self.decimal(q["minimum"], where) if q.get("minimum") is not None else None
        high = self.decimal(q["maximum"], where) if q.get("maximum") is not None else None
        decimals = self.whole(q.get("decimals"), where, 1, 0, MOST_PLACES)
        number = (low, high, decimals) if kind == "number" else (None, None, None)
        self.name(q["key"], Kind(kind, values if kind in WITH_CHOICES else None, None, *number), where)
        self.measure(q, where)
        if low is not None and high is not None and low > high:
            self.say(where, "bounds", "The lowest is above the highest.")
        self.order[q["key"]] = len(self.order)
        return Question(
            key=q["key"], type=q["type"], text=q["text"], short=q.get("short", q["key"]), section=section,
            help=q.get("help", ""), why=q.get("why", ""), optional=bool(q.get("optional")), ask_anew=bool(q.get("ask_anew")),
            shown_when=self.parsed(q["shown_when"], f"{where}.shown_when") if q.get("shown_when") else None,
            choices=choices, minimum=low, maximum=high, unit=q.get("unit", ""),
            decimals=decimals,
            measure=q.get("measure", ""),
            max_length=self.whole(q.get("max_length"), where, 1000, 1, 100_000), credit=q.get("credit", ""),
        )  # fmt: skip

    def choices(self, q: Mapping[str, Any], where: str) -> tuple[Choice, ...]:
        choices = tuple(Choice(str(c["value"]), c["text"]) for c in q.get("choices", []))
        for choice in q.get("choices", []):
            self.members(choice, "choices", where)
        if q["type"] == "yes_no":
            choices = choices or tuple(Choice(*pair) for pair in YES_NO)
            for choice in choices:
                self.one_of(choice.value, dict(YES_NO), where, "choice")
        if q["type"] in WITH_CHOICES and not choices:
            self.say(where, "choice", "This question needs choices.")
        values = [scaled(c.value) for c in choices] if q["type"] == "scale" else [c.value for c in choices]
        if len(set(values)) != len(values):
            self.say(where, "twice", "A choice is there twice.")
        if any(not c.value or c.value != c.value.strip() for c in choices):
            self.say(where, "choice", "The value of a choice is empty or has spaces around it.")
        return choices

    def measure(self, q: Mapping[str, Any], where: str) -> None:
        measure = q.get("measure", "")
        self.one_of(measure, ("", *UNITS), where, "measure")
        if measure not in UNITS:
            return
        stored = next(iter(UNITS[measure]))
        if q["type"] != "number" or q.get("unit", "") != stored:
            self.say(where, "measure", f"A {measure} is a number in {stored}.")

    def parsed(self, text: str, where: str) -> Expression | None:
        try:
            return parse(text)
        except ExpressionError as error:
            self.say(where, "expression", error.message, error.position)
            return None

    def checked(self, text: str, where: str, expect: str = "boolean") -> Expression:
        expression = self.parsed(text, where)
        if expression is None:
            return parse("1 == 1")
        self.fits(expression, where, expect)
        return expression

    def fits(self, expression: Expression, where: str, expect: str = "boolean") -> None:
        faults = checking.check(expression, self.namespace, expect)
        for fault in faults:
            self.say(where, "does_not_fit", fault.message, fault.position)
        if faults or not self.strict:
            return
        for fault in checking.zero_divisors(expression, self.namespace):
            self.say(where, "zero", fault.message, fault.position)
        for fault in contradictions(expression.node, self.namespace):
            self.say(where, "contradiction", fault.message, fault.position)

    def calculations(self, given: Any) -> tuple[Calculation, ...]:
        rows = {c["key"]: c for c in given}
        parsed: dict[str, Expression | None] = {}
        for key, c in rows.items():
            self.members(c, "calculations", f"calculations.{key}")
            parsed[key] = self.parsed(c["expression"], f"calculations.{key}")
        ordered: dict[str, Calculation] = {}

        def visit(key: str, path: tuple[str, ...]) -> None:
            expression = parsed[key]
            if expression is not None and key not in ordered:
                for name in sorted(expression.names & rows.keys()):
                    if name in (*path, key):
                        self.circle((*path, key), name, expression)
                    else:
                        visit(name, (*path, key))
                if key not in ordered:
                    ordered[key] = self.calculation(rows[key], expression)

        for key in rows:
            visit(key, ())
        return tuple(ordered.values())

    def circle(self, path: tuple[str, ...], name: str, expression: Expression) -> None:
        said = " needs ".join((*path[path.index(name) :], name))
        self.say(f"calculations.{name}", "circle", f"{said}: a circle.", _place(expression, name))

    def calculation(self, c: Mapping[str, Any], expression: Expression) -> Calculation:
        where = self.place = f"calculations.{c['key']}"
        decimals = self.whole(c.get("decimals"), where, None, 0, MOST_PLACES)
        self.fits(expression, where, "number")
        if not any(problem.where == where for problem in self.problems):
            reach = ranges.numbers(ranges.plan(expression.node), checking.surroundings(self.namespace))
            if (reach := ranges.rounded(reach, decimals)) is not None:
                self.namespace[c["key"]] = Kind("number", None, None, reach.low, reach.high, decimals)
        return Calculation(c["key"], expression, decimals, c["label"], c.get("unit", ""),
                           bool(c.get("outcome")), compile_expression(expression))  # fmt: skip

    def shown_in_order(
        self, questions: Mapping[str, Question], calculations: tuple[Calculation, ...]
    ) -> None:
        needs: dict[str, set[str]] = {}
        for c in calculations:
            needs[c.key] = (
                set().union(*(needs.get(n, {n}) for n in c.expression.names)) if c.expression.names else set()
            )
        for q in questions.values():
            if q.shown_when is None:
                continue
            where = f"sections.{q.section}.{q.key}.shown_when"
            self.fits(q.shown_when, where)
            for name in q.shown_when.names:
                for key in needs.get(name, {name}):
                    if self.order.get(key, -1) >= self.order[q.key]:
                        said = f"{q.key} is shown by {key}, which is asked later or is itself."
                        self.say(where, "later", said, _place(q.shown_when, name))

    def criterion(self, c: Mapping[str, Any]) -> Criterion:
        where = self.place = f"criteria.{c['key']}"
        self.members(c, "criteria", where)
        for source in c.get("sources", ()):
            self.members(source, "sources", where)
        self.one_of(c.get("modifiable", "no"), ("no", "partly", "yes"), where, "modifiable")
        rules = tuple(self.rule(r, f"criteria.{c['key']}.rules.{i}") for i, r in enumerate(c["rules"]))
        return Criterion(
            c["key"], c["label"], c.get("topic", ""), c.get("about", ""), c.get("modifiable", "no"),
            c.get("modifiable_note", ""), tuple(c.get("next_steps", ())), c.get("settled_by", ""),
            tuple(c.get("sources", ())), rules,
        )  # fmt: skip

    def rule(self, r: Mapping[str, Any], where: str) -> Rule:
        self.reason(r, where)
        self.members(r, "rules", where)
        self.one_of(r["category"], CATEGORIES[1:], where, "category")
        self.one_of(r.get("could_be", ""), ("", *CATEGORIES[1:]), where, "category")
        grade = self.whole(r.get("grade"), where, None, 1, 9)
        when = self.checked(r["when"], f"{where}.when")
        return Rule(r["reason"], r["category"], r.get("could_be", ""), grade, when, r["text"],
                    r.get("source", ""), compile_expression(when))  # fmt: skip

    def reason(self, row: Mapping[str, Any], where: str) -> None:
        self.place = where
        if not KEY.fullmatch(row["reason"]):
            self.say(where, "key", "A reason has small letters, digits and underscores, a letter first.")

    def urgent(self, u: Mapping[str, Any], index: int, notices: Mapping[str, Notice]) -> UrgentRule:
        where = f"urgent.{index}"
        self.reason(u, where)
        self.members(u, "urgent", where)
        when = self.checked(u["when"], f"{where}.when")
        if u["notice"] not in notices:
            self.say(f"{where}.notice", "unknown", f"There is no notice named {u['notice']}.")
        self.one_of(u["level"], ("now", "same_day"), f"{where}.level", "level")
        return UrgentRule(
            u["reason"], u["level"], when, u["notice"], u["text"], when.names, compile_expression(when)
        )

    def notice(self, n: Mapping[str, Any]) -> Notice:
        self.place = f"notices.{n['key']}"
        self.members(n, "notices", self.place)
        return Notice(n["key"], n["title"], n["body"], tuple(n.get("actions", ())))

    def extra_of(self, e: Mapping[str, Any], index: int) -> Extra:
        self.reason(e, f"extras.{index}")
        self.members(e, "extras", f"extras.{index}")
        when = self.checked(e["when"], f"extras.{index}.when")
        return Extra(e["reason"], when, e["text"], compile_expression(when))


def _between(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return f"{high} at most"
    return f"{low} or more" if high is None else f"from {low} to {high}"


def _place(expression: Expression, key: str) -> int | None:
    return next((node.at for node in walk(expression.node) if node == Name(key)), None)
