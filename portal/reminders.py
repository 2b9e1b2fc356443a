"""A patient says whether they want to be reminded to finish what they began."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.models import PatientProfile, Practice
from portal.host import host

CHOICES = {"on": True, "off": False}


@permission_required("screening.answer_questionnaire", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """What reminders are, whether they are on, and one button."""
    own = PatientProfile.objects.visible_to(request.user).filter(user=request.user.pk)
    if request.method == "POST" and request.POST.get("reminders") in CHOICES:
        wanted = CHOICES[request.POST["reminders"]]
        own.update(reminders=wanted)
        messages.success(request, _("Reminders are on.") if wanted else _("Reminders are off."))
        return redirect("reminders")
    context = {
        "on": own.values_list("reminders", flat=True).first() is not False,
        "practice_reminds": (Practice.objects.first() or Practice()).reminds,
        "sender": host().sender(request.user),
    }
    return render(request, "portal/reminders.html", context)
