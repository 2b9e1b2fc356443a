"""The reviewers' pages. Whose data is shown was recorded before it was read; see `screening.reviewing`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from screening import casefile, reviewing, worklist
from screening.casefile import CaseFile
from screening.forms_review import DecisionForm, FilterForm
from screening.host import host
from screening.models import Case, Submission
from screening.models.cases import Place

REVIEW = "screening.review_cases"
DECIDE = (REVIEW, "screening.decide_case")


@permission_required(REVIEW, raise_exception=True)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    live = worklist.live_definitions()
    filters = FilterForm(request.GET, criteria=worklist.criteria_of(live.values()))
    chosen, place = filters.chosen(), _place(request)
    page = worklist.page(request.user, chosen, live, **place)
    reviewing.record_list(
        user=request.user, cases=[row.case for row in page.rows], searched=bool(chosen.search)
    )
    context = {
        "page": page,
        "filters": filters,
        "filtered": chosen != worklist.Chosen(),
        "lost": not place and not request.GET.keys().isdisjoint({"after", "before"}),
        "cap": worklist.CAP,
    }
    return render(request, "screening/review/cases.html", context)


@permission_required(REVIEW, raise_exception=True)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _case_page(request, _open(request, case_id, _wanted(request)))


@permission_required(DECIDE, raise_exception=True)
@require_POST
def take(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _visible(request, case_id)
    try:
        reviewing.take(user=request.user, case=case)
    except reviewing.Stale:
        return _case_page(request, _open(request, case_id), status=409)
    return redirect("review:case", case_id)


@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return _decide_again(request, case_id)
    case, form = _visible(request, case_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _case_page(request, _open(request, case_id), form, status=422)
    try:
        reviewing.decide(user=request.user, case=case, **form.cleaned_data)
    except reviewing.Stale:
        file = _open(request, case_id)
        return _case_page(request, file, form.renewed(file.case.version), status=409)
    messages.success(request, _("Your decision is stored."))
    return redirect("review:case", case_id)


def _place(request: HttpRequest) -> dict[str, Place]:
    """Where the page begins or ends: {"after": place}, {"before": place}, or {} for the first page."""
    for name in ("after", "before"):
        if place := worklist.place_of(request.GET.get(name, "")):
            return {name: place}
    return {}


def _visible(request: HttpRequest, case_id: UUID) -> Case:
    case: Case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    return case


def _open(request: HttpRequest, case_id: UUID, submission_id: UUID | None = None) -> CaseFile:
    try:
        case = reviewing.open_case(user=request.user, case_id=case_id, submission_id=submission_id)
        return casefile.read(request.user, case, submission_id)
    except (Case.DoesNotExist, Submission.DoesNotExist):
        raise Http404 from None


def _wanted(request: HttpRequest) -> UUID | None:
    """The earlier submission that the address asks for."""
    try:
        return UUID(request.GET["submission"]) if "submission" in request.GET else None
    except ValueError:
        raise Http404 from None


def _decide_again(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """After a login in between: the form as it was typed, to be sent once more. Else to the case."""
    typed = host().recovered(request)
    if typed is None:
        return redirect("review:case", case_id)
    return _case_page(request, _open(request, case_id), DecisionForm(typed), recovered=True)


def _case_page(
    request: HttpRequest, file: CaseFile, form: DecisionForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "file": file,
        "case": file.case,
        "form": form or DecisionForm(initial={"version": file.case.version}),
        "stale": status == 409,
        "sender": host().sender(request.user),
        **more,
    }
    return render(request, "screening/review/case.html", context, status=status)
