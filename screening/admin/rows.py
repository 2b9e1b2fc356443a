"""The rows of a questionnaire, each with a form of its own, checked as they are saved.

Saving any row saves the draft under the author's name, so an approval that was given or asked for falls, and whoever
wrote cannot approve.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions import publishing
from screening.admin.places import address, questionnaire_of
from screening.engine.definition import Problem, problems, read
from screening.engine.expressions import ExpressionError, parse
from screening.engine.wording import in_words
from screening.models import (
    Calculation,
    Choice,
    Criterion,
    Extra,
    Notice,
    Question,
    Questionnaire,
    Rule,
    Section,
    Source,
    Threshold,
    UrgentRule,
)

UNFIT, BEFORE = "_unfit", "_problems_before"  # what a request carries from one step of the admin to the next
EXPRESSIONS = ("shown_when", "expression", "when")


class RowForm(forms.ModelForm):
    """Expressions are read as they are typed; whether they fit the others is checked when all rows are saved."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in EXPRESSIONS:
            text = cleaned.get(name)
            if name in self.fields and text:
                try:
                    parse(text)
                except ExpressionError as error:
                    self.add_error(name, ValidationError(error.message, code="expression"))
        return cleaned


class Unfit(Exception):
    """With this change the questionnaire would not fit together."""

    def __init__(self, found: list[Problem]) -> None:
        self.found = found
        super().__init__("unfit")


class RowAdmin(admin.ModelAdmin):
    """A row of a questionnaire. What would break the questionnaire is refused, and said at the top of the form."""

    form = RowForm

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Rows are reached through their questionnaire."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except Unfit as unfit:
            # Nothing was stored. The form is shown again with what was typed, and what is wrong.
            setattr(request, UNFIT, [f"{problem.where}: {problem.message}" for problem in unfit.found])
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        sentences = getattr(request, UNFIT, [])
        return type(form.__name__, (Refused, form), {"sentences": sentences}) if sentences else form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        setattr(request, BEFORE, set(problems(questionnaire_of(obj).content())))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        _save(questionnaire_of(form.instance), request)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().delete_view(request, *args, **kwargs)
        except Unfit as unfit:
            row: Any = self.get_object(request, kwargs.get("object_id") or args[0])
            for problem in unfit.found:
                self.message_user(request, f"{problem.where}: {problem.message}", messages.ERROR)
            self.message_user(request, _("It is still needed, so it was not removed."), messages.ERROR)
            return redirect(address(row))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        questionnaire = questionnaire_of(obj)
        setattr(request, BEFORE, set(problems(questionnaire.content())))
        super().delete_model(request, obj)
        _save(questionnaire, request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(address(questionnaire_of(obj)))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(address(questionnaire_of(obj)))

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, row: Any) -> str:
        """The saved expression in the questions' own words."""
        text = next((getattr(row, name) for name in EXPRESSIONS if getattr(row, name, "")), "")
        if not text or row.pk is None:
            return "–"
        try:
            return in_words(parse(text), read(questionnaire_of(row).content()))
        except ValueError:
            return _("This will stand here once the questionnaire fits together.")


class Refused:
    """Makes a form that was valid by itself say what it would have broken."""

    sentences: list[str]

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc]
        raise ValidationError([ValidationError(sentence, code="unfit") for sentence in self.sentences])


def _save(questionnaire: Questionnaire, request: HttpRequest) -> None:
    """The next version of the draft, unless the rows have a problem now that they did not have before."""
    found = [
        problem for problem in problems(questionnaire.content()) if problem not in getattr(request, BEFORE)
    ]
    if found:
        raise Unfit(found)
    publishing.save_draft(questionnaire, by=request.user)


class ChoiceInline(admin.TabularInline):
    model = Choice
    extra = 0


class SourceInline(admin.TabularInline):
    model = Source
    extra = 0


class RuleInline(admin.StackedInline):
    model = Rule
    form = RowForm
    extra = 0
    fields = (("reason", "category", "could_be", "grade"), "when", "text", "source", "position")


@admin.register(Section)
class SectionAdmin(RowAdmin):
    fields = ("questionnaire", "key", "title", "intro", "position")


@admin.register(Question)
class QuestionAdmin(RowAdmin):
    inlines = (ChoiceInline,)
    readonly_fields = ("in_words",)
    fieldsets = (
        (None, {"fields": ("section", "key", "type", "text", "short", "help", "why", "optional")}),
        (gettext_lazy("When it is shown"), {"fields": ("shown_when", "in_words")}),
        (gettext_lazy("Numbers"), {"fields": (("minimum", "maximum", "decimals"), ("unit", "measure"))}),
        (gettext_lazy("More"), {"fields": ("max_length", "credit", "position")}),
    )


@admin.register(Threshold)
class ThresholdAdmin(RowAdmin):
    fields = (
        "questionnaire",
        "key",
        "label",
        ("value", "unit"),
        ("minimum", "maximum"),
        "above",
        "source",
        "position",
    )


@admin.register(Calculation)
class CalculationAdmin(RowAdmin):
    readonly_fields = ("in_words",)
    fields = (
        "questionnaire",
        "key",
        "label",
        "expression",
        "in_words",
        ("decimals", "unit"),
        "outcome",
        "position",
    )


@admin.register(Criterion)
class CriterionAdmin(RowAdmin):
    inlines = (RuleInline, SourceInline)
    fields = (
        "questionnaire",
        "key",
        "label",
        "topic",
        "about",
        "modifiable",
        "modifiable_note",
        "next_steps",
        "position",
    )


@admin.register(UrgentRule)
class UrgentRuleAdmin(RowAdmin):
    readonly_fields = ("in_words",)
    fields = ("questionnaire", "reason", "level", "when", "in_words", "notice", "text", "position")


@admin.register(Extra)
class ExtraAdmin(RowAdmin):
    readonly_fields = ("in_words",)
    fields = ("questionnaire", "reason", "when", "in_words", "text", "position")


@admin.register(Notice)
class NoticeAdmin(RowAdmin):
    fields = ("questionnaire", "key", "title", "body", "actions", "position")
