"""The words from which messages to patients are composed, with a preview and how hard they are to read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from editions.readability import grade
from screening.composing import PLACEHOLDERS, compose, doubtful
from screening.host import host
from screening.models import MessageTemplate, QuestionnaireEdition
from screening.notices import unknown_placeholders

GRADE = 6  # years of school that a text may ask of its reader


class MessageTemplateForm(forms.ModelForm):
    """What can be chosen for `topic` are those of the published questionnaires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        names.setdefault(self.instance.language, self.instance.language)
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=list(names.items())
        )
        topics = {"": _("none: it begins the message"), **_topics()}
        topics.setdefault(self.instance.topic, self.instance.topic)
        self.fields["topic"] = forms.ChoiceField(
            label=self.fields["topic"].label,
            choices=list(topics.items()),
            required=False,
            help_text=self.fields["topic"].help_text,
        )
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        self.fields["text"].help_text = _(
            "The portal fills in %(known)s; {date} is the day to ask again. A paragraph that needs what is not "
            "known is left out. Topics stand after the second paragraph of the text that begins a message. Write "
            "plainly and kindly: no verdict, and no promise. A surgeon changes it before it is sent."
        ) % {"known": known}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_placeholders(text, PLACEHOLDERS):
            raise ValidationError(
                _("The portal has nothing to put in the place of %(unknown)s."),
                code="unknown_placeholder",
                params={"unknown": ", ".join(unknown)},
            )
        return text


def _topics() -> dict[str, str]:
    """Of the criteria of the published questionnaires, with their labels."""
    editions = QuestionnaireEdition.objects.current().select_related("questionnaire")
    return {
        criterion.topic: f"{criterion.topic}: {criterion.label}"
        for edition in editions
        for criterion in edition.definition.criteria
    }


class TopicFilter(admin.SimpleListFilter):
    """By topic. Django's own filter would offer the text without one as a link without words."""

    title = gettext_lazy("topic")
    parameter_name = "topic"
    NONE = "(none)"  # no slug holds brackets

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        topics = MessageTemplate.objects.order_by("topic").values_list("topic", flat=True).distinct()
        return [(topic or self.NONE, topic or _("begins the message")) for topic in topics]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[MessageTemplate]
    ) -> QuerySet[MessageTemplate]:
        chosen = self.value()
        return queryset.filter(topic="" if chosen == self.NONE else chosen) if chosen else queryset


@admin.register(MessageTemplate)
class MessageTemplateAdmin(admin.ModelAdmin):
    form = MessageTemplateForm
    list_display = ("state", "its_topic", "language", "in_use", "reading_grade")
    list_filter = ("in_use", "language", "state", TopicFilter)
    readonly_fields = ("reading_grade",)
    fields = ("state", "topic", "language", "text", "in_use", "reading_grade")
    change_form_template = "admin/screening/messagetemplate/change_form.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that is not wanted goes out of use."""
        return False

    @admin.display(description=gettext_lazy("topic"), ordering="topic")
    def its_topic(self, template: MessageTemplate) -> str:
        return template.topic or _("begins the message")

    @admin.display(description=gettext_lazy("reading grade"))
    def reading_grade(self, template: MessageTemplate) -> str:
        if not template.text:
            return _("Stands here once the text is saved.")
        if template.language != "en":
            return _("Measured in English only.")
        years = round(grade(_filled(template)))
        said = ngettext("%(years)d year of school", "%(years)d years of school", years) % {"years": years}
        return said if years <= GRADE else _("%(said)s: too hard, aim at six") % {"said": said}

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "preview/", self.admin_site.admin_view(self.preview), name="screening_messagetemplate_preview"
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is typed, not yet saved, with an invented name and day."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.get_form(request)(request.POST)
        # It may be this very text that is there.
        form.instance.validate_constraints = lambda exclude=None: None
        context = {**self.admin_site.each_context(request), "title": _("Preview"), "form": form}
        page = "admin/screening/messagetemplate/preview.html"
        if not form.is_valid():
            return render(request, page, context, status=422)
        text = _filled(form.instance)
        context |= {"text": text, "template": form.instance, "doubtful": doubtful(text)}
        return render(request, page, context | {"grade": self.reading_grade(form.instance)})


def _filled(template: MessageTemplate) -> str:
    """The text as a message would begin with it."""
    contacts = host().contacts()
    with override(template.language):
        values = {
            "name": "Pat Morgan",
            "surgeon": "Dr. Sarah Lindqvist",
            "practice": contacts.practice_name,
            "phone": contacts.practice_phone,
            "date": date_format(timezone.localdate() + timedelta(weeks=6)),
        }
    return compose({"": template.text}, [], values)[0]
