"""Mails say that something is new, and nothing else: no name, no number, no health detail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from ledger.models import OutboxMessage
from ledger.outbox import Undeliverable
from portal.accounts.models import Practice, User
from portal.host import host


def deliver(message: OutboxMessage) -> None:
    """Send one message of the outbox. Raises what the mail server raises, so that it is tried again.

    What cannot be delivered is never counted as sent: the next person is told of an alert instead.
    """
    address = _address(message)
    if not address:
        raise Undeliverable
    practice = Practice.objects.first()
    name = practice.name if practice else "Spine Portal"
    with override(_language(message)):
        subject, body = _texts(name)
    # The same id, should a worker have died between sending and noting so: mailboxes show such a copy once.
    id_ = f"<message-{message.pk}@{urlsplit(settings.PORTAL_ADDRESS).hostname or 'portal'}>"
    EmailMessage(subject, body, to=[address], headers={"Message-ID": id_}).send()


def _texts(name: str) -> tuple[str, str]:
    body = _(
        "Something is new for you in the portal of %(name)s.\n\nPlease log in to see it:\n%(address)s\n\n"
        "Please do not answer this e-mail. In an emergency, call your emergency number."
    ) % {"name": name, "address": settings.PORTAL_ADDRESS}
    return _("%(name)s: something is new") % {"name": name}, body


def _language(message: Any) -> str:
    return host().language(User(pk=message.to_user_id)) if message.to_user_id else settings.LANGUAGE_CODE


def _address(message: Any) -> str:
    """Looked up when it is sent: a closed account is written to no more, unless the person logs in with another."""
    if message.to_address:
        return str(message.to_address)
    id_ = message.to_user_id and host().records_of(message.to_user_id)[0]
    user = User.objects.filter(pk=id_, is_active=True).first() if id_ else None
    return (user.email or "") if user else ""
