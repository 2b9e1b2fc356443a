"""What screening needs from the project that it lives in. The setting SCREENING_HOST names a subclass of Host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Person:
    """A patient as a surgeon sees them at the head of a case. Empty where the host does not know."""

    name: str
    record_number: str = ""
    age: int | None = None
    sex: str = ""
    date_of_birth: date | None = None
    phone: str = ""
    language: str = ""
    planned_operation: str = ""
    planned_region: str = ""


@dataclass(frozen=True)
class Contacts:
    """Whom a patient can call, and whether somebody is on duty to be told of an urgent answer."""

    practice_name: str = ""
    practice_phone: str = ""
    emergency_number: str = "911"
    crisis_line: str = "988"
    on_duty: tuple[str, ...] = ()  # e-mail addresses, the first to be told first
    reply_days: int = 5


class Host:
    """The default: stock accounts, and who holds the permission to review sees every patient."""

    def patients_visible_to(self, user: Any) -> QuerySet[Any]:
        """The accounts whose data this user may see."""
        everyone = get_user_model()._default_manager.all()
        return everyone if user.has_perm("screening.review_cases") else everyone.filter(pk=user.pk)

    def patients_in_care(self, user: Any) -> QuerySet[Any] | None:
        """The accounts in this user's care, or None where the host knows no care: then all are one list."""
        return None

    def is_unassigned(self, patient: Any) -> bool:
        """Whether nobody has the patient in care, so that every reviewer sees the case."""
        return True

    def facts(self, user: Any, on: date) -> dict[str, Any]:
        """What need not be asked: age in completed years (absent where unknown), sex, on_duty_contact."""
        return {"on_duty_contact": bool(self.contacts().on_duty)}

    def person(self, user: Any) -> Person:
        return Person(name=user.get_full_name() or user.get_username())

    def people(self, ids: list[Any]) -> dict[Any, Person]:
        """The same for many accounts, in a constant number of statements."""
        users = get_user_model()._default_manager.filter(pk__in=ids)
        return {user.pk: self.person(user) for user in users}

    def search(self, text: str) -> Q:
        """A condition on the account that finds a patient by name or record number."""
        return Q(first_name__icontains=text) | Q(last_name__icontains=text) | Q(username__iexact=text)

    def contacts(self) -> Contacts:
        return Contacts()

    def units(self, user: Any) -> str:
        """ "metric", "imperial" (feet, inches, pounds) or "uk" (feet, inches, stones and pounds)."""
        return "metric"

    def confirm_password(self, request: HttpRequest) -> HttpResponse | None:
        """None when the password was given a short while ago, or the page that asks for it."""
        return None

    def sender(self, user: Any) -> str:
        """The value of the hidden field `sender` in patients' forms; see `recovered`."""
        return ""

    def recovered(self, request: HttpRequest) -> QueryDict | None:
        """The fields that this user sent to this address after their session had ended, handed out once."""
        return None


@cache
def _load(path: str) -> Host:
    return import_string(path)()


def host() -> Host:
    """The project's own host."""
    return _load(getattr(settings, "SCREENING_HOST", "screening.host.Host"))
