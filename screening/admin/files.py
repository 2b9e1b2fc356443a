"""A questionnaire as one readable file: out of the admin, and back in as a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from editions.publishing import Stale
from screening.admin.pages import Pages, Tool
from screening.files import Imported, Refused, becomes, bring_in, destination, document_of, unproven, written
from screening.files.counting import count
from screening.models import Questionnaire

READS = {"GET", "HEAD"}


class ImportForm(forms.Form):
    """A file, or its text. `document` and `found` are what is in it, and the questionnaire that it is of."""

    file = forms.FileField(
        label=gettext_lazy("A file"),
        required=False,
        widget=forms.ClearableFileInput({"accept": ".toml"}),
        help_text=gettext_lazy("A .toml file, as exported. 1 MB at most."),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, into: Questionnaire | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.into = into
        self.refused: Refused | None = None
        self.document: dict[str, Any] = {}
        self.found: Questionnaire | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is None and not text.strip():
            raise ValidationError(_("Choose a file, or paste its text."), code="empty")
        try:
            self.document = document_of(text if file is None else file.read())
        except Refused as refused:
            self.refused = refused
            raise ValidationError(_("Nothing was imported."), code="refused") from None
        self.found = destination(self.document)
        if self.into is not None and self.document["key"] != self.into.key:
            raise ValidationError(
                _(
                    "This file is of the questionnaire %(other)s, and this one is %(key)s. "
                    "Import it from the list of questionnaires."
                ),
                code="another",
                params={"other": self.document["key"], "key": self.into.key},
            )
        return cleaned

    @property
    def confirmed(self) -> bool:
        """Whether the author has seen what changes, at some version of the draft."""
        return self.cleaned_data.get("version") is not None


class FilePages(Pages):
    export_template = "admin/screening/questionnaire/export.html"
    import_template = "admin/screening/questionnaire/import.html"

    def pages(self) -> list[URLPattern]:
        one = "<path:object_id>/export/"
        return [
            self._path("import/", self.upload_view, "upload"),
            self._path("<path:object_id>/import/", self.import_view, "import"),
            self._path(one, self.export_view, "export"),
            self._path(f"{one}draft/", self.export_draft_view, "export_draft"),
            self._path(f"{one}<int:number>/", self.export_edition_view, "export_edition"),
            *super().pages(),
        ]

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        own = [Tool(_("Export as a file"), self._url("export", draft.pk))]
        if self.has_change_permission(request):
            own.append(Tool(_("Import from a file"), self._url("import", draft.pk)))
        return [*own, *super().tools(request, draft)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {"upload_url": self._url("upload"), "may_upload": self._may_import(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _may_import(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) or self.has_add_permission(request)

    # Out

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What can be had as a file: the draft, and each edition."""
        draft = self._exported(request, object_id)
        if isinstance(draft, HttpResponse):
            return draft
        editions = draft.editions.defer("content").order_by("-number")
        context = {
            "draft_url": self._url("export_draft", draft.pk),
            "editions": [
                (edition, self._url("export_edition", draft.pk, edition.number)) for edition in editions
            ],
            "live": draft.editions.defer("content").live(),
        }
        return self._page(request, draft, self.export_template, _("Export as a file"), context)

    def export_draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = self._exported(request, object_id)
        if isinstance(draft, HttpResponse):
            return draft
        return _file(draft.content(), f"{draft.key}.toml")

    def export_edition_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        draft = self._exported(request, object_id)
        if isinstance(draft, HttpResponse):
            return draft
        return _file(self._edition(draft, number).document, f"{draft.key}-edition-{number}.toml")

    def _exported(self, request: HttpRequest, object_id: str) -> Any:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method not in READS:
            return HttpResponseNotAllowed(sorted(READS))
        return self._draft(request, object_id)

    # In

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """From the list: a new questionnaire, or one that is there."""
        if not self._may_import(request):
            raise PermissionDenied
        return self._import(request, None)

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From a questionnaire's page: into this one."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method not in {*READS, "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        draft: Any = self._draft(request, object_id)
        return self._import(request, draft)

    def _import(self, request: HttpRequest, into: Questionnaire | None) -> HttpResponse:
        """A file with mistakes is shown them; one for an existing draft is shown what changes, then asks again."""
        if request.method not in {*READS, "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if request.method != "POST":
            return self._import_page(request, into, ImportForm(into=into))
        form = ImportForm(request.POST, request.FILES, into=into)
        if not form.is_valid():
            return self._import_page(request, into, form, 422)
        if not (self.has_change_permission if form.found else self.has_add_permission)(request):
            raise PermissionDenied
        if form.found is not None and not form.confirmed:
            return self._confirm_page(request, form, form.found)
        try:
            return self._bring_in(request, form)
        except Stale as stale:
            messages.warning(request, str(stale))
            if form.found is None:
                raise Http404 from None
            return self._confirm_page(request, form, form.found, 409)

    def _bring_in(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        version = form.cleaned_data["version"] if form.confirmed else 0 if form.found is None else None
        with transaction.atomic():
            imported = bring_in(form.document, by=request.user, version=version)
            if imported.written:
                self.log_change(request, imported.questionnaire, _("Imported from a file"))
        messages.success(request, _done(imported))
        return redirect(self._url("change", imported.questionnaire.pk))

    def _confirm_page(
        self, request: HttpRequest, form: ImportForm, found: Questionnaire, status: int = 200
    ) -> HttpResponse:
        """What the import would do to the draft as it is now."""
        now, then = found.content(), becomes(form.document, found)
        context = {
            "text": written(form.document),
            "version": found.version,
            "same": now == then,
            "count": count(now, then),
            "comparison": self.comparison(found, now, then),
            "unproven": len(unproven(form.document, found)),
            "waiting": found.state != Questionnaire.State.DRAFT,
        }
        return self._import_page(request, found, form, status, context)

    def _import_page(
        self,
        request: HttpRequest,
        draft: Questionnaire | None,
        form: ImportForm,
        status: int = 200,
        context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = _("Import from a file")
        context = {"form": form, "confirming": context is not None, **(context or {})}
        if draft is not None:
            return self._page(request, draft, self.import_template, title, context, status)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "change_url": self._url("changelist"),
            **context,
        }
        return TemplateResponse(request, self.import_template, context, status=status)


def _file(document: dict[str, Any], name: str) -> HttpResponse:
    response = HttpResponse(written(document), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _done(imported: Imported) -> str:
    if not imported.written:
        return _("The file says what the draft says already: nothing was changed.")
    done = _("The draft says what the file says. Somebody else has to approve it.")
    if imported.unproven:
        open_ = ngettext(
            "%(count)d translation has to be checked here.",
            "%(count)d translations have to be checked here.",
            imported.unproven,
        ) % {"count": imported.unproven}
        return f"{done} {open_}"
    return done
