"""Taking a case, and deciding on it. What was typed is never lost: not to a login, not to a colleague who was first."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from screening import deciding, reviewing
from screening.forms_review import DecisionForm
from screening.host import host
from screening.views.review import DECIDE, case_page, opened, visible


@permission_required(DECIDE, raise_exception=True)
@require_POST
def take(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = visible(request, case_id)
    try:
        reviewing.take(user=request.user, case=case)
    except reviewing.Stale:
        return case_page(request, opened(request, case_id), status=409)
    return redirect("review:case", case_id)


@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return _decide_again(request, case_id)
    case, form = visible(request, case_id), DecisionForm(request.POST)
    if not form.is_valid():
        return case_page(request, opened(request, case_id), form, status=422)
    try:
        deciding.decide(user=request.user, case=case, **form.cleaned_data)
    except reviewing.Stale:
        file = opened(request, case_id)
        return case_page(request, file, form.renewed(file.case.version), status=409)
    messages.success(request, _("Your decision is stored."))
    return redirect("review:case", case_id)


def _decide_again(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """After a login in between: the form as it was typed, to be sent once more. Else to the case."""
    typed = host().recovered(request)
    if typed is None:
        return redirect("review:case", case_id)
    return case_page(request, opened(request, case_id), DecisionForm(typed), recovered=True)
