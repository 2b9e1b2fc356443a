"""A patient corrects what was sent."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from screening import answering
from screening.models import Alert, AnswersInProgress, Case, Submission, UrgentAnswer
from tests.screening.factories import make_edition
from tests.screening.test_answering import save
from tests.screening.test_moving import changed
from tests.screening.test_patient_section import RED_FLAGS
from tests.screening.typing import address, answer_all, fields, send

START = "/screening/spinal-fusion/"
STOP = address("stop")
CHECK = address("check")


@pytest.fixture
def first(patient, fusion) -> Submission:
    return _sent(patient, fusion, smoking="daily", red_flag_fall_crash="no")


def _sent(patient: Any, fusion: Any, **answers: Any) -> Submission:
    answer_all(patient, fusion, **answers)
    return answering.submit(patient=patient, questionnaire=fusion.questionnaire)


def url(submission: Submission) -> str:
    return f"/screening/sent/{submission.pk}/correct/"


def page(client: Any, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def in_progress(patient: Any) -> Any:
    return AnswersInProgress.objects.visible_to(patient)


def begin(client: Any, submission: Submission, reason: str = "I do not smoke.") -> Any:
    return client.post(url(submission), {"reason": reason})


def send_correction(client: Any, **answers: Any) -> Any:
    send(client, "red_flags", RED_FLAGS)
    send(client, "nicotine", answers, **{"return": "check"})
    return client.post(CHECK, fields(client.get(CHECK)))


# Beginning ----------------------------------------------------------------------------------------------


def test_one_gets_there_from_what_was_sent_from_home_and_from_the_start_page(phone, first):
    for path in (f"/screening/sent/{first.pk}/", "/", START):
        assert f'href="{url(first)}"' in page(phone, path)


def test_it_asks_what_is_to_be_corrected_in_one_sentence(phone, first, patient):
    assert "What do you want to correct?" in page(phone, url(first))
    for nothing in ("", "   "):
        response = begin(phone, first, nothing)
        assert response.status_code == 422
        assert "in one sentence" in response.content.decode()
    response = begin(phone, first, "x" * 501)
    assert response.status_code == 422
    assert "x" * 501 in response.content.decode()
    assert not in_progress(patient).exists()


def test_all_is_filled_in_but_what_is_about_today(phone, first, patient):
    assert begin(phone, first)["Location"] == address("red_flags")
    attempt = in_progress(patient).get()
    assert (attempt.amends, attempt.amend_reason) == (first, "I do not smoke.")
    assert attempt.values["smoking"] == "daily"
    assert not attempt.values.keys() & RED_FLAGS.keys()
    assert "We ask it again" in page(phone, address("red_flags"))


def test_after_the_first_page_one_goes_straight_to_check(phone, first):
    begin(phone, first)
    assert send(phone, "red_flags", RED_FLAGS)["Location"] == CHECK


def test_beginning_twice_is_beginning_once(phone, first, patient):
    begin(phone, first)
    assert begin(phone, first, "Another reason")["Location"] == START
    assert in_progress(patient).get().amend_reason == "I do not smoke."


def test_with_a_newer_edition_one_is_told_what_changed(phone, first, patient, fusion):
    newer = make_edition(changed())
    assert begin(phone, first)["Location"] == address("changes")
    text = page(phone, address("changes"))
    assert "The questions have changed since you sent your answers." in text
    assert "Do you smoke a water pipe?" in text
    assert in_progress(patient).get().edition == newer


# Sending ------------------------------------------------------------------------------------------------


def test_the_old_one_stays_readable_and_both_lead_to_each_other(phone, first, patient):
    begin(phone, first)
    send_correction(phone, smoking="never")
    second = Submission.objects.visible_to(patient).get(amends=first)
    assert second.amend_reason == "I do not smoke."
    old, new = (page(phone, f"/screening/sent/{each.pk}/") for each in (first, second))
    assert "You corrected this on" in old
    assert f'href="/screening/sent/{second.pk}/"' in old
    assert url(first) not in old
    assert "This corrects what you sent on" in new
    assert f'href="/screening/sent/{first.pk}/"' in new
    assert "What you wanted to correct: I do not smoke." in new


def test_an_older_one_leads_to_the_last(phone, first, patient):
    begin(phone, first)
    send_correction(phone, smoking="never")
    second = Submission.objects.visible_to(patient).get(amends=first)
    assert phone.get(url(first))["Location"] == url(second)
    assert begin(phone, first)["Location"] == url(second)
    assert not in_progress(patient).exists()


def test_a_correction_can_be_corrected_in_turn(phone, first, patient):
    for smoking in ("never", "daily"):
        begin(phone, Submission.objects.visible_to(patient).order_by("-submitted_at").first())
        send_correction(phone, smoking=smoking)
    chain = list(Submission.objects.visible_to(patient).order_by("submitted_at"))
    assert [each.amends for each in chain] == [None, *chain[:-1]]


def test_a_red_flag_that_was_taken_back_still_holds_its_place(phone, patient, fusion):
    first = _sent(patient, fusion, red_flag_fall_crash="yes")
    begin(phone, first)
    send_correction(phone, smoking="never")
    case = Case.objects.visible_to(patient).get()
    assert (case.urgency, case.fallen["urgency"]) == (0, {"was": "now", "is": "none"})
    assert case.rank < 100_000


def test_a_red_flag_said_again_is_told_again(phone, patient, fusion):
    first = _sent(patient, fusion, red_flag_fall_crash="yes")
    begin(phone, first)
    response = send(phone, "red_flags", {**RED_FLAGS, "red_flag_fall_crash": "yes"})
    assert response["Location"].startswith(address("notice", "emergency/"))
    assert UrgentAnswer.objects.visible_to(patient).count() == 2
    assert Alert.objects.visible_to(patient).count() == 2


# Stopping -----------------------------------------------------------------------------------------------


def test_stopping_asks_first_and_then_drops_the_correction(phone, first, patient):
    begin(phone, first)
    for path in (START, address("red_flags")):
        assert f'href="{STOP}"' in page(phone, path)
    assert "stays as it is" in page(phone, STOP)
    assert in_progress(patient).exists()
    assert phone.post(STOP)["Location"] == f"/screening/sent/{first.pk}/"
    assert not in_progress(patient).exists()
    assert Submission.objects.visible_to(patient).get() == first
    assert Case.objects.visible_to(patient).get().submission == first


def test_answers_that_are_no_correction_are_not_dropped(phone, begun, patient):
    assert phone.post(STOP)["Location"] == START
    assert in_progress(patient).get() == begun


def test_an_alert_raised_on_the_way_stands(phone, first, patient):
    begin(phone, first)
    save(in_progress(patient).get(), red_flag_fall_crash="yes")
    phone.post(STOP)
    assert Alert.objects.visible_to(patient).count() == 1
    assert Case.objects.visible_to(patient).get().urgency == Case.Urgency.NOW


# Others -------------------------------------------------------------------------------------------------


def test_nobody_corrects_what_another_sent(first, other_patient, login):
    client = login(other_patient)
    assert (
        client.get(url(first)).status_code == client.get(url(Submission(id=uuid.uuid4()))).status_code == 404
    )
    assert begin(client, first).status_code == 404


def test_who_has_begun_to_answer_again_finishes_that(phone, first, patient):
    phone.post(START)
    response = phone.get(url(first), follow=True)
    assert "finish these answers first" in response.content.decode()
