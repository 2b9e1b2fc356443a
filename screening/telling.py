"""Releasing a message once: by two clicks, by two people, and about the case as it was on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from screening import messaging
from screening.models import Case, Decision, Message, Reply
from screening.reviewing import Stale, not_of


@transaction.atomic
def tell(
    *,
    user: Any,
    case: Case,
    attempt: UUID,
    version: int,
    newest: UUID | None,
    text: str,
    language: str = "",
    tests: Iterable[str] = (),
    reading: Iterable[dict[str, str]] = (),
    answers: Reply | None = None,
) -> Message:
    """Release the message that `attempt` names, written about `version` of the case when `newest` was the latest one.

    It tells of the decision that stands, where the patient has not heard of that yet, unless it is the answer to a
    question. The same words of the same attempt are one message, however often they arrive. Raises Stale where the
    case has changed, somebody else has written, or the attempt was released with other words.
    """
    not_of(user, case)
    # Held until the end: of two who release at once the second one meets the message of the first.
    now = Case.objects.visible_to(user).select_for_update().filter(pk=case.pk).first()
    messages = Message.objects.visible_to(user).filter(case=case).order_by("-at", "-pk")
    sent: Message | None = messages.filter(pk=attempt, by=user).first()
    if sent is not None:
        return _same(sent, text=text, tests=list(tests), reading=list(reading), answers=answers)
    latest = messages.first()
    if now is None or now.version != version or (latest.pk if latest else None) != newest:
        raise Stale
    decision = None if answers else _untold(user, case)
    try:
        with transaction.atomic():
            return messaging.release(
                user=user,
                case=case,
                text=text,
                decision=decision,
                answers=answers,
                tests=tests,
                reading=reading,
                rescreen_on=decision.rescreen_on if decision else None,
                language=language,
                id=attempt,
            )
    except IntegrityError:  # a message of another case has this name
        raise Stale from None


def _same(sent: Message, **said: Any) -> Message:
    """Whoever went back and changed the words has not been heard yet: the first ones cannot be called back."""
    if any(getattr(sent, name) != value for name, value in said.items()):
        raise Stale
    return sent


def _untold(user: Any, case: Case) -> Decision | None:
    """The decision that stands, unless the patient was told of it."""
    standing: Decision | None = (
        Decision.objects.visible_to(user).filter(case=case).order_by("-case_version").first()
    )
    told = Message.objects.visible_to(user).filter(case=case, decision=standing)
    return None if standing is None or told.exists() else standing
