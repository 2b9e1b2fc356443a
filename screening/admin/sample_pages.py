"""The bench of a questionnaire: made-up answers, what is expected of them, and what they come to under the draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.admin.pages import Tool
from screening.admin.tried import CHANGE, PREVIEW, TriedPages, definition_of
from screening.engine.definition import Definition, DefinitionError
from screening.models import Sample
from screening.trying import samples


class PasteForm(forms.Form):
    """Samples as JSON, one or several."""

    text = forms.CharField(
        label=gettext_lazy("Samples as JSON"),
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
        strip=False,
    )

    def __init__(
        self, data: Any = None, *, definition: Definition, one: bool = False, **options: Any
    ) -> None:
        super().__init__(data, use_required_attribute=False, **options)
        self.definition, self.one = definition, one

    def clean_text(self) -> list[dict[str, Any]]:
        try:
            found = samples.parse(self.cleaned_data["text"], self.definition)
        except samples.Refused as refused:
            raise ValidationError(str(refused), code="refused") from None
        if self.one and len(found) != 1:
            raise ValidationError(_("Give this one sample, and no other."), code="one")
        return found


class SamplePages(TriedPages):
    """`/samples/`."""

    def pages(self) -> list[URLPattern]:
        base = "<path:object_id>/samples/"
        return [
            self._path(base, self.samples_view, "samples"),
            self._path(f"{base}add/", self.sample_add_view, "sample_add"),
            self._path(f"{base}<int:sample>/", self.sample_view, "sample"),
            *super().pages(),
        ]

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        tools = super().tools(request, draft)
        if not request.user.has_perm(PREVIEW):
            return tools
        return [Tool(_("Samples"), self._url("samples", draft.pk)), *tools]

    def samples_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All samples under the draft. POST accepts what the chosen one comes to, or removes it."""
        draft, definition = self._benched(request, object_id, changes=request.method == "POST")
        if isinstance(definition, HttpResponse):
            return definition
        if request.method == "POST":
            return self._change_sample(request, draft, definition)
        results = samples.run(draft, definition)
        lines = [
            (result, self._url("sample", draft.pk, result.sample.pk), self._preview_of(draft, result.sample))
            for result in sorted(results, key=lambda each: each.as_expected)
        ]
        context = {
            "lines": lines,
            "differing": sum(not result.as_expected for result in results),
            "may_change": request.user.has_perm(CHANGE),
            "add_url": self._url("sample_add", draft.pk),
            "shipped": not results,
        }
        return self._page(request, draft, "admin/screening/trying/samples.html", _("Samples"), context)

    def sample_add_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft, definition = self._benched(request, object_id, changes=True)
        if isinstance(definition, HttpResponse):
            return definition
        form = PasteForm(request.POST if request.method == "POST" else None, definition=definition)
        if form.is_bound and form.is_valid():
            try:
                added = samples.add(draft, form.cleaned_data["text"])
            except samples.NameTaken as taken:
                form.add_error("text", _("There is a sample named %(name)s already.") % {"name": taken})
            else:
                names = ", ".join(map(str, added))
                messages.success(request, _("Added: %(names)s") % {"names": names})
                self.log_change(request, draft, f"{_('Sample')}: {names}")
                return redirect(self._url("samples", draft.pk))
        context = {"form": form, "back_url": self._url("samples", draft.pk)}
        return self._page(
            request, draft, "admin/screening/trying/sample_form.html", _("Add samples"), context,
            422 if form.errors else 200,
        )  # fmt: skip

    def sample_view(self, request: HttpRequest, object_id: str, sample: int) -> HttpResponse:
        """One sample as JSON, to be read and changed."""
        draft, definition = self._benched(request, object_id, changes=request.method == "POST")
        if isinstance(definition, HttpResponse):
            return definition
        row = self._sample(draft, sample)
        data = request.POST if request.method == "POST" else None
        form = PasteForm(data, definition=definition, one=True, initial={"text": samples.as_text(row)})
        if form.is_bound and form.is_valid() and self._replaced(row, form):
            messages.success(request, _("Saved: %(name)s") % {"name": row.name})
            self.log_change(request, draft, f"{_('Sample')}: {row.name}")
            return redirect(self._url("samples", draft.pk))
        context = {
            "form": form,
            "sample": row,
            "result": samples.try_(row, definition),
            "may_change": request.user.has_perm(CHANGE),
            "preview_of": self._preview_of(draft, row),
            "back_url": self._url("samples", draft.pk),
        }
        return self._page(
            request, draft, "admin/screening/trying/sample_form.html", row.name, context,
            422 if form.errors else 200,
        )  # fmt: skip

    def _benched(self, request: HttpRequest, object_id: str, *, changes: bool) -> tuple[Any, Any]:
        """The draft and its definition; instead of that, a page that says why there is none."""
        if not request.user.has_perm(PREVIEW) or (changes and not request.user.has_perm(CHANGE)):
            raise PermissionDenied
        draft: Any = self._draft(request, object_id)
        try:
            return draft, definition_of(draft.content(), draft.source_language)[0]
        except DefinitionError as error:
            return draft, self._unfit(request, draft, error)

    def _sample(self, draft: Any, pk: Any) -> Sample:
        sample: Sample | None = draft.samples.filter(pk=pk).first() if str(pk).isdigit() else None
        if sample is None:
            raise Http404
        return sample

    def _preview_of(self, draft: Any, sample: Sample) -> str:
        return f"{self._url('preview_outcome', draft.pk)}?sample={sample.pk}"

    def _change_sample(self, request: HttpRequest, draft: Any, definition: Definition) -> HttpResponse:
        with transaction.atomic():
            sample = self._sample(draft, request.POST.get("sample"))
            if "remove" in request.POST:
                sample.delete()
                messages.success(request, _("Removed: %(name)s") % {"name": sample.name})
            elif "accept" in request.POST:
                samples.accept(sample, samples.try_(sample, definition).outcome)
                words = _("What it comes to now is expected from now on: %(name)s")
                messages.success(request, words % {"name": sample.name})
            self.log_change(request, draft, f"{_('Sample')}: {sample.name}")
        return redirect(self._url("samples", draft.pk))

    def _replaced(self, row: Sample, form: PasteForm) -> bool:
        [given] = form.cleaned_data["text"]
        try:
            samples.replace(row, **given)
        except samples.NameTaken as taken:
            form.add_error("text", _("There is a sample named %(name)s already.") % {"name": taken})
            return False
        return True
