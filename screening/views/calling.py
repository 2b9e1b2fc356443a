"""Patients to call or to write to: no e-mail reaches them. Whom the page shows was recorded before it was read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from screening import calling
from screening.forms.calling import CallForm
from screening.host import host
from screening.models import CallNote, ToCall
from screening.views.review import REVIEW


@permission_required(REVIEW, raise_exception=True)
@require_safe
def to_call(request: HttpRequest) -> HttpResponse:
    """Who they are, what they are to be told, and how to reach them."""
    return _page(request)


@permission_required(REVIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, to_call_id: int) -> HttpResponse:
    """Keep what came of a call or a letter. After a login in between: as it was typed, to be sent once more."""
    try:
        until = calling.find(user=request.user, id_=to_call_id)
    except ToCall.DoesNotExist:
        raise Http404 from None
    typed = request.POST if request.method == "POST" else host().recovered(request)
    if typed is None:
        return redirect("review:to_call")
    form = _form(typed, to_call_id)
    if request.method != "POST":
        return _page(request, form, until)
    if not form.is_valid():
        return _page(request, form, until, status=422)
    try:
        calling.note(
            user=request.user,
            until=until,
            outcome=form.cleaned_data["outcome"],
            text=form.cleaned_data["note"],
        )
    except calling.Settled:
        messages.warning(request, _("Somebody else has noted this meanwhile. Your note was not stored:"))
        messages.warning(request, form.cleaned_data["note"] or "–")
        return _page(request, status=409)
    tomorrow = form.cleaned_data["outcome"] == CallNote.Outcome.NOT_REACHED
    messages.success(request, _("Noted. They stand here again tomorrow.") if tomorrow else _("Noted."))
    return redirect("review:to_call")


def _page(
    request: HttpRequest, refused: CallForm | None = None, about: ToCall | None = None, status: int = 200
) -> HttpResponse:
    """Each patient with a form of their own; the one that was refused as it was typed."""
    page = calling.page(request.user, after=_after(request))
    if about is not None and all(row.items[0].patient_id != about.patient_id for row in page.rows):
        page = calling.page(request.user, after=calling.just_before(request.user, about.patient_id))
    cards = [
        {
            "row": row,
            "form": refused
            if refused is not None and about is not None and about.patient_id == row.items[0].patient_id
            else _form(None, row.until),
        }
        for row in page.rows
    ]
    context = {
        "page": page,
        "cards": cards,
        "cap": calling.CAP,
        "refused": refused is not None,
        "sender": host().sender(request.user),
    }
    return render(request, "screening/review/to_call.html", context, status=status)


def _form(data: Any, id_: int) -> CallForm:
    return CallForm(data, auto_id=f"id_{id_}_%s")


def _after(request: HttpRequest) -> int:
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
