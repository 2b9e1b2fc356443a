"""The form in which a message to a patient is written."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from screening.casefile.page import CaseFile
from screening.forms.review import LONGEST_TEST, LONGEST_TEXT, decided_on, lines
from screening.host import Reading
from screening.models import Message


class MessageForm(forms.Form):
    """What the patient is told: the words, tests advised, and what to read. Nothing is sent that was not ticked."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)  # names the message, so that two clicks send one
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    read = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    newest = forms.UUIDField(required=False, widget=forms.HiddenInput)  # message that was there
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)  # the question
    language = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("The patient reads this in the portal, with your name. Short words and sentences help."),
        error_messages={"required": _("Write to the patient, or go back to the case.")},
    )
    tests = forms.CharField(
        label=_("Tests that may help"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In plain words, one a line. They stand as a list below your message."),
    )
    reading = forms.MultipleChoiceField(
        label=_("To read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what you tick is sent."),
        error_messages={"invalid_choice": _("Something that you chose to read is not there any more.")},
    )

    def __init__(self, *args: Any, reading: Iterable[Reading] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(reading)

    def offer(self, reading: Iterable[Reading]) -> None:
        """What can be ticked, in this order."""
        self.offered = {each.key: each for each in reading}
        choices = [(each.key, each.title) for each in self.offered.values()]
        self.fields["reading"].choices = choices  # type: ignore[attr-defined]

    @property
    def written_in(self) -> str:
        """The language of the words. Empty where the field holds none that has a name."""
        code = str(self["language"].value() or "")
        try:
            return code if get_language_info(code) else ""
        except KeyError:
            return ""

    def clean_language(self) -> str:
        return self.written_in

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def clean_tests(self) -> list[str]:
        tests = lines(self.cleaned_data["tests"])
        if any(len(test) > LONGEST_TEST for test in tests):
            raise ValidationError(_("A test needs a name of at most 200 characters."), code="too_long")
        return tests

    @property
    def chosen(self) -> list[Reading]:
        """What is ticked, sent or not."""
        return [self.offered[key] for key in self["reading"].value() or [] if key in self.offered]

    def renewed(self, file: CaseFile) -> MessageForm:
        """The same words, to be released on the case as it is now: as a message of their own."""
        typed: Any = copy(self.data)
        typed["attempt"] = str(uuid.uuid4())
        for name, value in written_on(file).items():
            typed[name] = str(value or "")
        return MessageForm(typed, reading=self.offered.values())


def written_on(file: CaseFile) -> dict[str, Any]:
    """Which state of things the page shows: what the form sends back unseen."""
    return {**decided_on(file.case), "newest": newest(file)}


def newest(file: CaseFile) -> uuid.UUID | None:
    """The latest message to the patient on this case."""
    own: Iterable[Message] = (told.message for told in file.letters.told)
    return next((message.pk for message in own if message.case_id == file.case.pk), None)
