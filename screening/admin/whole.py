"""A questionnaire's draft taken as a whole: what is wrong with it, what uses what, and its rules in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, cast

from django.utils.translation import gettext as _

from screening.engine.definition import YES_NO, Choice, Definition, Problem, Question, Threshold, problems
from screening.engine.expressions import Expression, ExpressionError, parse
from screening.engine.investigations import FILL
from screening.engine.wording import in_words
from screening.models import Questionnaire

CACHED = "_whole"


@dataclass(frozen=True)
class Use:
    """A row that names another one's key: in an expression, as its notice, or as what it must be above."""

    where: str
    kind: str  # question, calculation, rule, urgent, extra, threshold, investigation
    title: str
    expression: str = ""


@dataclass(frozen=True)
class Named:
    """A calculation, as sentences name it."""

    key: str
    label: str


@dataclass(frozen=True)
class Spoken:
    """As much of a definition as sentences need, also where the questionnaire does not fit together yet."""

    questions: Mapping[str, Question]
    thresholds: Mapping[str, Threshold]
    calculations: tuple[Named, ...]


class Whole:
    """Read once, and not again when rows change: it is for showing a page."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.document = questionnaire.content()

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Whole:
        """The one that was read for this page already, if there is one."""
        whole: Whole | None = questionnaire.__dict__.get(CACHED)
        if whole is None:
            whole = questionnaire.__dict__[CACHED] = cls(questionnaire)
        return whole

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        return problems(self.document)

    def words(self, text: str) -> str:
        """An expression as a sentence; empty where it cannot be read."""
        expression = parsed(text)
        return in_words(expression, cast(Definition, self.spoken)) if expression else ""

    @cached_property
    def spoken(self) -> Spoken:
        asked = (q for section in self.document["sections"] for q in section["questions"])
        return Spoken(
            {q["key"]: _question(q) for q in asked},
            {t["key"]: _threshold(t) for t in self.document["thresholds"]},
            tuple(Named(c["key"], c["label"]) for c in self.document["calculations"]),
        )

    @cached_property
    def uses(self) -> Mapping[str, tuple[Use, ...]]:
        """By the key of a question, calculation, threshold or fact: what names it."""
        found: dict[str, list[Use]] = defaultdict(list)
        for use in users(self.document):
            expression = parsed(use.expression)
            for key in sorted(expression.names) if expression else ():
                found[key].append(use)
        for threshold in self.document["thresholds"]:
            if above := threshold.get("above"):
                where = f"thresholds.{threshold['key']}"
                found[above].append(Use(where, "threshold", threshold["label"]))
        for row in self.document.get("investigations", ()):
            for key in _filled(row):
                use = Use(f"investigations.{row['key']}", "investigation", row["label"])
                found[key].append(use)
        return {key: tuple(uses) for key, uses in found.items()}

    @cached_property
    def notice_uses(self) -> Mapping[str, tuple[Use, ...]]:
        """By the key of a notice: the urgent rules that show it."""
        found: dict[str, list[Use]] = defaultdict(list)
        for index, urgent in enumerate(self.document["urgent"]):
            found[urgent.get("notice", "")].append(
                Use(f"urgent.{index}", "urgent", urgent["reason"], urgent["when"])
            )
        return {key: tuple(uses) for key, uses in found.items()}


def _filled(investigation: Mapping[str, Any]) -> list[str]:
    """The keys of the questions that a test answers."""
    lines = (FILL.fullmatch(text.strip()) for text in investigation.get("fills", ()))
    return [found[1] for found in lines if found]


def parsed(text: str) -> Expression | None:
    try:
        return parse(text) if text else None
    except ExpressionError:
        return None


def users(document: Mapping[str, Any]) -> Iterator[Use]:
    """Every row that has an expression, in the order of the document."""
    for section in document["sections"]:
        for q in section["questions"]:
            if shown_when := q.get("shown_when"):
                where = f"sections.{section['key']}.{q['key']}"
                yield Use(where, "question", q.get("short", q["key"]), shown_when)
    for c in document["calculations"]:
        yield Use(f"calculations.{c['key']}", "calculation", c["label"], c.get("expression", ""))
    for criterion in document["criteria"]:
        for index, rule in enumerate(criterion["rules"]):
            where = f"criteria.{criterion['key']}.rules.{index}"
            yield Use(where, "rule", rule["reason"], rule.get("when", ""))
    for part, kind in (("urgent", "urgent"), ("extras", "extra")):
        for index, row in enumerate(document[part]):
            yield Use(f"{part}.{index}", kind, row["reason"], row.get("when", ""))


def used_in_words(uses: tuple[Use, ...]) -> str:
    """ "used by 3 rules and 1 question"; empty for what nothing uses."""
    kinds = [use.kind for use in uses]
    counted = [_counted(kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)]
    return _("used by %(what)s") % {"what": ", ".join(counted)} if counted else ""


def _counted(kind: str, count: int) -> str:
    one, many = {
        "question": (_("1 question"), _("%(count)d questions")),
        "calculation": (_("1 calculation"), _("%(count)d calculations")),
        "rule": (_("1 rule"), _("%(count)d rules")),
        "urgent": (_("1 urgent rule"), _("%(count)d urgent rules")),
        "extra": (_("1 extra"), _("%(count)d extras")),
        "threshold": (_("1 threshold"), _("%(count)d thresholds")),
        "investigation": (_("1 test"), _("%(count)d tests")),
    }[kind]
    return one if count == 1 else many % {"count": count}


def kind_in_words(kind: str) -> str:
    return {
        "question": _("Question shown when"),
        "calculation": _("Calculation"),
        "rule": _("Rule"),
        "urgent": _("Urgent rule"),
        "extra": _("Extra"),
        "threshold": _("Threshold that must be above it"),
        "investigation": _("Test that answers it"),
    }[kind]


def rename(text: str, names: Mapping[str, str]) -> str:
    """An expression under other keys, word for word as it was typed otherwise; texts in quotation marks stay."""
    pieces = re.split(r"(\"[^\"]*\"|'[^']*')", text)
    for place in range(0, len(pieces), 2):
        pieces[place] = re.sub(r"[A-Za-z_]\w*", lambda found: names.get(found[0], found[0]), pieces[place])
    return "".join(pieces)


def _question(q: Mapping[str, Any]) -> Question:
    choices = tuple(Choice(str(c["value"]), c["text"]) for c in q.get("choices", []))
    if q["type"] == "yes_no" and not choices:
        choices = tuple(Choice(*pair) for pair in YES_NO)
    return Question(q["key"], q["type"], q.get("text", ""), q.get("short", q["key"]), "", choices=choices)


def _threshold(t: Mapping[str, Any]) -> Threshold:
    try:
        value = Decimal(t["value"])
    except (InvalidOperation, ValueError):
        value = Decimal(0)
    return Threshold(t["key"], value, t.get("unit", ""), t["label"], t.get("source", ""))
