"""A questionnaire on paper: every question with a number, and in words when it is to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from screening.engine.assessment import shown
from screening.engine.definition import Definition, Question, Section
from screening.engine.wording import in_words
from screening.forms.section import UNITS, choices_of, unit_names, with_credits


@dataclass(frozen=True)
class Item:
    number: int
    question: Question
    hint: str  # when to answer it; empty: always
    choices: list[str]
    boxes: list[list[str]]  # alternatives to write on, each a list of what the lines are for
    credit: str  # to print below it


def sheet(definition: Definition, facts: Mapping[str, Any], today: date) -> list[tuple[Section, list[Item]]]:
    """The sections with what they may ask. Questions that these facts rule out are left off."""
    out = _ruled_out(definition, facts, today)
    pages, number = [], 0
    for section in definition.sections:
        items = []
        for question, credit in with_credits(section):
            if question.key not in out:
                number += 1
                items.append(_item(number, question, credit, definition))
        if items:
            pages.append((section, items))
    return pages


def _item(number: int, question: Question, credit: str, definition: Definition) -> Item:
    several = question.type in ("yes_no", "choice", "scale", "several")
    return Item(
        number=number,
        question=question,
        hint=_hint(question, definition),
        choices=[text for _value, text in choices_of(question)] if several else [],
        boxes=[] if several or question.type == "text" else _boxes(question),
        credit=credit,
    )


def _boxes(question: Question) -> list[list[str]]:
    if question.measure:
        names = unit_names()
        return [[names[unit] for unit in units] for units in UNITS[question.measure].values()]
    if question.type == "date":
        return [[_("Month"), _("Day"), _("Year")]]
    if question.type == "month":
        return [[_("Month"), _("Year")]]
    return [[question.unit]]


def _hint(question: Question, definition: Definition) -> str:
    """In words where the condition is about answers alone; scores and settings do not go on paper."""
    if question.shown_when is None:
        return ""
    # The engine puts conditions into English words alone.
    if question.shown_when.names <= definition.questions.keys() and definition.shown_in == "en":
        return _("Answer this if: %(condition)s") % {"condition": in_words(question.shown_when, definition)}
    return _("Answer this if it applies to you. If you can't tell, answer it.")


def _ruled_out(definition: Definition, facts: Mapping[str, Any], today: date) -> set[str]:
    """Questions that facts alone keep from being shown, and those that hang on them."""
    visible, out = set(shown(definition, {}, facts, today)), set[str]()
    calculated = {calculation.key for calculation in definition.calculations}
    for key, question in definition.questions.items():
        if question.shown_when is None or key in visible:
            continue
        asked = question.shown_when.names & definition.questions.keys()
        if (not asked and not question.shown_when.names & calculated) or asked & out:
            out.add(key)
    return out
