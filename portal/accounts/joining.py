"""Two records of one person become one, and can be parted again. Nothing that was answered moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Care, JoinedRecord, PatientProfile, User
from portal.accounts.models.care import profile_of
from portal.accounts.people import care_changed
from portal.accounts.roles import Role
from screening.models import AnswersInProgress


class NotJoined(Exception):
    """The records cannot be joined. The text says why, to an administrator."""


@dataclass(frozen=True)
class Pair:
    """Two profiles that could be joined, and what an administrator should look at first."""

    into: PatientProfile
    other: PatientProfile
    look_at: list[str]
    unsent: bool  # the other one has begun something that nobody can finish while the records are joined


def pair(into: str, other: str) -> Pair:
    """By record number. Raises NotJoined where they are no two records of one person."""
    stays, goes = _profile(into), _profile(other)
    _refuse(stays, goes)
    unsent = AnswersInProgress.objects.visible_to(goes.user).exists()
    return Pair(into=stays, other=goes, look_at=_look_at(stays, goes), unsent=unsent)


@transaction.atomic
def join(*, into: User, other: User, reason: str, by: Any) -> JoinedRecord:
    """The account of `other` is closed. Their answers stay theirs, and are read with those of `into`."""
    if by.pk in (into.pk, other.pk):  # whoever joins a record to their own reads what was answered there
        raise NotJoined(_("One of these is your own record. Ask another administrator to join them."))
    locked = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=[into.pk, other.pk])}
    _refuse(_profile_of(into), _profile_of(other))
    goes = locked[other.pk]
    joined = JoinedRecord.objects.create(into=into, other=other, reason=reason, by=by, closed=goes.is_active)
    goes.is_active = False
    goes.save(update_fields=["is_active"])
    care_changed(into)
    return joined


@transaction.atomic
def part(joined: JoinedRecord, *, by: Any) -> bool:
    """As it was before. False where somebody has parted them already."""
    current = JoinedRecord.objects.select_for_update(of=("self",)).in_force().filter(pk=joined.pk).first()
    if current is None:
        return False
    current.undone_at, current.undone_by = timezone.now(), by
    current.save(update_fields=["undone_at", "undone_by"])
    if current.closed:
        User.objects.filter(pk=current.other_id).update(is_active=True)
    care_changed(current.into)
    care_changed(current.other)
    return True


def _profile(record_number: str) -> PatientProfile:
    profile = profile_of(record_number)
    if profile is None:
        raise NotJoined(
            _("There is no patient with the record number %(number)s.") % {"number": record_number}
        )
    return profile


def _profile_of(user: User) -> PatientProfile:
    profile = PatientProfile.of(user)
    if profile is None:
        raise NotJoined(_("%(name)s is not a patient.") % {"name": user.name})
    return profile


def _refuse(into: PatientProfile, other: PatientProfile) -> None:
    words = {"into": into.record_number, "other": other.record_number}
    if into.pk == other.pk:
        raise NotJoined(_("These are one record. Write the two record numbers of the person."))
    if into.date_of_birth != other.date_of_birth:
        raise NotJoined(
            _("%(into)s and %(other)s have different dates of birth. Correct the wrong one first.") % words
        )
    if JoinedRecord.objects.in_force().filter(other=into.user_id).exists():
        raise NotJoined(
            _("%(into)s is joined to another record. Join %(other)s to that one instead.") % words
        )
    if JoinedRecord.objects.naming(other.user_id).exists():
        raise NotJoined(_("%(other)s is joined with a record already. Part these first.") % words)
    if Care.objects.filter(patient=other.user_id, surgeon=into.user_id).exists():
        raise NotJoined(
            _("%(into)s is the record of a surgeon who has had %(other)s in care: they are two people.")
            % words
        )
    if not into.user.is_active:
        raise NotJoined(_("The account of %(into)s is closed. Keep the one that is open.") % words)
    if Group.objects.filter(user=other.user_id).exclude(name=Role.PATIENT).exists():
        raise NotJoined(
            _("Whoever has %(other)s works here too, and would be locked out. Keep that account open.")
            % words
        )


def _look_at(into: PatientProfile, other: PatientProfile) -> list[str]:
    found = []
    if into.sex != other.sex:
        found.append(_("The sex differs."))
    if into.user.name.casefold() != other.user.name.casefold():
        found.append(_("The names differ."))
    if not into.user.email:
        found.append(_("The account that stays open has no e-mail address: nobody can log in with it."))
    return found


def record_number(user: Any) -> str:
    profile = PatientProfile.of(user)
    return profile.record_number if profile else ""
