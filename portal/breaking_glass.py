"""The page that opens the record of a patient in somebody else's care."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.accounts import emergency
from portal.accounts.models import User
from portal.accounts.models.care import patient_with, records_of
from screening.host import host
from screening.models import Case

REVIEW, BREAK_GLASS = "screening.review_cases", "accounts.break_glass"
TRIES, WITHIN = 5, 15 * 60  # so many in so many seconds
WORDS = 3


class AnotherForm(forms.Form):
    """Both marks, exactly; and why."""

    record_number = forms.CharField(
        label=gettext_lazy("Record number"),
        max_length=64,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Exactly as it is written, with capital letters and hyphens."),
        error_messages={"required": gettext_lazy("Give the record number.")},
    )
    born = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Give the date of birth."),
            "invalid": gettext_lazy("Give a date, such as 1958-03-14."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you need to see it now?"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "The patient reads this, and so does the practice lead. For example: I am on call, and the patient "
            "is in the emergency room."
        ),
        error_messages={"required": gettext_lazy("Say why: the patient and the practice lead read it.")},
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(reason.split()) < WORDS:
            raise forms.ValidationError(_("Say it in a few words: the patient reads this."), code="short")
        return reason


@permission_required((REVIEW, BREAK_GLASS), raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def another(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, AnotherForm())
    form = AnotherForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    if not _may_try(request.user):
        form.add_error(None, _("Too many tries. Wait a quarter of an hour, or ask the practice lead."))
        return _page(request, form, 429)
    patient = patient_with(form.cleaned_data["record_number"], form.cleaned_data["born"])
    if patient is None or request.user.pk in records_of(patient.pk):
        emergency.refuse(request.user, "wrong combination")
        # One sentence for both, so that it does not say which of the two was wrong.
        form.add_error(None, _("No patient has this record number and this date of birth."))
        return _page(request, form, 422)
    return _open(request, form, patient)


def _may_try(user: Any) -> bool:
    """Each try takes a place that is free again after a while; `add` gives a place to one request alone."""
    if any(cache.add(f"portal:another:{user.pk}:{place}", True, WITHIN) for place in range(TRIES)):
        return True
    if cache.add(f"portal:another:{user.pk}:refused", True, WITHIN):
        emergency.refuse(user, "too many tries")
    return False


def _open(request: HttpRequest, form: AnotherForm, patient: User) -> HttpResponse:
    surgeon, there = request.user, host().patients_visible_to(request.user).filter(pk=patient.pk).exists()
    if not there:
        emergency.open_record(surgeon=surgeon, patient=patient, reason=form.cleaned_data["reason"])
    case = Case.objects.visible_to(surgeon).filter(patient__in=records_of(patient.pk)).in_order().first()
    if there:
        messages.info(request, _("You see this patient anyway, so nothing had to be opened."))
    if case is None:
        form.add_error(
            None, _("This patient has not sent or reported anything yet: there is no case to open.")
        )
        return _page(request, form, 422)
    return redirect("review:case", case.pk)


def _page(request: HttpRequest, form: AnotherForm, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "portal/another.html", {"form": form, **more}, status=status)
