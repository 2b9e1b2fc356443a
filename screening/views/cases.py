"""The reviewers' list. Whom it shows was recorded before it was read; see `screening.reviewing`."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from screening import reviewing, worklist
from screening.forms_worklist import FilterForm
from screening.models.cases import Place
from screening.views.review import REVIEW


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


def _place(request: HttpRequest) -> dict[str, Place]:
    """Where the page begins or ends: {"after": place}, {"before": place}, or {} for the first page."""
    for name in ("after", "before"):
        if place := worklist.place_of(request.GET.get(name, "")):
            return {name: place}
    return {}
