"""A case as reviewers read it. Whose data is shown was recorded before it was read; see `screening.reviewing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from screening import messaging, reviewing
from screening.casefile import followedfile, page
from screening.casefile.page import CaseFile
from screening.forms.marking import MarkForm
from screening.forms.review import DecisionForm, decided_on
from screening.host import host
from screening.models import Case, Submission

REVIEW = "screening.review_cases"
DECIDE = (REVIEW, "screening.decide_case")


@permission_required(REVIEW, raise_exception=True)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    file = opened(request, case_id, _wanted(request))
    response = case_page(request, file)
    if request.method == "GET" and file.case.patient_id != request.user.pk and request.user.has_perms(DECIDE):
        # Once they were shown, as new: the patient sees who read them.
        messaging.read_questions(user=request.user, questions=file.letters.unread)
    return response


def visible(request: HttpRequest, case_id: UUID) -> Case:
    case: Case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    return case


def opened(request: HttpRequest, case_id: UUID, submission_id: UUID | None = None) -> CaseFile:
    try:
        case = reviewing.open_case(user=request.user, case_id=case_id, submission_id=submission_id)
        return page.read(request.user, case, submission_id)
    except (Case.DoesNotExist, Submission.DoesNotExist):
        raise Http404 from None


def _wanted(request: HttpRequest) -> UUID | None:
    """The earlier submission that the address asks for."""
    try:
        return UUID(request.GET["submission"]) if "submission" in request.GET else None
    except ValueError:
        raise Http404 from None


@dataclass(frozen=True)
class Marking:
    """A mark that was not stored: of which criterion, as it was typed, and by how many versions it came too late."""

    criterion: str
    form: MarkForm
    late_by: int = 0
    recovered: bool = False


def case_page(
    request: HttpRequest,
    file: CaseFile,
    form: DecisionForm | None = None,
    status: int = 200,
    marked: Marking | None = None,
    **more: Any,
) -> HttpResponse:
    form = form or DecisionForm(initial=decided_on(file.case))
    form.suggest(file.suggested_tests)
    context = {
        "file": file,
        "case": file.case,
        "followed": followedfile.read(request.user, file.case, file.records or [file.case.patient_id]),
        "form": form,
        "stale": status == 409 and marked is None,
        "marked": marked,
        "marked_is_found": marked and any(each.criterion.key == marked.criterion for each in file.reported),
        "mark_forms": _mark_forms(request.user, file, marked),
        "sender": host().sender(request.user),
        **more,
    }
    return render(request, "screening/review/case.html", context, status=status)


def _mark_forms(user: Any, file: CaseFile, marked: Marking | None) -> dict[str, MarkForm]:
    """One for each finding, where the user may mark. An earlier submission is for reading only."""
    if not file.is_current or file.case.patient_id == user.pk or not user.has_perms(DECIDE):
        return {}
    results = [each.row for each in file.tests if each.stands]
    version = {"version": file.case.version}
    forms = {
        each.criterion.key: MarkForm(
            criterion=each.criterion.key, results=results, marked=bool(each.marks), initial=version
        )
        for each in file.reported
    }
    return forms | ({marked.criterion: marked.form} if marked else {})
