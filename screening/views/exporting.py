"""Cases on paper, as a PDF, and as a table: asked for with the password, and opened for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from screening import places
from screening.host import host
from screening.models import Case, Export
from screening.takeout import exporting, printout, spreadsheet, table
from screening.views.review import REVIEW, visible

EXPORT = (REVIEW, "screening.export_cases")
TICKED = "table"  # what the button at the ticks says
Kind = Export.Kind


@permission_required(EXPORT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose how one case leaves."""
    chosen = visible(request, case_id)
    if (question := host().confirm_password(request)) is not None:
        return question
    if request.method != "POST":
        return render(
            request, "screening/export/case.html", {"case": chosen, "makes_pdf": printout.makes_pdf()}
        )
    kind = request.POST.get("kind")
    if kind not in (Kind.PRINT, Kind.PDF) or (kind == Kind.PDF and not printout.makes_pdf()):
        raise Http404
    return redirect("review:export", exporting.ask_case(user=request.user, case=chosen, kind=kind).pk)


@permission_required(EXPORT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """The cases that were ticked, or all that the list shows, as a table."""
    posted = request.method == "POST"
    ticked = _ticked(request)
    if ticked and not Case.objects.visible_to(request.user).filter(pk__in=ticked).exists():
        raise Http404
    said = request.POST.get("query", "") if posted else request.META["QUERY_STRING"]
    filters = exporting.filters(request.user, said)
    query = filters.query()
    if request.POST.get("do") == TICKED and not ticked:
        return redirect(f"{reverse('review:cases')}?{query}")
    if (question := host().confirm_password(request)) is not None:
        return question
    unfit = bool(filters.errors) or len(query) > exporting.LONGEST
    if posted and not unfit:
        asked = exporting.ask_table(user=request.user, cases=ticked, query="" if ticked else query)
        return redirect("review:export", asked.pk)
    context = {
        "query": query,
        "unfit": unfit,
        "count": 0 if unfit else places.count(request.user, filters.chosen()),
        "cap": places.CAP,
        "most": exporting.MOST,
    }
    return render(request, "screening/export/cases.html", context, status=422 if unfit else 200)


@permission_required(EXPORT, raise_exception=True)
@require_safe
def export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """The printout itself; of a file, where it is and until when."""
    asked = _found(request, export_id)
    if exporting.expired(asked):
        return _gone(request)
    if asked.kind != Kind.PRINT:
        return _guarded(render(request, "screening/export/ready.html", {"export": asked}))
    return _guarded(HttpResponse(printout.page(_context(request, asked))))


@permission_required(EXPORT, raise_exception=True)
@require_safe
def file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    asked = _found(request, export_id)
    if asked.kind == Kind.PRINT or (asked.kind == Kind.PDF and not printout.makes_pdf()):
        raise Http404
    if exporting.expired(asked):
        return _gone(request)
    return _pdf(request, asked) if asked.kind == Kind.PDF else _csv(request, asked)


def _found(request: HttpRequest, export_id: UUID) -> Export:
    """Raises Http404 alike for somebody else's, for none, and where nothing of it may be seen any more."""
    try:
        asked = exporting.find(request.user, export_id)
    except Export.DoesNotExist:
        raise Http404 from None
    if not exporting.still_visible(request.user, asked):
        raise Http404
    return asked


def _ticked(request: HttpRequest) -> list[UUID]:
    """Raises Http404 for what is no id."""
    try:
        return [UUID(text) for text in dict.fromkeys(request.POST.getlist("case"))]
    except ValueError:
        raise Http404 from None


def _context(request: HttpRequest, asked: Export) -> dict[str, Any]:
    """All that a case says on paper. Raises Http404 where the patient may not be seen any more."""
    try:
        case = exporting.the_case(request.user, asked)
    except Case.DoesNotExist:
        raise Http404 from None
    file = exporting.read_one(request.user, asked, case)
    return {
        "file": file,
        "export": asked,
        "contacts": host().contacts(),
        "printed_by": host().person(request.user).name,
        "printed_at": timezone.now(),
    }


def _pdf(request: HttpRequest, asked: Export) -> HttpResponse:
    made = printout.pdf(_context(request, asked))
    return _guarded(HttpResponse(made, content_type="application/pdf"), _name(asked, "case", "pdf"))


def _csv(request: HttpRequest, asked: Export) -> HttpResponseBase:
    try:
        ids = exporting.record_table(request.user, asked)
    except exporting.TooMany:
        return _guarded(
            render(request, "screening/export/too_many.html", {"most": exporting.MOST}, status=409)
        )
    lines = StreamingHttpResponse(
        _bytes(request.user, ids), content_type="text/csv; charset=utf-8; header=present"
    )
    return _guarded(lines, _name(asked, "cases", "csv"))


def _bytes(user: Any, ids: list[UUID]) -> Iterator[bytes]:
    """A few hundred lines at a time: a packet for each would cost more than the line."""
    waiting = [spreadsheet.BOM]
    for line in spreadsheet.lines(table.rows(user, ids)):
        waiting.append(line)
        if len(waiting) > table.AT_ONCE:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _name(asked: Export, kind: str, ending: str) -> str:
    """A file name that tells of no patient."""
    return f"{kind}-{timezone.localdate(asked.at)}-{asked.pk.hex[:8]}.{ending}"


def _guarded(response: Any, name: str = "") -> Any:
    """In no cache, and taken for nothing else than it is."""
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "screening/export/gone.html", status=410)
