"""What screening needs from the project that it lives in. The setting SCREENING_HOST names a subclass of Host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Person:
    """A patient as a surgeon sees them at the head of a case. Empty where the host does not know."""

    name: str
    record_number: str = ""
    age: int | None = None
    sex: str = ""
    date_of_birth: date | None = None
    phone: str = ""
    address: str = ""  # for a letter, in lines
    language: str = ""
    helper: str = ""  # who helps the patient, and how to reach them
    email: bool = True  # whether a message can reach them by e-mail
    same_as: tuple[str, ...] = ()  # the record numbers under which the same person is known too
    planned_operation: str = ""
    planned_region: str = ""


@dataclass(frozen=True)
class Contacts:
    """Whom a patient can call, in the country where they live. Empty where the host does not know."""

    practice_name: str = ""
    practice_phone: str = ""
    opening_hours: str = ""
    emergency_number: str = "911"
    crisis_name: str = ""  # of the crisis line, where its number alone does not say whose it is
    crisis_line: str = "988"
    crisis_text: str = "988"  # the number that takes text messages; often another one, or none
    medical_line: str = ""  # for what is urgent and no emergency
    country: str = ""
    reply_days: int = 5

    @property
    def crisis_help(self) -> str:
        """How to reach the crisis line, in the reader's language: "Call or text 988". Empty without one."""
        words = {"line": f"{self.crisis_name} {self.crisis_line}".strip(), "text": self.crisis_text}
        if not self.crisis_line:
            return ""
        if not self.crisis_text:
            return _("Call %(line)s") % words
        if self.crisis_text == self.crisis_line:
            return _("Call or text %(line)s") % words
        return _("Call %(line)s, or text %(text)s") % words


@dataclass(frozen=True)
class Targets:
    """How soon a case should be seen first, by what stands highest in it: the practice's own aims."""

    now: timedelta = timedelta(hours=1)
    same_day: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(days=2)
    possible: timedelta = timedelta(days=3)
    relative: timedelta = timedelta(days=5)
    clarify: timedelta = timedelta(days=5)
    none: timedelta = timedelta(days=10)

    @property
    def by_tier(self) -> tuple[timedelta, ...]:
        """In the order of the list, by the tier of a case: `placing.tier_at(case.rank)`."""
        return (
            self.now, self.same_day, self.absolute, self.possible, self.relative, self.clarify, self.none
        )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """Something to read that a surgeon can choose for a patient. Screening only keeps its key and title."""

    key: str
    title: str
    url: str
    minutes: int = 0
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """What a patient has read, in which edition, and when first."""

    key: str
    title: str
    edition: int
    at: datetime
    is_current: bool = True
    url: str = ""  # where the patient can still open it


@dataclass(frozen=True)
class Opening:
    """Access to one patient of somebody else, for a short while: why, and until when."""

    reason: str
    until: datetime


class Host:
    """The default: stock accounts, and who holds the permission to review sees every patient."""

    knows_care = False  # whether patients are in somebody's care, or all reviewers work through one list

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
        return {"on_duty_contact": bool(self.on_duty())}

    def person(self, user: Any) -> Person:
        return Person(name=user.get_full_name() or user.get_username())

    def people(self, ids: list[Any]) -> dict[Any, Person]:
        """The same for many accounts, in a constant number of statements."""
        users = get_user_model()._default_manager.filter(pk__in=ids)
        return {user.pk: self.person(user) for user in users}

    def language(self, user: Any) -> str:
        """The language that this patient reads. Empty where the host does not know."""
        return ""

    def search(self, text: str) -> Q:
        """A condition on the account that finds a patient by name, record number or date of birth."""
        return Q(first_name__icontains=text) | Q(last_name__icontains=text) | Q(username__iexact=text)

    def reads_names(self, text: str) -> bool:
        """Whether `search` compares names for this text, which no index holds: each that is looked at is read."""
        return True

    def births(self, text: str) -> list[date]:
        """The days that `search` takes the text for. Empty: it is no date, or the host knows no dates of birth."""
        return []

    def contacts(self, user: Any = None) -> Contacts:
        """The numbers of the country where this patient lives; without a user, those of the practice."""
        return Contacts()

    def notice(self, key: str, language: str, user: Any = None) -> dict[str, Any] | None:
        """The practice's own words for a notice, {"title", "body", "actions"}; None: those of the questionnaire.

        They may hold the placeholders of `screening.notices.PLACEHOLDERS`.
        """
        return None

    def on_duty(self) -> list[Any]:
        """The accounts that are told of an urgent answer, in this order. With none, mood is not asked about."""
        return []

    def last_resort(self) -> list[Any]:
        """The accounts that are told when everyone on duty was told and nobody has acknowledged."""
        return []

    def escalate_after(self, level: str) -> timedelta:
        """How long one person has before the next one is told. `level` is "now" or "same_day"."""
        return timedelta(minutes=15) if level == "now" else timedelta(hours=2)

    def targets(self) -> Targets:
        return Targets()

    def backup(self) -> list[Any]:
        """The accounts that are told of an absolute criterion that nobody has opened for too long."""
        return []

    def unopened_after(self) -> timedelta:
        """For how long such a case may stay unopened."""
        return timedelta(hours=24)

    def reminds(self, patient: Any) -> bool:
        """Whether a patient who has begun and not sent is reminded."""
        return True

    def remind_after(self) -> tuple[timedelta, ...]:
        """How long after the last answer each reminder goes out: at most two."""
        return (timedelta(days=3), timedelta(days=10))

    def records_of(self, patient_id: Any) -> list[Any]:
        """The ids of all accounts that are this one person: more than one where records were joined."""
        return [patient_id]

    def caring(self, ids: list[Any]) -> dict[Any, dict[Any, str]]:
        """The surgeons who have each of these patients in care, id and name, in one statement."""
        return {}

    def covering(self, user: Any, ids: list[Any]) -> dict[Any, list[str]]:
        """For whom the user stands in, by patient: those in the care of a colleague who is away. One statement."""
        return {}

    def carers(self, patient: Any) -> list[Any]:
        """The accounts that have the patient in care now, or stand in: they are told of a question."""
        return []

    def colleagues(self, user: Any) -> list[tuple[Any, str]]:
        """Whom this user can give a patient to: id and name, themselves first. Empty where the host knows no care."""
        return []

    def hand_over(self, *, by: Any, patient: Any, to: Any) -> None:
        """Give the patient into the care of `to`. Raises PermissionDenied where `by` may not."""
        raise PermissionDenied

    def opening(self, user: Any, patient: Any) -> Opening | None:
        """The exceptional access through which the user sees this patient, if it is only that."""
        return None

    def reading(self, topics: Iterable[str] = (), language: str = "") -> list[Reading]:
        """All that can be chosen to read, those about the topics first, in the order of the topics."""
        return []

    def reads_of(self, patient: Any) -> list[Read]:
        """What the patient has read, the latest first."""
        return []

    def assesses(self) -> bool:
        """Whether answers are assessed by the rules. Where not, they are stored and shown only."""
        return True

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
