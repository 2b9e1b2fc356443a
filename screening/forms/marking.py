"""The form with which a surgeon marks a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screening.models import InvestigationResult, Mark

LONGEST_TEXT = 2_000
Says = Mark.Says
# What has to be said in words, and how we ask for it.
UNEXPLAINED = {
    Says.NOT_CONFIRMED: _("Say why it is not confirmed."),
    Says.NEEDS_TEST: _("Say which test."),
    Says.RESOLVED: _("Say what settles it, or choose a result."),
}
BASED_ON_RESULTS = (Says.CONFIRMED, Says.NOT_CONFIRMED, Says.RESOLVED)


class MarkForm(forms.Form):
    """What a surgeon says of one finding, on the version of the case that they see.

    `results` are the entered results that it can be based on, `marked` whether there is a mark to take back.
    """

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    says = forms.ChoiceField(
        label=_("This finding is"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you say of it.")},
    )
    text = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Not confirmed: why. Needs a test: which. Resolved: what settles it. For staff only."),
    )
    result = forms.TypedChoiceField(label=_("Result that it is based on"), required=False, coerce=int)

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the template writes the form tag and its token

    def __init__(
        self,
        data: Any = None,
        *,
        criterion: str,
        results: Iterable[InvestigationResult],
        marked: bool,
        **options: Any,
    ) -> None:
        # Several of these stand on one page.
        super().__init__(data, auto_id=f"mark-{criterion}-%s", **options)
        choices = [(value, capfirst(label)) for value, label in Says.choices if marked or value != Says.OPEN]
        self.fields["says"].choices = choices  # type: ignore[attr-defined]
        entered = [(row.pk, result_in_words(row)) for row in results]
        if entered:
            self.fields["result"].choices = [("", _("None of those entered")), *entered]  # type: ignore[attr-defined]
        else:
            del self.fields["result"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        says, result = cleaned.get("says"), cleaned.get("result") or None
        if result and says not in BASED_ON_RESULTS and says:
            self.add_error(
                "result",
                ValidationError(_("Choose none here: this needs no result."), code="result_not_needed"),
            )
        if says in UNEXPLAINED and not (cleaned.get("text") or (says == Says.RESOLVED and result)):
            self.add_error("text", ValidationError(UNEXPLAINED[Says(says)], code="explanation_needed"))
        return {**cleaned, "result": result}


def result_in_words(result: InvestigationResult) -> str:
    """T-score −1.2, 3 November 2026, letter of the clinic."""
    value = f"{result.label} {result.value} {result.unit}".strip()
    day = date_format(result.measured_on, "DATE_FORMAT")
    words = {"value": value, "day": day, "source": result.source}
    return gettext("%(value)s, %(day)s, %(source)s") % words
