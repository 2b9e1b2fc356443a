"""A questionnaire's own page in the admin: its outline, where it stands, and the way to its further pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from editions.admin import DraftAdmin, EditionAdmin
from editions.forms import DraftForm
from screening.admin import together
from screening.admin.checking import Checked
from screening.admin.comparing import ComparingPages
from screening.admin.files import FilePages
from screening.admin.outline import outline
from screening.admin.pages import Pages
from screening.admin.thresholds import ThresholdPages
from screening.admin.translating import TranslationPages
from screening.admin.trying import TryingPages
from screening.models import Questionnaire, QuestionnaireEdition


class QuestionnaireForm(DraftForm):
    """Its own texts. What others save in its rows meanwhile is no conflict with them."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opened: int | None = None
        if self.instance.pk is not None:
            self.initial["seen"] = together.seen_of(self.instance)

    @cached_property
    def changed_data(self) -> list[str]:
        """What the author changed; not what the page carries along."""
        return [name for name in super().changed_data if name not in ("version", "seen")]

    def _check_version(self, opened: int | None) -> None:
        stored, self.opened = together.locked(self.instance.pk), opened
        now = together.seen_of(stored)
        if self.cleaned_data.get("seen") == now:
            self.instance.version = stored.version
            return
        try:
            super()._check_version(opened)
        except ValidationError:
            posted: Any = self.data
            posted[self.add_prefix("seen")] = now
            raise


@admin.register(Questionnaire)
class QuestionnaireAdmin(
    ThresholdPages, TryingPages, FilePages, TranslationPages, ComparingPages, Checked, Pages, DraftAdmin
):
    form = QuestionnaireForm
    change_form_template = "admin/screening/questionnaire/change_form.html"
    list_display = ("title", "key", "state")
    fieldsets = (
        (
            gettext_lazy("Title and introduction"),
            {
                "fields": ("title", "key", "summary", "intro", "minutes", "source_language"),
                "classes": ("collapse",),
            },
        ),
        (
            gettext_lazy("After sending"),
            {"fields": ("sent_title", "sent_body"), "classes": ("collapse",)},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new questionnaire begins with these texts; later they stand folded below the outline."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        return [(name, {**options, "classes": ()}) for name, options in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key stays what addresses and records know once it has been published."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "key") if obj is not None and obj.editions.exists() else fields

    def get_urls(self) -> list[URLPattern]:
        return [*self.pages(), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            live = obj.editions.live()
            context["outline"] = outline(
                Questionnaire.objects.get(pk=obj.pk) if request.method == "POST" else obj,
                live.document if live else None,
                request.GET.get("at", ""),
            )
            context["lately"] = together.lately(obj, request.user) if request.method == "GET" else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        together.tell(request, together.saves_since(form.instance, form.opened, request.user))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """What comes next is its outline."""
        return redirect(self._url("change", obj.pk))

    def _status(self, request: HttpRequest, draft: Any) -> dict[str, Any]:
        return {**super()._status(request, draft), "tools": self.tools(request, draft)}


admin.site.register(QuestionnaireEdition, EditionAdmin)
