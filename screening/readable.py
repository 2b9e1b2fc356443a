"""Answers as a patient reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from screening.engine.definition import Definition, Question, Section
from screening.engine.wording import answer_in_words


def in_words(question: Question, value: Any, units: Mapping[str, str]) -> str:
    """One answer in words, in the patient's units; "No answer" where there is none."""
    if value is None:
        return _("No answer")
    if question.type in ("date", "month") and isinstance(value, str):
        year, month, *day = (int(part) for part in value.split("-"))
        written = date_format(date(year, month, *(day or [1])), _("F j, Y") if day else _("F Y"))
        return str(written)
    return answer_in_words(question, value, units.get(question.measure, "metric"))


def answered(
    definition: Definition, answers: Mapping[str, Any], shown: Collection[str], units: Mapping[str, str]
) -> list[tuple[Section, list[tuple[Question, str]]]]:
    """What was asked, section by section, with the answers in words."""
    pages = []
    for section in definition.sections:
        rows = [
            (question, in_words(question, answers.get(question.key), units))
            for question in section.questions
            if question.key in shown
        ]
        if rows:
            pages.append((section, rows))
    return pages
