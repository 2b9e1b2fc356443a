"""From a place in a questionnaire's document, as problems name it, to the row that stands there, and to its form."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.urls import reverse

from screening.models import (
    Calculation,
    Choice,
    Criterion,
    Extra,
    Investigation,
    InvestigationField,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Source,
    Threshold,
    Translation,
    UrgentRule,
)

RULE = re.compile(r"criteria\.([^.]+)\.rules\.(\d+)")
IN_ORDER = re.compile(r"(urgent|extras)\.(\d+)")
BY_KEY = {"sections": "sections", "thresholds": "thresholds", "calculations": "calculations",
          "criteria": "criteria", "notices": "notices", "investigations": "investigations"}  # fmt: skip
RELATED = {"urgent": "urgentrules", "extras": "extras"}


def questionnaire_of(row: Any) -> Questionnaire:
    """The questionnaire that a row belongs to, through its section, criterion or question."""
    for parent in ("questionnaire", "section", "criterion", "question", "investigation"):
        if hasattr(row, f"{parent}_id"):
            found = getattr(row, parent)
            return found if isinstance(found, Questionnaire) else questionnaire_of(found)
    raise TypeError(row)


def address(row: models.Model) -> str:
    """Of the form where the row is changed: its own, or that of the row that it is part of."""
    if isinstance(row, Choice):
        return address(row.question)
    if isinstance(row, Source):
        return address(row.criterion)
    if isinstance(row, InvestigationField):
        return address(row.investigation)
    if isinstance(row, Translation):
        return address(row.questionnaire)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def row_at(questionnaire: Questionnaire, where: str) -> models.Model | None:
    """The row that a place such as "criteria.bone.rules.3.when" names; None where there is none (any more)."""
    rows: Any
    if found := RULE.match(where):
        rows = Rule.objects.filter(criterion__questionnaire=questionnaire, criterion__key=found[1])
        return _nth(rows, int(found[2]))
    if found := IN_ORDER.match(where):
        return _nth(getattr(questionnaire, RELATED[found[1]]).all(), int(found[2]))
    part, _dot, rest = where.partition(".")
    if part == "translations":
        language, _dot, what = rest.partition(".")
        rows = questionnaire.translations.filter(language=language, part=what)
        return rows.first()
    if part not in BY_KEY:
        return None
    keys = rest.split(".")
    row = getattr(questionnaire, BY_KEY[part]).filter(key=keys[0]).first()
    if part == "sections" and row is not None and len(keys) > 1:
        return row.questions.filter(key=keys[1]).first() or row
    return row


def _nth(rows: Any, place: int) -> Any:
    return next(iter(rows[place : place + 1]), None)


def link(questionnaire: Questionnaire, where: str) -> str:
    """The address of the form where a problem can be mended: at least the questionnaire's own."""
    return address(row_at(questionnaire, where) or questionnaire)


KEYED = {Section: "sections", Threshold: "thresholds", Calculation: "calculations", Criterion: "criteria",
         Notice: "notices", Investigation: "investigations"}  # fmt: skip


def where_of(row: Any) -> str:
    """The other way: the place of a stored row; empty for what has none of its own."""
    if isinstance(row, Question):
        return f"sections.{row.section.key}.{row.key}"
    if isinstance(row, Rule):
        place = _place(row, Rule.objects.filter(criterion=row.criterion_id))
        return f"criteria.{row.criterion.key}.rules.{place}"
    if isinstance(row, InvestigationField):
        place = _place(row, InvestigationField.objects.filter(investigation=row.investigation_id))
        return f"investigations.{row.investigation.key}.fields.{place}"
    if isinstance(row, UrgentRule):
        return f"urgent.{_place(row, row.questionnaire.urgentrules.all())}"
    if isinstance(row, Extra):
        return f"extras.{_place(row, row.questionnaire.extras.all())}"
    return f"{KEYED[type(row)]}.{row.key}" if type(row) in KEYED else ""


def _place(row: Any, rows: Any) -> int:
    return list(rows.values_list("pk", flat=True)).index(row.pk)


def is_at(where: str, place: str) -> bool:
    """Whether a place is that one, or within it."""
    return bool(place) and (where == place or where.startswith(f"{place}."))
