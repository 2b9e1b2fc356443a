"""The demo practice: invented people whose answers went through the real code. Safe to run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from editions import publishing
from education.models import Article
from portal.accounts import people
from portal.accounts.models import Contact, PatientProfile, Practice, User
from portal.accounts.roles import Role
from portal.demo import PASSWORD
from portal.demo.cast import PATIENTS, STAFF
from portal.demo.clock import clock_at
from portal.demo.stories import RECORDS, stories
from screening.models import Questionnaire, QuestionnaireEdition

DOMAIN = "@demo.example"


TOUR = 14  # of so many it is printed what they show
OPENED = timedelta(days=120)  # how long ago the practice began, before anything that happens in it


class Refused(Exception):
    """The demo would mix with something real. The text says what."""


def refuse_where_real() -> None:
    if not settings.DEBUG:
        raise Refused("The demo runs only where DEBUG is on, because its passwords are known to everyone.")
    others = PatientProfile.unscoped.exclude(user__email__endswith=DOMAIN).exclude(
        record_number__in=RECORDS, user__email=None
    )
    if others.exists():
        raise Refused("There are patients here who are not of the demo, so nothing was changed.")


def build(say: Callable[[str], Any]) -> None:
    """Everything that is missing of the demo practice."""
    refuse_where_real()
    with clock_at(timezone.now() - OPENED):
        staff = _staff(say)
        _texts(staff, say)
    edition = QuestionnaireEdition.objects.current().get(questionnaire__key="spinal-fusion")
    missing = stories(edition)
    if missing:
        say(f"  {len(PATIENTS)} patients, and what happened with them in the last weeks")
    for days_ago, happens in missing:
        with clock_at(timezone.now() - timedelta(days=days_ago)):
            happens()


def _staff(say: Callable[[str], Any]) -> dict[str, User]:
    if not Practice.objects.exists():
        say("  a practice with an editor, an approver, two surgeons and an administrator")
        Practice.objects.create(
            name="Harbor Spine Clinic",
            country_id="US",
            phone="+1 555 0100",
            opening_hours="Monday to Friday, 8 am to 5 pm",
            reply_days=5,
        )
    staff = {}
    for email, name, roles in STAFF:
        user = User.objects.filter(email=email).first()
        staff[email] = user or people.create(
            email=email, name=name, roles=[str(r) for r in roles], password=PASSWORD
        )
    for order, email in enumerate(("surgeon@demo.example", "surgeon2@demo.example"), 1):
        Contact.objects.get_or_create(user=staff[email], defaults={"order": order})
    return staff


def _texts(staff: dict[str, User], say: Callable[[str], Any]) -> None:
    """The shipped texts, written by the editor, approved and published by the approver."""
    editor, approver = staff["editor@demo.example"], staff["approver@demo.example"]
    if not Article.objects.exists():
        say("  three articles, written, approved and published")
        call_command("load_articles", by=editor.email, stdout=_Quiet())
    if not Questionnaire.objects.exists():
        say("  the questionnaire, written, approved and published")
        call_command("load_questionnaire", by=editor.email, stdout=_Quiet())
        call_command("load_messages", stdout=_Quiet())
    for draft in [*Article.objects.all(), *Questionnaire.objects.all()]:
        if not draft.editions.exists():
            publishing.submit(draft, by=editor)
            publishing.approve(draft, by=approver, digest=draft.digest())
            publishing.publish(draft, by=approver)


class _Quiet:
    def write(self, text: str) -> None:
        """The demo says itself what it does."""


def logins() -> list[tuple[str, str, str]]:
    """One line a role: role, e-mail address, password."""
    rows = [("patient", PATIENTS[0].email, PASSWORD)]
    for email, _name, roles in STAFF:
        rows.append((str(Role(roles[0]).label), email, PASSWORD))
    return rows


def cases_to_look_at() -> list[str]:
    """A line for the patients whose case is worth a look first."""
    here = set(PatientProfile.unscoped.values_list("record_number", flat=True))
    shown = [
        f"{person.name}: {person.shows}"
        for person, number in zip(PATIENTS, RECORDS, strict=True)
        if number in here
    ]
    return [*shown[:TOUR], *([f"and {len(shown) - TOUR} more, in every state"] if len(shown) > TOUR else [])]
