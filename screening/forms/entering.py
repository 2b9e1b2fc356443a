"""The forms with which staff begin to enter answers for a patient."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from screening.models import QuestionnaireEdition
from screening.models.answers import Entered


class FindForm(forms.Form):
    """Two marks of a patient, so that a slip of one digit finds nobody else."""

    record_number = forms.CharField(
        label=_("Record number"), max_length=64, widget=forms.TextInput({"autocomplete": "off"})
    )
    born = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class HowForm(forms.Form):
    how = forms.ChoiceField(
        label=_("How did you get the answers?"),
        choices=[(value, capfirst(label)) for value, label in Entered.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    questionnaire = forms.ChoiceField(label=_("Questionnaire"), required=False)

    def __init__(self, *args: Any, editions: list[QuestionnaireEdition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {edition.questionnaire.key: edition for edition in editions}
        choice: Any = self.fields["questionnaire"]
        choice.choices = [(key, edition.questionnaire.title) for key, edition in self.editions.items()]
        if len(editions) == 1:
            del self.fields["questionnaire"]

    def clean(self) -> dict[str, Any]:
        if not self.editions:
            raise forms.ValidationError(_("No questionnaire is published now."), code="closed")
        return super().clean() or self.cleaned_data

    @property
    def edition(self) -> QuestionnaireEdition:
        key = self.cleaned_data.get("questionnaire") or next(iter(self.editions))
        return self.editions[key]
