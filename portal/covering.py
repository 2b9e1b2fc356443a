"""A surgeon's cover while they are away, and patients who pass to a colleague."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ledger.access import record
from ledger.models import AccessRecord
from portal.accounts import covering, handing_over
from portal.accounts.covering import start_of
from portal.accounts.forms import CoverForm, HandOverForm
from portal.accounts.handing_over import WHOLE_PRACTICE
from portal.accounts.models import Care, User
from screening.host import host

MAY = ("screening.review_cases", "screening.assign_case")


@permission_required(MAY, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest) -> HttpResponse:
    """Who stands in for me, and for whom I do; what was handed over for a day to come."""
    if request.method != "POST":
        return _cover_page(request, CoverForm(**_people(request)))
    form = CoverForm(request.POST, **_people(request))
    if not form.is_valid():
        return _cover_page(request, form, 422)
    made = covering.cover(
        by=request.user,
        away=User.objects.get(pk=form.cleaned_data["away"]),
        covered_by=form.cleaned_data["to"],
        first=form.cleaned_data["first"],
        last=form.cleaned_data["last"],
    )
    words = {"name": made.covered_by.name, "day": date_format(form.cleaned_data["last"])}
    messages.success(request, _("%(name)s stands in until the end of %(day)s.") % words)
    return redirect("cover")


@permission_required(MAY, raise_exception=True)
@require_POST
def end_cover(request: HttpRequest, cover_id: int) -> HttpResponse:
    each = get_object_or_404(covering.of(request.user), pk=cover_id)
    covering.end(each, by=request.user)
    messages.success(request, _("%(name)s stands in no more.") % {"name": each.covered_by.name})
    return redirect("cover")


@permission_required(MAY, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    giver = _giver(request)
    patients = _patients(request, giver)
    if request.method != "POST":
        return _hand_over_page(request, giver, HandOverForm(**_givable(request, giver), patients=patients))
    form = HandOverForm(request.POST, **_givable(request, giver), patients=patients)
    if not form.is_valid():
        return _hand_over_page(request, giver, form, 422)
    fields = form.cleaned_data
    chosen = [pk for pk, _name in patients] if fields["which"] == "all" else map(int, fields["patients"])
    moved = handing_over.hand_over(
        by=request.user, patients=chosen, to=int(fields["to"]), at=start_of(fields["day"]), of=giver
    )
    _say(request, moved, fields["day"], User.objects.get(pk=fields["to"]).name)
    return redirect("cover")


@permission_required(MAY, raise_exception=True)
@require_POST
def take_back(request: HttpRequest, care_id: int) -> HttpResponse:
    care = get_object_or_404(handing_over.planned_by(request.user), pk=care_id)
    handing_over.take_back(care, by=request.user)
    messages.success(request, _("The patient stays with you."))
    return redirect("cover")


def _giver(request: HttpRequest) -> Any:
    """Whose patients: the user's own, or those of the surgeon whom somebody with the whole practice has chosen."""
    asked = request.POST.get("away") or request.GET.get("of") or ""
    if not asked or asked == str(request.user.pk):
        return request.user
    if not request.user.has_perm(WHOLE_PRACTICE):
        raise PermissionDenied
    surgeon = handing_over.receiver(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    return surgeon or request.user


def _patients(request: HttpRequest, giver: User) -> list[tuple[Any, str]]:
    """Names are patients' data: who saw the list is recorded first."""
    ids = list(Care.objects.current().direct().filter(surgeon=giver).values_list("patient", flat=True))
    record(request.user, AccessRecord.Action.LISTED_CASES, kind="accounts.user", ids=ids)
    people = host().people(ids)
    named = [(pk, f"{person.name} ({person.record_number})") for pk, person in people.items()]
    return sorted(named, key=lambda each: each[1].casefold())


def _people(request: HttpRequest) -> dict[str, Any]:
    return {
        "surgeons": host().colleagues(request.user),
        "user": request.user,
        "every": request.user.has_perm(WHOLE_PRACTICE),
        "initial": {"first": timezone.localdate()},
    }


def _givable(request: HttpRequest, giver: User) -> dict[str, Any]:
    others = [each for each in host().colleagues(request.user) if each[0] != giver.pk]
    return {"surgeons": others, "initial": {"day": timezone.localdate()}}


def _cover_page(request: HttpRequest, form: CoverForm, status: int = 200) -> HttpResponse:
    now, planned = timezone.now(), list(handing_over.planned_by(request.user))
    record(
        request.user,
        AccessRecord.Action.LISTED_CASES,
        kind="accounts.user",
        ids=[care.patient_id for care in planned],
    )
    covers = [
        {
            "cover": each,
            "last": timezone.localdate(each.end - timedelta(seconds=1)),
            "now": each.start <= now,
            "may_end": covering.may_end(request.user, each),
        }
        for each in covering.of(request.user)
    ]
    context = {
        "form": form,
        "covers": covers,
        "planned": planned,
        "alone": len(host().colleagues(request.user)) < 2,
    }
    return render(request, "portal/cover.html", context, status=status)


def _hand_over_page(request: HttpRequest, giver: User, form: HandOverForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "giver": giver,
        "own": giver == request.user,
        "others": [each for each in host().colleagues(request.user) if each[0] != giver.pk],
        "every": request.user.has_perm(WHOLE_PRACTICE),
    }
    return render(request, "portal/hand_over.html", context, status=status)


def _say(request: HttpRequest, moved: int, day: Any, name: str) -> None:
    words = {"number": moved, "name": name, "day": date_format(day)}
    if day > timezone.localdate():
        said = ngettext(
            "%(number)d patient passes to %(name)s on %(day)s.",
            "%(number)d patients pass to %(name)s on %(day)s.",
            moved,
        )
    else:
        said = ngettext(
            "%(number)d patient is in the care of %(name)s now.",
            "%(number)d patients are in the care of %(name)s now.",
            moved,
        )
    messages.success(request, said % words)
