"""The pages on which staff enter answers for a patient, and what the patient sees meanwhile."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import PatientProfile, User
from screening import answering
from screening.answering import entering
from screening.models import AnswersInProgress, Case, QuestionnaireEdition, Submission
from tests.screening.factories import make_case, make_edition

pytestmark = pytest.mark.django_db
BEGIN = "/review/enter/"


@pytest.fixture
def edition(practice: Any) -> QuestionnaireEdition:
    return make_edition()


@pytest.fixture
def browser(surgeon: User, edition: QuestionnaireEdition, login: Any) -> Client:
    return login(surgeon)


@pytest.fixture
def attempt(surgeon: User, patient: User, edition: QuestionnaireEdition) -> AnswersInProgress:
    return entering.begin(by=surgeon, patient=patient, edition=edition, how="interview")


def text_of(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def address(attempt: AnswersInProgress, page: str = "") -> str:
    return f"{BEGIN}{attempt.pk}/{page}"


def found(browser: Client, patient: User) -> Any:
    number = PatientProfile.unscoped.get(user=patient).record_number
    return browser.post(BEGIN, {"record_number": number, "born": "1961-05-04"})


def test_from_the_two_marks_to_the_sent_answers(browser: Client, surgeon: User, patient: User) -> None:
    confirm = found(browser, patient)
    assert "Enter answers for Alice Adams?" in text_of(confirm)

    begun = browser.post(BEGIN, {"patient": confirm.context["patient"], "how": "paper"}, follow=True)
    assert "You enter answers for Alice Adams · copied from the paper form" in text_of(begun)
    place = begun.redirect_chain[-1][0]
    second = browser.post(place, {"smoking": "no"}, follow=True)
    assert "Are you newly numb?" in text_of(second)
    check = browser.post(second.redirect_chain[-1][0], {"numb": "no"}, follow=True)
    assert "Nothing is sent yet." in text_of(check)
    sent = browser.post(check.redirect_chain[-1][0], {"digest": check.context["digest"]}, follow=True)

    case = Case.objects.visible_to(surgeon).get()
    assert sent.redirect_chain[-1][0] == reverse("review:case", args=[case.pk])
    assert "The patient sees who entered them, and how." in text_of(sent)
    submission = Submission.objects.visible_to(patient).get()
    assert (submission.entered_by, submission.entered_how) == (surgeon, "paper")


def test_the_patient_reads_who_entered_it_and_the_case_says_it_too(
    browser: Client, surgeon: User, patient: User, attempt: AnswersInProgress, login: Any
) -> None:
    submission = send(surgeon, attempt)

    own = text_of(login(patient).get(reverse("screening:sent", args=[submission.pk])))
    assert "Dana Diaz" in own
    case = Case.objects.visible_to(surgeon).get()
    shown = text_of(browser.get(reverse("review:case", args=[case.pk])))
    assert "Entered by Dana Diaz: asked in person or by telephone" in shown


def send(surgeon: User, attempt: AnswersInProgress) -> Submission:
    for section, answers in (("bone", {"smoking": "no"}), ("safety", {"numb": "no"})):
        entering.save(by=surgeon, id=attempt.pk, given=answers, seen={}, section=section)
    opened = entering.open_(by=surgeon, id=attempt.pk)
    return entering.submit(by=surgeon, id=attempt.pk, digest=answering.digest_of(opened))


def test_sent_twice_it_is_stored_once(browser: Client, surgeon: User, attempt: AnswersInProgress) -> None:
    submission = send(surgeon, attempt)
    response = browser.post(address(attempt, "check/"), {"digest": submission.digest})

    assert response.status_code == 302
    assert Submission.objects.visible_to(surgeon).count() == 1


def test_from_the_case_it_begins_with_its_patient(
    browser: Client, patient: User, other_patient: User
) -> None:
    case, other = make_case(patient), make_case(other_patient)
    shown = text_of(browser.get(reverse("review:case", args=[case.pk])))

    assert f"{BEGIN}?case={case.pk}" in shown
    assert "Enter answers for Alice Adams?" in text_of(browser.get(BEGIN, {"case": case.pk}))
    assert browser.get(BEGIN, {"case": "no"}).status_code == 404
    assert other.pk != case.pk


def test_another_surgeons_case_is_as_one_that_is_not_there(
    patient: User, surgeon: User, other_surgeon: User, login: Any
) -> None:
    case = make_case(patient)

    assert login(other_surgeon).get(BEGIN, {"case": case.pk}).status_code == 404
    assert not AccessRecord.objects.exists()


def test_a_wrong_date_of_birth_finds_nobody_and_names_nobody(browser: Client, patient: User) -> None:
    number = PatientProfile.unscoped.get(user=patient).record_number
    response = browser.post(BEGIN, {"record_number": number, "born": "1961-05-05"})

    assert response.status_code == 422
    assert "No patient whom you may see has this record number and date of birth." in text_of(response)
    assert "Alice" not in text_of(response)


def test_the_patient_of_the_page_before_cannot_be_changed(
    browser: Client, patient: User, other_surgeon: User, login: Any
) -> None:
    token = found(browser, patient).context["patient"]

    assert browser.post(BEGIN, {"patient": f"{token}x", "how": "paper"}).status_code == 404
    assert browser.post(BEGIN, {"patient": str(patient.pk), "how": "paper"}).status_code == 404
    assert login(other_surgeon).post(BEGIN, {"patient": token, "how": "paper"}).status_code == 404
    assert not AnswersInProgress.unscoped.exists()


def test_how_has_to_be_said(browser: Client, patient: User) -> None:
    token = found(browser, patient).context["patient"]
    response = browser.post(BEGIN, {"patient": token})

    assert response.status_code == 422
    assert "Choose one." in text_of(response)
    assert "Alice Adams" in text_of(response)


def test_what_the_patient_has_begun_is_theirs_to_finish(
    browser: Client, patient: User, edition: QuestionnaireEdition
) -> None:
    own = answering.start(patient=patient, edition=edition)
    answering.save(
        patient=patient, questionnaire=edition.questionnaire, given={"anything_else": "secret"}, seen={}
    )
    token = found(browser, patient).context["patient"]
    response = browser.post(BEGIN, {"patient": token, "how": "interview"})

    assert response.status_code == 409
    assert "Alice Adams has begun to answer" in text_of(response)
    assert "secret" not in text_of(response)
    for page in ("", "page/bone/", "check/"):
        assert browser.get(address(own, page)).status_code == 404
    assert browser.post(address(own, "page/bone/"), {"smoking": "no"}).status_code == 404
    assert browser.post(address(own, "discard/")).status_code == 404


def test_an_urgent_answer_tells_staff_whom_to_tell(
    browser: Client, on_duty: Any, attempt: AnswersInProgress
) -> None:
    browser.post(address(attempt, "page/bone/"), {"smoking": "no"})
    shown = browser.post(address(attempt, "page/safety/"), {"numb": "yes"}, follow=True)

    assert shown.redirect_chain[0][0] == f"{address(attempt, 'notice/emergency/')}?then=check"
    assert "Whom to tell now" in text_of(shown)
    assert "On duty: Dana Diaz." in text_of(shown)
    assert "Get help now" in text_of(shown)
    assert "/check/" in text_of(shown)


def test_what_did_not_fit_is_said_and_the_rest_is_stored(browser: Client, attempt: AnswersInProgress) -> None:
    response = browser.post(address(attempt, "page/bone/"), {"t_score": "99", "smoking": "yes"})

    assert response.status_code == 422
    assert AnswersInProgress.unscoped.get().values == {"smoking": "yes"}


def test_pages_are_answered_in_order(browser: Client, attempt: AnswersInProgress) -> None:
    first = address(attempt, "page/bone/")

    assert browser.get(address(attempt)).headers["Location"] == first
    assert browser.get(address(attempt, "page/safety/")).headers["Location"] == first
    assert browser.get(address(attempt, "check/")).headers["Location"] == first
    assert browser.get(address(attempt, "page/none/")).status_code == 404
    assert browser.get(address(attempt, "notice/none/")).status_code == 404


def test_every_page_leaves_a_record(browser: Client, attempt: AnswersInProgress) -> None:
    for page in ("page/bone/", "notice/emergency/"):
        browser.get(address(attempt, page))

    assert (
        list(AccessRecord.objects.values_list("action", "object_id"))
        == [("entered_answers", str(attempt.pk))] * 2
    )


def test_dropped_it_is_gone_and_the_patient_can_begin(
    browser: Client, patient: User, attempt: AnswersInProgress, login: Any
) -> None:
    browser.post(address(attempt, "discard/"))

    assert not AnswersInProgress.unscoped.exists()
    assert login(patient).post("/screening/small/").status_code == 302


def test_the_patient_sees_that_somebody_is_typing(
    patient: User, surgeon: User, attempt: AnswersInProgress, login: Any
) -> None:
    entering.save(by=surgeon, id=attempt.pk, given={"anything_else": "half a sentence"}, seen={})
    phone = login(patient)

    for page in ("", "bone/", "check/"):
        response = phone.get(f"/screening/small/{page}")
        assert response.status_code == 200
        assert "Dana Diaz is typing in your answers." in text_of(response)
        assert "half a sentence" not in text_of(response)
    assert phone.post("/screening/small/bone/", {"smoking": "yes"}).status_code == 409
    saved = phone.post(
        "/screening/small/bone/save/", {"answers": {"smoking": "yes"}}, content_type="application/json"
    )
    assert saved.status_code == 409
    assert phone.post("/screening/small/check/", {}).status_code == 409
    assert phone.get("/").status_code == 200
    assert AnswersInProgress.unscoped.get().values == {"anything_else": "half a sentence"}


def test_after_a_day_of_silence_the_patient_may_answer(
    patient: User, attempt: AnswersInProgress, login: Any
) -> None:
    phone = login(patient)
    phone.post("/screening/small/", {"myself": "1"})
    assert AnswersInProgress.unscoped.exists()
    AnswersInProgress.unscoped.update(saved_at=timezone.now() - timedelta(days=2))

    assert "Answer myself" in text_of(phone.get("/screening/small/"))
    assert phone.post("/screening/small/", {"myself": "1"}).headers["Location"] == "/screening/small/"
    assert not AnswersInProgress.unscoped.exists()


@pytest.mark.parametrize("name", ["patient", "editor", "approver", "administrator"])
def test_others_are_refused(name: str, attempt: AnswersInProgress, login: Any, request: Any) -> None:
    client = login(request.getfixturevalue(name))

    assert client.get(BEGIN).status_code == 403
    assert client.get(address(attempt, "page/bone/")).status_code == 403
    assert client.post(address(attempt, "discard/")).status_code == 403
