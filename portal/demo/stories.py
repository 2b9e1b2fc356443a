"""What happens in the demo practice, in the order of time, through the same functions that the pages call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from portal.accounts import people
from portal.accounts.models import PatientProfile, User
from portal.accounts.roles import Role
from portal.demo import PASSWORD
from portal.demo.answers import CALM
from portal.demo.cast import PATIENTS, DemoPatient, Step, step
from screening import answering, deciding, marking, messaging, results, reviewing
from screening.answering import entering
from screening.host import host
from screening.models import (
    Alert,
    AnswersInProgress,
    Case,
    Decision,
    Message,
    QuestionnaireEdition,
    Reply,
    Submission,
)

REGISTERED = 1.5  # days before they answer
RECORDS = [
    f"H-{1001 + number}" for number in range(len(PATIENTS))
]  # the record numbers, in the order of PATIENTS


class Story:
    """One patient's. Each step is a method that is called at its time."""

    def __init__(self, person: DemoPatient, number: int, edition: QuestionnaireEdition) -> None:
        self.person, self.number, self.edition = person, number, edition
        self.questionnaire = edition.questionnaire

    def steps(self) -> list[tuple[float, Callable[[], Any]]]:
        """How many days ago, and what."""
        story = [*self.person.story]
        if self.person.sent is not None:
            story.insert(0, step(self.person.sent, "answers"))
        first = max((each.ago for each in story), default=1.0)
        story.insert(0, step(first + REGISTERED, "registers"))
        return [(each.ago, self._call(each)) for each in story]

    def _call(self, each: Step) -> Callable[[], Any]:
        return lambda: getattr(self, each.does)(**each.given)

    # The people

    @property
    def patient(self) -> User:
        """Found by the record number: not everybody has an e-mail address."""
        return User.objects.get(pk=PatientProfile.unscoped.get(record_number=self.record_number).user_id)

    @property
    def record_number(self) -> str:
        return RECORDS[self.number]

    @property
    def surgeon(self) -> User:
        """Whoever has the patient in care; of nobody's patients the first one on duty."""
        return User.objects.get(email=self.person.surgeon or "surgeon@demo.example")

    @property
    def case(self) -> Case:
        case: Case = Case.objects.visible_to(self.surgeon).get(patient=self.patient)
        return reviewing.open_case(user=self.surgeon, case_id=case.pk)

    # What they do

    def registers(self) -> None:
        person = self.person
        user = people.create(
            email=person.email if person.has_email else None,
            name=person.name,
            roles=[Role.PATIENT],
        )
        if person.has_email:
            User.objects.filter(pk=user.pk).update(password=_hashed())
        PatientProfile.unscoped.create(
            user=user,
            record_number=self.record_number,
            date_of_birth=person.born,
            sex=person.sex,
            phone=f"+1 555 01{self.number:02}",
            language=person.language,
            helper=person.helper,
            address="" if person.has_email else "12 Quay Street\nHarbor City",
            planned_operation=person.operation,
            planned_region=person.region,
        )
        if person.surgeon:
            people.begin_care(patient=user, surgeon=self.surgeon)

    def begins(self) -> None:
        """The first pages, and no more."""
        answering.start(patient=self.patient, edition=self.edition)
        self._save(self.edition.definition.sections[:3])

    def answers(self) -> None:
        if not self.person.has_email:
            self._from_paper()
            return
        patient, sections = self.patient, self.edition.definition.sections
        answering.start(patient=patient, edition=self.edition)
        if not self.person.sends:
            self._save(sections[:1])
            return
        self._save(sections)
        answering.submit(patient=patient, questionnaire=self.questionnaire)

    def _save(self, sections: Any) -> None:
        for section, given in self._given(sections):
            answering.save(
                patient=self.patient, questionnaire=self.questionnaire, given=given, seen={}, section=section
            )

    def _given(self, sections: Any) -> list[tuple[str, dict[str, Any]]]:
        answers = {**CALM, **(self.person.answers or {})}
        return [
            (section.key, {each.key: answers[each.key] for each in section.questions if each.key in answers})
            for section in sections
        ]

    def _from_paper(self) -> None:
        surgeon, patient = self.surgeon, self.patient
        attempt = entering.begin(by=surgeon, patient=patient, edition=self.edition, how="paper")
        for section, given in self._given(self.edition.definition.sections):
            saved = entering.save(by=surgeon, id=attempt.pk, given=given, seen={}, section=section)
        entering.submit(by=surgeon, id=attempt.pk, digest=answering.digest_of(saved.attempt))

    def corrects(self, reason: str, answers: dict[str, Any]) -> None:
        patient = self.patient
        sent: Submission = (
            Submission.objects.visible_to(patient).filter(patient=patient).latest("submitted_at")
        )
        answering.start(patient=patient, edition=self.edition, amends=sent, amend_reason=reason)
        begun = AnswersInProgress.objects.visible_to(patient).get(patient=patient)
        every = {**CALM, **(self.person.answers or {}), **answers}
        for section in self.edition.definition.sections:
            given = {each.key: every[each.key] for each in section.questions if each.key in every}
            answering.save(
                patient=patient, questionnaire=self.questionnaire, given=given, seen={}, section=section.key
            )
        answering.submit(patient=patient, questionnaire=self.questionnaire, attempt=begun.pk)

    def acknowledge(self, note: str) -> None:
        alert: Alert = Alert.objects.visible_to(self.surgeon).get(patient=self.patient)
        reviewing.open_alert(user=self.surgeon, alert_id=alert.pk)
        reviewing.acknowledge(user=self.surgeon, alert=alert)
        reviewing.note_alert(user=self.surgeon, alert=alert, text=note)

    def take(self) -> None:
        reviewing.take(user=self.surgeon, case=self.case)

    def decide(self, state: str, **given: Any) -> Decision:
        return self._decide(self.case, state, **given)

    def replace(self, state: str, because: str, **given: Any) -> Decision:
        case = self.case
        wrong = Decision.objects.visible_to(self.surgeon).filter(case=case).latest("at")
        return self._decide(case, state, supersedes=wrong.pk, wrong_because=because, **given)

    def _decide(
        self,
        case: Case,
        state: str,
        *,
        message: str = "",
        reading: tuple[str, ...] = (),
        rescreen_in: int | None = None,
        **given: Any,
    ) -> Decision:
        """`reading` names topics: the first article about each is chosen. `rescreen_in` is in days."""
        day = timezone.localdate() + timedelta(days=rescreen_in) if rescreen_in else None
        decision = deciding.decide(
            user=self.surgeon, case=case, version=case.version, state=state, rescreen_on=day, **given
        )
        if message:
            chosen = {each.key: each for topic in reading for each in host().reading([topic])[:1]}
            messaging.release(
                user=self.surgeon,
                case=case,
                decision=decision,
                text=message,
                tests=given.get("tests", ()),
                reading=[{"key": each.key, "title": each.title} for each in chosen.values()],
                rescreen_on=day,
            )
        return decision

    def mark(self, **given: Any) -> None:
        case = self.case
        marking.mark(user=self.surgeon, case=case, version=case.version, **given)

    def result(self, investigation: str, values: dict[str, Decimal], source: str, measured_ago: int) -> None:
        case = self.case
        asked = next(each for each in self.edition.definition.investigations if each.key == investigation)
        measured_on = timezone.localdate() - timedelta(days=measured_ago)
        entry = results.Entry(asked, values, measured_on, source)
        results.enter(user=self.surgeon, case=case, version=case.version, entry=entry)

    def patient_reads(self) -> None:
        messaging.mark_read(patient=self.patient, message=self._message())

    def patient_asks(self, text: str) -> None:
        messaging.reply(patient=self.patient, message=self._message(), text=text)

    def answer(self, text: str) -> None:
        question: Reply = Reply.objects.visible_to(self.surgeon).filter(patient=self.patient).latest("at")
        messaging.release(user=self.surgeon, case=self.case, text=text, answers=question)

    def _message(self) -> Message:
        message: Message = Message.objects.visible_to(self.patient).filter(patient=self.patient).latest("at")
        return message


@cache
def _hashed() -> str:
    """Made once: it is made slowly, on purpose."""
    return make_password(PASSWORD)


def stories(edition: QuestionnaireEdition) -> list[tuple[float, Callable[[], Any]]]:
    """Every step of everybody who is not here yet, the oldest first."""
    here = set(PatientProfile.unscoped.values_list("record_number", flat=True))
    every = [Story(person, number, edition) for number, person in enumerate(PATIENTS)]
    missing = [story for story in every if story.record_number not in here]
    return sorted((each for story in missing for each in story.steps()), key=lambda each: -each[0])
