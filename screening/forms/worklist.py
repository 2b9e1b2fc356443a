"""What the list shows: the choices that stand in its address, and the views of it that a surgeon keeps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from screening.host import host
from screening.models import Case, SavedView
from screening.places import ANY, AWAITING, MINE, NOBODYS, PRACTICE, Chosen

SEE_PRACTICE = "screening.review_practice"
MOST_VIEWS = 30
LONGEST_QUERY = 500  # characters, of which a letter that is not ASCII takes six or more

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
URGENCIES = [
    ("", _("All")),
    ("unacknowledged", _("Acknowledged by nobody")),
    ("now", _("Now")),
    ("same_day", _("The same day")),
    ("none", _("Not urgent")),
]
WAITING = [
    ("", _("All")),
    ("overdue", _("Longer than we aim for")),
    ("day", _("Longer than a day")),
    ("week", _("Longer than a week")),
]
NEWS = [
    ("", _("All")),
    ("new", _("New, not opened yet")),
    ("changed", _("Changed since it was last opened")),
    ("back", _("Came back: the day to ask again has come")),
]
ANSWERS = [
    ("", _("All")),
    ("30", _("Older than 30 days")),
    ("90", _("Older than 90 days")),
    ("stale", _("Too old for their questionnaire")),
]
# The ones that everybody has, by the query of their address.
VIEWS = [
    ("", _("All who wait")),
    ("category=urgent", _("Needs me now")),
    ("waiting=overdue", _("Overdue")),
    ("news=back", _("Came back")),
    ("state=needs_tests", _("Waiting for tests")),
    ("state=all&question=on", _("Questions from patients")),
    ("assigned=nobody", _("Unassigned")),
]


class FilterForm(forms.Form):
    """What does not fit is named, and left out of the choice."""

    search = forms.CharField(label=_("Name, record number or date of birth"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(AWAITING, _("Awaiting a decision")), *STATES, (ANY, _("All"))],
        required=False,
    )
    category = forms.ChoiceField(label=_("Reported"), choices=CATEGORIES, required=False)
    urgency = forms.ChoiceField(label=_("Urgent"), choices=URGENCIES, required=False)
    waiting = forms.ChoiceField(label=_("Waiting"), choices=WAITING, required=False)
    news = forms.ChoiceField(label=_("What is new"), choices=NEWS, required=False)
    answers = forms.ChoiceField(label=_("Age of the answers"), choices=ANSWERS, required=False)
    question = forms.BooleanField(label=_("With a question that nobody has read"), required=False)

    FRONT = ("search", "assigned")

    def __init__(self, *args: Any, user: Any, criteria: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"] = forms.ChoiceField(
            label=_("Criterion"), choices=[("", _("All")), *criteria], required=False
        )
        if whose := assigned_choices(user):
            self.fields["assigned"] = forms.ChoiceField(label=_("Whose"), choices=whose, required=False)
        behind = ("state", "category", "criterion", "urgency", "waiting", "news", "answers", "question")
        self.order_fields([*self.FRONT, *behind])
        for name, field in self.fields.items():
            field.error_messages["invalid_choice"] = _("“%(value)s” is none of these, and was left out.")
            plain = "form-control" if name == "search" else "form-select"
            field.widget.attrs["class"] = "form-check-input" if name == "question" else plain

    def front(self) -> list[Any]:
        return [self[name] for name in self.FRONT if name in self.fields]

    def more(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in (*self.FRONT, "question")]

    def more_is_chosen(self) -> bool:
        """Whether something stands in the fields that are folded away, a mistake too."""
        return any(self[name].errors or self[name].data for name in self.fields if name not in self.FRONT)

    def chosen(self) -> Chosen:
        self.is_valid()
        return Chosen(**self.cleaned_data)

    def query(self) -> str:
        """What was chosen and fits, as it stands in an address."""
        self.is_valid()
        chosen = {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
        return urlencode({name: "on" if value is True else value for name, value in chosen.items()})


def assigned_choices(user: Any) -> list[tuple[str, Any]]:
    """Whose patients this user can ask for. None to choose from where the host knows no care."""
    if not host().knows_care:
        return []
    whose = [("", _("Mine and unassigned")), (MINE, _("In my care")), (NOBODYS, _("Unassigned"))]
    if not user.has_perm(SEE_PRACTICE):
        return whose
    colleagues = [(str(pk), name) for pk, name in host().colleagues(user) if pk != user.pk]
    return [*whose, (PRACTICE, _("The whole practice")), *colleagues]


class ViewForm(forms.ModelForm):
    """A name for what the list shows. `filters` is the form with the query; what does not fit is left out."""

    class Meta:
        model = SavedView
        fields = ("name",)

    def __init__(self, *args: Any, owner: Any, filters: FilterForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.owner, self.instance.query = owner, filters.query()
        self.fields["name"].widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any] | None:
        if len(self.instance.query) > LONGEST_QUERY:
            raise forms.ValidationError(
                _("What the list shows is too long to be kept: search for fewer letters."), code="long"
            )
        own = SavedView.objects.filter(owner=self.instance.owner)
        if own.count() >= MOST_VIEWS:
            raise forms.ValidationError(
                _("You keep %(most)s views already. Remove one first."),
                params={"most": MOST_VIEWS},
                code="most",
            )
        if own.filter(name=self.cleaned_data.get("name", "")).exists():
            self.name_is_taken()
        return super().clean()

    def name_is_taken(self) -> None:
        self.add_error("name", _("You keep a view of this name already. Choose another name."))


def query_of(text: str, user: Any, criteria: list[tuple[str, str]]) -> FilterForm:
    """The form that a query of the list's address stands for."""
    try:
        data = QueryDict(text)
    except (ValueError, UnicodeDecodeError):
        data = QueryDict()
    return FilterForm(data, user=user, criteria=criteria)
