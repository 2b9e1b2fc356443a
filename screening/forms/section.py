"""The pages of a questionnaire as forms. They show and collect; the engine says what an answer may be."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import render_field
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from screening.answering import Seen
from screening.engine.answers import dumps, loads, shown_in
from screening.engine.definition import Definition, Question, Section
from screening.engine.evaluation import round_half_away
from screening.forms.widgets import DateParts, Part, Parts

# measure -> unit system -> the boxes to type in. The first system is that of the stored unit.
UNITS: dict[str, dict[str, tuple[str, ...]]] = {
    "length": {"metric": ("cm",), "imperial": ("ft", "in")},
    "weight": {"metric": ("kg",), "imperial": ("lb",), "uk": ("st", "lb")},
    "hba1c": {"metric": ("%",), "uk": ("mmol/mol",)},
}

# What a page of questions sends beside its answers.
FRAME = ("csrfmiddlewaretoken", "sender", "return", "edition", "seen", "revisions", "leave", "units")


def units_for(system: str, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """The unit system of each measure: chosen on a page, or preferred, or that of the stored unit."""
    wanted = {"length": "imperial" if system == "uk" else system, "weight": system, "hba1c": system}
    wanted |= chosen or {}
    return {
        measure: wanted[measure] if wanted[measure] in systems else "metric"
        for measure, systems in UNITS.items()
    }


def unit_names() -> dict[str, str]:
    return {
        "cm": _("Centimeters"),
        "ft": _("Feet"),
        "in": _("Inches"),
        "kg": _("Kilograms"),
        "lb": _("Pounds"),
        "st": _("Stones"),
        "%": _("Percent (%)"),
        "mmol/mol": _("mmol/mol"),
    }


def switches() -> dict[str, dict[str, str]]:
    """What the buttons say that change the unit."""
    return {
        "length": {"metric": _("Use centimeters"), "imperial": _("Use feet and inches")},
        "weight": {
            "metric": _("Use kilograms"),
            "imperial": _("Use pounds"),
            "uk": _("Use stones and pounds"),
        },
        "hba1c": {"metric": _("Use percent (%)"), "uk": _("Use mmol/mol")},
    }


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Value and text, as the form offers them."""
    if question.choices:
        return [(choice.value, choice.text) for choice in question.choices]
    return [("yes", _("Yes")), ("no", _("No")), ("not_sure", _("Not sure"))]


def _widget(question: Question, units: Mapping[str, str]) -> forms.Widget:
    if question.type in ("yes_no", "choice", "scale"):
        return forms.RadioSelect(choices=choices_of(question))
    if question.type == "several":
        return forms.CheckboxSelectMultiple(choices=choices_of(question))
    if question.type in ("date", "month"):
        return DateParts(day=question.type == "date")
    if question.type == "text":
        return forms.Textarea(attrs={"rows": 6})
    if question.measure:
        boxes = UNITS[question.measure][units[question.measure]]
        mode = "decimal" if units[question.measure] == "metric" or len(boxes) == 1 else "numeric"
        return Parts(tuple(Part(box, unit_names()[box], width=6, inputmode=mode) for box in boxes))
    mode = "numeric" if question.decimals == 0 else "decimal"
    if question.minimum is not None and question.minimum < 0:
        mode = "text"  # the number pads of phones have no minus sign
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "size": 8})


def _help(question: Question) -> str:
    lines = [question.help] if question.help else []
    if question.type == "several":
        lines.append(_("Choose all that fit."))
    if question.type == "text" and question.max_length:
        letters = ngettext("Up to %(number)s character.", "Up to %(number)s characters.", question.max_length)
        lines.append(letters % {"number": f"{question.max_length:,}"})
    if question.optional:
        lines.append(_("You can leave this blank."))
    return escape(" ".join(lines))


def _parts(measure: str, system: str, value: Decimal) -> dict[str, str]:
    """A stored number in the boxes of a unit system, without zeros at its end."""
    parts = shown_in(measure, system, value)
    if (measure, system) == ("hba1c", "uk"):
        parts = {"mmol/mol": round_half_away((value - Decimal("2.15")) / Decimal("0.0915"), 1)}
    return {key: f"{part.normalize():f}" for key, part in parts.items()}


class Answer(forms.Field):
    """Shows what is stored, also after it was sent; as it was typed only where it could not be stored."""

    as_typed = False

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if self.as_typed else initial


class Asked(LayoutObject):
    """A question in its place: shown or hidden, with why we ask, and with what another window answered."""

    def __init__(self, question: Question, credit: str) -> None:
        self.fields = [question.key]
        self.question, self.credit = question, credit

    def render(self, form: SectionForm, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        question = self.question
        systems = UNITS.get(question.measure, {})
        with override(form.definition.shown_in):  # the frame of a question in the question's own language
            return self._rendered(form, question, systems, context, template_pack)

    def _rendered(
        self, form: SectionForm, question: Question, systems: Any, context: Any, template_pack: Any
    ) -> str:
        return render_to_string(
            "screening/includes/question.html",
            {
                "question": question,
                "language": form.definition.shown_in,
                "field": render_field(question.key, form, context, template_pack=template_pack),
                "shown": question.key in form.shown,
                "conflict": form.conflicts.get(question.key),
                "credit": self.credit,
                "switches": [
                    (f"{question.measure}:{system}", switches()[question.measure][system])
                    for system in systems
                    if system != form.units[question.measure]
                ],
            },
        )


class SectionForm(forms.Form):
    """One page. Subclasses, made by `form_class`, hold the fields of one section of one edition."""

    definition: Definition
    section: Section
    units: Mapping[str, str]
    helper: FormHelper

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        answers: Mapping[str, Any],
        shown: Collection[str],
        revisions: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(data, use_required_attribute=False)
        self.conflicts: dict[str, str] = {}
        self.show(answers, shown, revisions or {})

    def show(self, answers: Mapping[str, Any], shown: Collection[str], revisions: Mapping[str, int]) -> None:
        """Fill the boxes with these answers."""
        self.answers, self.shown, self.revisions = answers, shown, revisions
        self.initial = {
            question.key: self.typed(question, answers.get(question.key))
            for question in self.section.questions
        }

    def refuse(self, key: str, message: str) -> None:
        """Leave what was typed in its box, with the reason why it was not stored."""
        self._leave_as_typed(key)
        self.add_error(key, message)

    def typed(self, question: Question, value: Any) -> Any:
        """A stored answer, as it stands in the boxes."""
        if value is None:
            return ""
        if question.measure:
            return _parts(question.measure, self.units[question.measure], value)
        return f"{value:f}" if isinstance(value, Decimal) else value

    def dispute(self, key: str, stored: str) -> None:
        """Show both: what was typed in its box, and beside it what another window has stored, in words."""
        self._leave_as_typed(key)
        self.conflicts[key] = stored

    def _leave_as_typed(self, key: str) -> None:
        field = self.fields[key]
        if isinstance(field, Answer):
            field.as_typed = True

    def given(self) -> dict[str, Any]:
        """What was typed, by question. Questions that the page did not send are left out."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, name)
            for name, field in self.fields.items()
            if not field.widget.value_omitted_from_data(self.data, self.files, name)
        }

    def strangers(self) -> int:
        """How many fields were sent that neither this page nor its frame has. Nobody reads them."""
        own = {*FRAME, *self.fields}
        for name, field in self.fields.items():
            if isinstance(field.widget, Parts):
                own |= {field.widget.name(name, part) for part in field.widget.parts}
        return len(self.data.keys() - own)

    def seen(self) -> dict[str, Seen]:
        """What the page that sends this knew; nothing where it does not say, or not in our words."""
        try:
            values, revisions = loads(self.data.get("seen", "")), json.loads(self.data.get("revisions", ""))
            return {key: Seen(revisions.get(key, 0), values.get(key), known=True) for key in self.fields}
        except (ValueError, AttributeError, RecursionError):
            return {}

    @property
    def hidden(self) -> dict[str, str]:
        """What the page must know of the stored answers when it sends its own."""
        keys = [question.key for question in self.section.questions]
        return {
            "seen": dumps({key: self.answers[key] for key in keys if key in self.answers}),
            "revisions": json.dumps({key: self.revisions[key] for key in keys if key in self.revisions}),
        }

    def error_links(self) -> list[tuple[str, str, str]]:
        """For the error summary: the id to go to, the question, the message."""
        return [
            (self.first_id(name), str(self[name].label), str(message))
            for name, messages in self.errors.items()
            for message in messages
        ]

    def conflict_links(self) -> list[tuple[str, str]]:
        return [(f"conflict-{name}", str(self[name].label)) for name in self.conflicts]

    def first_id(self, name: str) -> str:
        """The id of the first thing in the question that takes the focus."""
        widget, auto_id = self.fields[name].widget, self[name].auto_id
        if isinstance(widget, Parts):
            return widget.id_for_label(auto_id, index=0)
        return f"{auto_id}_0" if isinstance(widget, forms.RadioSelect) else auto_id


_classes: dict[tuple[Any, ...], type[SectionForm]] = {}


def form_class(
    digest: str, definition: Definition, section: Section, units: Mapping[str, str]
) -> type[SectionForm]:
    """The form of a section, built once a process for each edition, unit system and language of the questions."""
    key = (digest, section.key, tuple(units.items()), definition.shown_in)
    if key not in _classes:
        with override(definition.shown_in):
            _classes[key] = _build(definition, section, dict(units))
    return _classes[key]


def _build(definition: Definition, section: Section, units: dict[str, str]) -> type[SectionForm]:
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    helper.layout = Layout(*(Asked(question, credit) for question, credit in with_credits(section)))
    fields = {
        question.key: Answer(
            label=_label(question), help_text=_help(question), required=False, widget=_widget(question, units)
        )
        for question in section.questions
    }
    members = {"definition": definition, "section": section, "units": units, "helper": helper}
    return type(f"{section.key.title()}Form", (SectionForm,), {**fields, **members})


def _label(question: Question) -> str:
    return f"{question.text} ({question.unit})" if question.unit and not question.measure else question.text


def with_credits(section: Section) -> list[tuple[Question, str]]:
    """Each question with the credit line to print below it: once, below the last of a group."""
    following = [*section.questions[1:], None]
    return [
        (question, question.credit if after is None or after.credit != question.credit else "")
        for question, after in zip(section.questions, following, strict=True)
    ]
