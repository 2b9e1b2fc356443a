"""Writing to a patient: prefilled, shown as they will read it, and released once by a person."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from portal.accounts.models import Care, PatientProfile, Practice, User
from portal.host import PortalHost
from screening import deciding, messaging
from screening.host import Reading
from screening.models import Case, Decision, Message
from tests.conftest import make_user
from tests.screening.factories import make_case, make_finding, make_submission
from tests.screening.pages import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]

ARTICLES = [
    Reading("bones", "Strong bones", "/learn/bones/", 4, ("bone-health",)),
    Reading("rest", "A good night", "/learn/rest/", 3, ("sleep",)),
]


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


@pytest.fixture
def decision(case: Case, surgeon: User) -> Decision:
    day = timezone.localdate() + timedelta(days=42)
    return deciding.decide(
        user=surgeon,
        case=case,
        version=1,
        state="optimise",
        plan="STAFF ONLY",
        tests=["HbA1c"],
        rescreen_on=day,
    )


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


@pytest.fixture
def articles(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(self: PortalHost, topics: Any = (), language: str = "") -> list[Reading]:
        wanted = set(topics)
        return sorted(ARTICLES, key=lambda each: not wanted & set(each.topics))

    monkeypatch.setattr(PortalHost, "reading", reading)


def url(case: Case) -> str:
    return reverse("review:message", args=[case.pk])


def prefilled(page: str) -> dict[str, Any]:
    """The hidden fields of the form on the page."""
    names = ("attempt", "version", "read", "seen_at", "newest", "answers", "language")
    found = {name: re.search(rf'name="{name}"(?: value="([^"]*)")?', page) for name in names}
    return {name: (match[1] or "") if match else "" for name, match in found.items()}


def areas(page: str) -> dict[str, str]:
    """What stands in the larger fields."""
    return {
        name: text.strip()
        for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    }


def typed(browser: Client, case: Case, **given: Any) -> dict[str, Any]:
    page = browser.get(url(case)).content.decode()
    return {**prefilled(page), "text": "Please come and see me.", "then": "release", **given}


def test_it_is_released_and_the_patient_is_told_that_something_is_new(
    browser: Client, case: Case, decision: Decision, surgeon: User, articles: None
) -> None:
    form = typed(browser, case, tests="A blood test\n\nA bone scan", reading=["bones"])
    response = browser.post(url(case), form)
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))
    message = Message.unscoped.get()
    assert {
        "id": str(message.pk),
        "patient": message.patient,
        "by": message.by,
        "decision": message.decision,
        "answers": message.answers,
        "text": message.text,
        "tests": message.tests,
        "reading": message.reading,
        "rescreen_on": message.rescreen_on,
        "language": message.language,
    } == {
        "id": form["attempt"],
        "patient": case.patient,
        "by": surgeon,
        "decision": decision,
        "answers": None,
        "text": "Please come and see me.",
        "tests": ["A blood test", "A bone scan"],
        "reading": [{"key": "bones", "title": "Strong bones"}],
        "rescreen_on": decision.rescreen_on,
        "language": "en",
    }
    assert OutboxMessage.objects.get().payload == {"message": str(message.pk)}
    page = browser.get(response["Location"]).content.decode()
    assert "Released: the message is on the patient" in page
    assert "The patient was not told of it yet" not in page


def test_whoever_goes_back_and_changes_the_words_is_shown_that_the_first_ones_went_out(
    browser: Client, case: Case
) -> None:
    form = typed(browser, case)
    browser.post(url(case), form)
    response = browser.post(url(case), {**form, "text": "Please stay at home."})
    page = response.content.decode()
    assert (response.status_code, areas(page)["text"]) == (409, "Please stay at home.")
    again = {**form, **prefilled(page), "text": "Please stay at home."}
    assert browser.post(url(case), again).status_code == 302
    words = ["Please come and see me.", "Please stay at home."]
    assert list(Message.unscoped.order_by("at").values_list("text", flat=True)) == words


def test_it_begins_with_the_words_for_the_decision_and_for_what_can_be_changed(
    browser: Client, case: Case, surgeon: User
) -> None:
    call_command("load_messages", stdout=StringIO())
    make_finding(case.submission)
    day = timezone.localdate() + timedelta(days=42)
    deciding.decide(
        user=surgeon, case=case, version=1, state="optimise", plan="P", tests=["HbA1c"], rescreen_on=day
    )
    page = browser.get(url(case)).content.decode()
    text, tests = (areas(page)[name] for name in ("text", "tests"))
    paragraphs = text.split("\n\n")
    assert paragraphs[0] == "Hello Alice Adams,"
    assert paragraphs[2].startswith("Your bones: ")
    assert any(str(day.day) in each and str(day.year) in each for each in paragraphs)
    assert any("+1 555 0199" in each for each in paragraphs)
    assert "{" not in text
    assert tests == "A blood test for blood sugar (HbA1c)"


def test_a_preview_shows_it_as_the_patient_reads_it_and_releases_nothing(
    browser: Client, case: Case, decision: Decision, articles: None
) -> None:
    form = typed(browser, case, tests="A blood test", reading=["rest"], then="preview")
    page = browser.post(url(case), form).content.decode()
    preview = page.split('id="preview"')[1]
    for words in (
        "Please come and see me.",
        "A blood test",
        "A good night",
        "look at this again with you on",
    ):
        assert words in preview
    assert "STAFF ONLY" not in preview
    assert not Message.unscoped.exists()


def test_what_is_about_a_finding_is_suggested_and_nothing_is_ticked(
    browser: Client, case: Case, articles: None
) -> None:
    make_finding(case.submission)
    page = browser.get(url(case)).content.decode()
    assert re.findall(r'name="reading" value="(\w+)"', page) == ["bones", "rest"]
    assert "about: Severe osteoporosis" in page
    assert "checked" not in page


def test_nothing_to_read_can_be_made_up(browser: Client, case: Case, articles: None) -> None:
    response = browser.post(url(case), typed(browser, case, reading=["secret"]))
    assert (response.status_code, Message.unscoped.count()) == (422, 0)


def test_two_clicks_release_one_message(browser: Client, case: Case, decision: Decision) -> None:
    form = typed(browser, case)
    answers = [browser.post(url(case), form) for _twice in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert (Message.unscoped.count(), OutboxMessage.objects.count()) == (1, 1)


def test_of_two_surgeons_who_write_the_second_one_sees_what_the_first_wrote(
    browser: Client, case: Case, decision: Decision, login: Callable[[User], Client], articles: None
) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    second = login(other)
    forms = [
        typed(each, case, text=f"WORDS {i}", tests="TEST KEPT", reading=["rest"])
        for i, each in enumerate((browser, second))
    ]
    assert browser.post(url(case), forms[0]).status_code == 302
    response = second.post(url(case), forms[1])
    page = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "Dana Diaz wrote to the patient" in page
    assert "WORDS 1" in page
    assert "TEST KEPT" in page
    assert re.findall(r'value="(\w+)" id="read-\w+" checked', page) == ["rest"]
    assert [message.text for message in Message.unscoped.all()] == ["WORDS 0"]
    again = {**forms[1], **prefilled(page)}
    assert second.post(url(case), again).status_code == 302
    assert Message.unscoped.count() == 2


def test_a_message_about_answers_that_changed_meanwhile_is_not_released(browser: Client, case: Case) -> None:
    form = typed(browser, case)
    again = make_submission(case.patient, submitted_at=timezone.now())
    Case.unscoped.update(submission=again, version=2)
    response = browser.post(url(case), form)
    assert (response.status_code, Message.unscoped.count()) == (409, 0)
    assert "The patient sent new answers" in response.content.decode()


def test_words_that_frighten_are_shown_once_more_and_can_be_released(browser: Client, case: Case) -> None:
    form = typed(browser, case, text="Surgery is contraindicated. Your PHQ-9 says so.")
    page = browser.post(url(case), form).content.decode()
    assert "“contraindicated”, “PHQ-9”" in page
    assert not Message.unscoped.exists()
    form["doubtful"] = re.search(r'name="doubtful" value="([^"]*)"', page)[1]  # type: ignore[index]
    assert browser.post(url(case), form).status_code == 302
    assert Message.unscoped.count() == 1


def test_an_answer_shows_the_question_and_tells_of_no_decision(
    browser: Client, case: Case, decision: Decision, surgeon: User
) -> None:
    message = messaging.release(user=surgeon, case=case, text="Please rest.")
    question = messaging.reply(patient=case.patient, message=message, text="May I swim?")
    page = browser.get(url(case), {"answers": question.pk}).content.decode()
    assert "May I swim?" in page
    form = {**prefilled(page), "text": "Yes, you may.", "then": "release"}
    assert form["answers"] == str(question.pk)
    assert browser.post(url(case), form).status_code == 302
    answer = Message.unscoped.latest("at")
    assert (answer.answers, answer.decision) == (question, None)


def test_a_question_of_another_patient_is_a_missing_page(
    browser: Client, case: Case, other_patient: User, surgeon: User
) -> None:
    Care.objects.create(patient=other_patient, surgeon=surgeon)
    message = messaging.release(user=surgeon, case=make_case(other_patient), text="Please rest.")
    question = messaging.reply(patient=other_patient, message=message, text="May I swim?")
    for id_ in (question.pk, uuid.uuid4(), "x"):
        assert browser.get(url(case), {"answers": id_}).status_code == 404
        assert browser.post(url(case), typed(browser, case, answers=question.pk)).status_code == 404


def test_a_decision_that_replaces_a_told_one_begins_with_a_correction(
    browser: Client, case: Case, surgeon: User
) -> None:
    call_command("load_messages", stdout=StringIO())
    wrong = deciding.decide(user=surgeon, case=case, version=1, state="closed", reason="Wrong")
    messaging.release(user=surgeon, case=case, text="Nothing to do.", decision=wrong)
    deciding.decide(
        user=surgeon,
        case=Case.unscoped.get(),
        version=2,
        state="discuss",
        plan="Talk",
        supersedes=wrong.pk,
        wrong_because="Another Adams",
    )
    page = browser.get(url(case)).content.decode()
    assert "Please read this in place of what we wrote to you on" in page
    assert "Another Adams" not in page


@pytest.mark.parametrize("language", ["xx", "-1", "nothing that is a language"])
def test_a_language_that_nobody_knows_is_none(
    browser: Client, case: Case, decision: Decision, language: str
) -> None:
    form = typed(browser, case, language=language)
    assert browser.post(url(case), {**form, "then": "preview"}).status_code in (200, 422)
    browser.post(url(case), form)
    assert set(Message.unscoped.values_list("language", flat=True)) <= {""}


def test_a_language_without_checked_words_is_said(browser: Client, case: Case, decision: Decision) -> None:
    call_command("load_messages", stdout=StringIO())
    PatientProfile.unscoped.update(language="es")
    page = " ".join(browser.get(url(case)).content.decode().split())
    assert "There are no checked words in Spanish, so the message begins in English." in page
    assert "Hello Alice Adams," in page


def test_without_templates_it_begins_with_a_greeting(browser: Client, case: Case, decision: Decision) -> None:
    assert "Hello Alice Adams," in browser.get(url(case)).content.decode()


def test_it_is_written_to_nobody_that_is_not_in_sight(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(other_surgeon)
    for answer in (browser.get, browser.post):
        foreign, missing = (answer(reverse("review:message", args=[pk])) for pk in (case.pk, uuid.uuid4()))
        assert (foreign.status_code, body(foreign)) == (404, body(missing))


def test_the_page_is_a_reading_and_recorded(browser: Client, case: Case) -> None:
    browser.get(url(case))
    assert AccessRecord.objects.filter(action="opened_case", object_id=str(case.pk)).count() == 1


def test_what_was_typed_when_the_session_ended_comes_back(
    browser: Client, case: Case, articles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = QueryDict(mutable=True)
    fields.update(typed(browser, case, text="TYPED BEFORE", tests="TEST KEPT"))
    fields.setlist("reading", ["bones", "rest"])
    monkeypatch.setattr(PortalHost, "recovered", lambda self, request: fields)
    page = browser.get(url(case)).content.decode()
    assert "TYPED BEFORE" in page
    assert "TEST KEPT" in page
    assert re.findall(r'value="(\w+)" id="read-\w+" checked', page) == ["bones", "rest"]
    assert "You had been logged out" in page


def test_an_empty_form_is_refused_and_not_a_server_error(browser: Client, case: Case) -> None:
    assert browser.post(url(case)).status_code == 422


def test_the_practices_number_stands_in_the_words(browser: Client, case: Case, decision: Decision) -> None:
    call_command("load_messages", stdout=StringIO())
    Practice.objects.update(phone="+1 555 7777")
    assert "call us at +1 555 7777" in browser.get(url(case)).content.decode()


def test_a_few_words_have_no_reading_grade(browser: Client, case: Case) -> None:
    def shown(text: str) -> str:
        return body(browser.post(url(case), typed(browser, case, text=text, then="show")))

    assert "Reading grade" not in shown("Hello Alice Adams,")
    assert "Reading grade" in shown("Please come and see me. " * 5)
