"""A questionnaire's own page in the admin: its outline, where it stands, and the way to its further pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions.admin import DraftAdmin, EditionAdmin
from screening.admin.comparing import ComparingPages
from screening.admin.files import FilePages
from screening.admin.pages import Pages
from screening.admin.places import address
from screening.admin.thresholds import ThresholdPages
from screening.admin.translating import TranslationPages
from screening.admin.trying import TryingPages
from screening.engine.definition import problems
from screening.models import (
    Calculation,
    Criterion,
    Extra,
    Notice,
    Question,
    Questionnaire,
    QuestionnaireEdition,
    Section,
    Threshold,
    UrgentRule,
)


@admin.register(Questionnaire)
class QuestionnaireAdmin(
    ThresholdPages, TryingPages, FilePages, TranslationPages, ComparingPages, Pages, DraftAdmin
):
    change_form_template = "admin/screening/questionnaire/change_form.html"
    list_display = ("title", "key", "state")
    readonly_fields = ("outline",)
    fieldsets = (
        (None, {"fields": ("title", "key", "summary", "intro", "minutes", "source_language")}),
        (gettext_lazy("After sending"), {"fields": ("sent_title", "sent_body")}),
        (gettext_lazy("Outline"), {"fields": ("outline",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key stays what addresses and records know once it has been published."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "key") if obj is not None and obj.editions.exists() else fields

    def get_urls(self) -> list[URLPattern]:
        return [*self.pages(), *super().get_urls()]

    def _status(self, request: HttpRequest, draft: Any) -> dict[str, Any]:
        return {**super()._status(request, draft), "tools": self.tools(request, draft)}

    @admin.display(description=gettext_lazy("sections, questions, criteria, rules"))
    def outline(self, questionnaire: Any) -> SafeString | str:
        """Each line a link; the problems of the whole on top."""
        if questionnaire is None or questionnaire.pk is None:
            return _("Save it first. Its sections, questions and rules will be here.")
        found = [(f"{problem.where}: {problem.message}",) for problem in problems(questionnaire.content())]
        return format_html(
            "{}{}",
            format_html("<ul class='errorlist'>{}</ul>", format_html_join("", "<li>{}</li>", found))
            if found
            else "",
            format_html_join("", "<h3>{}</h3><ul>{}</ul>", self._parts(questionnaire)),
        )

    def _parts(self, questionnaire: Any) -> list[tuple[str, SafeString]]:
        parts = []
        for section in questionnaire.sections.prefetch_related("questions"):
            rows = [section, *section.questions.all()]
            title = _("Section: %(title)s") % {"title": section.title}
            parts.append((title, _links(rows, Question, f"section={section.pk}")))
        query = f"questionnaire={questionnaire.pk}"
        for title, rows, model in (
            (_("Sections"), [], Section),
            (_("Thresholds"), questionnaire.thresholds.all(), Threshold),
            (_("Calculations"), questionnaire.calculations.all(), Calculation),
            (_("Criteria with their rules"), questionnaire.criteria.all(), Criterion),
            (_("Urgent rules"), questionnaire.urgentrules.all(), UrgentRule),
            (_("Extras"), questionnaire.extras.all(), Extra),
            (_("Notices"), questionnaire.notices.all(), Notice),
        ):
            parts.append((title, _links(rows, model, query)))
        return parts


def _links(rows: Any, model: Any, query: str) -> SafeString:
    lines = [(address(row), _line(row)) for row in rows]
    add = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add") + f"?{query}"
    lines.append((add, _("Add: %(what)s") % {"what": model._meta.verbose_name}))
    return format_html_join("", "<li><a href='{}'>{}</a></li>", lines)


def _line(row: Any) -> str:
    """A row in the outline: its label, and what tells it from its neighbours."""
    if isinstance(row, Threshold):
        return f"{row.label}: {row.value.normalize():f} {row.unit}".strip()
    if isinstance(row, Section):
        return _("the section itself (%(key)s)") % {"key": row.key}
    return f"{row} ({row.key})" if hasattr(row, "key") else str(row)


admin.site.register(QuestionnaireEdition, EditionAdmin)
