"""A case as reviewers read it. Whose data is shown was recorded before it was read; see `screening.reviewing`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from screening import casefile, reviewing
from screening.casefile import CaseFile
from screening.forms_review import DecisionForm
from screening.host import host
from screening.models import Case, Submission

REVIEW = "screening.review_cases"
DECIDE = (REVIEW, "screening.decide_case")


@permission_required(REVIEW, raise_exception=True)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return case_page(request, opened(request, case_id, _wanted(request)))


def visible(request: HttpRequest, case_id: UUID) -> Case:
    case: Case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    return case


def opened(request: HttpRequest, case_id: UUID, submission_id: UUID | None = None) -> CaseFile:
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


def case_page(
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
