"""The demo practice: invented people whose answers went through the real code. Safe to run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db.models import Exists, OuterRef
from django.utils import timezone

from editions import publishing
from education.models import Article
from portal.accounts import people
from portal.accounts.models import Contact, PatientProfile, Practice, User
from portal.accounts.roles import Role
from portal.demo_people import CALM, PASSWORD, PATIENTS, STAFF, DemoPatient
from screening import answering, deciding, reviewing
from screening.models import Case, Questionnaire, QuestionnaireEdition

DOMAIN = "@demo.example"


class Refused(Exception):
    """The demo would mix with something real. The text says what."""


def refuse_where_real() -> None:
    if not settings.DEBUG:
        raise Refused("The demo runs only where DEBUG is on, because its passwords are known to everyone.")
    others = PatientProfile.unscoped.exclude(user__email__endswith=DOMAIN)
    if others.exists():
        raise Refused("There are patients here who are not of the demo, so nothing was changed.")


def build(say: Callable[[str], Any]) -> None:
    """Everything that is missing of the demo practice."""
    refuse_where_real()
    staff = _staff(say)
    _texts(staff, say)
    edition = QuestionnaireEdition.objects.current().get(questionnaire__key="spinal-fusion")
    for person in PATIENTS:
        if not User.objects.filter(email=person.email).exists():
            say(f"  {person.name} logs in and answers")
            _patient(person, staff, edition)


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
    for draft in [*Article.objects.all(), *Questionnaire.objects.all()]:
        if not draft.editions.exists():
            publishing.submit(draft, by=editor)
            publishing.approve(draft, by=approver, digest=draft.digest())
            publishing.publish(draft, by=approver)


class _Quiet:
    def write(self, text: str) -> None:
        """The demo says itself what it does."""


def _patient(person: DemoPatient, staff: dict[str, User], edition: QuestionnaireEdition) -> None:
    user = people.create(email=person.email, name=person.name, roles=[Role.PATIENT], password=PASSWORD)
    PatientProfile.unscoped.create(
        user=user,
        record_number=person.record_number,
        date_of_birth=person.born,
        sex=person.sex,
        phone="+1 555 01" + person.record_number[-2:],
        planned_operation=person.operation,
        planned_region=person.region,
    )
    if person.surgeon:
        people.begin_care(patient=user, surgeon=staff[person.surgeon])
    if person.answers is not None:
        _answers(user, person, edition)
    if person.decision:
        _decide(user, staff["surgeon@demo.example"], person.decision)


def _answers(user: User, person: DemoPatient, edition: QuestionnaireEdition) -> None:
    questionnaire = edition.questionnaire
    answering.start(patient=user, edition=edition)
    answers = {**CALM, **(person.answers or {})}
    for section in edition.definition.sections:
        given = {
            question.key: answers[question.key] for question in section.questions if question.key in answers
        }
        answering.save(patient=user, questionnaire=questionnaire, given=given, seen={}, section=section.key)
        if not person.sends:
            return
    answering.submit(patient=user, questionnaire=questionnaire)


def _decide(patient: User, surgeon: User, decision: dict[str, Any]) -> None:
    case = Case.objects.visible_to(surgeon).get(patient=patient)
    case = reviewing.open_case(user=surgeon, case_id=case.pk)
    rescreen_on = timezone.localdate() + timedelta(days=decision.pop("rescreen_in_days", 60))
    deciding.decide(user=surgeon, case=case, version=case.version, rescreen_on=rescreen_on, **decision)


def logins() -> list[tuple[str, str, str]]:
    """One line a role: role, e-mail address, password."""
    rows = [("patient", PATIENTS[0].email, PASSWORD)]
    for email, _name, roles in STAFF:
        rows.append((str(Role(roles[0]).label), email, PASSWORD))
    return rows


def cases_to_look_at() -> list[str]:
    """A line for each patient whose case shows something of its own."""
    sent = Case.unscoped.filter(patient=OuterRef("pk"))
    names = set(User.objects.filter(Exists(sent)).values_list("email", flat=True))
    return [f"{person.name}: {person.shows}" for person in PATIENTS if person.email in names and person.shows]
