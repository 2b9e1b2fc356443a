"""Many requests at once for the same answers, as impatient hands and poor connections make them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from ledger.models import OutboxMessage
from ledger.testing import lift_before_flush
from screening import answering
from screening.answering import Seen
from screening.models import AnswersInProgress, Case, Submission, UrgentAnswer
from screening.models.document import shipped
from tests.conftest import make_patient
from tests.screening.factories import make_edition
from tests.screening.typing import answer_all

lift_before_flush()

AT_ONCE = 8


@pytest.fixture
def patient(transactional_db: None) -> Any:
    return make_patient("Alice Adams")


@pytest.fixture
def fusion(transactional_db: None) -> Any:
    return make_edition(shipped("spinal-fusion"))


def together(act: Callable[[int], Any]) -> list[Any]:
    """What each of the threads came to; exceptions are raised here."""

    def in_a_thread(number: int) -> Any:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(in_a_thread, range(AT_ONCE)))


def test_starting_at_once_is_starting_once(patient, fusion):
    begun = together(lambda _: answering.start(patient=patient, edition=fusion).pk)
    assert len(set(begun)) == 1
    assert AnswersInProgress.objects.visible_to(patient).count() == 1


def test_sending_at_once_is_sending_once(patient, fusion):
    attempt = answer_all(patient, fusion)
    sent = {
        "patient": patient,
        "questionnaire": fusion.questionnaire,
        "attempt": attempt.pk,
        "digest": answering.digest_of(attempt),
    }
    submissions = together(lambda _: answering.submit(**sent))
    assert {submission.pk for submission in submissions} == {attempt.pk}
    assert Submission.objects.visible_to(patient).count() == 1
    assert Case.objects.visible_to(patient).get().version == 1
    assert OutboxMessage.objects.count() == 1


def test_the_same_urgent_answer_at_once_is_told_once(patient, fusion):
    answering.start(patient=patient, edition=fusion)
    given, seen = {"red_flag_fall_crash": "yes"}, {"red_flag_fall_crash": Seen(0)}
    together(
        lambda _: (
            answering.save(
                patient=patient, questionnaire=fusion.questionnaire, given=given, seen=seen
            ).changed
        )
    )
    assert UrgentAnswer.objects.visible_to(patient).count() == 1


def test_of_different_answers_at_once_the_first_stands_and_the_others_are_told(patient, fusion):
    answering.start(patient=patient, edition=fusion)

    def count(number: int) -> tuple[str, ...]:
        return answering.save(
            patient=patient,
            questionnaire=fusion.questionnaire,
            given={"smoking": "daily", "cigarettes_per_day": str(number)},
            seen={"smoking": Seen(0), "cigarettes_per_day": Seen(0)},
        ).conflicts

    conflicts = together(count)
    assert conflicts.count(()) == 1
    assert conflicts.count(("cigarettes_per_day",)) == AT_ONCE - 1
