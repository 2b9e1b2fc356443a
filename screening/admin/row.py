"""The page of one row of a questionnaire: its form, its place, its copies, and what would break without it.

Saving any row saves the draft under the author's name, so an approval that was given or asked for falls, and whoever
wrote cannot approve.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.admin import order, together
from screening.admin.fitting import elsewhere, new_problems, placed, problem_linked
from screening.admin.help import ExpressionInput, expression_help
from screening.admin.order import EXPRESSIONS
from screening.admin.places import address, link, questionnaire_of
from screening.admin.row_forms import Broken, PartForm, RowForm, UnfitFormSet
from screening.admin.whole import Use, Whole, kind_in_words
from screening.engine.definition import problems
from screening.models import Questionnaire

# What a request carries from one step of the admin to the next.
UNFIT, BEFORE, TOLD, OF = "_unfit", "_problems_before", "_told_of_others", "_questionnaire"
KEY_HELP = gettext_lazy(
    "Its name in rules: small letters, digits and underscores. Patients never see it. "
    "Answers are stored under it, so keep it once it has been published."
)
REASON_HELP = gettext_lazy(
    "Its name in findings and exports: small letters, digits and underscores. Keep it once it has been published."
)


class Unfit(Exception):
    """With this change the questionnaire would not fit together."""

    def __init__(self, broken: tuple[Broken, ...]) -> None:
        self.broken = broken
        super().__init__("unfit")


class Expressive(admin.options.BaseModelAdmin):
    """Boxes that fit what is typed into them."""

    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in EXPRESSIONS:
            kwargs["widget"] = ExpressionInput()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in ("key", "reason"):
            field.help_text = KEY_HELP if db_field.name == "key" else REASON_HELP
            field.widget.attrs.update({"spellcheck": "false", "autocapitalize": "off"})
        return field


class PartInline(Expressive, admin.options.InlineModelAdmin):
    """Rows inside the form of another. Some empty ones stand ready, for those without JavaScript."""

    form = PartForm
    formset = UnfitFormSet
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}}
    ready = 1

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Once is enough: the page of the row itself explains its fields."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = ""
        return field

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return self.ready if obj is not None else self.ready + 2

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        about = {"unfit": getattr(request, UNFIT, ()), "in_table": isinstance(self, admin.TabularInline)}
        return type(formset.__name__, (formset,), about)


class RowAdmin(Expressive, admin.ModelAdmin):
    """A row of a questionnaire. What would break the questionnaire is refused, and said where it is."""

    form = RowForm
    change_form_template = "admin/screening/row/change_form.html"
    delete_confirmation_template = "admin/screening/row/delete_confirmation.html"
    gone_template = "admin/screening/row/gone.html"
    moved_on_template = "admin/screening/row/moved_on.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Rows are reached through their questionnaire."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_urls(self) -> list[URLPattern]:
        return [
            self._path("<path:object_id>/move/", self.move_view, "move"),
            self._path("<path:object_id>/duplicate/", self.duplicate_view, "duplicate"),
            *super().get_urls(),
        ]

    def _path(self, route: str, view: Any, name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"{self._prefix}{name}")

    @property
    def _prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_"

    def _url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self._prefix}{name}", args=args)

    # The form

    @property
    def parent_name(self) -> str:
        return order.parent_name(self.model)

    def _parent(self, request: HttpRequest, row: Any) -> Any:
        """What the row belongs to; what a new one was asked for beside; None where that is not known."""
        if row is not None:
            return getattr(row, self.parent_name)
        asked = request.POST.get(self.parent_name) or request.GET.get(self.parent_name, "")
        model: Any = self.model._meta.get_field(self.parent_name).related_model
        return model._base_manager.filter(pk=asked).first() if asked.isdigit() else None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new row says what it belongs to; where it stands is chosen in words."""
        (name, first), *others = super().get_fieldsets(request, obj)
        parent = () if obj is not None else (self.parent_name,)
        return [(name, {**first, "fields": (*parent, *first["fields"])}), *others]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        members = {"parent": self._parent(request, obj), "unfit": getattr(request, UNFIT, ())}
        return type(form.__name__, (form,), members)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"after": request.GET.get("after", "")}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                self._hold(request, object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Unfit as unfit:
            # Nothing was stored. The form is shown again with what was typed, and what is wrong.
            setattr(request, UNFIT, unfit.broken)
        with transaction.atomic():
            self._hold(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Somebody removed the row while its form was open: what was typed is shown, to be copied."""
        typed = together.typed(request, self.model) if request.method == "POST" else []
        if not typed:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc]  # django-stubs do not know it
        context = {
            **self.admin_site.each_context(request),
            "title": _("This was removed"),
            "opts": self.opts,
            "typed": typed,
            "questionnaires_url": reverse(f"{self.admin_site.name}:screening_questionnaire_changelist"),
        }
        return TemplateResponse(request, self.gone_template, context, status=409).render()

    def _hold(self, request: HttpRequest, object_id: str | None) -> None:
        """Lock the questionnaire before the row is read, so that what is compared is what is replaced."""
        row = self.get_object(request, unquote(object_id)) if object_id is not None else None
        parent = self._parent(request, row)
        if parent is not None:
            whose = parent if isinstance(parent, Questionnaire) else questionnaire_of(parent)
            together.locked(whose.pk)

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        stale = form.has_error("__all__", "stale")
        if stale:
            for inline in context["inline_admin_formsets"]:
                form.conflicts += together.conflicts_inside(inline.formset)
        context |= self._around(request, form, obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if stale:
            response.status_code = 409
        return response

    def _around(self, request: HttpRequest, form: Any, row: Any) -> dict[str, Any]:
        """What stands around the form."""
        questionnaire = form.questionnaire
        if questionnaire is None:
            return {}
        around = {
            "questionnaire": questionnaire,
            "questionnaire_url": self._outline_url(questionnaire, row),
            "lately": together.lately(questionnaire, request.user) if request.method == "GET" else "",
        }
        if row is None or row.pk is None:
            return around
        return around | {
            "seen": form.initial["seen"],
            "order": together.order_of(order.siblings(row)),
            "version": questionnaire.version,
            "move_url": self._url("move", row.pk),
            "duplicate_url": self._url("duplicate", row.pk) if self.has_add_permission(request) else "",
        }

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        questionnaire = together.locked(questionnaire_of(obj).pk)
        setattr(request, BEFORE, problems(questionnaire.content()))
        super().save_model(request, obj, form, change)
        if form.moves:
            order.put_after(obj, form.before)
        elif not change:
            order.put_after(obj, -1)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            order.renumber(formset.model._base_manager.filter(**{formset.fk.name: form.instance}))
        row = form.instance
        questionnaire = together.locked(questionnaire_of(row).pk)
        found = new_problems(getattr(request, BEFORE), questionnaire)
        if found:
            raise Unfit(tuple(placed(problem, questionnaire, form, formsets) for problem in found))
        together.save(request, questionnaire, _said(row, _("changed") if change else _("added")))
        setattr(request, TOLD, together.tell(request, self._meanwhile(request, questionnaire, form)))

    def _meanwhile(
        self, request: HttpRequest, questionnaire: Questionnaire, form: Any
    ) -> list[together.Save]:
        return together.saves_since(questionnaire, form.cleaned_data.get("version"), request.user)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        if "_addanother" in request.POST:
            return self._add_another(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        if "_addanother" in request.POST:
            return self._add_another(request, obj)
        return super().response_change(request, obj)

    def _add_another(self, request: HttpRequest, row: Any) -> HttpResponseRedirect:
        """Right after this one."""
        said = _("“%(row)s” was saved. Here is the next one.") % {"row": row}
        self.message_user(request, said, messages.SUCCESS)
        return redirect(
            f"{self._url('add')}?{self.parent_name}={getattr(row, f'{self.parent_name}_id')}&after={row.pk}"
        )

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(self._outline_url(questionnaire_of(obj), obj, on_top=getattr(request, TOLD, False)))

    response_post_save_change = response_post_save_add

    def _outline_url(self, questionnaire: Questionnaire, row: Any, on_top: bool = False) -> str:
        """The outline, at the row: there where something is told on top of it, too."""
        if row is None or row.pk is None:
            return address(questionnaire)
        name = f"{row._meta.model_name}-{row.pk}"
        return f"{address(questionnaire)}?at={name}" + ("" if on_top else f"#{name}")

    # Steps of a row

    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One place up or down."""
        return self._step(request, object_id, self.has_change_permission, self._move)

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A copy right after the row, under a key that is free; its own page comes next."""
        return self._step(request, object_id, self.has_add_permission, self._duplicate)

    def _step(self, request: HttpRequest, object_id: str, may: Any, take: Any) -> HttpResponse:
        if not may(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            self._hold(request, object_id)
            row: Any = self.get_object(request, unquote(object_id))
            if row is None:
                raise Http404
            return take(request, row, together.locked(questionnaire_of(row).pk))

    def _move(self, request: HttpRequest, row: Any, questionnaire: Questionnaire) -> HttpResponse:
        direction, _space, seen = request.POST.get("to", "").partition(" ")
        if seen != together.order_of(order.siblings(row)):
            return self._moved_on(request, row, questionnaire, _("Nothing was moved."))
        before = problems(questionnaire.content())
        with transaction.atomic():
            moved = order.move(row, up=direction == "up")
            found = new_problems(before, questionnaire) if moved else []
            if found:
                transaction.set_rollback(True)
        if not moved:
            return redirect(self._outline_url(questionnaire, row))
        if found:
            for problem in found:
                self.message_user(request, problem_linked(problem, questionnaire), messages.ERROR)
            self.message_user(request, _("So it stays where it was."), messages.ERROR)
            return redirect(self._outline_url(questionnaire, row, on_top=True))
        return self._taken(request, row, questionnaire, _("moved"))

    def _duplicate(self, request: HttpRequest, row: Any, questionnaire: Questionnaire) -> HttpResponse:
        if request.POST.get("seen") != together.seen_of(row):
            return self._moved_on(request, row, questionnaire, _("Nothing was copied."))
        copied = order.duplicate(row, questionnaire)
        self._taken(request, copied, questionnaire, _("copied from “%(row)s”") % {"row": row})
        said = _("This is the copy. Its key is free; change what is to differ.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect(address(copied))

    def _taken(self, request: HttpRequest, row: Any, questionnaire: Questionnaire, what: str) -> HttpResponse:
        together.save(request, questionnaire, _said(row, what))
        self.log_change(request, row, what)
        opened = request.POST.get("version", "")
        version = int(opened) if opened.isdigit() else None
        told = together.tell(request, together.saves_since(questionnaire, version, request.user))
        return redirect(self._outline_url(questionnaire, row, on_top=told))

    def _moved_on(
        self, request: HttpRequest, row: Any, questionnaire: Questionnaire, what: str
    ) -> HttpResponse:
        """409: what the step was about is another now."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("This has changed"),
            "opts": self.opts,
            "row": row,
            "row_url": address(row),
            "questionnaire": questionnaire,
            "questionnaire_url": self._outline_url(questionnaire, row),
            "who": together.changed_meanwhile(questionnaire).params["who"],  # type: ignore[index]
            "what": what,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.moved_on_template, context, status=409).render()

    # Removing

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        row: Any = self.get_object(request, unquote(object_id))
        if row is None or not self.has_delete_permission(request, row):
            return super().delete_view(request, object_id, extra_context)
        if request.method != "POST":
            return super().delete_view(request, object_id, self._before_removing(row))
        try:
            with transaction.atomic():
                self._hold(request, object_id)
                if request.POST.get("seen") != together.seen_of(row):
                    return self._moved_on(request, row, questionnaire_of(row), _("Nothing was removed."))
                return super().delete_view(request, object_id, extra_context)
        except Unfit as unfit:
            for broken in unfit.broken:
                said = format_html(
                    '<a href="{}">{}</a>: {}', broken.url, broken.title, broken.problem.message
                )
                self.message_user(request, said, messages.ERROR)
            self.message_user(request, _("It is still needed, so it was not removed."), messages.ERROR)
            return redirect(address(row))

    def _before_removing(self, row: Any) -> dict[str, Any]:
        questionnaire = questionnaire_of(row)
        return {
            "seen": together.seen_of(row),
            "version": questionnaire.version,
            "questionnaire": questionnaire,
            "questionnaire_url": self._outline_url(questionnaire, row),
            "uses": used_by(row),
            "row_url": address(row),
        }

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        questionnaire = together.locked(questionnaire_of(obj).pk)
        before, about = problems(questionnaire.content()), _said(obj, _("removed"))
        super().delete_model(request, obj)
        if found := new_problems(before, questionnaire):
            raise Unfit(tuple(elsewhere(problem, questionnaire) for problem in found))
        together.save(request, questionnaire, about)
        opened = request.POST.get("version", "")
        if opened.isdigit():
            together.tell(request, together.saves_since(questionnaire, int(opened), request.user))
        setattr(request, OF, questionnaire)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        said = _("The %(name)s “%(row)s” was removed.") % {"name": self.opts.verbose_name, "row": obj_display}
        self.message_user(request, said, messages.SUCCESS)
        return redirect(address(getattr(request, OF)))

    # What the page says besides

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, row: Any) -> str:
        """The saved expression in the questions' own words."""
        text = next((getattr(row, name) for name in EXPRESSIONS if getattr(row, name, "")), "")
        if not text or row.pk is None:
            return "–"
        return Whole.of(questionnaire_of(row)).words(text) or "–"

    @admin.display(description=gettext_lazy("used by"))
    def used_by(self, row: Any) -> SafeString | str:
        """Each row that names this one, with its sentence."""
        if row.pk is None:
            return _("Nothing uses it yet.")
        uses = used_by(row)
        if not uses:
            return _("Nothing uses it.")
        lines = format_html_join(
            "", '<li>{} <a href="{}">{}</a><br><span class="sentence">{}</span></li>', uses
        )
        return format_html('<ul class="uses">{}</ul>', lines)

    @admin.display(description=gettext_lazy("help"))
    def expression_help(self, row: Any) -> SafeString | str:
        if getattr(row, f"{self.parent_name}_id") is None:
            return _("Save it first. What can be written here is listed then.")
        return expression_help(Whole.of(questionnaire_of(row)))


def used_by(row: Any) -> list[tuple[str, str, str, str]]:
    """(kind, address, title, sentence) of each row that names this one."""
    whole = Whole.of(questionnaire_of(row))
    found: tuple[Use, ...] = ()
    if row._meta.model_name == "notice":
        found = whole.notice_uses.get(row.key, ())
    elif row._meta.model_name in ("question", "threshold", "calculation"):
        found = whole.uses.get(row.key, ())
    return [
        (
            kind_in_words(use.kind),
            link(whole.questionnaire, use.where),
            use.title,
            whole.words(use.expression),
        )
        for use in found
    ]


def _said(row: Any, what: str) -> str:
    return f"{row._meta.verbose_name} “{row}” {what}"
