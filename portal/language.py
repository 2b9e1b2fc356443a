"""The language of the pages: what the browser asks for, and after the login the patient's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from portal.host import host

LANGUAGE = "language"  # the session's key


class Language(LocaleMiddleware):
    """A language of the session stands before that of the cookie or the browser."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if language := request.session.get(LANGUAGE):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()


@receiver(user_logged_in)
def follow(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """What was chosen on the login page a moment ago becomes the patient's own; else their own is used."""
    if chosen := request.session.get(LANGUAGE):
        host().keep_language(user, chosen)
    else:
        request.session[LANGUAGE] = host().language(user)


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Another language from now on, here and when the patient logs in elsewhere."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("no such language")
    request.session[LANGUAGE] = language
    if request.user.is_authenticated:
        host().keep_language(request.user, language)
    return set_language(request)
