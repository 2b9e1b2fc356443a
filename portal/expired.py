"""A form that is sent after its session ended: kept for 15 minutes, given back to its sender and nobody else.

Patients' forms carry the hidden field `sender`, the patient's id signed by us. The fields wait in the session of
the login page under that id. They are restored only for the same person, and dropped for any other.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict

KEY = "expired_form"
SECONDS = 15 * 60
LONGEST = 100_000  # characters; more than any page of a questionnaire

_signer = Signer(salt="portal.expired")


def sender(user: Any) -> str:
    """The value of the hidden field."""
    return _signer.sign(str(user.pk))


def keep(request: HttpRequest) -> None:
    """Keep the posted fields where they say, with our signature, whose they are."""
    try:
        owner = _signer.unsign(request.POST.get("sender", ""))
    except BadSignature:
        return
    fields = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "sender"):
        fields.pop(name, None)
    body = fields.urlencode()
    if len(body) <= LONGEST:
        request.session[KEY] = {"owner": owner, "path": request.path, "body": body, "at": time.time()}


def restore(request: HttpRequest) -> QueryDict | None:
    """What this person sent to this address when their session had ended. It is handed out once."""
    kept = request.session.get(KEY)
    if kept is None:
        return None
    if kept["owner"] != str(request.user.pk) or time.time() - kept["at"] > SECONDS:
        del request.session[KEY]
        return None
    if kept["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(kept["body"])
