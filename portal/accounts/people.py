"""Several rows that belong together when an account is made or care changes."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts.models import Care, User
from screening.reviewing import set_unassigned

logger = logging.getLogger(__name__)


def confirm_address(user: User) -> None:
    """The administrator vouches for the address: whoever holds the mailbox may choose the password."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def invite(user: User, request: HttpRequest) -> None:
    """Mail a link with which the person chooses a password."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


@transaction.atomic
def create(*, email: str, name: str, roles: list[str], password: str | None = None) -> User:
    user = User.objects.create_user(email, password, name=name)
    user.groups.set(Group.objects.filter(name__in=roles))
    confirm_address(user)
    return user


@transaction.atomic
def begin_care(*, patient: User, surgeon: User, **dates: Any) -> Care:
    care = Care.objects.create(patient=patient, surgeon=surgeon, **dates)
    care_changed(patient)
    return care


@transaction.atomic
def end_care(care: Care) -> None:
    """At once: the surgeon's next request no longer finds the patient."""
    care.end = max(timezone.now(), care.start)
    care.save(update_fields=["end"])
    care_changed(care.patient)


def care_due() -> None:
    """Care whose dates have passed since the last time: their cases change lists."""
    for care in Care.objects.due().select_related("patient"):
        try:
            care_changed(care.patient)
        except Exception as error:  # one patient must not hold up the others
            logger.error("care %s was not followed: %s", care.pk, type(error).__name__)


@transaction.atomic
def care_changed(patient: User) -> None:
    """A patient without care stands on every surgeon's list until somebody takes over."""
    current = Care.objects.current().filter(patient=patient)
    Care.objects.filter(patient=patient).update(in_force=False)
    cared_for = current.update(in_force=True)
    set_unassigned(patient=patient, unassigned=not cared_for)
