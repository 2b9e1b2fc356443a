"""Tells screening who may see whom, and the ages, names and contacts that it does not keep itself."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from portal import expired
from screening.host import Contacts, Host, Person

if TYPE_CHECKING:
    from portal.accounts.models import Country, Practice


class PortalHost(Host):
    """Surgeons see the patients in their care, and those whom nobody has in care."""

    def patients_visible_to(self, user: Any) -> QuerySet[Any]:
        from portal.accounts.models import Care, PatientProfile, User

        if not user.has_perm("screening.review_cases"):
            return User.objects.filter(pk=user.pk)
        current = Care.objects.current()
        anyones = Exists(current.filter(patient=OuterRef("pk")))
        mine = Exists(current.filter(patient=OuterRef("pk"), surgeon=user))
        patients = User.objects.filter(Exists(PatientProfile.unscoped.filter(user=OuterRef("pk"))))
        return patients.filter(mine | ~anyones)

    def patients_in_care(self, user: Any) -> QuerySet[Any]:
        from portal.accounts.models import Care, User

        return User.objects.filter(pk__in=Care.objects.current().filter(surgeon=user).values("patient"))

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

        profiles, today = self._profiles(ids), timezone.localdate()
        people = {}
        for user in User.objects.filter(pk__in=ids).only("name"):
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

        numbered = PatientProfile.unscoped.filter(record_number__iexact=text).values("user")
        return Q(name__icontains=text) | Q(pk__in=numbered)

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
