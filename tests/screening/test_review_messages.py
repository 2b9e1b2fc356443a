"""What patients ask, on the page of their case: what waits stands first, and they see that it was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import Care, Cover, User
from screening import messaging
from screening.host import host
from screening.models import Case, Message, Reply
from tests.conftest import make_user
from tests.screening.factories import DAY, make_case

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


@pytest.fixture
def message(case: Case, surgeon: User) -> Message:
    return messaging.release(user=surgeon, case=case, text="Please have a bone scan.", tests=["DXA"])


@pytest.fixture
def question(patient: User, message: Message) -> Reply:
    return messaging.reply(patient=patient, message=message, text="Does it hurt?", form="a")


def words(browser: Client, case: Case, **query: Any) -> str:
    response = browser.get(reverse("review:case", args=[case.pk]), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def seen() -> tuple[datetime | None, Any]:
    return Reply.unscoped.values_list("read_at", "read_by").get()


def test_a_question_stands_first_is_new_once_and_has_a_way_to_its_answer(
    login: Callable[..., Client], surgeon: User, case: Case, question: Reply
) -> None:
    browser = login(surgeon)
    page = words(browser, case)
    assert page.index("Does it hurt?") < page.index("Please have a bone scan.")
    assert '<span class="tag tag--new">New</span>' in page
    assert f'href="/review/{case.pk}/message/?answers={question.pk}"' in page
    page = words(browser, case)
    assert '<span class="tag tag--new">New</span>' not in page
    assert "Not answered yet" in page


def test_who_was_shown_it_first_is_noted_after_the_record_of_the_opening(
    login: Callable[..., Client], surgeon: User, case: Case, question: Reply
) -> None:
    with time_machine.travel(AT, tick=False):
        words(login(surgeon), case)
    assert seen() == (AT, surgeon.pk)
    assert AccessRecord.objects.first_opened(subject=case.patient_id, since=AT) == AT
    other = make_user("Sam Second", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    assert "First read by Dana Diaz" in words(login(other), case)
    assert seen() == (AT, surgeon.pk)


def test_what_was_not_shown_was_not_read(
    login: Callable[..., Client],
    surgeon: User,
    other_surgeon: User,
    editor: User,
    case: Case,
    question: Reply,
) -> None:
    address = reverse("review:case", args=[case.pk])
    login(surgeon).head(address)
    login(surgeon).get(reverse("review:cases"))
    assert login(other_surgeon).get(address).status_code == 404
    assert login(editor).get(address).status_code == 403
    assert seen() == (None, None)


def test_an_answered_question_stands_under_the_message_that_it_was_about(
    login: Callable[..., Client], surgeon: User, case: Case, question: Reply
) -> None:
    answer = messaging.release(user=surgeon, case=case, text="A little.", answers=question)
    page = words(login(surgeon), case)
    assert page.index("A little.") < page.index("Please have a bone scan.") < page.index("The patient asked")
    assert f'<a href="#message-{answer.pk}">Answered</a>' in page
    assert "Answer to: “Does it hurt?”" in page
    assert "?answers=" not in page


def test_the_surgeon_sees_whether_the_message_was_read(
    login: Callable[..., Client], patient: User, surgeon: User, case: Case, message: Message
) -> None:
    browser = login(surgeon)
    assert "Not read by the patient yet" in words(browser, case)
    with time_machine.travel(AT, tick=False):
        messaging.mark_read(patient=patient, message=message)
    page = words(browser, case)
    assert "Read by the patient on Nov. 20, 2026" in page
    assert "Tests advised: DXA" in page


def test_unread_questions_come_before_those_that_were_read_and_older_ones_first(
    patient: User, surgeon: User, case: Case, message: Message
) -> None:
    asked = []
    for day, text in enumerate(("One?", "Two?", "Three?"), 20):
        with time_machine.travel(AT.replace(day=day), tick=False):
            asked.append(messaging.reply(patient=patient, message=message, text=text))
    messaging.read_questions(user=surgeon, questions=asked[:1])
    letters = messaging.messages_of(user=surgeon, case=case)
    assert [each.reply.text for each in letters.unanswered] == ["Two?", "Three?", "One?"]
    assert [each.text for each in letters.unread] == ["Two?", "Three?"]


def test_who_stands_in_is_told_too_and_who_has_left_is_not(
    patient: User, surgeon: User, other_surgeon: User, case: Case
) -> None:
    left = make_user("Lou Left", "surgeon")
    Care.objects.create(patient=patient, surgeon=left)
    left.is_active = False
    left.save()
    Cover.objects.create(surgeon=surgeon, covered_by=other_surgeon, end=AT + 3650 * DAY)
    assert {each.pk for each in host().carers(patient)} == {surgeon.pk, other_surgeon.pk}
