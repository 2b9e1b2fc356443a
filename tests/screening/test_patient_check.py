from __future__ import annotations

import uuid
from typing import Any

import pytest

from screening import answering
from screening.models import AnswersInProgress, Case, Submission
from tests.screening.typing import address, answer_all, fields, send

CHECK = address("check")


@pytest.fixture
def ready(patient, fusion):
    return answer_all(patient, fusion, anything_else="I swim.")


def submissions(patient: Any) -> int:
    return Submission.objects.visible_to(patient).count()


def test_all_answers_are_read_by_section_with_a_way_to_change_each(phone, ready):
    page = phone.get(CHECK).content.decode()
    for section in ready.edition.definition.sections:
        assert section.title in page
    assert f'href="{address("anything_else")}?return=check#q-anything_else"' in page
    assert "I swim." in page


def test_a_question_that_may_be_left_blank_reads_as_no_answer(phone, patient, fusion):
    answer_all(patient, fusion)
    assert "No answer" in phone.get(CHECK).content.decode()


def test_sending_leads_to_thank_you(phone, ready, patient):
    response = phone.post(CHECK, fields(phone.get(CHECK)))
    assert response["Location"] == f"/screening/sent/{ready.pk}/"
    assert submissions(patient) == 1


def test_a_second_click_leads_to_the_same_page(phone, ready, patient):
    page = fields(phone.get(CHECK))
    addresses = {phone.post(CHECK, page)["Location"] for _click in range(3)}
    assert addresses == {f"/screening/sent/{ready.pk}/"}
    assert submissions(patient) == 1


def test_the_same_id_with_other_answers_is_refused(phone, ready, patient):
    page = fields(phone.get(CHECK))
    phone.post(CHECK, page)
    response = phone.post(CHECK, {**page, "digest": "0" * 64})
    assert response.status_code == 409
    assert "already sent" in response.content.decode()
    assert submissions(patient) == 1


def test_answers_changed_in_another_window_are_read_once_more(phone, ready, patient):
    page = fields(phone.get(CHECK))
    send(phone, "anything_else", {"anything_else": "I cycle."})
    response = phone.post(CHECK, page)
    assert response.status_code == 409
    assert "I cycle." in response.content.decode()
    assert submissions(patient) == 0
    assert phone.post(CHECK, fields(response)).status_code == 302


def test_the_check_page_comes_after_the_last_page(phone, begun):
    assert phone.get(CHECK)["Location"] == address("red_flags")
    assert phone.post(CHECK, {"attempt": begun.pk})["Location"] == address("red_flags")


def test_answers_that_went_missing_are_listed_with_links(phone, ready, patient):
    answering.save(patient=patient, questionnaire=ready.questionnaire, given={"cancer_ever": "yes"}, seen={})
    response = phone.get(CHECK)
    page = response.content.decode()
    assert f'href="{address("cancer")}?return=check#q-cancer_in_spine"' in page
    assert "Send my answers" not in page
    response = phone.post(CHECK, {"attempt": ready.pk})
    assert response.status_code == 422
    assert submissions(patient) == 0


def test_another_patients_answers_are_not_found(phone, ready, other_patient, patient, fusion):
    theirs = answer_all(other_patient, fusion)
    for id_ in (theirs.pk, uuid.uuid4(), "0", "x" * 10_000):
        assert phone.post(CHECK, {"attempt": id_}).status_code == 404
    answering.submit(patient=other_patient, questionnaire=fusion.questionnaire)
    assert phone.post(CHECK, {"attempt": theirs.pk}).status_code == 404
    assert submissions(patient) == 0


def test_with_nothing_begun_there_is_nothing_to_check(phone, fusion):
    assert phone.get(CHECK)["Location"] == "/screening/spinal-fusion/"
    assert phone.post(CHECK)["Location"] == "/screening/spinal-fusion/"


def test_forged_fields_change_nothing(phone, ready, patient, other_patient):
    page = fields(phone.get(CHECK))
    forged = {"outcome": "{}", "headline": "none", "patient": other_patient.pk, "urgency": "2", "rank": "0"}
    phone.post(CHECK, {**page, **forged, "smoking": "never"})
    case = Case.objects.visible_to(patient).get()
    assert (case.patient, case.urgency) == (patient, 0)
    assert case.submission.answers == ready.answers


def test_a_failure_while_sending_leaves_everything_as_it_was(phone, ready, patient, monkeypatch):
    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("the database went away")

    page = fields(phone.get(CHECK))
    monkeypatch.setattr("screening.answering.sending.place_sent", fails)
    with pytest.raises(RuntimeError):
        phone.post(CHECK, page)
    assert submissions(patient) == 0
    assert AnswersInProgress.objects.visible_to(patient).get().answers == ready.answers
    monkeypatch.undo()
    assert phone.post(CHECK, page).status_code == 302


@pytest.mark.parametrize("person", ["editor", "approver", "surgeon", "administrator"])
def test_only_patients_check_and_send(person, ready, request, login):
    client = login(request.getfixturevalue(person))
    assert (client.get(CHECK).status_code, client.post(CHECK).status_code) == (403, 403)


def test_the_session_may_end_before_sending(phone, ready, patient):
    phone.logout()
    response = phone.post(CHECK, {"attempt": ready.pk, "sender": "forged"})
    assert response["Location"] == f"/accounts/login/?next={CHECK}"
    assert submissions(patient) == 0
