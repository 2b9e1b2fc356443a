"""A surgeon's own views of the list: a name for what stands in its address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from screening import worklist
from screening.forms.worklist import MOST_VIEWS, ViewForm, query_of
from screening.models import SavedView
from screening.views.cases import address
from screening.views.review import REVIEW


@permission_required(REVIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """One's own views; a POST keeps another one, of the query in the field `query`."""
    if request.method != "POST":
        return _page(request)
    criteria = worklist.criteria_of(worklist.live_definitions().values())
    filters = query_of(request.POST.get("query", "")[:500], request.user, criteria)
    form = ViewForm(request.POST, owner=request.user, filters=filters)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        with transaction.atomic():
            view = form.save()
    except IntegrityError:  # of two windows that keep the same name at once the other one was first
        form.name_is_taken()
        return _page(request, form, status=422)
    messages.success(request, _("Kept as “%s”.") % view.name)
    return redirect(address(request.user, view.query))


@permission_required(REVIEW, raise_exception=True)
@require_POST
def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    view = get_object_or_404(SavedView, owner=request.user.pk, pk=view_id)
    view.delete()
    messages.success(request, _("“%s” was removed.") % view.name)
    return redirect("review:views")


def _page(request: HttpRequest, form: ViewForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "views": SavedView.objects.filter(owner=request.user.pk),
        "form": form,
        "query": form.instance.query if form else "",
        "most": MOST_VIEWS,
    }
    return render(request, "screening/review/views.html", context, status=status)
