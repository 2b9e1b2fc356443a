from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from screening import answering, following, reviewing
from screening.casefile import page
from screening.engine.answers import loads
from screening.models import AnswersInProgress, Case
from screening.models.document import shipped
from tests.conftest import make_patient
from tests.screening.factories import DOCUMENT, make_edition
from tests.screening.test_answering import without_smoking_choice
from tests.screening.test_patient_section import RED_FLAGS, withdraw
from tests.screening.typing import address, answer_all, send

START = "/screening/spinal-fusion/"


def in_progress(patient):
    return AnswersInProgress.objects.visible_to(patient)


def test_with_one_questionnaire_one_is_led_straight_to_it(phone, fusion):
    assert phone.get("/screening/")["Location"] == START


def test_with_two_one_chooses(phone, fusion):
    make_edition(DOCUMENT)
    page = phone.get("/screening/").content.decode()
    assert f'href="{START}"' in page
    assert 'href="/screening/small/"' in page


def test_with_none_one_is_asked_to_call(phone, practice):
    page = phone.get("/screening/").content.decode()
    assert "closed for now" in page
    assert practice.phone in page


def test_the_start_page_says_how_long_it_takes_and_who_reads_it(phone, fusion, practice):
    page = phone.get(START).content.decode()
    assert "about 20 minutes" in page
    assert f"surgical team at {practice.name}" in page
    assert "You can stop at any point" in page


def test_reading_the_start_page_begins_nothing(phone, fusion, patient):
    phone.get(START)
    assert not in_progress(patient).exists()


def test_starting_twice_is_starting_once(phone, fusion, patient):
    for _click in range(2):
        assert phone.post(START)["Location"] == address("red_flags")
    assert in_progress(patient).count() == 1


def test_one_goes_on_where_one_left_off(phone, begun):
    send(phone, "red_flags", RED_FLAGS)
    page = phone.get(START).content.decode()
    assert "Resume at page 2 of 11" in page
    assert f'href="{address("cancer")}"' in page


def test_when_all_is_answered_one_is_led_to_check(phone, patient, fusion):
    answer_all(patient, fusion)
    assert f'href="{address("check")}"' in phone.get(START).content.decode()


def test_nobody_under_18_starts(fusion, login, practice):
    born = timezone.localdate() - timedelta(days=17 * 365)
    young = make_patient("Yuki Young", born=born)
    client = login(young)
    for response in (client.get(START), client.post(START)):
        assert response.status_code == 200
        assert "call us instead" in response.content.decode()
        assert practice.phone in response.content.decode()
    assert not in_progress(young).exists()


def test_an_unknown_questionnaire_is_not_found(phone, fusion):
    assert phone.get("/screening/nothing/").status_code == 404


@pytest.mark.parametrize("person", ["editor", "approver", "surgeon", "administrator"])
def test_only_patients_start(person, fusion, request, login):
    client = login(request.getfixturevalue(person))
    assert [client.get("/screening/").status_code, client.get(START).status_code] == [403, 403]
    assert client.post(START).status_code == 403


def test_without_a_login_one_is_led_to_it(client, fusion):
    assert client.get(START)["Location"] == f"/accounts/login/?next={START}"


# Newer editions -----------------------------------------------------------------------------------------


def test_answers_on_a_withdrawn_edition_are_kept_while_there_is_no_other(phone, begun, patient, fusion):
    send(phone, "red_flags", RED_FLAGS)
    withdraw(fusion)
    assert "closed for now" in phone.get(START).content.decode()
    assert phone.get(address("cancer"))["Location"] == START
    assert in_progress(patient).get().values == RED_FLAGS


def test_a_newer_edition_alone_does_not_move_anybody(phone, begun, patient, fusion):
    make_edition(without_smoking_choice())
    assert phone.get(address("red_flags")).status_code == 200
    assert in_progress(patient).get().edition == fusion


# After sending ------------------------------------------------------------------------------------------


def test_what_was_sent_can_be_corrected(phone, patient, fusion):
    answer_all(patient, fusion, smoking="daily")
    first = answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    assert f'href="/screening/sent/{first.pk}/correct/"' in phone.get(START).content.decode()


def test_or_answered_again_from_the_start(phone, patient, fusion):
    answer_all(patient, fusion, smoking="daily")
    answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    assert phone.post(START)["Location"] == address("red_flags")
    assert in_progress(patient).get().values == {}


# On paper -----------------------------------------------------------------------------------------------


def test_the_empty_form_holds_every_question_with_when_to_answer_it(phone, patient, fusion, on_duty):
    page = phone.get(address("blank")).content.decode()
    for question in fusion.definition.questions.values():
        assert question.text.replace("'", "&#x27;") in page.replace("&quot;", '"')
    assert page.count("Answer this if") > 10
    assert "Developed by Drs." in page


def test_nobody_on_duty_no_questions_about_mood_on_paper(phone, fusion):
    page = phone.get(address("blank")).content.decode()
    assert "Little interest or pleasure" not in page
    assert "Trouble falling or staying asleep" not in page
    assert shipped("spinal-fusion")["title"] in page


# Answering again, when the day for it has come


@pytest.fixture
def invited(phone, patient, surgeon, fusion):
    """Sent 90 days ago; the surgeon wanted to ask again today."""
    with time_machine.travel(timezone.now() - timedelta(days=90)):
        answer_all(patient, fusion)
        submission = answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    Case.unscoped.update(state="not_now", awaiting=False, rescreen_on=timezone.localdate())
    following.return_due(today=timezone.localdate())
    return submission


def test_who_is_invited_begins_with_the_last_answers_and_looks_at_each_page(phone, invited, patient):
    assert "Start with my last answers" in phone.get(START).content.decode()
    assert phone.post(START, {"with": "last"})["Location"] == address("red_flags")
    attempt = in_progress(patient).get()
    anew = {key for key, question in invited.edition.definition.questions.items() if question.ask_anew}
    assert (attempt.amends, attempt.done) == (None, [])
    before = {key: value for key, value in loads(invited.answers).items() if key not in anew}
    assert attempt.values == before
    assert anew & loads(invited.answers).keys()  # else this would show nothing
    assert "We ask it again" in phone.get(address("red_flags")).content.decode()


def test_what_was_answered_again_is_sent_as_a_new_one_and_the_surgeon_sees_what_changed(
    phone, invited, patient, surgeon, fusion
):
    phone.post(START, {"with": "last"})
    answer_all(patient, fusion, smoking="daily", cigarettes_per_day="10", smoking_years="20")
    sent = answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    assert (sent.amends, sent.pk == invited.pk) == (None, False)
    case = reviewing.open_case(user=surgeon, case_id=Case.unscoped.get().pk)
    file = page.read(surgeon, case)
    assert case.returned_because == "the questionnaire was sent again"
    assert file.compared.before.pk == invited.pk
    assert "Do you smoke" in " ".join(each.question for each in file.compared.answers)
    assert following.invitations(patient) == []
    assert "Please answer again" not in phone.get(START).content.decode()


def test_who_would_rather_begin_with_empty_pages_can(phone, invited, patient):
    phone.post(START)
    assert in_progress(patient).get().values == {}


def test_other_questions_since_then_are_told_first(phone, invited, patient, fusion):
    make_edition(without_smoking_choice())
    assert phone.post(START, {"with": "last"})["Location"] == f"{START}changes/"
    page = phone.get(f"{START}changes/").content.decode()
    assert "Things may be different now" in page


def test_with_nothing_sent_there_is_nothing_to_begin_with(phone, fusion, patient):
    assert phone.post(START, {"with": "last"})["Location"] == address("red_flags")
    assert in_progress(patient).get().values == {}
