"""Who may open patients' pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from screening.answering.entering import Wait, answer_oneself
from screening.host import host

ANSWER = "screening.answer_questionnaire"


class BeingEntered(Exception):
    """Staff are typing in answers for this patient: until these are sent, the patient's own pages wait."""

    def __init__(self, questionnaire: str, wait: Wait) -> None:
        super().__init__("being entered")
        self.questionnaire, self.wait = questionnaire, wait


def patients(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For those who may answer. Everybody else is refused, before anything is looked up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.content_type == "application/json":
                return JsonResponse({"error": _("You have been logged out. Log in to go on.")}, status=401)
            return redirect_to_login(request.get_full_path())
        if not request.user.has_perm(ANSWER):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except BeingEntered as entered:
            return _being_entered(request, entered)

    return guarded


def _being_entered(request: HttpRequest, entered: BeingEntered) -> HttpResponse:
    """Who is typing, and whom to call; or, where that was left lying, the way to answer oneself."""
    if request.content_type == "application/json":
        message = _("%(name)s is typing in your answers now.") % {"name": entered.wait.by}
        return JsonResponse({"error": message}, status=409)
    if request.POST.get("myself") and answer_oneself(
        patient=request.user, questionnaire=entered.questionnaire
    ):
        return redirect("screening:questionnaire", entered.questionnaire)
    context = {
        "questionnaire": entered.questionnaire,
        "wait": entered.wait,
        "contacts": host().contacts(request.user),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "screening/being_entered.html", context, status=status)
