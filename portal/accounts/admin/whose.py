"""Whose patients: cover, what was opened in an emergency, and two records of one person. Nothing shows an answer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import joining
from portal.accounts.admin.duty import NeverDeleted
from portal.accounts.forms import JoinForm
from portal.accounts.joining import NotJoined, Pair
from portal.accounts.models import Cover, EmergencyAccess, JoinedRecord
from portal.accounts.models.practice import who_may


class ReadOnly(NeverDeleted):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Cover)
class CoverAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ("surgeon", "covered_by", "start", "end", "made_by")
    ordering = ("-start", "pk")
    readonly_fields = ("made_by", "ended_by")
    fields = ("surgeon", "covered_by", "start", "end", "made_by", "ended_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cover]:
        return super().get_queryset(request).select_related("surgeon", "covered_by", "made_by")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = who_may("screening.review_cases").order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Cover, form: Any, change: bool) -> None:
        if not change:
            obj.made_by = request.user  # type: ignore[assignment]
        elif "end" in form.changed_data:
            obj.ended_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


@admin.register(EmergencyAccess)
class EmergencyAccessAdmin(ReadOnly, admin.ModelAdmin):
    """Who opened whose record. The reason is about a patient's health, and is told to the patient and the lead."""

    list_display = ("surgeon", "patient", "start", "end")
    fields = ("surgeon", "patient", "start", "end")
    ordering = ("-start", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmergencyAccess]:
        return super().get_queryset(request).select_related("surgeon", "patient")


@admin.register(JoinedRecord)
class JoinedRecordAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("into", "other", "at", "by", "undone_at")
    fields = (
        "into",
        "its_number",
        "other",
        "other_number",
        "reason",
        "closed",
        "by",
        "at",
        "undone_by",
        "undone_at",
    )
    readonly_fields = ("its_number", "other_number")
    ordering = ("-at", "-pk")
    change_list_template = "admin/accounts/joinedrecord/change_list.html"
    change_form_template = "admin/accounts/joinedrecord/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[JoinedRecord]:
        return super().get_queryset(request).select_related("into", "other", "by")

    @admin.display(description=gettext_lazy("its record number"))
    def its_number(self, joined: JoinedRecord) -> str:
        return joining.record_number(joined.into)

    @admin.display(description=gettext_lazy("record number of the other"))
    def other_number(self, joined: JoinedRecord) -> str:
        return joining.record_number(joined.other)

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"accounts_joinedrecord_{name}")

        return [
            page("join/", self.join, "join"),
            page("<path:object_id>/part/", self.part, "part"),
            *super().get_urls(),
        ]

    def join(self, request: HttpRequest) -> HttpResponse:
        """Two numbers and a reason; then a page to check; then it is done."""
        _allowed(request)
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = JoinForm(request.POST if request.method == "POST" else None)
        if request.method != "POST":
            return self._page(request, "join", form=form)
        if not form.is_valid():
            return self._page(request, "join", 422, form=form)
        try:
            found = joining.pair(form.cleaned_data["into"], form.cleaned_data["other"])
            if "confirmed" not in request.POST or (found.unsent and "unsent" not in request.POST):
                status = 422 if "confirmed" in request.POST else 200
                return self._page(request, "check", status, form=form, pair=found)
            return self._join(request, found, form.cleaned_data["reason"])
        except NotJoined as refused:
            form.add_error(None, str(refused))
            return self._page(request, "join", 422, form=form)

    def _join(self, request: HttpRequest, found: Pair, reason: str) -> HttpResponse:
        joined = joining.join(into=found.into.user, other=found.other.user, reason=reason, by=request.user)
        self.log_addition(request, joined, f"Joined account {joined.other_id} to account {joined.into_id}.")
        words = {"other": found.other.record_number, "into": found.into.record_number}
        messages.success(request, _("%(other)s is joined to %(into)s.") % words)
        return redirect("admin:accounts_joinedrecord_changelist")

    def part(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Two records again, as before."""
        _allowed(request)
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        number = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        joined = get_object_or_404(JoinedRecord.objects.select_related("into", "other"), pk=number)
        if request.method == "POST" and joining.part(joined, by=request.user):
            self.log_change(request, joined, "Parted again.")
            messages.success(request, _("They are two records again."))
            return redirect("admin:accounts_joinedrecord_changelist")
        status = 200 if request.method != "POST" and joined.undone_at is None else 409
        numbers = {
            "its_number": joining.record_number(joined.into),
            "other_number": joining.record_number(joined.other),
        }
        return self._page(request, "part", status, original=joined, **numbers)

    def _page(self, request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
        titles = {
            "join": _("Join two records of one person"),
            "check": _("Check before you join"),
            "part": _("Part the records again"),
        }
        context = {
            **self.admin_site.each_context(request),
            "title": titles[name],
            "opts": self.opts,
            "status": status,
            **context,
        }
        return render(request, f"admin/accounts/joinedrecord/{name}.html", context, status=status)


def _allowed(request: HttpRequest) -> None:
    if not request.user.has_perm("accounts.join_records"):
        raise PermissionDenied
