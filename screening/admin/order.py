"""Where a row stands among its neighbours: after which one, moved, or copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from screening.admin.whole import rename
from screening.models import (
    Calculation,
    Choice,
    Criterion,
    Investigation,
    InvestigationField,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Source,
    Threshold,
)

PARENTS = {
    Question: "section",
    Rule: "criterion",
    Choice: "question",
    Source: "criterion",
    InvestigationField: "investigation",
}
PARTS = {  # what goes with a row when it is copied
    Question: ("choices",),
    Section: ("questions",),
    Criterion: ("rules", "sources"),
    Investigation: ("fields",),
}
EXPRESSIONS = ("shown_when", "expression", "when")


def parent_name(model: Any) -> str:
    return PARENTS.get(model, "questionnaire")


def siblings(row: Any) -> list[Any]:
    """The rows of its kind and parent, in order, with itself."""
    name = parent_name(type(row))
    found = type(row)._base_manager.filter(**{name: getattr(row, f"{name}_id")})
    return list(found.order_by("position", "pk"))


def renumber(rows: Iterable[Any]) -> None:
    """Let positions follow the order of the list."""
    for position, row in enumerate(rows, 1):
        if row.position != position:
            row.position = position
            type(row)._base_manager.filter(pk=row.pk).update(position=position)


def put_after(row: Any, before: int | None) -> None:
    """Stand after the sibling with that primary key; first of all where it is None."""
    others = [each for each in siblings(row) if each.pk != row.pk]
    keys = [each.pk for each in others]
    place = keys.index(before) + 1 if before in keys else 0 if before is None else len(others)
    renumber([*others[:place], row, *others[place:]])


def move(row: Any, up: bool) -> bool:
    """One place up or down; from the edge of a section or criterion into the next. False where there is none."""
    rows = siblings(row)
    here = next(index for index, each in enumerate(rows) if each.pk == row.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        renumber(rows)
        return True
    return _into_next(row, up)


def _into_next(row: Any, up: bool) -> bool:
    name = parent_name(type(row))
    if name == "questionnaire":
        return False
    parents = siblings(getattr(row, name))
    here = next(index for index, each in enumerate(parents) if each.pk == getattr(row, f"{name}_id"))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(parents):
        return False
    setattr(row, name, parents[there])
    row.save(update_fields=[f"{name}_id"])
    last = [each.pk for each in siblings(row) if each.pk != row.pk][-1:] if up else []
    put_after(row, last[0] if last else None)
    return True


def used_keys(questionnaire: Questionnaire) -> set[str]:
    """Every key and reason that is taken, of whatever kind: a key that is free is free everywhere."""
    rows: list[Any] = [
        Question.objects.filter(section__questionnaire=questionnaire).values_list("key", flat=True),
        Rule.objects.filter(criterion__questionnaire=questionnaire).values_list("reason", flat=True),
        *(
            model.objects.filter(questionnaire=questionnaire).values_list("key", flat=True)
            for model in (Section, Threshold, Calculation, Criterion, Notice, Investigation)
        ),
        questionnaire.urgentrules.values_list("reason", flat=True),
        questionnaire.extras.values_list("reason", flat=True),
    ]
    return {key for found in rows for key in found}


def free_key(key: str, taken: set[str]) -> str:
    """ "smoking_2", and the next ones where that is taken too."""
    number, base = 2, key[:60]
    while f"{base}_{number}" in taken:
        number += 1
    return f"{base}_{number}"


def duplicate(row: Any, questionnaire: Questionnaire) -> Any:
    """A copy right after the row, with all that belongs to it, under keys that are free.

    What a copied section's or question's expressions say of the copied questions is said of the copies.
    """
    return _Copier(used_keys(questionnaire)).copy_beside(row)


class _Copier:
    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.new: dict[tuple[type, str], str] = {}  # (model, key or reason) -> that of the copy
        self.questions: dict[str, str] = {}

    def copy_beside(self, row: Any) -> Any:
        self.choose(row)
        copied = self.copy(row)
        if hasattr(row, "title"):
            copied.title = _("%(title)s (copy)") % {"title": row.title[:140]}
            copied.save(update_fields=["title"])
        put_after(copied, row.pk)
        return copied

    def choose(self, row: Any) -> None:
        """New keys first, so that expressions can name copies that are made after them. Fields keep theirs: only
        their own test names them."""
        for name in ("key", "reason"):
            if (key := getattr(row, name, "")) and not isinstance(row, InvestigationField):
                free = self.new[type(row), key] = free_key(key, self.taken)
                self.taken.add(free)
                if isinstance(row, Question):
                    self.questions[key] = free
        for part in PARTS.get(type(row), ()):
            for each in getattr(row, part).all():
                self.choose(each)

    def copy(self, row: Any, **parent: models.Model) -> Any:
        copied = type(row)._base_manager.get(pk=row.pk)
        copied.pk = None
        copied._state.adding = True
        for name, value in {**self._written(row), **parent}.items():
            setattr(copied, name, value)
        copied.save()
        for part in PARTS.get(type(row), ()):
            for each in getattr(row, part).all():
                self.copy(each, **{parent_name(type(each)): copied})
        return copied

    def _written(self, row: Any) -> dict[str, Any]:
        """What the copy says otherwise."""
        keys = {name: getattr(row, name, "") for name in ("key", "reason")}
        changed = {
            name: self.new[type(row), key] for name, key in keys.items() if (type(row), key) in self.new
        }
        for name in EXPRESSIONS:
            if text := getattr(row, name, ""):
                changed[name] = rename(text, self.questions)
        return changed
