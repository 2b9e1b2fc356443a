"""The form that says what came of a call or a letter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from screening.models import CallNote


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=CallNote.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the team. What was agreed, or when to try again."),
    )
