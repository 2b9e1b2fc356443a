"""Entering a test's result, and taking a wrong one back. What was typed is never lost to a login, or to a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ledger import access
from ledger.models import AccessRecord
from screening import results, reviewing
from screening.casefile import resultfile
from screening.engine.definition import Definition, Investigation
from screening.forms.results import ReasonForm, ResultForm, VersionForm
from screening.host import host
from screening.models import Case, InvestigationResult
from screening.models.document import definition_of
from screening.views.review import REVIEW
from screening.worklist import fallen

ENTER = (REVIEW, "screening.enter_results")
KIND = InvestigationResult._meta.label_lower


@dataclass(frozen=True)
class Asked:
    """What the page is about: a test to enter, or a result that was wrong, to be put right or made void."""

    investigation: Investigation | None
    supersedes: InvestigationResult | None = None
    void: bool = False
    gone: bool = False  # somebody else has superseded it meanwhile

    def form(self, request: HttpRequest, case: Case, data: Any = None) -> VersionForm | None:
        initial = {"version": case.version}
        if self.void:
            return ReasonForm(data, initial=initial)
        if self.investigation is None:
            return None
        return ResultForm(
            data,
            initial=initial,
            investigation=self.investigation,
            supersedes=self.supersedes,
            units=host().units(request.user),
        )


@permission_required(ENTER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def of_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The results so far, and the form for one more."""
    try:
        case = reviewing.open_case(user=request.user, case_id=case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    definition = definition_of(case.submission.edition) if case.submission else None
    if request.method == "POST":
        reviewing.not_of(request.user, case)
        return _posted(request, case, definition)
    typed = host().recovered(request)
    asked = _asked(typed or request.GET, case, definition)
    status = 409 if asked.gone else 200
    return _page(
        request, case, definition, asked, asked.form(request, case, typed), status, recovered=bool(typed)
    )


def _asked(data: Any, case: Case, definition: Definition | None) -> Asked:
    """Raises Http404 for a result that the case has not."""
    key, supersedes, gone = data.get("test", ""), None, False
    if number := data.get("of", ""):
        try:
            supersedes = results.standing(
                case=case, id_=int(number) if number.isdecimal() and len(number) < 19 else None
            )
            key = supersedes.investigation
        except InvestigationResult.DoesNotExist:
            raise Http404 from None
        except reviewing.Stale:
            gone = True
    investigation = definition.investigation(key) if definition else None
    return Asked(investigation, supersedes, bool(supersedes and data.get("void")), gone)


def _posted(request: HttpRequest, case: Case, definition: Definition | None) -> HttpResponse:
    asked = _asked(request.POST, case, definition)
    form = asked.form(request, case, request.POST)
    if definition is None or asked.gone:
        return _page(request, case, definition, asked, form and form.renewed(case.version), 409)
    if form is None or not form.is_valid():
        return _page(request, case, definition, asked, form, 422)
    if "back" in request.POST:
        return _page(request, case, definition, asked, form)
    try:
        return _stored(request, case, definition, asked, form)
    except reviewing.Stale:
        case = reviewing.open_case(user=request.user, case_id=case.pk)
        return _page(request, case, definition, asked, form.renewed(case.version), 409)


def _stored(
    request: HttpRequest, case: Case, definition: Definition, asked: Asked, form: VersionForm
) -> HttpResponse:
    """Store it; where findings would come to something else, only after that was shown."""
    version = form.cleaned_data["version"]
    if version != case.version:
        raise reviewing.Stale
    entry = form.entry() if isinstance(form, ResultForm) else None
    ahead = results.look_ahead(case=case, entry=entry, supersedes=asked.supersedes)
    if ahead.turns and request.POST.get("seen") != ahead.seen:
        return _check_page(request, case, definition, asked, form, ahead)
    access.record(request.user, AccessRecord.Action.ENTERED, subject=case.patient_id, kind=KIND, id=case.pk)
    to: dict[str, Any] = {"user": request.user, "case": case, "version": version}
    to |= {"supersedes": asked.supersedes, "reason": form.cleaned_data.get("reason", "")}
    stored = results.void(**to) if entry is None else results.enter(**to, entry=entry)
    messages.success(request, _told(stored))
    return redirect(reverse("review:case", args=[case.pk]) + "#results")


def _told(stored: results.Stored) -> str:
    if stored.reassessment is not None:
        return _("It is stored, and the answers were assessed again.")
    if stored.missing:
        lacking = ", ".join(question.short for question in stored.missing)
        return _(
            "It is stored, but the answers were not assessed again. With it, this would have to be answered first: %(what)s"
        ) % {"what": lacking}
    return _("It is stored. The findings stay as they are; it is shown beside them.")


def _check_page(
    request: HttpRequest,
    case: Case,
    definition: Definition,
    asked: Asked,
    form: VersionForm,
    ahead: results.Ahead,
) -> HttpResponse:
    context = {
        "case": case,
        "person": host().people([case.patient_id])[case.patient_id],
        "asked": asked,
        "carried": form.carried,
        "words": form.entry().in_words() if isinstance(form, ResultForm) else None,
        "given": form.cleaned_data,
        "ahead": ahead,
        "fell": fallen(ahead.case, definition),
        "sender": host().sender(request.user),
    }
    return render(request, "screening/review/result_check.html", context)


def _page(
    request: HttpRequest,
    case: Case,
    definition: Definition | None,
    asked: Asked,
    form: VersionForm | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "case": case,
        "person": host().people([case.patient_id])[case.patient_id],
        "tests": definition.investigations if definition else (),
        "results": resultfile.read(request.user, case, definition),
        "asked": asked,
        "form": form,
        "stale": status == 409,
        "sender": host().sender(request.user),
        **more,
    }
    return render(request, "screening/review/results.html", context, status=status)
