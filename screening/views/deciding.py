"""Taking a case, and deciding on it. What was typed is never lost: not to a login, not to a colleague who was first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from screening import reviewing
from screening.casefile import decisionfile
from screening.casefile.historyfile import Concluded
from screening.casefile.page import CaseFile
from screening.deciding import decide as store
from screening.forms.review import DecisionForm, decided_on
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
        return _form(request, case_id)
    case, form = visible(request, case_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, opened(request, case_id), form, status=422)
    try:
        store(user=request.user, case=case, **form.decision())
    except reviewing.Stale:
        return _stale(request, opened(request, case_id), form)
    if request.POST.get("then") == "message":
        return redirect("review:message", case_id)
    messages.success(request, _("Your decision is stored. The patient has not been told yet."))
    return redirect("review:case", case_id)


def _form(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """After a login in between: what was typed, to be sent once more. Or a wrong decision, to be replaced."""
    typed = host().recovered(request)
    if typed is not None:
        return _page(request, opened(request, case_id), DecisionForm(typed), recovered=True)
    if "replaces" not in request.GET:
        return redirect("review:case", case_id)
    file = opened(request, case_id)
    wrong = decisionfile.decided(file, request.GET["replaces"])
    if wrong is None:
        raise Http404
    if wrong is not file.standing:
        messages.info(request, _("That decision does not stand any more: a later one does."))
        return redirect("review:case", case_id)
    return _page(request, file, _correcting(file, wrong))


def _correcting(file: CaseFile, wrong: Concluded) -> DecisionForm:
    """The form with what the wrong decision said. What to decide instead is not chosen."""
    said, offered = wrong.decision, file.suggested_tests
    return DecisionForm(
        initial={
            **decided_on(file.case),
            "replaces": said.pk,
            "tests": [test for test in said.tests if test in offered],
            "other_tests": "\n".join(test for test in said.tests if test not in offered),
            "plan": said.plan,
            "reason": said.reason,
            "note": said.note,
            "rescreen_on": said.rescreen_on,
        }
    )


def _stale(request: HttpRequest, file: CaseFile, form: DecisionForm) -> HttpResponse:
    """Somebody or something came first: say what, and keep every word."""
    given, counts = form.cleaned_data, file.standing
    seen = {name: given[name] for name in ("version", "read", "seen_at")}
    renewed = form.renewed(file.case, counts.decision.pk if counts else None)
    return _page(request, file, renewed, status=409, meanwhile=decisionfile.since(file, **seen))


def _page(
    request: HttpRequest, file: CaseFile, form: DecisionForm, status: int = 200, **more: Any
) -> HttpResponse:
    replaced = decisionfile.decided(file, form["replaces"].value())
    told = decisionfile.told_of(file, replaced)
    return case_page(request, file, form, status=status, replaced=replaced, told_wrong=told, **more)
