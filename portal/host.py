"""Tells screening who may see whom, and the ages, names and contacts that it does not keep itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from portal import expired
from screening.birthdays import born_on
from screening.host import Contacts, Host, Opening, Person, Targets

if TYPE_CHECKING:
    from portal.accounts.models import Country, Practice
    from screening.host import Read, Reading

RECORD_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9./-]*")


class PortalHost(Host):
    """Surgeons see the patients in their care or cover, those whom nobody has in care, and emergencies for an hour.

    Who may see the whole practice sees everyone's. Patients see their own, with the records joined to it.
    """

    knows_care = True

    def patients_visible_to(self, user: Any) -> QuerySet[Any]:
        from portal.accounts.models import care

        if not user.has_perm("screening.review_cases"):
            return care.own_records(user)
        return care.patients() if user.has_perm("screening.review_practice") else care.seen_by(user)

    def patients_in_care(self, user: Any) -> QuerySet[Any]:
        from portal.accounts.models import User
        from portal.accounts.models.care import in_care_of

        return User.objects.filter(pk__in=in_care_of(user).values("patient"))

    def is_unassigned(self, patient: Any) -> bool:
        from portal.accounts.models import Care

        return not Care.objects.current().filter(patient=patient).exists()

    def facts(self, user: Any, on: date) -> dict[str, Any]:
        facts: dict[str, Any] = {"on_duty_contact": bool(self.on_duty())}
        if profile := self._profiles([user.pk]).get(user.pk):
            facts |= {"age": profile.age_on(on), "sex": profile.sex}
        return facts

    def person(self, user: Any) -> Person:
        return self.people([user.pk])[user.pk]

    def people(self, ids: list[Any]) -> dict[Any, Person]:
        from django.utils import timezone

        from portal.accounts.models import User
        from portal.accounts.models.care import with_joined

        profiles, today = (
            {p.user_id: p for p in with_joined(ids).select_related("user")},
            timezone.localdate(),
        )
        users = {pk: profile.user for pk, profile in profiles.items()}
        if staff := [pk for pk in ids if pk not in users]:
            users |= User.objects.only("name", "email").in_bulk(staff)
        people = {}
        for user in users.values():
            profile = profiles.get(user.pk)
            people[user.pk] = (
                Person(name=user.name)
                if profile is None
                else Person(
                    name=user.name,
                    record_number=profile.record_number,
                    age=profile.age_on(today),
                    sex=str(profile.get_sex_display()),
                    date_of_birth=profile.date_of_birth,
                    phone=profile.phone,
                    address=profile.address,
                    helper=profile.helper,
                    email=bool(user.email),
                    same_as=tuple(filter(None, (profile.joined_into, profile.joined_other))),
                    language=str(profile.get_language_display()),
                    planned_operation=profile.planned_operation,
                    planned_region=str(profile.get_planned_region_display())
                    if profile.planned_region
                    else "",
                )
            )
        return people

    def search(self, text: str) -> Q:
        from portal.accounts.models import PatientProfile

        # Each spelling of its own is looked up in the index; a comparison without case would read all numbers.
        condition = Q(record_number__in={text, text.upper(), text.lower()})
        if days := self.births(text):
            condition |= Q(date_of_birth__in=days)
        known = Q(pk__in=PatientProfile.unscoped.filter(condition).values("user"))
        if not self.reads_names(text):
            return known
        words = text.replace(",", " ").split()
        return known | Q(*(Q(name__icontains=word) for word in words)) if words else known

    def reads_names(self, text: str) -> bool:
        """Not for a date or a record number: nobody is called that."""
        return not (self.births(text) or RECORD_NUMBER.fullmatch(text))

    def births(self, text: str) -> list[date]:
        from django.utils import timezone

        return born_on(text, timezone.localdate())

    def contacts(self, user: Any = None) -> Contacts:
        from portal.accounts.models import Practice

        return numbers(Practice.objects.of(user))

    def notice(self, key: str, language: str, user: Any = None) -> dict[str, Any] | None:
        from portal.accounts.models import NoticeText, Practice

        texts = NoticeText.objects.filter(key=key, language=language, in_use=True)
        own = {text.country_id: text for text in texts}
        if not own:
            return None
        practice = Practice.objects.of(user)
        text = own.get(country_of(practice).code if practice else None) or own.get(None)
        return text.as_dict() if text else None

    def on_duty(self) -> list[Any]:
        from portal.accounts.models import Contact

        return [contact.user for contact in Contact.objects.on_duty().select_related("user")]

    def last_resort(self) -> list[Any]:
        """Administrators cannot open the alert. They see on their desk that nobody has, and put that right."""
        from portal.accounts.models.practice import who_may

        return list(who_may("accounts.change_contact").order_by("pk"))

    def escalate_after(self, level: str) -> timedelta:
        from portal.accounts.models import Practice

        practice = Practice.objects.first() or Practice()
        minutes = practice.escalate_after if level == "now" else practice.escalate_same_day_after
        return timedelta(minutes=minutes)

    def targets(self) -> Targets:
        from portal.accounts.models import Practice

        set_ = Practice.objects.first() or Practice()
        return Targets(
            now=timedelta(minutes=set_.target_now),
            same_day=timedelta(hours=set_.target_same_day),
            absolute=timedelta(days=set_.target_absolute),
            possible=timedelta(days=set_.target_possible),
            relative=timedelta(days=set_.target_relative),
            clarify=timedelta(days=set_.target_clarify),
            none=timedelta(days=set_.target_none),
        )

    def backup(self) -> list[Any]:
        """An account that was closed since, or lost its role, can open nothing and is not told."""
        from portal.accounts.models import Practice
        from portal.accounts.models.practice import who_may

        chosen = Practice.objects.values("backup")
        return list(who_may("screening.review_cases").filter(pk__in=chosen))

    def unopened_after(self) -> timedelta:
        from portal.accounts.models import Practice

        return timedelta(hours=(Practice.objects.first() or Practice()).unopened_after)

    def reminds(self, patient: Any) -> bool:
        from portal.accounts.models import Practice

        profile = self._profiles([patient.pk]).get(patient.pk)
        practice = Practice.objects.first() or Practice()
        return practice.reminds and (profile is None or profile.reminders)

    def remind_after(self) -> tuple[timedelta, ...]:
        from portal.accounts.models import Practice

        practice = Practice.objects.first() or Practice()
        return (timedelta(days=practice.remind_after), timedelta(days=practice.remind_again_after))

    def records_of(self, patient_id: Any) -> list[Any]:
        from portal.accounts.models.care import records_of

        return records_of(patient_id)

    def caring(self, ids: list[Any]) -> dict[Any, dict[Any, str]]:
        from portal.accounts.models import Care

        carers: dict[Any, dict[Any, str]] = {}
        rows = Care.objects.current().filter(patient__in=ids).order_by("start", "pk")
        for patient, surgeon, name in rows.values_list("patient", "surgeon", "surgeon__name"):
            carers.setdefault(patient, {})[surgeon] = name
        return carers

    def covering(self, user: Any, ids: list[Any]) -> dict[Any, list[str]]:
        from portal.accounts.models import Care
        from portal.accounts.models.care import away

        names: dict[Any, list[str]] = {}
        current = Care.objects.current().filter(patient__in=ids)
        own = Exists(current.filter(patient=OuterRef("patient"), surgeon=user))
        rows = current.filter(~own, surgeon__in=away(user)).order_by("start", "pk")
        for patient, name in rows.values_list("patient", "surgeon__name"):
            names.setdefault(patient, []).append(name)
        return names

    def colleagues(self, user: Any) -> list[tuple[Any, str]]:
        from portal.accounts.models.practice import who_may

        if not user.has_perm("screening.assign_case"):
            return []
        surgeons = who_may("screening.review_cases").order_by("name", "pk").values_list("pk", "name")
        return sorted(surgeons, key=lambda surgeon: surgeon[0] != user.pk)

    def hand_over(self, *, by: Any, patient: Any, to: Any) -> None:
        from portal.accounts.handing_over import hand_over

        hand_over(by=by, patients=[patient], to=to)

    def opening(self, user: Any, patient: Any) -> Opening | None:
        from portal.accounts.models import EmergencyAccess
        from portal.accounts.models.care import in_care_of

        rows = EmergencyAccess.unscoped.current().filter(patient=patient, surgeon=user)
        opened = rows.order_by("-end").first()
        if opened is None or user.has_perm("screening.review_practice") or self.is_unassigned(patient):
            return None
        if in_care_of(user).filter(patient=patient).exists():
            return None
        return Opening(reason=opened.reason, until=opened.end)

    def carers(self, patient: Any) -> list[Any]:
        from portal.accounts.models import Care, Cover
        from portal.accounts.models.practice import who_may

        caring = Care.objects.current().filter(patient=patient).order_by().values("surgeon")
        standing_in = Cover.objects.current().filter(surgeon__in=caring).order_by().values("covered_by")
        return list(who_may("screening.review_cases").filter(pk__in=caring.union(standing_in)))

    def reading(self, topics: Iterable[str] = (), language: str = "") -> list[Reading]:
        from portal import reading

        return reading.reading(topics, language)

    def reads_of(self, patient: Any) -> list[Read]:
        from portal import reading

        return reading.reads_of(patient)

    def assesses(self) -> bool:
        from portal.accounts.models import Practice

        practice = Practice.objects.first()
        return practice is None or practice.assesses

    def units(self, user: Any) -> str:
        profile = self._profiles([user.pk]).get(user.pk)
        return profile.units if profile else "metric"

    def language(self, user: Any) -> str:
        """The patient's own; staff work in the language of the installation."""
        profile = next(iter(self._profiles([user.pk]).values()), None)
        return profile.language if profile else settings.LANGUAGE_CODE.partition("-")[0]

    def keep_language(self, user: Any, language: str) -> None:
        from portal.accounts.models import PatientProfile

        PatientProfile.unscoped.filter(user=user).update(language=language)

    def confirm_password(self, request: HttpRequest) -> HttpResponse | None:
        """allauth's middleware turns what this raises into its page that asks for the password."""
        from allauth.account.decorators import reauthentication_required

        return reauthentication_required(lambda request: None)(request)

    def sender(self, user: Any) -> str:
        return expired.sender(user)

    def recovered(self, request: HttpRequest) -> QueryDict | None:
        return expired.restore(request)

    def _profiles(self, ids: list[Any]) -> dict[Any, Any]:
        from portal.accounts.models import PatientProfile

        return {profile.user_id: profile for profile in PatientProfile.unscoped.filter(user__in=ids)}


def country_of(practice: Practice) -> Country:
    """Where the patient lives that the practice was asked for, or else the practice's own."""
    from portal.accounts.models import Country

    lives_in = getattr(practice, "lives_in", None)
    return practice.country if lives_in in (None, practice.country_id) else Country.objects.get(pk=lives_in)


def numbers(practice: Practice | None) -> Contacts:
    """Whom to call. The practice's own exceptions stand for its own country alone."""
    if practice is None:
        return Contacts()
    country = country_of(practice)
    here = country == practice.country
    another_line = practice.crisis_line if here else ""
    return Contacts(
        practice_name=practice.name,
        practice_phone=practice.phone,
        opening_hours=practice.opening_hours,
        emergency_number=(practice.emergency_number if here else "") or country.emergency_number,
        crisis_name="" if another_line else country.crisis_name,
        crisis_line=another_line or country.crisis_line,
        crisis_text="" if another_line else country.crisis_text,
        medical_line=country.medical_line,
        country=country.code,
        reply_days=practice.reply_days,
    )


@cache
def host() -> PortalHost:
    return PortalHost()
