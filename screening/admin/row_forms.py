"""The forms of a questionnaire's rows: what is typed, where it stands, and what does not fit, said at its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions.forms import Conflict
from screening.admin import together
from screening.admin.help import marked
from screening.admin.order import EXPRESSIONS, parent_name, siblings
from screening.admin.places import address, questionnaire_of
from screening.admin.whole import Whole, used_in_words
from screening.engine.definition import Problem
from screening.engine.expressions import ExpressionError, parse
from screening.models import Calculation, Question, Questionnaire, Threshold

NAMESPACE = (Question, Threshold, Calculation)  # their keys are told apart from each other's too
FIELDS = {  # where a problem is said, by its code; those that name a field of their own are said there
    "key": "key", "twice": "key", "type": "type", "measure": "measure", "bounds": "minimum", "order": "value",
    "category": "category", "level": "level", "modifiable": "modifiable", "number": "value", "whole": "decimals",
    "kind": "kind", "choice": "choices",
}  # fmt: skip
OF_EXPRESSIONS = ("expression", "does_not_fit", "later", "circle", "unknown")


@dataclass(frozen=True)
class Broken:
    """A problem that a change would bring, and where it is said.

    `prefix` is that of the form of the row that has it, None where the row has no form on this page: then `url` and
    `title` lead there.
    """

    problem: Problem
    prefix: str | None = None
    field: str = ""
    url: str = ""
    title: str = ""


def field_for(problem: Problem, form: forms.BaseForm) -> str:
    """The form's field that a problem of its row is about; empty where it is about the whole row."""
    last = problem.where.rpartition(".")[2]
    if last in form.fields:
        return last
    if problem.code in OF_EXPRESSIONS:
        return next((name for name in EXPRESSIONS if name in form.fields), "")
    name = FIELDS.get(problem.code, "")
    if name == "key" and name not in form.fields:
        name = "reason"
    if problem.code == "twice" and form["key" if "key" in form.fields else name].data not in problem.message:
        return ""  # a choice that is there twice
    if name == "minimum" and "value" in form.fields:
        name = "value"
    return name if name in form.fields else ""


def sentences(message: str, text: str, position: int | None) -> list[ValidationError]:
    """What is said at a field: the problem, and the place in the expression where it is known."""
    said = [message]
    if shown := marked(text, position):
        said.append(_("The place is marked: %(text)s") % {"text": shown})
    return [ValidationError(sentence, code="unfit") for sentence in said]


class ExpressionForm(forms.ModelForm):
    """Expressions are read as they are typed; whether they fit the others is checked when all rows are saved."""

    unfit: ClassVar[tuple[Broken, ...]] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in EXPRESSIONS:
            if name in self.fields and (text := cleaned.get(name)):
                self._read(name, text)
        return cleaned

    def _read(self, name: str, text: str) -> None:
        try:
            parse(text)
        except ExpressionError as error:
            self.add_error(name, ValidationError(sentences(error.message, text, error.position)))

    def say(self, broken: Broken) -> None:
        """Say what would not fit at its field, or on top."""
        problem, field = broken.problem, broken.field
        text = str(self.data.get(self.add_prefix(field), "")) if field in EXPRESSIONS else ""
        said = sentences(problem.message, text, problem.position)
        self.add_error(field or None, ValidationError(said))


class PartForm(ExpressionForm):
    """A row inside the form of another: a choice, a source, a rule of a criterion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        position = self.fields["position"]
        position.required = False
        position.label = _("order")
        position.widget.attrs.update({"min": 1, "class": "vPositionField"})
        if self.instance.pk is None:
            position.initial = self.initial["position"] = None

    def clean_position(self) -> int:
        """Without a number it comes last."""
        position: int | None = self.cleaned_data["position"]
        return 10_000 if position is None else position


class RowForm(ExpressionForm):
    """A row with a page of its own. Validate it inside a transaction that holds the questionnaire."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the questionnaire's, as opened
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # the row, as opened
    place = forms.ChoiceField(
        label=gettext_lazy("Where it stands"),
        required=False,
        help_text=gettext_lazy("Choose after which one it comes."),
    )

    parent: ClassVar[Any] = None  # what it belongs to, where that is known already

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[Conflict] = []
        self.parent_name = parent_name(self._meta.model)
        self.questionnaire = self._questionnaire()
        self.whole = Whole.of(self.questionnaire) if self.questionnaire else None
        self.initial["version"] = self.questionnaire.version if self.questionnaire else None
        if self.instance.pk is not None:
            self.initial["seen"] = together.seen_of(self.instance)
        elif self.parent is not None:
            setattr(self.instance, self.parent_name, self.parent)
        self._offer_places()
        if self.parent_name in self.fields and self.parent is not None:
            self.fields[self.parent_name].widget = forms.HiddenInput()
            self.initial[self.parent_name] = self.parent.pk

    def _questionnaire(self) -> Questionnaire | None:
        if self.parent is None:
            return None
        return self.parent if isinstance(self.parent, Questionnaire) else questionnaire_of(self.parent)

    # Where it stands

    def _offer_places(self) -> None:
        field: Any = self.fields["place"]
        if self.parent is None:
            field.choices = [("", _("at the end"))]
            return
        parents = [self.parent] if self.parent_name == "questionnaire" else siblings(self.parent)
        groups = [(str(parent), self._places(parent)) for parent in parents]
        field.choices = groups[0][1] if self.parent_name == "questionnaire" else groups
        field.show_hidden_initial = True
        self.initial["place"] = self._place_now()

    def _places(self, parent: Any) -> list[tuple[str, str]]:
        rows = self._rows(parent)
        first = (f"in-{parent.pk}", _("first of all"))
        return [first, *((f"after-{row.pk}", _("after: %(row)s") % {"row": row}) for row in rows)]

    def _rows(self, parent: Any) -> list[Any]:
        rows = self._meta.model._base_manager.filter(**{self.parent_name: parent})
        return [row for row in rows.order_by("position", "pk") if row.pk != self.instance.pk]

    def _place_now(self) -> str:
        """After whom it stands; for a new one, after the one that was asked for, or the last."""
        if self.instance.pk is None:
            rows = self._rows(self.parent)
            asked = self.initial.get("after", "")
            before = [row for row in rows if str(row.pk) == str(asked)] or rows[-1:]
        else:
            everyone = siblings(self.instance)
            here = [row.pk for row in everyone].index(self.instance.pk)
            before = everyone[max(here - 1, 0) : here]
        return f"after-{before[0].pk}" if before else f"in-{self.parent.pk}"

    def _chosen(self, place: str) -> tuple[Any, int | None]:
        """(parent, the sibling before it or None) of a value of the list."""
        kind, _dash, pk = place.partition("-")
        if kind == "in":
            model: Any = self._meta.model._meta.get_field(self.parent_name).related_model
            return model._base_manager.get(pk=pk), None
        before = self._meta.model._base_manager.get(pk=pk)
        return getattr(before, self.parent_name), before.pk

    @cached_property
    def changed_data(self) -> list[str]:
        """What the author changed; not what the page carries along."""
        return [name for name in super().changed_data if name not in ("version", "seen")]

    # Whether it can be saved

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.before: int | None = None
        self.moves = bool(cleaned.get("place")) and (
            self.instance._state.adding or "place" in self.changed_data
        )
        if self.moves:
            parent, self.before = self._chosen(cleaned["place"])
            setattr(self.instance, self.parent_name, parent)
            if self.parent_name in cleaned:
                cleaned[self.parent_name] = parent
        if self.whole is not None:
            self._check_key(cleaned.get("key", ""))
        if self.instance.pk is not None:
            self._check_seen(cleaned.get("seen", ""))
        for broken in self.unfit:
            self._say_unfit(broken)
        if self.unfit:
            self._say_who_uses_it()
        return cleaned

    def _check_key(self, key: str) -> None:
        model = self._meta.model
        for other in NAMESPACE if model in NAMESPACE else (model,):
            path = "section__questionnaire" if other is Question else "questionnaire"
            if not key or not hasattr(other, "key"):
                return
            rows = other._base_manager.filter(**{path: self.questionnaire, "key": key})
            for row in rows.exclude(pk=self.instance.pk) if other is model else rows:
                said = format_html(
                    _('{} is the key of <a href="{}">{}</a> already. Choose another.'), key, address(row), row
                )
                self.add_error("key", ValidationError(said, code="twice"))
                return

    def _check_seen(self, seen: str) -> None:
        now = together.seen_of(self.instance)
        if seen == now or self.questionnaire is None:
            return
        stored = self._meta.model._base_manager.get(pk=self.instance.pk)
        self.conflicts = list(together.conflicts(self, stored))
        # Whoever saves again has been told, and means it.
        posted: Any = self.data
        self.data = data = posted.copy()
        data[self.add_prefix("seen")] = now
        data[self.add_prefix("version")] = self.questionnaire.version
        raise together.changed_meanwhile(self.questionnaire)

    def _say_unfit(self, broken: Broken) -> None:
        if broken.prefix == "":
            self.say(broken)
        elif broken.prefix is None:
            self.add_error(None, ValidationError(_linked(broken), code="unfit"))
        else:
            self.add_error(None, ValidationError(_("Something below does not fit."), code="unfit"))

    def _say_who_uses_it(self) -> None:
        """Another key would leave those without it that name it."""
        if self.whole is None or "key" not in self.changed_data:
            return
        key = self.initial.get("key", "")
        if used := used_in_words(self.whole.uses.get(key, ()) or self.whole.notice_uses.get(key, ())):
            said = _("%(key)s is %(used)s, listed above. Keep it, or change these first.")
            self.add_error("key", ValidationError(said % {"key": key, "used": used}, code="used"))


def _linked(broken: Broken) -> SafeString:
    return format_html('<a href="{}">{}</a>: {}', broken.url, broken.title, broken.problem.message)


class UnfitFormSet(forms.models.BaseInlineFormSet):
    """Says what would not fit at the rows inside a form."""

    unfit: ClassVar[tuple[Broken, ...]] = ()
    in_table: ClassVar[bool] = False  # where the boxes have no label of their own, only a heading far above

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone: list[str] = []  # rows that somebody else removed meanwhile, by their first text
        if self.is_bound:
            self._make_new_what_is_gone()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if self.in_table:
            for field in form.fields.values():
                if field.widget.is_hidden:
                    continue
                field.widget.attrs["aria-label"] = capfirst(str(field.label))

    def _make_new_what_is_gone(self) -> None:
        """A row that was removed meanwhile is among the new ones: saving the form again brings it back."""
        posted: Any = self.data
        self.data = data = posted.copy()
        name = f"{self.prefix}-INITIAL_FORMS"
        count = int(data[name]) if data.get(name, "").isdigit() else 0
        stored = {str(pk) for pk in self.get_queryset().values_list("pk", flat=True)}
        for index in range(min(count, self.absolute_max) - 1, -1, -1):
            pk = data.get(f"{self.prefix}-{index}-id", "")
            if pk and pk not in stored:
                count -= 1
                _swap(data, f"{self.prefix}-{index}-", f"{self.prefix}-{count}-")
                data[f"{self.prefix}-{count}-id"] = ""
                self.gone.append(data.get(f"{self.prefix}-{count}-{self.names[0]}", ""))
        data[name] = str(count)

    @property
    def names(self) -> list[str]:
        """Of the fields that people fill in."""
        return [name for name in self.form.base_fields if name not in ("id", self.fk.name)]

    def clean(self) -> None:
        super().clean()
        for broken in self.unfit:
            for form in self.forms:
                if form.prefix == broken.prefix and isinstance(form, ExpressionForm) and form.is_bound:
                    form.say(broken)


def _swap(data: Any, one: str, other: str) -> None:
    """Let two numbered forms change places."""
    if one == other:
        return
    found = {name: data[name] for name in list(data) if name.startswith((one, other))}
    for name in found:
        del data[name]
    for name, value in found.items():
        there = other + name.removeprefix(one) if name.startswith(one) else one + name.removeprefix(other)
        data[there] = value
