"""What the administration of people and of the practice shares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.models import NobodyOnDuty


class NeverDeleted:
    """Accounts are closed and care ends; rows that others point at stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KeepsSomebodyOnDuty:
    """Forms refuse first, with what was typed still there. This is for two people who save at the same time."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except NobodyOnDuty as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
