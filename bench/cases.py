"""Many synthetic cases, quickly: invented patients, and a few answer sheets that share what the engine made of them."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from editions.canonical import canonical
from portal.accounts.models import Care, PatientProfile, User
from portal.demo.answers import CALM
from portal.demo.cast import PATIENTS
from screening.engine.answers import clean, dumps
from screening.engine.assessment import assess
from screening.models import Case, QuestionnaireEdition, Submission
from screening.models.placing import rank, urgency_of

FACTS = {"age": 66, "sex": "female", "on_duty_contact": True}
AT_ONCE = 5_000
DECIDED = (Case.State.OPTIMISE, Case.State.DISCUSS, Case.State.CLOSED)
FIRST = ("Alma", "Boris", "Clara", "Dmitri", "Esther", "Farid", "Greta", "Hugo", "Irene", "Jonas")
LAST = ("Abbott", "Bianchi", "Castillo", "Dubois", "Eriksen", "Farouk", "Grant", "Hoang", "Ivanova", "Jansen")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sheet:
    """Answers, and what they come to."""

    answers: str
    outcome: dict[str, Any]
    values: str
    outcome_text: str


def sheets(edition: QuestionnaireEdition) -> list[Sheet]:
    """One for each way to answer in the demo practice."""
    definition, today = edition.definition, timezone.localdate()
    made = []
    for person in PATIENTS:
        if person.answers is not None and person.sends:
            answers = clean(definition, {**CALM, **person.answers}, FACTS, today).answers
            outcome = assess(definition, answers, FACTS, today)
            as_dict = outcome.as_dict()
            made.append(Sheet(dumps(answers), as_dict, dumps(outcome.values), canonical(as_dict)))
    return made


def fill(edition: QuestionnaireEdition, surgeon: User | None, number: int, *, awaiting: bool = False) -> None:
    """`number` patients in the surgeon's care (None: in nobody's), a sent questionnaire and a case each.

    Two thirds await a decision; all, with `awaiting`.
    """
    choose, written = Random(next(_numbers)), sheets(edition)  # another seed each time: ids come from it
    for start in range(0, number, AT_ONCE):
        with transaction.atomic():
            _some(edition, surgeon, min(AT_ONCE, number - start), awaiting, choose, written)


def _some(
    edition: QuestionnaireEdition,
    surgeon: User | None,
    number: int,
    awaiting: bool,
    choose: Random,
    written: list[Sheet],
) -> None:
    patients = User.objects.bulk_create(_user(choose) for _each in range(number))
    PatientProfile.unscoped.bulk_create(_profile(user, choose) for user in patients)
    if surgeon is not None:
        began = timezone.now() - timedelta(days=90)
        Care.objects.bulk_create(
            Care(patient=user, surgeon=surgeon, start=began, in_force=True) for user in patients
        )
    picked = [choose.choice(written) for _each in patients]
    sent = [_submission(edition, user, sheet, choose) for user, sheet in zip(patients, picked, strict=True)]
    Submission.unscoped.bulk_create(sent)
    cases = [_case(each, sheet, choose, awaiting) for each, sheet in zip(sent, picked, strict=True)]
    for case in cases:
        case.unassigned = surgeon is None
    Case.unscoped.bulk_create(cases)


def _user(choose: Random) -> User:
    name = f"{choose.choice(FIRST)} {choose.choice(LAST)}"
    return User(email=f"synthetic{next(_numbers)}@bench.example", name=name, password="!")


def _profile(user: User, choose: Random) -> PatientProfile:
    return PatientProfile(
        user=user,
        record_number=f"S{user.pk:07}",
        date_of_birth=date(1940, 1, 1) + timedelta(days=choose.randrange(20_000)),
        sex=choose.choice(("female", "male")),
        phone="+1 555 0123",
        planned_operation="Fusion of L4 and L5",
        planned_region="lumbar",
    )


def _submission(edition: QuestionnaireEdition, user: User, sheet: Sheet, choose: Random) -> Submission:
    at = timezone.now() - timedelta(seconds=choose.randrange(60 * 86_400))
    return Submission(
        id=uuid.UUID(int=choose.getrandbits(128), version=4),
        patient=user,
        questionnaire=edition.questionnaire,
        edition=edition,
        facts=FACTS,
        answers=sheet.answers,
        digest=f"{choose.getrandbits(256):064x}",
        today=timezone.localdate(at),
        outcome=sheet.outcome_text,
        values=sheet.values,
        started_at=at,
        submitted_at=at,
    )


def _case(sent: Submission, sheet: Sheet, choose: Random, awaiting: bool) -> Case:
    outcome = sheet.outcome
    found = {key: each for key, each in outcome["criteria"].items() if each["category"] != "none"}
    state = Case.State.NEW if awaiting or choose.random() < 2 / 3 else choose.choice(DECIDED)
    case = Case(
        id=uuid.UUID(int=choose.getrandbits(128), version=4),
        patient_id=sent.patient_id,
        questionnaire_id=sent.questionnaire_id,
        submission=sent,
        state=state,
        awaiting=state in Case.AWAITING,
        urgency=urgency_of(outcome["urgent"]),
        urgent_reasons=outcome["urgent_reasons"],
        headline=outcome["headline"],
        possible_absolute=bool(outcome["possible_absolute"]),
        relative_count=outcome["relative_count"],
        grade=max((each.get("grade") or 0 for each in found.values()), default=0),
        criteria=found,
        waiting_since=sent.submitted_at,
    )
    case.rank = rank(case)
    return case
