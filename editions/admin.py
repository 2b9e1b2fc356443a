"""The administration pages of a draft: its form, where it stands, the steps it can take, and its editions.

    @admin.register(Article)
    class ArticleAdmin(DraftAdmin): ...

    admin.site.register(ArticleEdition, EditionAdmin)

Steps ask for change_<model>, approve_<model>, publish_<model> and withdraw_<model>.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any, ClassVar

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
from editions.checks import Check
from editions.differences import Comparison, differences, flat
from editions.forms import (
    DRAFT_STEPS,
    EDITION_STEPS,
    ApproveAndPublishForm,
    DraftForm,
    RestoreForm,
    StepForm,
    SubmitForm,
)
from editions.models import Draft, Edition

DRAFT = "draft"  # in the address of a comparison


class DraftAdmin(admin.ModelAdmin):
    """A ModelAdmin for a Draft. A form of one's own has to be a DraftForm."""

    form = DraftForm
    change_form_template = "admin/editions/draft/change_form.html"
    step_template = "admin/editions/draft/step.html"
    editions_template = "admin/editions/draft/editions.html"
    edition_template = "admin/editions/draft/edition.html"
    compare_template = "admin/editions/draft/compare.html"
    markup: ClassVar[Collection[str]] = ()  # the members of the content that hold HTML

    def __init__(self, model: type[Draft], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        if not issubclass(self.form, DraftForm):
            raise ImproperlyConfigured(f"{type(self).__name__}.form has to be a DraftForm.")

    def preview_url(self, obj: Any) -> str:
        """Where the draft can be seen as readers would see it; empty where nowhere."""
        return ""

    def comparison(self, draft: Any, old: dict[str, Any], new: dict[str, Any]) -> Comparison:
        """What differs between two contents of a draft. Override it to say that in the words of those who read it."""
        labels = {
            field.name: str(getattr(field, "verbose_name", field.name)) for field in draft._meta.get_fields()
        }
        return Comparison(differences(old, new, markup=self.markup, labels=labels))

    def checks(self, request: HttpRequest, draft: Any) -> list[Check]:
        """What is found in the draft before it is submitted."""
        return []

    def is_small(self, live: dict[str, Any], content: dict[str, Any]) -> bool:
        """Whether so little differs from what readers see that one page is enough to approve and publish it."""
        return False

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
            "waiting": draft.editions.defer("content").waiting(),
            "editions_url": self._url("editions", draft.pk),
            "compare_url": self._url("compare", draft.pk),
            "steps": [
                {"label": step.label, "url": self._url(step.name, draft.pk)}
                for step in DRAFT_STEPS
                if draft.state in step.states
                and self._may(request, step)
                and (step is not ApproveAndPublishForm or self._is_correction(draft))
            ],
        }

    def _is_correction(self, draft: Draft) -> bool:
        live = draft.editions.live()
        return live is not None and self.is_small(live.document, draft.content())

    # Steps

    def get_urls(self) -> list[URLPattern]:
        edition = "<path:object_id>/editions/<int:number>/"
        return [
            self._path("<path:object_id>/editions/", self.editions_view, "editions"),
            self._path("<path:object_id>/compare/", self.compare_view, "compare"),
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

    def _may(self, request: HttpRequest, step: type[StepForm]) -> bool:
        return request.user.has_perms(
            [f"{self.opts.app_label}.{permission}_{self.opts.model_name}" for permission in step.permissions]
        )

    def step_view(
        self, request: HttpRequest, object_id: str, step: type[StepForm], number: int | None = None
    ) -> HttpResponse:
        """GET says what will happen, POST does it. What a rule forbids is 409, and the page again."""
        if not self._may(request, step):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        draft = self._draft(request, object_id)
        subject = draft if number is None else self._edition(draft, number)
        form = self._step_form(request, draft, subject, step)
        status = 200
        if form.is_bound and form.is_valid():
            try:
                return self._take(request, draft, form)
            except publishing.PublishingError as refusal:
                form.add_error(None, str(refusal))
                status = 409
        return self._step_page(request, self._draft(request, object_id), form, status)

    def _step_form(
        self, request: HttpRequest, draft: Draft, subject: Draft | Edition, step: type[StepForm]
    ) -> StepForm:
        data = request.POST if request.method == "POST" else None
        options: dict[str, Any] = {"subject": subject, "by": request.user, "is_small": self.is_small}
        if issubclass(step, SubmitForm):
            options |= self._found(request, draft)
        return step(data, **options)

    def _found(self, request: HttpRequest, draft: Draft) -> dict[str, Any]:
        """What the checks say, of which content. A correction answers for what it changed."""
        digest, small = draft.digest(), self._is_correction(draft)
        found = self.checks(request, draft)
        if small:
            live = draft.editions.live()
            changed = self.comparison(draft, live.document, draft.content()).differences
            places, answered = {each.place for each in changed}, publishing.answered_for(live)
            found = [
                check
                for check in found
                if check.blocking or (check.where in places and check.message not in answered)
            ]
        return {"checks": found, "checked": digest if digest == draft.digest() else "", "small": small}

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
        live = draft.editions.live()
        content = draft.content()
        if isinstance(form, RestoreForm):
            comparison = self.comparison(draft, content, form.subject.document)
        else:
            comparison = self.comparison(draft, live.document if live else {}, content)
        context = {
            "form": form,
            "digest": form.subject.digest if about_edition else draft.digest(),
            "about_edition": about_edition,
            "restores": isinstance(form, RestoreForm),
            "live": live,
            "consequences": form.consequences(live),
            "comparison": comparison,
            "submission": None if about_edition else publishing.submission(draft),
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
            "steps": [
                (step, self._url("edition", draft.pk, step.edition_number) if step.edition_number else "")
                for step in publishing.steps(draft).select_related("by")[:200]
            ],
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
                if step.offered(edition) and self._may(request, step)
            ],
        }
        title = _("Edition %(number)d") % {"number": number}
        return self._page(request, draft, self.edition_template, title, context)

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Two editions beside each other, or one and the draft: ?from=3&to=draft."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        draft = self._draft(request, object_id)
        live = draft.editions.live()
        first = live or draft.editions.order_by("-number").first()
        chosen = {
            "from": request.GET.get("from") or (str(first.number) if first else DRAFT),
            "to": request.GET.get("to") or DRAFT,
        }
        old, new = (self._said(draft, chosen[end]) for end in ("from", "to"))
        editions = draft.editions.defer("content").order_by("-number")
        context = {
            "chosen": chosen,
            "choices": [
                (DRAFT, _("The draft as it is now")),
                *((str(edition.number), _standing(edition, live)) for edition in editions),
            ],
            "comparison": self.comparison(draft, old, new),
        }
        return self._page(request, draft, self.compare_template, _("Compare"), context)

    def _said(self, draft: Draft, which: str) -> dict[str, Any]:
        """What an edition says, by its number, or the draft."""
        if which == DRAFT:
            return draft.content()
        if not (which.isascii() and which.isdigit() and len(which) < 10):
            raise Http404
        return self._edition(draft, int(which)).document

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
            "compare_url": self._url("compare", draft.pk),
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context, status=status)


def _standing(edition: Edition, live: Edition | None) -> str:
    """An edition as a line of a list to choose from."""
    name = _("Edition %(number)d") % {"number": edition.number}
    if edition.withdrawn_at is not None:
        return _("%(edition)s, withdrawn") % {"edition": name}
    if edition.publish_at > timezone.now():
        return _("%(edition)s, not begun") % {"edition": name}
    return _("%(edition)s, which readers see") % {"edition": name} if edition == live else name


def _writers(draft: Draft) -> list[dict[str, Any]]:
    """Who wrote in it since the last edition, and when last."""
    last: dict[Any, dict[str, Any]] = {}
    changes = publishing.changes_since_last_edition(draft).filter(wrote=True)
    for change in changes.select_related("by").order_by("version"):
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
