"""The page of an alert: whom to call, who is on it, and what came of it. It shows no answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening import alerts, reviewing
from screening.casefile import alertfile
from screening.forms.review import AlertNoteForm
from screening.host import host
from screening.models import Alert, Case
from screening.models.alerts import ACKNOWLEDGE
from screening.views.review import REVIEW


@permission_required(ACKNOWLEDGE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    try:
        alert = reviewing.open_alert(user=request.user, alert_id=alert_id)
    except Alert.DoesNotExist:
        raise Http404 from None
    if request.method != "POST":
        typed = host().recovered(request)  # after a login in between
        return _page(request, alert, AlertNoteForm(typed if typed and typed.get("text") else None))
    if "text" in request.POST:
        return _note(request, alert)
    if not reviewing.acknowledge(user=request.user, alert=alert):
        alert.refresh_from_db()
        if alert.acknowledged_by_id != request.user.pk:
            return _page(request, alert, AlertNoteForm(), status=409)
    return redirect("review:alert", alert_id)


def _note(request: HttpRequest, alert: Alert) -> HttpResponse:
    form = AlertNoteForm(request.POST)
    if not form.is_valid():
        return _page(request, alert, form, status=422)
    reviewing.note_alert(user=request.user, alert=alert, text=form.cleaned_data["text"])
    messages.success(request, _("Your note is stored. Those who may open the case read it there."))
    return redirect("review:alert", alert.pk)


def _page(request: HttpRequest, alert: Alert, form: AlertNoteForm, status: int = 200) -> HttpResponse:
    [file] = alertfile.read(request.user, [alert])
    waits = alert.acknowledged_at is None
    then = alerts.next_in_line(alert) if waits else None
    context = {
        "alert": alert,
        "file": file,
        "person": host().person(alert.patient),
        "mine": alert.acknowledged_by_id == request.user.pk,
        "next": host().person(then).name if then and then.pk != request.user.pk else "",
        "next_at": alerts.next_due(alert) if waits else None,
        "case": Case.objects.visible_to(request.user).filter(pk=alert.case_id).first()
        if request.user.has_perm(REVIEW)
        else None,
        "contacts": host().contacts(alert.patient),
        "form": form,
        "sender": host().sender(request.user),
        "too_late": status == 409,
    }
    return render(request, "screening/review/alert.html", context, status=status)
