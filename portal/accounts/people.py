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

from portal.accounts.models import Care, JoinedRecord, User
from portal.accounts.models.care import records_of
from screening.reviewing import set_unassigned

logger = logging.getLogger(__name__)


def confirm_address(user: User) -> None:
    """The administrator vouches for the address: whoever holds the mailbox may choose the password."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email or "").delete()
    if not user.email:
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def invite(user: User, request: HttpRequest) -> None:
    """Mail a link with which the person chooses a password."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


@transaction.atomic
def create(*, email: str | None, name: str, roles: list[str], password: str | None = None) -> User:
    user = User.objects.create_user(email, password, name=name)
    user.groups.set(Group.objects.filter(name__in=roles))
    confirm_address(user)
    return user


@transaction.atomic
def begin_care(*, patient: User, surgeon: User, **fields: Any) -> Care:
    care = Care.objects.create(patient=patient, surgeon=surgeon, **fields)
    care_changed(patient)
    return care


@transaction.atomic
def end_care(care: Care, by: User | None = None) -> None:
    """At once: the surgeon's next request no longer finds the patient."""
    care.end = max(timezone.now(), care.start)
    care.ended_by = by
    care.save(update_fields=["end", "ended_by"])
    care_changed(care.patient)


def care_due() -> int:
    """Care whose dates have passed since the last time: their cases change lists. Returns how many did."""
    followed = 0
    for care in Care.objects.due().select_related("patient"):
        try:
            care_changed(care.patient)
            followed += 1
        except Exception as error:  # one patient must not hold up the others
            logger.error("care %s was not followed: %s", care.pk, type(error).__name__)
    return followed


@transaction.atomic
def care_changed(patient: User) -> None:
    """A patient without care stands on every surgeon's list until somebody takes over.

    Where records of the patient are joined, whoever has one in care has them all.
    """
    records = records_of(patient.pk)
    follow_joins(records)
    for record in records:
        current = Care.objects.current().filter(patient=record)
        Care.objects.filter(patient=record).update(in_force=False)
        cared_for = current.update(in_force=True)
        set_unassigned(patient=record, unassigned=not cared_for)


def follow_joins(records: list[Any]) -> None:
    """Write the care of each record down for the others too, with its dates, in place of what was written before."""
    Care.objects.filter(patient__in=records).exclude(by_join=None).delete()
    if len(records) == 1:
        return
    join = JoinedRecord.objects.in_force().filter(into=records[0]).earliest("pk")
    direct = list(Care.objects.filter(patient__in=records))
    open_already = {(care.patient_id, care.surgeon_id) for care in direct if care.end is None}
    for care in direct:
        for record in records:
            if record in (care.patient_id, care.surgeon_id) or (
                care.end is None and (record, care.surgeon_id) in open_already
            ):
                continue
            open_already |= {(record, care.surgeon_id)} if care.end is None else set()
            Care.objects.create(
                patient_id=record, surgeon_id=care.surgeon_id, start=care.start, end=care.end,
                made_by_id=care.made_by_id, by_join=join,
            )  # fmt: skip
