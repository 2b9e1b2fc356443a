"""The forms with which staff enter a test's result, or take a wrong one back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.engine.definition import Investigation, Question
from screening.engine.investigations import entered
from screening.models import InvestigationResult
from screening.results import Entry

OLDEST = date(1990, 1, 1)  # older than any scan that is still read; what stands before it was mistyped
LONGEST_REASON = 1_000
# What each measure can be typed in, the stored unit first, and the system of units that begins with another one.
UNITS = {"length": ("cm", "in"), "weight": ("kg", "lb"), "hba1c": ("%", "mmol/mol")}
OTHER_FIRST = {"imperial": ("length", "weight"), "uk": ("hba1c",)}


class VersionForm(forms.Form):
    """Carries the version of the case that its reader saw."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def renewed(self, version: int) -> VersionForm:
        """The same words, to be sent again on another version of the case."""
        posted: Any = self.data
        self.data = data = posted.copy()
        data["version"] = str(version)
        return self

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The visible fields, a number and its unit in one row."""
        rows: list[list[forms.BoundField]] = []
        for field in self.visible_fields():
            if field.name.startswith("unit_"):
                rows[-1].append(field)
            else:
                rows.append([field])
        return rows

    @property
    def carried(self) -> list[tuple[str, str]]:
        """All that was typed, for the page that asks to confirm it."""
        return [(name, self.data.get(name, "")) for name in self.fields]


class ReasonForm(VersionForm):
    """Why a result was wrong."""

    reason = forms.CharField(
        label=gettext_lazy("What was wrong?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example: it was the letter of another patient."),
        error_messages={"required": gettext_lazy("Say in a few words what was wrong.")},
    )


class ResultForm(VersionForm):
    """A result of one test, as it stands in a letter. With `supersedes`, in the place of a wrong one."""

    measured_on = forms.DateField(
        label=gettext_lazy("Day of the test"),
        widget=forms.DateInput(attrs={"type": "date", "min": OLDEST.isoformat()}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "When it was measured or the blood was taken, not when the letter was written."
        ),
        error_messages={"required": gettext_lazy("Give the day of the test.")},
    )
    source = forms.CharField(
        label=gettext_lazy("Where you read it"),
        max_length=200,
        help_text=gettext_lazy(
            "For example: letter of Dr. Lee, Bay Radiology; or: measured here. It stands beside the finding."
        ),
        error_messages={
            "required": gettext_lazy("Say where the result stands, so that others can look it up.")
        },
    )

    def __init__(
        self,
        *args: Any,
        investigation: Investigation,
        units: str = "metric",
        supersedes: InvestigationResult | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.investigation, self.supersedes = investigation, supersedes
        measured = {}
        for field in investigation.fields:
            measured[f"value_{field.key}"] = _value_field(field)
            if field.measure:
                measured[f"unit_{field.key}"] = _unit_field(field, units)
        reason = {"reason": ReasonForm.base_fields["reason"]} if supersedes else {}
        self.fields = {**reason, **measured, **self.fields}
        if supersedes is not None:
            self.initial = {**_as_stored(supersedes), **self.initial}

    def clean_measured_on(self) -> date:
        day: date = self.cleaned_data["measured_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day of the test cannot be in the future."), code="future")
        if day < OLDEST:
            raise ValidationError(_("Give a day in or after 1990."), code="old")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given: dict[str, Any] = {}
        for field in self.investigation.fields:
            text = cleaned.get(f"value_{field.key}", "")
            unit = cleaned.get(f"unit_{field.key}", "")
            given[field.key] = {unit: text} if unit and text else text
        values, refused = entered(self.investigation, given, timezone.localdate())
        for key, problem in refused.items():
            if f"value_{key}" not in self.errors:
                self.add_error(f"value_{key}", ValidationError(problem.message, code=problem.code))
        self.values = values
        return cleaned

    def entry(self) -> Entry:
        """What was entered, once it is valid."""
        data = self.cleaned_data
        typed = {
            field.key: f"{data[f'value_{field.key}'].strip()} {data[f'unit_{field.key}']}"
            for field in self.investigation.fields
            if data.get(f"unit_{field.key}", field.unit) != field.unit
        }
        return Entry(self.investigation, self.values, data["measured_on"], data["source"], typed)


def _value_field(field: Question) -> forms.Field:
    if field.type == "choice":
        choices = [(choice.value, choice.text) for choice in field.choices]
        return forms.ChoiceField(
            label=field.text, choices=choices, widget=forms.RadioSelect, required=False
        )  # the engine says what is missing
    unit = f" ({field.unit})" if field.unit and not field.measure else ""
    mode = "text" if field.minimum is not None and field.minimum < 0 else "decimal"  # pads have no minus
    box = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "size": 8})
    return forms.CharField(label=f"{field.text}{unit}", max_length=40, required=False, widget=box)


def _unit_field(field: Question, units: str) -> forms.ChoiceField:
    known = UNITS[field.measure]
    first = known[1] if field.measure in OTHER_FIRST.get(units, ()) else known[0]
    named = {"aria-label": _("Unit: %(what)s") % {"what": field.text}}  # two boxes may be labelled "Unit"
    return forms.ChoiceField(
        label=_("Unit"),
        choices=[(unit, unit) for unit in known],
        initial=first,
        widget=forms.Select(attrs=named),
    )


def _as_stored(row: InvestigationResult) -> Mapping[str, Any]:
    """A result in the boxes of the form that is to put it right."""
    found: dict[str, Any] = {"measured_on": row.measured_on, "source": row.source}
    for each in row.values:
        found |= {f"value_{each['key']}": each["value"], f"unit_{each['key']}": each["unit"]}
    return found
