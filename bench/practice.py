"""A practice to measure in: the shipped texts, and people whose answers went through the real code."""

from __future__ import annotations

import io
import itertools
from datetime import date
from typing import Any

from django.core.management import call_command

from editions import publishing
from education.models import Article
from portal.accounts import people
from portal.accounts.models import Contact, PatientProfile, Practice, User
from portal.accounts.roles import Role
from portal.demo.answers import CALM
from screening import answering
from screening.models import AnswersInProgress, Questionnaire, QuestionnaireEdition

# Findings in bone, nicotine, weight and diabetes: what is sent costs more the more it reports.
REPORTED = {
    **CALM,
    **{"bone_scan": "yes", "bone_t_score": "-3.1", "bone_scan_month": "2026-08"},
    **{"smoking": "daily", "cigarettes_per_day": "20", "smoking_years": "30"},
    **{"height_cm": "178", "weight_kg": "121"},
    **{"diabetes": "yes", "hba1c": "8.4", "hba1c_month": "2026-10"},
}
_numbers = itertools.count(1)


def prepare() -> QuestionnaireEdition:
    """Everything but patients. Returns the live edition of the questionnaire."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    Practice.objects.create(name="Harbor Spine Clinic", phone="+1 555 0100")
    editor, approver = person("Elena Ruiz", Role.EDITOR), person("Amir Haddad", Role.APPROVER)
    call_command("load_articles", by=editor.email, stdout=io.StringIO())
    call_command("load_questionnaire", by=editor.email, stdout=io.StringIO())
    for draft in [*Article.objects.all(), *Questionnaire.objects.all()]:
        publishing.submit(draft, by=editor)
        publishing.approve(draft, by=approver, digest=draft.digest())
        publishing.publish(draft, by=approver)
    edition: QuestionnaireEdition = (
        QuestionnaireEdition.objects.current().select_related("questionnaire").get()
    )
    return edition


def person(name: str, *roles: str) -> User:
    email = f"{name.split()[0].lower()}{next(_numbers)}@bench.example"
    return people.create(email=email, name=name, roles=[str(role) for role in roles])


def surgeon(name: str, *, on_duty: bool = False) -> User:
    user = person(name, Role.SURGEON)
    if on_duty:  # with somebody on duty the questions about mood are asked
        Contact.objects.create(user=user)
    return user


def patient(name: str = "Pat Morgan") -> User:
    user = person(name, Role.PATIENT)
    PatientProfile.unscoped.create(
        user=user,
        record_number=f"P{next(_numbers):07}",
        date_of_birth=date(1958, 3, 14),
        sex="female",
        phone="+1 555 0123",
        planned_operation="Fusion of L4 and L5",
        planned_region="lumbar",
    )
    return user


def answered(user: User, edition: QuestionnaireEdition, answers: dict[str, Any]) -> AnswersInProgress:
    """All pages answered and saved, nothing sent."""
    answering.start(patient=user, edition=edition)
    for section in edition.definition.sections:
        given = {each.key: answers[each.key] for each in section.questions if each.key in answers}
        for _time in ("reveals questions", "is done"):
            saved = answering.save(
                patient=user, questionnaire=edition.questionnaire, given=given, seen={}, section=section.key
            )
    return saved.attempt


def again(attempt: AnswersInProgress, user: User) -> AnswersInProgress:
    """The same answers in progress, of another patient: quicker than answering every page once more."""
    same: dict[str, Any] = {
        name: getattr(attempt, name)
        for name in ("questionnaire_id", "edition_id", "facts", "answers", "revisions", "done", "language")
    }
    return AnswersInProgress.objects.create(patient=user, **same)
