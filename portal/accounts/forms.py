"""What surgeons choose when they are away, or when patients pass to a colleague."""

from __future__ import annotations

from datetime import date
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


class _Colleagues(forms.Form):
    """`surgeons` are (id, name), the user first. Who may see the whole practice chooses for others too."""

    def __init__(
        self, *args: Any, surgeons: list[tuple[Any, str]], user: Any, every: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        away: Any = self.fields["away"]
        away.choices = [(str(pk), name) for pk, name in surgeons if every or pk == user.pk]
        if not every:
            away.widget = forms.HiddenInput()
        away.initial = str(user.pk)
        to: Any = self.fields["to"]
        to.choices = [
            ("", "---------"),
            *((str(pk), name) for pk, name in surgeons if every or pk != user.pk),
        ]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if fields.get("to") and fields["to"] == fields.get("away"):
            self.add_error("to", _("Choose somebody else."))
        return fields


class CoverForm(_Colleagues):
    away = forms.ChoiceField(label=gettext_lazy("Who is away"))
    to = forms.ChoiceField(
        label=gettext_lazy("Who stands in"), error_messages={"required": gettext_lazy("Choose a colleague.")}
    )
    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))

    def clean_first(self) -> date:
        return not_past(self.cleaned_data["first"])

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        first, last = fields.get("first"), fields.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one."))
        elif first and last and last - first > LONGEST:
            self.add_error("last", _("For more than three months, hand the patients over instead."))
        return fields


class HandOverForm(_Colleagues):
    """All patients of the surgeon, or those with a tick."""

    away = forms.ChoiceField(label=gettext_lazy("Whose patients"))
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

    def __init__(self, *args: Any, patients: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["patients"]
        choice.choices = [(str(pk), name) for pk, name in patients]

    def clean_day(self) -> date:
        return not_past(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        if fields.get("which") == "chosen" and not fields.get("patients") and "patients" not in self.errors:
            self.add_error("patients", _("Tick at least one patient, or choose all of them."))
        return fields


def not_past(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_("Choose today or a day to come."), code="past")
    return day
