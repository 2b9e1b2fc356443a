"""What is done with the rows that were ticked on the list: handed over, taken into care, taken for review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from screening import assigning, places
from screening.assigning import Outcome
from screening.host import host
from screening.models import Case
from screening.views.cases import address
from screening.views.review import DECIDE, REVIEW

ASSIGN = (REVIEW, "screening.assign_case")
# What a button of the list asks for, and who may.
MAY: dict[str, tuple[str, ...]] = {"give": ASSIGN, "mine": ASSIGN, "take": DECIDE}


@permission_required(REVIEW, raise_exception=True)
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """`do` is one of MAY, `case` the ids of the ticked rows, `back` the query of the list. To give needs `to` too."""
    do = request.POST.get("do", "")
    if not request.user.has_perms(MAY.get(do, ASSIGN)):
        raise PermissionDenied
    ids = places.first_of(request.POST.getlist("case"), places.PAGE)
    if not ids or do not in MAY:
        messages.warning(request, _("Nothing was done. Tick the patients first, then say what to do."))
        return redirect(_back(request))
    cases = assigning.visible(request.user, ids)
    if not cases:
        raise Http404
    to = request.user.pk if do == "mine" else _colleague(request)
    if do == "give" and to is None:
        return _ask(request, cases)
    if do == "take":
        outcome = assigning.take(user=request.user, cases=cases)
        _tell(request, outcome, _("Taken for review: %s."))
    else:
        outcome = assigning.hand_over(user=request.user, cases=cases, to=to)
        _tell(request, outcome, _("Now in your care: %s.") if to == request.user.pk else _given(request, to))
    if gone := len(ids) - len(cases):
        messages.warning(request, _gone(gone))
    return redirect(_back(request))


def _given(request: HttpRequest, to: Any) -> str:
    name = dict(host().colleagues(request.user))[to].replace("%", "%%")
    return _("Now in the care of %(name)s: %%s.") % {"name": name}


def _colleague(request: HttpRequest) -> Any:
    """The account that was chosen, if the user can give patients to it."""
    given = request.POST.get("to", "")
    return next((pk for pk, _name in host().colleagues(request.user) if str(pk) == given), None)


def _ask(request: HttpRequest, cases: list[Case]) -> HttpResponse:
    """To whom. Whom this is about stands above it, by name."""
    ids = [case.patient_id for case in cases]
    people, carers = host().people(ids), host().caring(ids)
    colleagues = host().colleagues(request.user)
    context = {
        "rows": [
            (case, people[case.patient_id], list(carers.get(case.patient_id, {}).values())) for case in cases
        ],
        "colleagues": colleagues,
        "missing": "to" in request.POST,
        "back": request.POST.get("back", ""),
        "address": _back(request),
    }
    return render(
        request, "screening/review/assign.html", context, status=422 if "to" in request.POST else 200
    )


def _tell(request: HttpRequest, outcome: Outcome, done: str) -> None:
    if outcome.done:
        messages.success(request, done % get_text_list(outcome.done, _("and")))
    for name, reason in outcome.refused:
        messages.warning(request, _("Not %(name)s: %(reason)s.") % {"name": name, "reason": reason})


def _gone(number: int) -> str:
    return ngettext(
        "%d of those you ticked is not among the patients that you may see any more.",
        "%d of those you ticked are not among the patients that you may see any more.",
        number,
    ) % number  # fmt: skip


def _back(request: HttpRequest) -> str:
    """The list as it was, whatever stands in the field."""
    return address(request.user, request.POST.get("back", ""))
