"""The practice lead's page: the practice in numbers, and no patient."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from screening.figures import PERIODS, USUAL, figures
from screening.worklist import live_definitions


@permission_required("screening.view_figures", raise_exception=True)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Of the last 3, 6, 12 or 24 months, as the address says. Anything else is the usual year."""
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, PERIODS) else USUAL
    context = {
        "figures": figures(months, live_definitions()),
        "months": months,
        "periods": PERIODS,
        "at": timezone.now(),
    }
    return render(request, "screening/review/figures.html", context)
