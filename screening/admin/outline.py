"""A questionnaire's outline: every row a line that leads to its page, with what is wrong and what uses it.

All rows are read at once, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.admin.places import address
from screening.admin.together import order_of
from screening.admin.whole import Whole, used_in_words
from screening.engine.definition import Problem
from screening.models import (
    Calculation,
    Criterion,
    Extra,
    Investigation,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Threshold,
    UrgentRule,
)

ROWS = (
    *("sections__questions", "thresholds", "calculations", "criteria__rules"),
    *("urgentrules", "extras", "notices", "investigations__fields"),
)


@dataclass
class Line:
    """One row."""

    row: Any
    where: str
    url: str
    title: str
    key: str
    kind: str = ""  # its type, category, level or value
    note: str = ""  # when it is shown, or its sentence
    used: str = ""
    state: str = ""  # new or changed, beside what readers see
    problems: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)  # questions of a section, rules of a criterion
    add: str = ""  # address where one more is added to them
    order: str = ""  # of its neighbours, as it is now
    move: str = ""
    at: str = ""  # the line that somebody comes back to

    @property
    def open(self) -> bool:
        return self.all_problems > 0 or self.has(self.at)

    @property
    def name(self) -> str:
        """Where it is on the page."""
        return f"{self.row._meta.model_name}-{self.row.pk}"

    @property
    def all_problems(self) -> int:
        return len(self.problems) + sum(line.all_problems for line in self.lines)

    @property
    def changed_inside(self) -> int:
        """How many of its lines differ from what readers see."""
        return sum(bool(line.state) for line in self.lines)

    def has(self, name: str) -> bool:
        return self.name == name or any(line.has(name) for line in self.lines)


@dataclass
class Group:
    """The rows of one kind."""

    name: str
    title: str
    hint: str
    add_label: str
    add: str
    lines: list[Line]
    at: str = ""  # the line that somebody comes back to

    @property
    def problems(self) -> int:
        return sum(line.all_problems for line in self.lines)

    @property
    def open(self) -> bool:
        return self.nested or any(line.open for line in self.lines)

    @property
    def nested(self) -> bool:
        return self.name in ("sections", "criteria")

    @property
    def count(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Said:
    """A problem, and where it can be mended."""

    title: str
    url: str
    message: str


@dataclass
class Outline:
    groups: list[Group]
    problems: list[Said]
    missing: list[str]


def outline(questionnaire: Questionnaire, live: Mapping[str, Any] | None = None, at: str = "") -> Outline:
    """`live` is the document that readers see; `at` names the line to open, as `Line.name` does."""
    return _Writer(questionnaire, live or {}, at).outline()


class _Writer:
    def __init__(self, questionnaire: Questionnaire, live: Mapping[str, Any], at: str) -> None:
        self.whole = Whole.of(questionnaire)
        # A second object, so that nobody who saves this one meets rows that were read before.
        self.questionnaire = Questionnaire(pk=questionnaire.pk)
        prefetch_related_objects([self.questionnaire], *ROWS)
        self.live, self.at = live, at
        self.places: dict[str, Line] = {}

    def outline(self) -> Outline:
        groups = [self.sections(), *self.flat(), self.criteria(), self.tests(), *self.urgent()]
        said = [self.say(problem) for problem in self.whole.problems]
        return Outline(groups, said, list(self.missing()))

    def say(self, problem: Problem) -> Said:
        """Put a problem to its line, and on the list at the top."""
        line, where = None, problem.where
        while where and line is None:
            line = self.places.get(where)
            where = where.rpartition(".")[0]
        if line is None:
            return Said(_("The questionnaire"), address(self.questionnaire), problem.message)
        line.problems.append(problem.message)
        return Said(line.title, line.url, problem.message)

    def missing(self) -> Iterable[str]:
        """What there is nothing of yet, in the order in which it is best begun."""
        if not self.whole.document["sections"]:
            yield _("Add a section first: a page of questions.")
        elif not any(section["questions"] for section in self.whole.document["sections"]):
            yield _("Add a question to the section.")
        if not self.whole.document["criteria"]:
            yield _("Add a criterion: something that surgeons look at, with the rules that find it.")
        for criterion in self.whole.document["criteria"]:
            if not criterion["rules"]:
                yield _("“%(criterion)s” has no rule yet, so it never finds anything.") % {
                    "criterion": criterion["label"]
                }
        if not self.questionnaire_text("title"):
            yield _("Write what patients read after sending.")

    def questionnaire_text(self, member: str) -> str:
        return str(self.whole.document.get("sent", {}).get(member, ""))

    # The groups

    def sections(self) -> Group:
        live = {s["key"]: s for s in self.live.get("sections", [])}
        asked = {q["key"]: q for s in self.live.get("sections", []) for q in s["questions"]}
        documents = self.whole.document["sections"]
        lines = []
        rows = list(self.questionnaire.sections.all())
        for row, document in zip(rows, documents, strict=True):
            where = f"sections.{row.key}"
            head = {name: value for name, value in document.items() if name != "questions"}
            was = {name: value for name, value in live.get(row.key, {}).items() if name != "questions"}
            line = self.line(row, where, row.title, row.key, rows, state=self.state(head, was))
            questions = list(row.questions.all())
            for question, member in zip(questions, document["questions"], strict=True):
                line.lines.append(self.question(question, member, where, questions, asked))
            line.add = self.adding(Question, f"section={row.pk}")
            line.kind = ngettext("%(count)d question", "%(count)d questions", len(questions)) % {
                "count": len(questions)
            }
            lines.append(line)
        hint = _("Each section is one page. Patients answer them in this order.")
        return self.group("sections", _("Questions"), hint, _("Add a section"), Section, lines)

    def question(
        self, row: Question, member: Any, section: str, rows: list[Any], live: Mapping[str, Any]
    ) -> Line:
        line = self.line(
            row, f"{section}.{row.key}", str(row), row.key, rows, self.state(member, live.get(row.key))
        )
        line.kind = str(row.get_type_display())
        if row.optional:
            line.kind = _("%(type)s, may be left blank") % {"type": line.kind}
        if row.shown_when:
            words = self.whole.words(row.shown_when) or row.shown_when
            line.note = _("Shown when: %(words)s") % {"words": words}
        line.used = used_in_words(self.whole.uses.get(row.key, ()))
        return line

    def flat(self) -> list[Group]:
        document, q = self.whole.document, self.questionnaire
        thresholds = self.lines(q.thresholds.all(), "thresholds", document["thresholds"], "label")
        for line in thresholds:
            line.kind = f"{line.row.value.normalize():f} {line.row.unit}".strip()
        calculations = self.lines(q.calculations.all(), "calculations", document["calculations"], "label")
        for line in calculations:
            line.note = self.whole.words(line.row.expression) or line.row.expression
        for line in (*thresholds, *calculations):
            line.used = used_in_words(self.whole.uses.get(line.key, ())) or _("not used")
        return [
            self.group(
                "thresholds", _("Thresholds"), _("Numbers that rules compare with."), _("Add a threshold"),
                Threshold, thresholds,
            ),
            self.group(
                "calculations", _("Calculations"), _("Numbers worked out from answers."),
                _("Add a calculation"), Calculation, calculations,
            ),
        ]  # fmt: skip

    def criteria(self) -> Group:
        live = {c["key"]: c for c in self.live.get("criteria", [])}
        lines = []
        rows = list(self.questionnaire.criteria.all())
        for row, document in zip(rows, self.whole.document["criteria"], strict=True):
            where = f"criteria.{row.key}"
            was = live.get(row.key)
            old = {name: value for name, value in (was or {}).items() if name != "rules"}
            head = {name: value for name, value in document.items() if name != "rules"}
            line = self.line(row, where, row.label, row.key, rows, self.state(head, old))
            rules = list(row.rules.all())
            for index, (rule, member) in enumerate(zip(rules, document["rules"], strict=True)):
                line.lines.append(self.rule(rule, member, f"{where}.rules.{index}", rules, was or {}))
            line.add = self.adding(Rule, f"criterion={row.pk}")
            line.kind = ngettext("%(count)d rule", "%(count)d rules", len(rules)) % {"count": len(rules)}
            lines.append(line)
        hint = _("What surgeons look at, each with the rules that find it.")
        return self.group("criteria", _("Criteria and rules"), hint, _("Add a criterion"), Criterion, lines)

    def rule(self, row: Rule, member: Any, where: str, rows: list[Any], was: Mapping[str, Any]) -> Line:
        old = [each for each in was.get("rules", []) if each["reason"] == row.reason]
        state = "" if member in old else self.state(member, old[0] if old else None)
        line = self.line(row, where, row.text or row.reason, row.reason, rows, state)
        line.kind = str(row.get_category_display())
        if row.grade:
            line.kind = _("%(category)s, grade %(grade)d") % {"category": line.kind, "grade": row.grade}
        line.note = self.whole.words(row.when) or row.when
        return line

    def tests(self) -> Group:
        rows, documents = (
            self.questionnaire.investigations.all(),
            self.whole.document.get("investigations", []),
        )
        lines = self.lines(rows, "investigations", documents, "label")
        labels = {criterion["key"]: criterion["label"] for criterion in self.whole.document["criteria"]}
        for line in lines:
            settles = [labels.get(key, key) for key in line.row.settles.split()]
            line.kind = ", ".join(_measured(field) for field in line.row.fields.all())
            line.note = _("Settles: %(what)s") % {"what": ", ".join(settles)} if settles else ""
            line.used = "" if line.row.fills.strip() else _("no rule reads it, surgeons do")
        hint = _("Whose results staff can enter, and which questions these answer.")
        return self.group("investigations", _("Tests"), hint, _("Add a test"), Investigation, lines)

    def urgent(self) -> list[Group]:
        document, q = self.whole.document, self.questionnaire
        urgent = self.lines(q.urgentrules.all(), "urgent", document["urgent"], "text", by_place=True)
        extras = self.lines(q.extras.all(), "extras", document["extras"], "text", by_place=True)
        notices = self.lines(q.notices.all(), "notices", document["notices"], "title")
        for line in urgent:
            line.kind = str(line.row.get_level_display())
        for line in (*urgent, *extras):
            line.note = self.whole.words(line.row.when) or line.row.when
        for line in notices:
            line.used = used_in_words(self.whole.notice_uses.get(line.key, ())) or _("not used")
        return [
            self.group(
                "urgent", _("Urgent rules"), _("Checked with every answer: what cannot wait."),
                _("Add an urgent rule"), UrgentRule, urgent,
            ),
            self.group(
                "notices", _("Notices"), _("What patients read when an urgent rule is true."),
                _("Add a notice"), Notice, notices,
            ),
            self.group(
                "extras", _("Extras"), _("What surgeons want to know besides."), _("Add an extra"), Extra, extras
            ),
        ]  # fmt: skip

    # Lines

    def lines(
        self, found: Iterable[Any], part: str, documents: Any, title: str, by_place: bool = False
    ) -> list[Line]:
        name = "reason" if by_place else "key"
        live: dict[str, list[Any]] = defaultdict(list)
        for each in self.live.get(part, []):
            live[each[name]].append(each)
        rows, lines = list(found), []
        for index, (row, member) in enumerate(zip(rows, documents, strict=True)):
            key = getattr(row, name)
            was = live.get(key, [])
            state = "" if member in was else self.state(member, was[0] if was else None)
            where = f"{part}.{index if by_place else key}"
            lines.append(self.line(row, where, getattr(row, title) or key, key, rows, state))
        return lines

    def line(
        self, row: Any, where: str, title: str, key: str, neighbours: list[Any], state: str = ""
    ) -> Line:
        line = Line(row, where, address(row), title, key, state=state, order=order_of(neighbours), at=self.at)
        line.move = reverse(f"admin:screening_{row._meta.model_name}_move", args=[row.pk])
        self.places[where] = line
        return line

    def state(self, now: Mapping[str, Any], was: Mapping[str, Any] | None) -> str:
        """Beside what readers see: nothing to say where they see nothing at all."""
        if not self.live:
            return ""
        if not was:
            return "new"
        return "" if dict(now) == dict(was) else "changed"

    def group(self, name: str, title: str, hint: str, add_label: str, model: Any, lines: list[Line]) -> Group:
        add = self.adding(model, f"questionnaire={self.questionnaire.pk}")
        return Group(name, title, hint, add_label, add, lines, self.at)

    def adding(self, model: Any, query: str) -> str:
        return reverse(f"admin:screening_{model._meta.model_name}_add") + f"?{query}"


def _measured(field: Any) -> str:
    return f"{field.label}, {field.unit}" if field.unit else str(field.label)
