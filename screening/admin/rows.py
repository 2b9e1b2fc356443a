"""The rows of a questionnaire, each with a page of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.admin.help import expression_help
from screening.admin.places import questionnaire_of
from screening.admin.row import PartInline, RowAdmin
from screening.admin.row_forms import RowForm
from screening.admin.whole import Whole
from screening.models import (
    Calculation,
    Choice,
    Criterion,
    Extra,
    Investigation,
    InvestigationField,
    Notice,
    Question,
    Rule,
    Section,
    Source,
    Threshold,
    UrgentRule,
)

WORDED = gettext_lazy("The sentence below is made of what was saved last.")


class ChoiceInline(PartInline, admin.TabularInline):
    model = Choice
    fields = ("text", "value", "position")
    ready = 1

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "value":
            field.label = _("name in rules")
        return field


class SourceInline(PartInline, admin.TabularInline):
    model = Source
    fields = ("text", "address", "position")
    ready = 1


class RuleInline(PartInline, admin.StackedInline):
    model = Rule
    ready = 0
    show_change_link = True
    readonly_fields = ("in_words",)
    fieldsets = (
        (None, {"fields": (("reason", "category", "grade"), "in_words", "text", "when")}),
        (
            gettext_lazy("More: could be, source, order"),
            {"fields": ("could_be", "source", "position"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, rule: Rule) -> str:
        """The saved expression in the questions' own words."""
        if rule.pk is None:
            return "–"
        return Whole.of(questionnaire_of(rule)).words(rule.when) or "–"


@admin.register(Section)
class SectionAdmin(RowAdmin):
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "key", "intro", "place"),
                "description": gettext_lazy("A section is one page that patients see."),
            },
        ),
    )


@admin.register(Question)
class QuestionAdmin(RowAdmin):
    inlines = (ChoiceInline,)
    readonly_fields = ("in_words", "used_by", "expression_help", "types")
    fieldsets = (
        (None, {"fields": ("text", "type", "types", "short", "key", "place")}),
        (gettext_lazy("What helps patients"), {"fields": ("help", "why")}),
        (gettext_lazy("How it is asked"), {"fields": ("optional", "ask_anew")}),
        (
            gettext_lazy("When it is shown"),
            {"fields": ("shown_when", "in_words", "expression_help"), "description": WORDED},
        ),
        (gettext_lazy("What uses it"), {"fields": ("used_by",)}),
        (
            gettext_lazy("Numbers only: limits and units"),
            {"fields": (("minimum", "maximum", "decimals"), ("unit", "measure")), "classes": ("collapse",)},
        ),
        (
            gettext_lazy("Free text and published scales"),
            {"fields": ("max_length", "credit"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description=gettext_lazy("what the types mean"))
    def types(self, question: Question) -> SafeString:
        """In plain words, and what else each of them needs."""
        kinds = (
            (Question.Type.YES_NO, _("Three answers are there by themselves: Yes, No, Not sure.")),
            (Question.Type.CHOICE, _("Patients pick one of the choices below.")),
            (Question.Type.SEVERAL, _("Patients tick any of the choices below.")),
            (
                Question.Type.SCALE,
                _("Like one of several, but the names in rules are numbers, so that they can be added up."),
            ),
            (Question.Type.NUMBER, _("Give the lowest and highest number under “Numbers only”.")),
            (Question.Type.DATE, _("Day, month and year.")),
            (Question.Type.MONTH, _("For what nobody knows to the day.")),
            (Question.Type.TEXT, _("Rules cannot read it; surgeons do.")),
        )
        lines = [(kind.label, words) for kind, words in kinds]
        return format_html(
            '<details class="plain"><summary>{}</summary><dl class="entries">{}</dl></details>',
            _("Which one to choose"),
            format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", lines),
        )


@admin.register(Threshold)
class ThresholdAdmin(RowAdmin):
    readonly_fields = ("used_by",)
    fieldsets = (
        (
            None,
            {
                "fields": ("label", "key", ("value", "unit"), "source", "place"),
                "description": gettext_lazy(
                    "A number that rules compare with. Change it here, and every rule follows."
                ),
            },
        ),
        (gettext_lazy("What uses it"), {"fields": ("used_by",)}),
        (
            gettext_lazy("Limits, so that a slip is caught"),
            {"fields": (("minimum", "maximum"), "above")},
        ),
    )


@admin.register(Calculation)
class CalculationAdmin(RowAdmin):
    readonly_fields = ("in_words", "used_by", "expression_help")
    fieldsets = (
        (
            None,
            {
                "fields": ("label", "key", "expression", "in_words", "expression_help"),
                "description": gettext_lazy("A number worked out from answers, such as the body mass index."),
            },
        ),
        (
            gettext_lazy("How it is shown"),
            {"fields": (("decimals", "unit"), "outcome", "place")},
        ),
        (gettext_lazy("What uses it"), {"fields": ("used_by",)}),
    )


@admin.register(Criterion)
class CriterionAdmin(RowAdmin):
    inlines = (RuleInline, SourceInline)
    fieldsets = (
        (
            None,
            {
                "fields": ("label", "key", "topic", "about", "place"),
                "description": gettext_lazy("One of the things that surgeons look at before a fusion."),
            },
        ),
        (
            gettext_lazy("What can be done about it"),
            {"fields": (("modifiable", "modifiable_note"), "next_steps", "settled_by")},
        ),
    )

    def _around(self, request: HttpRequest, form: Any, row: Any) -> dict[str, Any]:
        around = super()._around(request, form, row)
        if form.whole is not None:
            around["expression_help"] = expression_help(form.whole)
        return around


@admin.register(Rule)
class RuleAdmin(RowAdmin):
    readonly_fields = ("in_words", "expression_help")
    fieldsets = (
        (
            None,
            {
                "fields": ("when", "in_words", "expression_help", "text"),
                "description": gettext_lazy("What has to be true, and what surgeons read when it is."),
            },
        ),
        (
            gettext_lazy("How much it weighs"),
            {
                "fields": (("category", "grade"), "could_be"),
                "description": gettext_lazy(
                    "“Could be” is for rules to clarify: how much it would weigh if the answer turned out badly."
                ),
            },
        ),
        (gettext_lazy("Name, place and source"), {"fields": ("reason", "place", "source")}),
    )


class UrgentRuleForm(RowForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.questionnaire is None or "notice" not in self.fields:
            return
        notices = [(notice.key, str(notice)) for notice in self.questionnaire.notices.all()]
        now = self.instance.notice
        if now and now not in dict(notices):
            notices.append((now, now))
        was = self.fields["notice"]
        self.fields["notice"] = forms.ChoiceField(
            label=was.label, choices=[("", "---------"), *notices], help_text=_("What patients see at once.")
        )


@admin.register(UrgentRule)
class UrgentRuleAdmin(RowAdmin):
    form = UrgentRuleForm
    readonly_fields = ("in_words", "expression_help")
    fieldsets = (
        (
            None,
            {
                "fields": ("when", "in_words", "expression_help", "level", "notice", "text"),
                "description": gettext_lazy(
                    "Checked with every answer that is saved. Patients see the notice at once, and staff are told."
                ),
            },
        ),
        (gettext_lazy("Name and place"), {"fields": ("reason", "place")}),
    )


@admin.register(Extra)
class ExtraAdmin(RowAdmin):
    readonly_fields = ("in_words", "expression_help")
    fieldsets = (
        (
            None,
            {
                "fields": ("when", "in_words", "expression_help", "text", "reason", "place"),
                "description": gettext_lazy(
                    "Something that surgeons want to know and that is no contraindication."
                ),
            },
        ),
    )


@admin.register(Notice)
class NoticeAdmin(RowAdmin):
    readonly_fields = ("used_by",)
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "key", "body", "actions", "place"),
                "description": gettext_lazy(
                    "What a patient reads when an urgent rule is true. Short and calm."
                ),
            },
        ),
        (gettext_lazy("What uses it"), {"fields": ("used_by",)}),
    )


class InvestigationFieldInline(PartInline, admin.StackedInline):
    model = InvestigationField
    ready = 1
    fieldsets = (
        (None, {"fields": (("label", "key"), ("kind", "unit", "measure"))}),
        (None, {"fields": (("minimum", "maximum", "decimals"), "choices", "position")}),
    )


@admin.register(Investigation)
class InvestigationAdmin(RowAdmin):
    inlines = (InvestigationFieldInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("label", "key", "help", "place"),
                "description": gettext_lazy(
                    "A test that can settle a finding. Staff enter its result with a day and a source."
                ),
            },
        ),
        (
            gettext_lazy("What a result does"),
            {
                "fields": ("settles", "fills"),
                "description": gettext_lazy(
                    "A result stands in the place of answers, and the same rules read it. What no rule reads is "
                    "shown to the surgeon beside the criteria."
                ),
            },
        ),
        (gettext_lazy("What a result means, for what no rule reads"), {"fields": ("reference", "source")}),
    )
