from __future__ import annotations

import json
from typing import Any

import pytest

from screening import answering
from screening.models import Alert, AnswersInProgress, UrgentAnswer
from tests.screening.typing import address, answer_all

SAVE = address("red_flags", "save/")


def post(client: Any, packet: Any, url: str = SAVE, **more: Any) -> Any:
    body = packet if isinstance(packet, str | bytes) else json.dumps(packet)
    return client.post(url, body, **{"content_type": "application/json", **more})


def stored(patient: Any) -> dict[str, Any]:
    return AnswersInProgress.objects.visible_to(patient).get().values


def test_an_answer_is_saved_as_it_is_given(phone, begun, patient):
    response = post(
        phone, {"answers": {"red_flag_fall_crash": "no"}, "revisions": {"red_flag_fall_crash": 0}}
    )
    assert response.status_code == 200
    told = response.json()
    assert told["notice"] is None
    assert told["revisions"]["red_flag_fall_crash"] == 1
    assert told["answers"]["red_flag_fall_crash"] == "no"
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_the_script_is_told_which_questions_to_show(phone, begun):
    url = address("cancer", "save/")
    assert post(phone, {"answers": {"cancer_ever": "no"}}, url).json()["shown"] == ["cancer_ever"]
    packet = {"answers": {"cancer_ever": "yes"}, "revisions": {"cancer_ever": 1}}
    assert post(phone, packet, url).json()["shown"] == ["cancer_ever", "cancer_in_spine", "cancer_night_pain"]


@pytest.mark.parametrize(
    ("value", "stored_as"),
    [("180,5", 180.5), (180.5, 180.5), ({"ft": "5", "in": "11"}, 180.3), ({"cm": "180"}, 180.0), ("", None)],
)
def test_numbers_arrive_as_typed_and_are_told_back_as_stored(phone, begun, value, stored_as):
    response = post(phone, {"answers": {"height_cm": value}}, address("weight", "save/"))
    assert response.status_code == 200
    assert response.json()["answers"]["height_cm"] == stored_as


def test_an_urgent_answer_is_told_with_the_address_of_its_notice(phone, begun, patient):
    response = post(phone, {"answers": {"red_flag_fall_crash": "yes"}})
    assert response.json()["notice"] == f"{address('notice/emergency')}?then=red_flags"
    assert UrgentAnswer.objects.visible_to(patient).count() == Alert.objects.visible_to(patient).count() == 1


def test_one_answer_that_does_not_fit_keeps_no_other_from_being_saved(phone, begun, patient):
    response = post(phone, {"answers": {"red_flag_fall_crash": "perhaps", "red_flag_new_weakness": "no"}})
    told = response.json()
    assert response.status_code == 422
    assert sorted(told["errors"]) == ["red_flag_fall_crash"]
    assert told["error"]
    assert stored(patient) == {"red_flag_new_weakness": "no"}


def test_a_late_packet_never_overwrites_a_newer_answer(phone, begun, patient):
    post(phone, {"answers": {"red_flag_fall_crash": "no"}, "revisions": {"red_flag_fall_crash": 0}})
    late = post(
        phone, {"answers": {"red_flag_fall_crash": "not_sure"}, "revisions": {"red_flag_fall_crash": 0}}
    )
    assert late.status_code == 409
    assert late.json()["conflicts"] == {"red_flag_fall_crash": "No"}
    assert late.json()["revisions"]["red_flag_fall_crash"] == 1
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_the_same_packet_sent_again_is_no_conflict(phone, begun):
    packet = {"answers": {"red_flag_fall_crash": "no"}, "revisions": {"red_flag_fall_crash": 0}}
    post(phone, packet)
    again = post(phone, packet)
    assert again.status_code == 200
    assert again.json()["revisions"]["red_flag_fall_crash"] == 1


GOOD = '{"answers": {"red_flag_fall_crash": "no"}}'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (" ", 400),
        ("[]", 400),
        ("null", 400),
        ('"text"', 400),
        ("{}", 400),
        ('{"answers": []}', 400),
        ('{"answers": {}, "revisions": []}', 400),
        ('{"answers": {}, "revisions": {"red_flag_fall_crash": "1"}}', 400),
        ('{"answers": {}, "revisions": {"red_flag_fall_crash": true}}', 400),
        (GOOD + "x", 400),
        (GOOD + GOOD, 400),
        ('{"answers": {"red_flag_fall_crash": "no", "red_flag_fall_crash": "yes"}}', 400),
        ('{"answers": {"red_flag_fall_crash": NaN}}', 400),
        ('{"answers": {"red_flag_fall_crash": ' + "9" * 5000 + "}}", 400),
        ("[" * 10_000, 400),
        ('{"answers":' * 10_000, 400),
        (b'{"answers": {"red_flag_fall_crash": "\xff"}}', 400),
        (GOOD.encode("utf-16"), 400),
        ('{"answers": {"no_such_question": "no"}}', 422),
        ('{"answers": {"height_cm": "170"}}', 422),
        ('{"answers": {"red_flag_fall_crash": "\\u0000"}}', 422),
        ('{"answers": {"red_flag_fall_crash": "\\ud800"}}', 422),
        ('{"answers": {"red_flag_fall_crash": {"a": [1, {}]}}}', 422),
        ('{"answers": {"red_flag_fall_crash": ["no"]}}', 422),
        ('{"answers": {"red_flag_fall_crash": true}}', 422),
        ('{"answers": {"red_flag_fall_crash": 1e400}}', 422),
    ],
)
def test_what_is_no_packet_of_answers_is_refused_in_one_sentence(phone, begun, patient, body, status):
    response = post(phone, body)
    assert response.status_code == status
    assert response.json()["error"].count(".") >= 1
    assert stored(patient) == {}


@pytest.mark.parametrize("letters", ["\\ud800", "\\u0000", "a\\udfffb"])
def test_characters_that_no_database_keeps_are_refused(phone, patient, fusion, letters):
    answer_all(patient, fusion)
    response = post(
        phone, f'{{"answers": {{"anything_else": "{letters}"}}}}', address("anything_else", "save/")
    )
    assert response.status_code == 422
    assert "anything_else" not in stored(patient)


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧", "e\N{COMBINING ACUTE ACCENT}" * 40, "\N{RIGHT-TO-LEFT OVERRIDE}abc", "a\u200bb", "{{ 7*7 }}"],
)
def test_unusual_characters_are_kept_as_they_are(phone, patient, fusion, text):
    answer_all(patient, fusion)
    post(phone, {"answers": {"anything_else": text}}, address("anything_else", "save/"))
    assert stored(patient)["anything_else"] == text


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_refused(phone, begun, patient, content_type):
    response = post(phone, GOOD, content_type=content_type)
    assert response.status_code == 415
    assert stored(patient) == {}


def test_a_packet_that_is_too_large_is_refused_in_a_sentence(phone, begun, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = post(phone, {"answers": {"red_flag_fall_crash": "x" * 200}})
    assert response.status_code == 413
    assert "too long" in response.json()["error"]


def test_without_a_session_a_script_is_told_so(client, begun, patient):
    response = post(client, GOOD)
    assert response.status_code == 401
    assert response.json()["error"]
    assert stored(patient) == {}


def test_without_a_token_nothing_is_saved(patient, begun, login):
    client = login(patient, enforce_csrf_checks=True)
    assert post(client, GOOD).status_code == 403
    assert stored(patient) == {}


@pytest.mark.parametrize("person", ["editor", "approver", "surgeon", "administrator"])
def test_only_patients_save(person, begun, request, login):
    assert post(login(request.getfixturevalue(person)), GOOD).status_code == 403


def test_nothing_is_read_with_get(phone, begun):
    assert phone.get(SAVE).status_code == 405


def test_without_answers_in_progress_the_script_stops(phone, fusion):
    response = post(phone, GOOD)
    assert response.status_code == 409
    assert response.json()["error"]


def test_an_unknown_page_is_not_found(phone, begun):
    assert post(phone, GOOD, address("nowhere", "save/")).status_code == 404


def test_after_sending_nothing_is_saved_any_more(phone, patient, fusion):
    attempt = answer_all(patient, fusion)
    answering.submit(patient=patient, questionnaire=attempt.questionnaire)
    assert post(phone, GOOD).status_code == 409


def test_saving_an_answer_takes_few_statements(phone, begun, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        post(phone, GOOD)
