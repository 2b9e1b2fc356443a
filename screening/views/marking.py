"""Marking a finding. What was typed is never lost: not to a login, not to a colleague who was first."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening import marking, reviewing
from screening.casefile import historyfile
from screening.forms.marking import MarkForm
from screening.host import host
from screening.models import Case
from screening.views.review import DECIDE, Marking, case_page, opened, visible


@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, case_id: UUID, criterion: str) -> HttpResponse:
    case = visible(request, case_id)
    try:
        label = marking.criterion_of(case, criterion).label
        if request.method != "POST":
            return _mark_again(request, case, criterion)
        form = _form(request, case, criterion, request.POST)
        if not form.is_valid():
            return _page(request, case, criterion, form, 422)
        marking.mark(user=request.user, case=case, criterion=criterion, **form.cleaned_data)
    except marking.NothingFound:
        raise Http404 from None
    except reviewing.Stale:
        return _stale(request, case, criterion, form.cleaned_data["version"])
    messages.success(request, _("%(criterion)s: your mark is stored.") % {"criterion": label})
    return redirect(f"{reverse('review:case', args=[case_id])}#criterion-{criterion}")


def _mark_again(request: HttpRequest, case: Case, criterion: str) -> HttpResponse:
    """After a login in between: the form as it was typed, to be sent once more. Else to the case."""
    typed = host().recovered(request)
    if typed is None:
        return redirect("review:case", case.pk)
    return _page(request, case, criterion, _form(request, case, criterion, typed), 200, recovered=True)


def _stale(request: HttpRequest, case: Case, criterion: str, seen: int) -> HttpResponse:
    """The same words, to be said again of another version of the case."""
    file = opened(request, case.pk)
    typed = request.POST.copy()
    typed["version"] = str(file.case.version)
    form = _form(request, file.case, criterion, typed)
    late_by = max(1, file.case.version - seen)
    return case_page(
        request,
        file,
        status=409,
        marked=Marking(criterion, form, late_by),
        changes=historyfile.changes(file, late_by),
    )


def _page(
    request: HttpRequest, case: Case, criterion: str, form: MarkForm, status: int, *, recovered: bool = False
) -> HttpResponse:
    marked = Marking(criterion, form, recovered=recovered)
    return case_page(request, opened(request, case.pk), status=status, marked=marked)


def _form(request: HttpRequest, case: Case, criterion: str, typed: QueryDict) -> MarkForm:
    return MarkForm(
        typed,
        criterion=criterion,
        results=marking.results_of(user=request.user, case=case),
        marked=marking.is_marked(user=request.user, case=case, criterion=criterion),
    )
