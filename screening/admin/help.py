"""What helps an author who writes an expression: what there is to name, and what is wrong with what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from screening.admin.whole import Whole
from screening.engine.definition import YES_NO
from screening.models import Question

TOKEN = re.compile(r"\"[^\"]*\"?|'[^']*'?|[\w.]+|\S")


class ExpressionInput(forms.Textarea):
    """A box for an expression; a small script puts a key that was chosen in the help where the caret is."""

    class Media:
        js = ("screening/expressions.js",)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        written = {"rows": 3, "class": "expression", "spellcheck": "false", "autocapitalize": "off"}
        super().__init__({**written, "data-expression": "", **(attrs or {})})


@dataclass(frozen=True)
class Entry:
    """Something that an expression may name."""

    key: str
    label: str
    kind: str = ""
    values: str = ""


@dataclass(frozen=True)
class Shelf:
    title: str
    entries: tuple[Entry, ...]


def shelves(whole: Whole) -> list[Shelf]:
    """All keys, by section and kind, as the help lists them."""
    document = whole.document
    found = [
        Shelf(section["title"], tuple(map(_question, section["questions"])))
        for section in document["sections"]
    ]
    thresholds = tuple(
        Entry(t["key"], t["label"], _("number"), f"{t['value']} {t.get('unit', '')}".strip())
        for t in document["thresholds"]
    )
    calculations = tuple(Entry(c["key"], c["label"], _("number")) for c in document["calculations"])
    found += [
        Shelf(_("Thresholds"), thresholds),
        Shelf(_("Calculations"), calculations),
        Shelf(_("What the practice knows"), facts()),
    ]
    return [shelf for shelf in found if shelf.entries]


def facts() -> tuple[Entry, ...]:
    return (
        Entry("age", _("Age on the day of answering"), _("number"), _("years")),
        Entry("sex", _("Sex as the practice has recorded it"), _("text"), '"female", "male"'),
        Entry("on_duty_contact", _("Somebody is on duty for urgent answers"), _("true or false")),
    )


def functions() -> tuple[Entry, ...]:
    """Each with an example."""
    return (
        Entry("answered(hba1c)", _("true where the question was answered")),
        Entry('points(weight_loss == "yes", 2)', _("2 points if it is so, none if it is not")),
        Entry("total_known(phq_1, phq_2)", _("the sum of those that were answered")),
        Entry("round_half_up(bmi, 1)", _("rounded to one decimal")),
        Entry("weeks_since(smoking_stopped_on)", _("full weeks from a date until today")),
        Entry("months_since(scan_month)", _("months from a month until today")),
    )


def examples() -> tuple[Entry, ...]:
    return (
        Entry('smoking == "daily"', _("one answer")),
        Entry('cancer in ("yes", "not_sure")', _("one of several answers")),
        Entry('"leak" in problems', _("a question with several answers has this one among them")),
        Entry("bmi >= bmi_class_1", _("a number beside a threshold: < <= > >=")),
        Entry('a == "yes" and (b == "yes" or not answered(c))', _("and, or, not; brackets hold together")),
    )


def _question(q: Mapping[str, Any]) -> Entry:
    kind = str(dict(Question.Type.choices).get(q["type"], q["type"]))
    return Entry(q["key"], q.get("short") or q.get("text", ""), kind, values_of(q))


def values_of(q: Mapping[str, Any]) -> str:
    """What an answer can be, as an expression writes it."""
    choices = [str(choice["value"]) for choice in q.get("choices", [])]
    if q["type"] == "yes_no":
        choices = choices or [value for value, _text in YES_NO]
    if choices:
        return ", ".join(_written(value, q["type"]) for value in choices)
    low, high, unit = q.get("minimum"), q.get("maximum"), q.get("unit", "")
    if low is not None and high is not None:
        return _("%(low)s to %(high)s %(unit)s") % {"low": low, "high": high, "unit": unit}
    return unit


def _written(value: str, kind: str) -> str:
    return value if kind == "scale" and re.fullmatch(r"-?\d+(\.\d+)?", value) else f'"{value}"'


def expression_help(whole: Whole) -> SafeString:
    context = {
        "shelves": shelves(whole),
        "functions": functions(),
        "examples": examples(),
    }
    return render_to_string("admin/screening/includes/expression_help.html", context)


def marked(text: str, position: int | None) -> str:
    """The expression with « » around the word at that place; empty where no place is known."""
    line = text.strip().replace("\r", " ").replace("\n", " ")
    if position is None or not line or not 0 <= position <= len(line):
        return ""
    for token in TOKEN.finditer(line):
        if token.end() > position:
            return f"{line[: token.start()]}«{token[0]}»{line[token.end() :]}"
    return f"{line} «…»"
