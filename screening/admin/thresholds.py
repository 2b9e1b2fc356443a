"""All thresholds of a questionnaire on one page, where a clinician changes numbers only.

They are saved together, so that two that have to be above each other can change at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext as _

from editions.forms import Conflict
from screening.admin import together
from screening.admin.pages import Pages, Tool
from screening.admin.places import address, row_at
from screening.admin.whole import Whole
from screening.engine.definition import Problem, problems
from screening.models import Questionnaire, Threshold
from screening.models.document import number

OPENED = "opened"


class NumberInput(forms.TextInput):
    """Typed as text, so that 7.50 and a comma by mistake come back as they were typed."""

    def __init__(self) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "size": 8})


class ThresholdsForm(forms.Form):
    """A number for each threshold, by its key. Validate it inside a transaction that holds the questionnaire."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened = forms.CharField(widget=forms.HiddenInput, required=False)  # the numbers as they were, as JSON

    def __init__(self, data: Any = None, *, questionnaire: Questionnaire) -> None:
        super().__init__(data)
        self.questionnaire = questionnaire
        self.rows = {row.key: row for row in questionnaire.thresholds.all()}
        self.initial["version"] = questionnaire.version
        self.initial[OPENED] = json.dumps({key: number(row.value) for key, row in self.rows.items()})
        self.conflicts: list[Conflict] = []
        for key, row in self.rows.items():
            self.fields[_name(key)] = forms.DecimalField(
                label=row.label, max_digits=12, decimal_places=4, widget=NumberInput()
            )
            self.initial[_name(key)] = number(row.value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.cleaned_data.get("version") != self.questionnaire.version:
            self._check_opened()
        return cleaned

    def _check_opened(self) -> None:
        """What others changed elsewhere stays; where both changed one number, the author decides."""
        opened, cleaned = _read(self.cleaned_data.get(OPENED, "")), self.cleaned_data
        for key, row in self.rows.items():
            yours, now, was = cleaned.get(_name(key)), row.value, opened.get(key)
            if yours is None or yours == now:
                continue
            if was is not None and yours == Decimal(was):
                self._take_theirs(key, now)
            elif was is None or Decimal(was) != now:
                self.conflicts.append(Conflict(row.label, number(now), self.data[_name(key)]))
        if self.conflicts:
            self._open_again()
            raise together.changed_meanwhile(self.questionnaire)

    def _take_theirs(self, key: str, value: Decimal) -> None:
        posted: Any = self.data
        self.data = data = posted.copy()
        self.cleaned_data[_name(key)], data[_name(key)] = value, number(value)

    def _open_again(self) -> None:
        """Whoever saves again has been told, and means it."""
        posted: Any = self.data
        self.data = data = posted.copy()
        data["version"], data[OPENED] = self.questionnaire.version, self.initial[OPENED]

    @property
    def changed(self) -> list[Threshold]:
        """The rows that get another number, with it."""
        found = []
        for key, row in self.rows.items():
            value = self.cleaned_data[_name(key)]
            if value != row.value:
                row.value = value
                found.append(row)
        return found

    def say(self, problem: Problem) -> None:
        """At the number that it is about, and at the one that it stands beside; else on top."""
        part, _dot, key = problem.where.partition(".")
        row = self.rows.get(key.partition(".")[0]) if part == "thresholds" else None
        if row is None:
            elsewhere = row_at(self.questionnaire, problem.where) or self.questionnaire
            said = format_html('<a href="{}">{}</a>: {}', address(elsewhere), elsewhere, problem.message)
            return self.add_error(None, ValidationError(said, code="unfit"))
        labels = {each.key: each.label for each in self.rows.values()}
        words = problem.message
        if problem.code == "order":
            words = _("%(this)s has to be above %(other)s.") % {
                "this": row.label,
                "other": labels.get(row.above, row.above),
            }
            if row.above in self.rows:
                self.add_error(_name(row.above), ValidationError(words, code="unfit"))
        elif problem.code == "bounds":
            words = _("Allowed: %(allowed)s.") % {"allowed": _allowed(row, labels)}
        self.add_error(_name(row.key), ValidationError(words, code="unfit"))


def _name(key: str) -> str:
    """Of a threshold's field: apart from the form's own fields, whatever its key is."""
    return f"value-{key}"


def _read(text: str) -> Mapping[str, str]:
    """The numbers of a page as it was opened; none where they cannot be read."""
    try:
        found = json.loads(text)
        return {str(key): str(Decimal(str(value))) for key, value in found.items()}
    except (ValueError, ArithmeticError, AttributeError, RecursionError):
        return {}


@dataclass(frozen=True)
class ThresholdLine:
    """A row of the table."""

    row: Threshold
    field: forms.BoundField
    url: str
    allowed: str
    live: str
    uses: list[tuple[str, str, str]]  # (address, title, sentence)


class ThresholdPages(Pages):
    thresholds_template = "admin/screening/questionnaire/thresholds.html"

    def pages(self) -> list[URLPattern]:
        return [
            self._path("<path:object_id>/thresholds/", self.thresholds_view, "thresholds"),
            *super().pages(),
        ]

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        own = Tool(_("Thresholds"), self._url("thresholds", draft.pk))
        return [*([own] if self.has_change_permission(request) else []), *super().tools(request, draft)]

    def thresholds_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows the numbers, POST saves those that were changed, all or none."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        questionnaire: Any = self._draft(request, object_id)
        if request.method != "POST":
            return self._thresholds_page(request, ThresholdsForm(questionnaire=questionnaire))
        with transaction.atomic():
            questionnaire = together.locked(questionnaire.pk)
            form = ThresholdsForm(request.POST, questionnaire=questionnaire)
            if form.is_valid() and self._save_thresholds(request, form):
                return redirect(self._url("thresholds", questionnaire.pk))
        return self._thresholds_page(request, form)

    def _save_thresholds(self, request: HttpRequest, form: ThresholdsForm) -> bool:
        """Whether they fit together; where not, nothing is stored, and the form says what is wrong."""
        questionnaire = form.questionnaire
        before = set(problems(questionnaire.content()))
        opened = form.cleaned_data["version"]
        with transaction.atomic():
            changed = form.changed
            was = {row.key: number(Threshold.objects.get(pk=row.pk).value) for row in changed}
            for row in changed:
                row.save(update_fields=["value"])
            found = [problem for problem in problems(questionnaire.content()) if problem not in before]
            if found:
                transaction.set_rollback(True)
        own = [problem for problem in found if problem.code in ("order", "bounds")]
        for problem in own or found:  # the others follow from these
            form.say(problem)
        if found:
            return False
        lines = [f"{row.label} {was[row.key]} → {number(row.value)}" for row in changed]
        if lines:
            together.save(request, questionnaire, "; ".join(lines))
            said = _("Saved: %(numbers)s.") % {"numbers": "; ".join(lines)}
            self.message_user(request, said, messages.SUCCESS)
        else:
            self.message_user(request, _("No number was changed."), messages.INFO)
        together.tell(request, together.saves_since(questionnaire, opened, request.user))
        return True

    def _thresholds_page(self, request: HttpRequest, form: ThresholdsForm) -> HttpResponse:
        questionnaire = form.questionnaire
        live = questionnaire.editions.live()
        context = {
            "form": form,
            "lines": _lines(form, live.document if live else {}),
            "live": live,
            "lately": together.lately(questionnaire, request.user) if request.method == "GET" else "",
        }
        status = 409 if form.has_error("__all__", "stale") else 200
        template, title = self.thresholds_template, _("Thresholds")
        return self._page(request, questionnaire, template, title, context, status)


def _lines(form: ThresholdsForm, live: Mapping[str, Any]) -> list[ThresholdLine]:
    whole = Whole(Questionnaire.objects.get(pk=form.questionnaire.pk))
    published = {t["key"]: t["value"] for t in live.get("thresholds", [])}
    rows = whole.questionnaire.thresholds.all()
    labels = {row.key: row.label for row in rows}
    rules = _rule_addresses(whole.questionnaire)
    return [
        ThresholdLine(
            row,
            form[_name(row.key)],
            address(row),
            _allowed(row, labels),
            published.get(row.key, ""),
            [
                (rules.get(use.where, ""), use.title, whole.words(use.expression))
                for use in whole.uses.get(row.key, ())
                if use.kind != "threshold"
            ],
        )
        for row in rows
    ]


def _rule_addresses(questionnaire: Questionnaire) -> dict[str, str]:
    """By place, of all rows that have an expression: read at once, not one by one."""
    from screening.admin.outline import outline

    found = {}
    for group in outline(questionnaire).groups:
        for line in group.lines:
            for each in (line, *line.lines):
                found[each.where] = each.url
    return found


def _allowed(row: Threshold, labels: Mapping[str, str]) -> str:
    """ "25 to 35, above BMI underweight"; empty where everything is allowed."""
    said = []
    low, high = row.minimum, row.maximum
    if low is not None and high is not None:
        said.append(_("%(low)s to %(high)s") % {"low": number(low), "high": number(high)})
    elif low is not None:
        said.append(_("%(low)s or more") % {"low": number(low)})
    elif high is not None:
        said.append(_("%(high)s or less") % {"high": number(high)})
    if row.above:
        said.append(_("above %(other)s") % {"other": labels.get(row.above, row.above)})
    return ", ".join(said)
