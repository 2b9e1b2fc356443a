"""The administration pages of a draft: its form, where it stands, the steps it can take, and its editions.

    @admin.register(Article)
    class ArticleAdmin(DraftAdmin): ...

    admin.site.register(ArticleEdition, EditionAdmin)

Steps ask for change_<model>, approve_<model>, publish_<model> and withdraw_<model>.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from editions import publishing
from editions.differences import differences, flat
from editions.forms import DRAFT_STEPS, EDITION_STEPS, DraftForm, StepForm
from editions.models import Draft, Edition


class DraftAdmin(admin.ModelAdmin):
    """A ModelAdmin for a Draft. A form of one's own has to be a DraftForm."""

    form = DraftForm
    change_form_template = "admin/editions/draft/change_form.html"
    step_template = "admin/editions/draft/step.html"
    editions_template = "admin/editions/draft/editions.html"
    edition_template = "admin/editions/draft/edition.html"

    def __init__(self, model: type[Draft], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        if not issubclass(self.form, DraftForm):
            raise ImproperlyConfigured(f"{type(self).__name__}.form has to be a DraftForm.")

    def preview_url(self, obj: Any) -> str:
        """Where the draft can be seen as readers would see it; empty where nowhere."""
        return ""

    # The form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "version"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Rows first: the content may hold them. The form has checked the version, and holds the lock."""
        super().save_related(request, form, formsets, change)
        publishing.save_draft(form.instance, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.editions.exists())

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
            context["draft_status"] = self._status(request, obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if context["adminform"].form.has_error("__all__", "stale"):
            response.status_code = 409
        return response

    def _status(self, request: HttpRequest, draft: Draft) -> dict[str, Any]:
        return {
            "draft": draft,
            "writers": _writers(draft),
            "live": draft.editions.select_related("published_by").live(),
            "preview_url": self.preview_url(draft),
            "editions_url": self._url("editions", draft.pk),
            "steps": [
                {"label": step.label, "url": self._url(step.name, draft.pk)}
                for step in DRAFT_STEPS
                if draft.state in step.states and self._may(request, step.permission)
            ],
        }

    # Steps

    def get_urls(self) -> list[URLPattern]:
        edition = "<path:object_id>/editions/<int:number>/"
        return [
            self._path("<path:object_id>/editions/", self.editions_view, "editions"),
            self._path(edition, self.edition_view, "edition"),
            *(
                self._path(f"<path:object_id>/{step.name}/", partial(self.step_view, step=step), step.name)
                for step in DRAFT_STEPS
            ),
            *(
                self._path(
                    f"{edition}{step.name}/", partial(self.step_view, step=step), f"edition_{step.name}"
                )
                for step in EDITION_STEPS
            ),
            *super().get_urls(),
        ]

    def _path(self, route: str, view: Any, name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"{self._prefix}{name}")

    @property
    def _prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_"

    def _url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self._prefix}{name}", args=args)

    def _may(self, request: HttpRequest, permission: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{permission}_{self.opts.model_name}")

    def step_view(
        self, request: HttpRequest, object_id: str, step: type[StepForm], number: int | None = None
    ) -> HttpResponse:
        """GET says what will happen, POST does it. What a rule forbids is 409, and the page again."""
        if not self._may(request, step.permission):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        draft = self._draft(request, object_id)
        subject = draft if number is None else self._edition(draft, number)
        data = request.POST if request.method == "POST" else None
        form = step(data, subject=subject, by=request.user)
        status = 200
        if data is not None and form.is_valid():
            try:
                return self._take(request, draft, form)
            except publishing.PublishingError as refusal:
                form.add_error(None, str(refusal))
                status = 409
        return self._step_page(request, self._draft(request, object_id), form, status)

    def _take(self, request: HttpRequest, draft: Draft, form: StepForm) -> HttpResponse:
        """The step and its place in the log, or neither."""
        with transaction.atomic():
            form.save()
            about = (
                "" if form.subject is draft else f" ({form.subject._meta.verbose_name} {form.subject.number})"
            )
            self.log_change(request, draft, f"{form.label}{about}")
        messages.success(request, str(form.done))
        return redirect(self._url("change", draft.pk))

    def _step_page(self, request: HttpRequest, draft: Draft, form: StepForm, status: int) -> HttpResponse:
        about_edition = isinstance(form.subject, Edition)
        content = form.subject.document if about_edition else draft.content()
        live = draft.editions.live()
        context = {
            "form": form,
            "digest": form.subject.digest if about_edition else draft.digest(),
            "about_edition": about_edition,
            "live": live,
            "differences": differences(live.document if live else {}, content),
        }
        return self._page(request, draft, self.step_template, form.label, context, status)

    # Editions

    def editions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All editions of a draft, and who saved it when."""
        draft = self._viewed(request, object_id)
        editions = draft.editions.defer("content").select_related(
            "approved_by", "published_by", "withdrawn_by"
        )
        context = {
            "editions": [
                (edition, self._url("edition", draft.pk, edition.number))
                for edition in editions.order_by("-number")
            ],
            "live": draft.editions.defer("content").live(),
            "changes": publishing.changes(draft).select_related("by")[:200],
        }
        return self._page(request, draft, self.editions_template, _("Editions"), context)

    def edition_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """What an edition says, word for word."""
        draft = self._viewed(request, object_id)
        edition = self._edition(draft, number)
        context = {
            "edition": edition,
            "live": draft.editions.defer("content").live(),
            "content": flat(edition.document),
            "steps": [
                {"label": step.label, "url": self._url(f"edition_{step.name}", draft.pk, number)}
                for step in EDITION_STEPS
                if step.offered(edition) and self._may(request, step.permission)
            ],
        }
        title = _("Edition %(number)d") % {"number": number}
        return self._page(request, draft, self.edition_template, title, context)

    def _viewed(self, request: HttpRequest, object_id: str) -> Draft:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return self._draft(request, object_id)

    def _draft(self, request: HttpRequest, object_id: str) -> Draft:
        draft: Draft | None = self.get_object(request, unquote(object_id))
        if draft is None:
            raise Http404
        return draft

    def _edition(self, draft: Draft, number: int) -> Edition:
        people = ("approved_by", "published_by", "withdrawn_by")
        edition: Edition | None = draft.editions.select_related(*people).filter(number=number).first()
        if edition is None:
            raise Http404
        return edition

    def _page(
        self,
        request: HttpRequest,
        draft: Draft,
        template: str,
        title: Any,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(draft),
            "opts": self.opts,
            "draft": draft,
            "preview_url": self.preview_url(draft),
            "now": timezone.now(),
            "change_url": self._url("change", draft.pk),
            "editions_url": self._url("editions", draft.pk),
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context, status=status)


def _writers(draft: Draft) -> list[dict[str, Any]]:
    """Who saved it since the last edition, and when last."""
    last: dict[Any, dict[str, Any]] = {}
    for change in publishing.changes_since_last_edition(draft).select_related("by").order_by("version"):
        last[change.by_id] = {"name": change.by, "at": change.at}
    return list(last.values())


class EditionAdmin(admin.ModelAdmin):
    """Editions have no pages of their own, every address answers 403: they are read on their draft's."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
