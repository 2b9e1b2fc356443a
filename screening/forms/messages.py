"""The form with which a patient asks something about a message."""

from __future__ import annotations

import uuid

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 2000


class QuestionForm(forms.Form):
    # `max_length` would let the browser cut off what is pasted, and say nothing.
    text = forms.CharField(
        label=_("Your question"),
        help_text=_("Write it in your own words. Your care team reads it."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please write your question first.")},
    )
    form = forms.CharField(
        widget=forms.HiddenInput, initial=uuid.uuid4, required=False
    )  # by which two clicks are known to be one

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the template writes the form tag and its token

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")  # browsers send two signs for one
        if len(text) > LONGEST:
            raise ValidationError(
                _("Please write %(limit_value)d characters at most."),
                code="max_length",
                params={"limit_value": LONGEST},
            )
        return text
