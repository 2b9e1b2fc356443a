"""What the list shows: the choices that stand in its address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from screening.models import Case
from screening.worklist import ANY, AWAITING, Chosen

STATES = [(state, capfirst(label)) for state, label in Case.State.choices]
CATEGORIES = [
    ("", _("All")),
    ("urgent", _("Urgent answers")),
    ("absolute", _("Absolute criterion reported")),
    ("possible", _("Could be an absolute criterion")),
    ("relative", _("Relative criteria reported")),
    ("clarify", _("To clarify")),
    ("none", _("Nothing reported")),
    ("stored", _("Not assessed")),
]


class FilterForm(forms.Form):
    """What does not fit is named, and left out of the choice."""

    search = forms.CharField(label=_("Name or record number"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(AWAITING, _("Awaiting a decision")), *STATES, (ANY, _("All"))],
        required=False,
    )
    category = forms.ChoiceField(label=_("Reported"), choices=CATEGORIES, required=False)

    def __init__(self, *args: Any, criteria: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"] = forms.ChoiceField(
            label=_("Criterion"), choices=[("", _("All")), *criteria], required=False
        )
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control" if name == "search" else "form-select"

    def chosen(self) -> Chosen:
        self.is_valid()
        return Chosen(**self.cleaned_data)
