"""The form with which a patient begins a correction."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 500


class AmendForm(forms.Form):
    reason = forms.CharField(
        label=_("What do you want to correct?"),
        help_text=_("One sentence is enough. Your surgeon reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Please say in one sentence what you want to correct."),
            "max_length": _("Please write %(limit_value)d characters at most."),
        },
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the template writes the form tag and its token
