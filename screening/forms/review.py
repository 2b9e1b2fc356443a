"""The forms of reviewers: what the list shows, and what they decide."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from copy import copy
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screening.models import Case

LONGEST_TEXT = 4_000
LONGEST_TEST = 200
LATEST_RESCREEN = timedelta(days=5 * 366)  # a mistyped year must not put a patient out of sight

STATES = [(state, capfirst(label)) for state, label in Case.State.choices]
# For each decision: the field that it needs beside a date, and what we say where it is empty.
NEEDED: dict[str, tuple[str, Any]] = {
    Case.State.NEEDS_TESTS: ("tests", _("Choose the tests, or write which.")),
    Case.State.OPTIMISE: ("plan", _("Say what to optimise, and how.")),
    Case.State.DISCUSS: ("plan", _("Say what comes next.")),
    Case.State.NOT_NOW: ("reason", _("Say why not now.")),
    Case.State.CLOSED: ("reason", _("Say why the case is closed.")),
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


class TestsField(forms.MultipleChoiceField):
    """Ticked suggestions. What was suggested yesterday is still a test today, so any words are accepted."""

    def valid_value(self, value: str) -> bool:
        return 0 < len(value) <= LONGEST_TEST and "\x00" not in value


class DecisionForm(forms.Form):
    """What a surgeon concludes from the version of the case that they see. Each decision needs what it needs."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    read = forms.UUIDField(required=False, widget=forms.HiddenInput)  # the submission that was on the page
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)  # when the page was made
    replaces = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )  # the decision that was wrong
    wrong_because = forms.CharField(
        label=_("What was wrong with the earlier decision?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For staff. The earlier decision stays readable, with this reason beside it."),
    )
    state = forms.ChoiceField(
        label=_("Your decision"),
        choices=[choice for choice in STATES if choice[0] not in Case.AWAITING],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    tests = TestsField(
        label=_("Which tests?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The usual next steps of what was found. Needed for “needs tests”, here or below."),
        error_messages={"invalid_choice": _("A test needs a name of at most 200 characters.")},
    )
    other_tests = forms.CharField(
        label=_("Other tests"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line."),
    )
    plan = forms.CharField(
        label=_("Plan: what comes next?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For staff. Needed for “optimise first” and “discuss surgery”."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For staff. Needed for “not now” and “closed”."),
    )
    ask_again = forms.ChoiceField(
        label=_("Ask the patient again"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("On this day the case comes back to the list. Needed for “optimise first”."),
    )
    rescreen_on = forms.DateField(
        label=_("On another day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("Note for staff"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Whatever else colleagues should know. The patient is not shown this."),
    )

    def __init__(self, *args: Any, suggested: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask_again"].choices = soon(timezone.localdate())  # type: ignore[attr-defined]
        self.suggest(suggested)

    def suggest(self, tests: Iterable[str]) -> None:
        """Offer these tests, and whatever else is ticked already."""
        ticked = self["tests"].value() or []
        names = dict.fromkeys([*tests, *(each for each in ticked if each)])
        self.fields["tests"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean_other_tests(self) -> str:
        typed: str = self.cleaned_data["other_tests"]
        if any(len(line) > LONGEST_TEST for line in lines(typed)):
            raise ValidationError(_("A test needs a name of at most 200 characters."), code="too_long")
        return typed

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
        cleaned["all_tests"] = list(
            dict.fromkeys([*cleaned.get("tests", ()), *lines(cleaned.get("other_tests", ""))])
        )
        self._set_day(cleaned)
        self._refuse_what_is_missing(cleaned)
        if cleaned.get("replaces") and not cleaned.get("wrong_because"):
            self._need("wrong_because", _("Say what was wrong with it."), "reason_needed")
        return cleaned

    def _set_day(self, cleaned: dict[str, Any]) -> None:
        """The day from the quick choice, where one was chosen."""
        chosen, day = cleaned.get("ask_again"), cleaned.get("rescreen_on")
        quick = days(timezone.localdate()).get(chosen or "")
        if quick and day and day != quick:
            self._need("rescreen_on", _("Choose one of the two: a day above, or this one."), "two_days")
        cleaned["day"] = quick or day

    def _refuse_what_is_missing(self, cleaned: dict[str, Any]) -> None:
        state, day = cleaned.get("state"), cleaned["day"]
        name, words = NEEDED.get(state or "", ("", ""))
        given = cleaned["all_tests"] if name == "tests" else cleaned.get(name)
        if name and not given and "other_tests" not in self.errors:
            self._need(name, words, f"{name}_needed")
        if state == Case.State.OPTIMISE and not day and "ask_again" not in self.errors:
            self._need("rescreen_on", _("Give the day to ask again."), "date_needed")
        if state == Case.State.CLOSED and day:
            self._need("rescreen_on", _("A closed case does not come back: choose no day."), "closed")

    def _need(self, name: str, words: Any, code: str) -> None:
        if name not in self.errors:
            self.add_error(name, ValidationError(words, code=code))

    def decision(self) -> dict[str, Any]:
        """What `deciding.decide` takes."""
        given = self.cleaned_data
        replaces = given["replaces"]
        return {
            **{name: given[name] for name in ("version", "state", "reason", "plan", "note")},
            "tests": given["all_tests"],
            "rescreen_on": given["day"],
            "supersedes": replaces,
            "wrong_because": given["wrong_because"] if replaces else "",
        }

    def renewed(self, case: Case, standing: int | None) -> DecisionForm:
        """The same words, to be decided again on the case as it is now, on which the decision `standing` counts.

        One that does not count any more cannot be replaced: why it was wrong goes to the note then.
        """
        typed: Any = copy(self.data)
        given = self.cleaned_data
        for name, value in decided_on(case).items():
            typed[name] = str(value or "")
        if given["replaces"] and given["replaces"] != standing:
            typed["replaces"] = typed["wrong_because"] = ""
            typed["note"] = "\n".join(filter(None, [given["note"], given["wrong_because"]]))
        return DecisionForm(typed)


def lines(typed: str) -> list[str]:
    """What was written on each line, without the empty ones."""
    return [line.strip() for line in typed.splitlines() if line.strip()]


def decided_on(case: Case) -> dict[str, Any]:
    """Which state of things the page shows: what the form sends back unseen."""
    return {
        "version": case.version,
        "read": case.submission_id,
        "seen_at": timezone.localtime().isoformat(timespec="seconds"),
    }


def days(today: date) -> dict[str, date]:
    """The quick choices."""
    return {"6_weeks": today + timedelta(weeks=6), "3_months": in_months(today, 3)}


def in_months(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def soon(today: date) -> list[tuple[str, str]]:
    words = {"6_weeks": _("In 6 weeks"), "3_months": _("In 3 months")}
    choices = [(key, f"{words[key]} ({date_format(day)})") for key, day in days(today).items()]
    return [*choices, ("", gettext("On the day below, or on no day"))]
