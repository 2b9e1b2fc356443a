"""Who may open patients' pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

ANSWER = "screening.answer_questionnaire"


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
        return view(request, *args, **kwargs)

    return guarded
