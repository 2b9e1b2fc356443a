"""What surgeons choose when they are away, or when patients pass to a colleague."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.covering import LONGEST


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options
    )


FURTHEST = timedelta(days=2 * 366)
Surgeons = list[tuple[Any, str]]  # id and name


class CoverForm(forms.Form):
    """Each is away themselves; who may see the whole practice chooses for others too."""

    away = forms.ChoiceField(label=gettext_lazy("Who is away"))
    to = forms.ChoiceField(
        label=gettext_lazy("Who stands in"), error_messages={"required": gettext_lazy("Choose a colleague.")}
    )
    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))

    def __init__(self, *args: Any, surgeons: Surgeons, user: Any, every: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        away: Any = self.fields["away"]
        away.choices = [(str(pk), name) for pk, name in surgeons if every or pk == user.pk]
        away.initial = str(user.pk)
        if not every:
            away.widget = forms.HiddenInput()
        _fill(self.fields["to"], [each for each in surgeons if every or each[0] != user.pk])

    def clean_first(self) -> date:
        return not_past(self.cleaned_data["first"])

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if fields.get("to") and fields["to"] == fields.get("away"):
            self.add_error("to", _("Choose somebody else."))
        first, last = fields.get("first"), fields.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one."))
        elif first and last and last - first > LONGEST:
            self.add_error("last", _("For more than three months, hand the patients over instead."))
        return fields


class HandOverForm(forms.Form):
    """All patients of the surgeon, or those with a tick."""

    to = forms.ChoiceField(
        label=gettext_lazy("To whom"), error_messages={"required": gettext_lazy("Choose a colleague.")}
    )
    day = _day(gettext_lazy("From which day"), help_text=gettext_lazy("Today: at once."))
    which = forms.ChoiceField(
        label=gettext_lazy("Which patients"),
        choices=[("chosen", gettext_lazy("Those with a tick below")), ("all", gettext_lazy("All of them"))],
        widget=forms.RadioSelect,
        initial="chosen",
    )
    patients = forms.MultipleChoiceField(
        label=gettext_lazy("Patients"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args: Any, surgeons: Surgeons, patients: list[tuple[Any, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _fill(self.fields["to"], surgeons)
        choice: Any = self.fields["patients"]
        choice.choices = [(str(pk), name) for pk, name in patients]

    def clean_day(self) -> date:
        return not_past(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if fields.get("which") == "chosen" and not fields.get("patients") and "patients" not in self.errors:
            self.add_error("patients", _("Tick at least one patient, or choose all of them."))
        return fields


def _fill(field: Any, surgeons: Surgeons) -> None:
    field.choices = [("", "---------"), *((str(pk), name) for pk, name in surgeons)]


def not_past(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_("Choose today or a day to come."), code="past")
    if day > timezone.localdate() + FURTHEST:  # a mistyped year must not end care in another century
        raise forms.ValidationError(_("Choose a day within the next two years."), code="far")
    return day


class JoinForm(forms.Form):
    """The number of the record that stays, and of the one that is joined to it."""

    into = forms.CharField(
        label=gettext_lazy("Record number that stays"),
        max_length=32,
        help_text=gettext_lazy("The account with which the patient goes on to log in."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    other = forms.CharField(
        label=gettext_lazy("Record number that is joined to it"),
        max_length=32,
        help_text=gettext_lazy(
            "Its account is closed. What was answered there stays, and is read with the other."
        ),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know that they are one person"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("For example: seen both on the identity card. No word about health."),
    )
