"""The reviewers' list. Whom it shows was recorded before it was read; see `screening.reviewing`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from screening import places, reviewing, worklist
from screening.forms.worklist import VIEWS, FilterForm, query_of
from screening.host import host
from screening.models import SavedView
from screening.models.cases import Place
from screening.places import Chosen
from screening.views.review import DECIDE, REVIEW

ASSIGN = "screening.assign_case"


@permission_required(REVIEW, raise_exception=True)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    live = worklist.live_definitions()
    filters = FilterForm(request.GET, user=request.user, criteria=worklist.criteria_of(live.values()))
    chosen, place = filters.chosen(), _place(request)
    page = worklist.page(request.user, chosen, live, **place)
    reviewing.record_list(
        user=request.user, cases=[row.case for row in page.rows], searched=bool(chosen.search)
    )
    query = filters.query()
    context = {
        "page": page,
        "filters": filters,
        "query": query,
        "views": VIEWS,
        "own_views": list(SavedView.objects.filter(owner=request.user.pk)),
        "born": _read_as(chosen.search),
        "knows_care": "assigned" in filters.fields,
        "ticks": request.user.has_perm(ASSIGN) or request.user.has_perm(DECIDE[1]),
        "filtered": chosen != Chosen(),
        "lost": not place and not request.GET.keys().isdisjoint({"after", "before"}),
        "cap": places.CAP,
        "look": places.LOOK,
    }
    return render(request, "screening/review/cases.html", context)


def address(user: Any, query: str) -> str:
    """The list's address with that of a query that the list understands."""
    live = worklist.live_definitions()
    fits = query_of(query[:500], user, worklist.criteria_of(live.values())).query()
    return reverse("review:cases") + (f"?{fits}" if fits else "")


def _read_as(search: str) -> str:
    """The days for which a search was taken, where it was taken for a date of birth."""
    days = [date_format(day, "j F Y") for day in host().births(search)] if search else []
    return get_text_list(days, _("or"))


def _place(request: HttpRequest) -> dict[str, Place]:
    """Where the page begins or ends: {"after": place}, {"before": place}, or {} for the first page."""
    for name in ("after", "before"):
        if place := places.place_of(request.GET.get(name, "")):
            return {name: place}
    return {}
