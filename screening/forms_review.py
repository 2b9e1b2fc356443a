"""The forms of reviewers: what the list shows, and what they decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from screening.models import Case

LONGEST_TEXT = 4_000
LATEST_RESCREEN = timedelta(days=5 * 366)  # a mistyped year must not put a patient out of sight

STATES = [(state, capfirst(label)) for state, label in Case.State.choices]
# What has to be said in words, and how we ask for it.
UNEXPLAINED = {
    Case.State.NEEDS_TESTS: _("Say which tests, in the note or in the message."),
    Case.State.OPTIMISE: _("Say what to optimise, in the note or in the message."),
    Case.State.NOT_NOW: _("Say why not now, in the note or in the message."),
}


class AlertNoteForm(forms.Form):
    """What came of an alert, in a few words."""

    text = forms.CharField(
        label=_("What did you find, and what comes next?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example: spoke to her, her son is with her, they go to the emergency department now."
        ),
        error_messages={"required": _("Write a few words, or leave this page as it is.")},
    )


class DecisionForm(forms.Form):
    """What a surgeon concludes from the version of the case that they see."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("Your decision"),
        choices=[choice for choice in STATES if choice[0] not in Case.AWAITING],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    rescreen_on = forms.DateField(
        label=_("Ask again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On this day the patient comes back to the list. Needed for “optimise first”."),
    )
    note = forms.CharField(
        label=_("Note for staff"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Which tests, what to optimise, why. The patient is not shown this."),
    )
    message = forms.CharField(
        label=_("Message to the patient"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "The patient reads this in the portal, with your name. An e-mail says only that something is new."
        ),
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the template writes the form tag and its token

    def clean_rescreen_on(self) -> date | None:
        day: date | None = self.cleaned_data["rescreen_on"]
        today = timezone.localdate()
        if day and day <= today:
            raise ValidationError(_("Give a day after today."), code="past")
        if day and day > today + LATEST_RESCREEN:
            raise ValidationError(_("Give a day within the next five years."), code="far")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        state, day = cleaned.get("state"), cleaned.get("rescreen_on")
        if state == Case.State.OPTIMISE and not day and "rescreen_on" not in self.errors:
            self.add_error(
                "rescreen_on", ValidationError(_("Give the day to ask again."), code="date_needed")
            )
        if state == Case.State.CLOSED and day:
            self.add_error(
                "rescreen_on",
                ValidationError(_("A closed case does not come back: leave this empty."), code="closed"),
            )
        if state in UNEXPLAINED and not any(
            cleaned.get(name) or name in self.errors for name in ("note", "message")
        ):
            self.add_error("note", ValidationError(UNEXPLAINED[state], code="explanation_needed"))
        return cleaned

    def renewed(self, version: int) -> DecisionForm:
        """The same words, to be decided again on another version of the case."""
        typed = {name: self.data[name] for name in self.data}
        return DecisionForm(typed | {"version": str(version)})
