"""What patients are told and ask, through the pages that they open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from ledger.models import OutboxMessage
from portal.accounts.models import Care, Practice, User
from screening import messaging
from screening.models import Case, Message, Reply
from tests.screening.factories import make_case

pytestmark = pytest.mark.usefixtures("practice")

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


@pytest.fixture
def message(case: Case, surgeon: User) -> Message:
    with time_machine.travel(AT, tick=False):
        return messaging.release(
            user=surgeon,
            case=case,
            text="Please have a bone scan.\n\nThen we talk.",
            tests=["A bone scan (DXA)"],
            rescreen_on=date(2027, 2, 1),
        )


@pytest.fixture
def browser(patient: User, login: Callable[..., Client]) -> Client:
    return login(patient)


def address(message: Message) -> str:
    return reverse("messages:letter", args=[message.pk])


def words(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def read_at(message: Message) -> datetime | None:
    return Message.unscoped.values_list("read_at", flat=True).get(pk=message.pk)


def test_a_message_says_who_wrote_it_what_to_have_done_and_when_they_look_again(
    browser: Client, message: Message
) -> None:
    page = words(browser.get(address(message)))
    for said in (
        "Message from Dana Diaz",
        "<p>Please have a bone scan.</p>",
        "<p>Then we talk.</p>",
        "<li>A bone scan (DXA)</li>",
        "We would like to look at this again with you on Feb. 1, 2027.",
        "This is not for emergencies.",
        "+1 555 0199",
        "Emergency: call 911",
    ):
        assert said in page


def test_opening_it_is_noted_once(browser: Client, message: Message) -> None:
    for day in (17, 18):
        with time_machine.travel(AT.replace(day=day), tick=False):
            browser.get(address(message))
    assert read_at(message) == AT.replace(day=17)


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_a_browser_that_looks_ahead_has_read_nothing(browser: Client, message: Message, header: str) -> None:
    browser.get(address(message), headers={header: "prefetch;prerender"})
    browser.head(address(message))
    browser.get(reverse("messages:letters"))
    assert read_at(message) is None


def test_a_question_is_kept_and_those_in_care_are_told_that_something_is_new(
    browser: Client, message: Message, surgeon: User, other_surgeon: User
) -> None:
    response = browser.post(address(message), {"text": "Does it\r\nhurt?", "form": "a"})
    question = Reply.unscoped.get()
    assert response.headers["Location"] == f"{address(message)}#question-{question.pk}"
    assert (question.text, question.message, question.case_id) == ("Does it\nhurt?", message, message.case_id)
    told = OutboxMessage.objects.filter(key__startswith="reply:")
    assert list(told.values_list("kind", "to_user_id", "payload")) == [
        ("something_new", str(surgeon.pk), {"reply": str(question.pk)})
    ]
    page = words(browser.get(address(message)))
    assert "Your question was sent. Nobody has read it yet." in page
    assert "You will hear from us within 5 working days." in page


def test_with_nobody_in_care_nobody_is_written_to(browser: Client, message: Message) -> None:
    Care.objects.all().delete()
    browser.post(address(message), {"text": "Does it hurt?", "form": "a"})
    assert Reply.unscoped.count() == 1
    assert not OutboxMessage.objects.filter(key__startswith="reply:").exists()


def test_two_clicks_send_one_question_and_another_text_is_another_one(
    browser: Client, message: Message
) -> None:
    for text in ("Does it hurt?", "Does it hurt?", "And how long?"):
        assert browser.post(address(message), {"text": text, "form": "a"}).status_code == 302
    assert [each.text for each in Reply.unscoped.all()] == ["Does it hurt?", "And how long?"]
    assert OutboxMessage.objects.filter(key__startswith="reply:").count() == 2


def test_what_is_too_long_is_given_back_whole(browser: Client, message: Message) -> None:
    text = "Long\r\n" * 400
    page = words(browser.post(address(message), {"text": text + "more", "form": "a"}), 422)
    assert "Please write 2000 characters at most." in page
    assert "Your question is not sent yet." in page
    assert page.count("Long") == 400
    assert not Reply.unscoped.exists()
    assert browser.post(address(message), {"text": "x\r\n" * 1000, "form": "a"}).status_code == 302


def test_who_sends_very_many_is_asked_to_call_and_keeps_the_words(
    browser: Client, message: Message, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messaging, "MOST_WAITING", 2)

    def ask(text: str) -> Any:
        return browser.post(address(message), {"text": text, "form": "a"})

    assert [ask(text).status_code for text in ("One?", "Two?", "Two?")] == [302, 302, 302]
    page = words(ask("Three?"), 422)
    assert "Your earlier questions wait to be read. Please call us, or send this later." in page
    assert "Three?" in page
    assert [each.text for each in Reply.unscoped.all()] == ["One?", "Two?"]
    messaging.read_questions(user=surgeon, questions=Reply.unscoped.all())
    assert ask("Three?").status_code == 302


def test_an_empty_question_is_asked_for_once_more(browser: Client, message: Message) -> None:
    assert "Please write your question first." in words(browser.post(address(message), {"text": " "}), 422)


def test_the_patient_sees_that_it_was_read_and_the_answer(
    browser: Client, patient: User, surgeon: User, case: Case, message: Message
) -> None:
    question = messaging.reply(patient=patient, message=message, text="Does it hurt?", form="a")
    with time_machine.travel(AT.replace(day=20), tick=False):
        messaging.read_questions(user=surgeon, questions=[question])
    page = words(browser.get(address(message)))
    assert "Dana Diaz read it on Nov. 20, 2026." in page
    assert "Nobody has read it" not in page
    answer = messaging.release(user=surgeon, case=case, text="A little.", answers=question)
    page = words(browser.get(address(message)))
    assert f'<a href="{address(answer)}">Read the answer</a>' in page
    page = words(browser.get(address(answer)))
    assert "Does it hurt?" in page
    assert "A little." in page


def test_who_answers_has_read_the_question(
    patient: User, surgeon: User, case: Case, message: Message
) -> None:
    question = messaging.reply(patient=patient, message=message, text="Does it hurt?", form="a")
    messaging.release(user=surgeon, case=case, text="A little.", answers=question)
    question = Reply.unscoped.get()
    assert question.read_by == surgeon
    assert question.read_at is not None


def test_a_question_is_answered_in_its_own_case_only(
    patient: User, other_patient: User, surgeon: User, message: Message
) -> None:
    question = messaging.reply(patient=patient, message=message, text="Does it hurt?", form="a")
    other = make_case(other_patient)
    with pytest.raises(ValueError, match="another case"):
        messaging.release(user=surgeon, case=other, text="A little.", answers=question)
    assert not Message.unscoped.filter(case=other).exists()


def test_the_list_has_all_with_what_was_asked_and_answered(
    browser: Client, patient: User, surgeon: User, case: Case, message: Message
) -> None:
    question = messaging.reply(patient=patient, message=message, text="Does it hurt?", form="a")
    messaging.release(user=surgeon, case=case, text="A little.", answers=question)
    page = words(browser.get(reverse("messages:letters")))
    assert page.count("Message from Dana Diaz") == 2
    assert page.index("A little.") < page.index("Please have a bone scan.") < page.index("Does it hurt?")
    for said in ("Answer to your question", "Answered", '<span class="tag tag--new">New</span>'):
        assert said in page


def test_with_no_message_the_list_says_what_will_be_here(browser: Client, patient: User) -> None:
    assert "There is no message yet." in words(browser.get(reverse("messages:letters")))


def test_somebody_elses_message_is_not_there(
    message: Message, other_patient: User, surgeon: User, login: Callable[..., Client]
) -> None:
    stranger = login(other_patient)
    nowhere = reverse("messages:letter", args=[uuid.uuid4()])
    for response in (
        stranger.get(nowhere),
        stranger.get(address(message)),
        stranger.post(address(message), {"text": "Hello"}),
    ):
        page = words(response, 404)
        assert "There is no such page" in page
        assert "scan" not in page
    assert login(surgeon).get(address(message)).status_code == 403
    assert (read_at(message), Reply.unscoped.exists()) == (None, False)
    with pytest.raises(PermissionDenied):
        messaging.reply(patient=other_patient, message=message, text="Hello")


def test_a_surgeon_who_is_a_patient_too_reads_their_own_messages_only(
    message: Message, patient: User, surgeon: User
) -> None:
    surgeon.groups.add(*patient.groups.all())
    both = User.objects.get(pk=surgeon.pk)
    assert messaging.messages_for(both) == []


def test_a_session_that_ended_keeps_the_question(browser: Client, patient: User, message: Message) -> None:
    page = browser.get(address(message)).context
    browser.logout()
    sent = {"text": "Does it hurt?", "form": "a", "sender": page["sender"]}
    browser.post(address(message), sent)
    browser.force_login(patient, backend="portal.accounts.backends.Roles")
    page = words(browser.get(address(message)))
    assert "Does it hurt?" in page
    assert "Your question is not sent yet. Please send it now." in page
    assert not Reply.unscoped.exists()


def test_nothing_of_it_is_a_verdict(browser: Client, message: Message, practice: Practice) -> None:
    for page in (words(browser.get(address(message))), words(browser.get(reverse("messages:letters")))):
        for verdict in ("absolute", "relative", "contraindicat", "CANARY"):
            assert verdict not in page
