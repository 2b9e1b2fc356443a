from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import PatientProfile
from screening import answering
from screening.models import AnswersInProgress, UrgentAnswer
from tests.conftest import make_user
from tests.screening.typing import WITHOUT_MOOD, address, answer_all, fields, send

RED_FLAGS = {key: "no" for key in WITHOUT_MOOD if key.startswith("red_flag")}
BONE = {"osteoporosis_told": "no", "bone_scan": "no", "bone_fragility_fracture": "no", "bone_medicine": "no"}


def stored(patient: Any) -> dict[str, Any]:
    return AnswersInProgress.objects.visible_to(patient).get().values


@pytest.fixture
def at_bone(phone, begun):
    """The first two pages are done."""
    send(phone, "red_flags", RED_FLAGS)
    send(phone, "cancer", {"cancer_ever": "no"})
    return phone


@pytest.fixture
def at_weight(at_bone, patient):
    PatientProfile.unscoped.filter(user=patient).update(units="metric")
    send(at_bone, "bone", BONE)
    calm = {key: value for key, value in WITHOUT_MOOD.items() if key not in ("height_cm", "weight_kg")}
    for page in ("infection", "nicotine"):
        send(at_bone, page, calm)
    return at_bone


# Going through -----------------------------------------------------------------------------------------


def test_a_finished_page_leads_to_the_next(phone, begun, patient):
    response = send(phone, "red_flags", RED_FLAGS)
    assert (response.status_code, response["Location"]) == (302, address("cancer"))
    assert stored(patient) == RED_FLAGS


def test_a_page_says_where_one_is_and_leads_back(at_bone):
    page = at_bone.get(address("bone")).content.decode()
    assert "Page 3 of 11: Your bones" in page
    assert f'href="{address("cancer")}"' in page


def test_the_pages_can_be_walked_without_a_script_to_the_end(phone, fusion, patient):
    response = phone.post("/screening/spinal-fusion/", follow=True)
    for _page in range(14):
        section = response.request["PATH_INFO"].split("/")[-2]
        if section == "check":
            break
        response = phone.post(address(section), {**fields(response), **WITHOUT_MOOD}, follow=True)
    assert response.request["PATH_INFO"] == address("check")
    expected = {"height_cm": Decimal(170), "weight_kg": Decimal(70)}
    assert stored(patient) == {**WITHOUT_MOOD, **expected}


def test_a_page_out_of_order_leads_to_the_first_open_one(phone, begun):
    assert phone.get(address("medicines"))["Location"] == address("red_flags")
    response = phone.post(address("nicotine"), {"smoking": "never"})
    assert response["Location"] == address("red_flags")
    assert AnswersInProgress.objects.visible_to(begun.patient).get().done == []


def test_without_anything_begun_every_page_leads_to_the_start(phone, fusion):
    assert phone.get(address("bone"))["Location"] == "/screening/spinal-fusion/"
    assert phone.post(address("bone"), BONE)["Location"] == "/screening/spinal-fusion/"


def test_an_unknown_page_is_not_found(phone, begun):
    assert phone.get(address("nowhere")).status_code == 404


@pytest.mark.parametrize("person", ["editor", "approver", "surgeon", "administrator"])
def test_only_patients_answer(person, begun, request, login):
    client = login(request.getfixturevalue(person))
    assert client.get(address("bone")).status_code == 403
    assert client.post(address("bone"), BONE).status_code == 403


def test_a_page_with_nothing_to_ask_is_skipped(patient, phone, fusion):
    """The page about mood, in a questionnaire that asks nothing else on it, where nobody is on duty."""
    from screening.models.document import shipped
    from tests.screening.factories import make_edition

    document = shipped("spinal-fusion")
    mood = next(section for section in document["sections"] if section["key"] == "mood")
    asked = next(question for question in mood["questions"] if question["key"] == "depression_told")
    mood["questions"].remove(asked)
    next(section for section in document["sections"] if section["key"] == "health")["questions"].append(asked)
    answering.start(patient=patient, edition=make_edition(document))
    page = phone.get("/screening/spinal-fusion/").content.decode()
    assert "page 1 of 10" in page
    assert phone.get(address("mood")).status_code == 302


# Saving ------------------------------------------------------------------------------------------------


def test_what_fits_is_stored_and_what_is_missing_is_said_with_the_focus_on_it(phone, begun, patient):
    response = send(phone, "red_flags", {"red_flag_fall_crash": "no", "red_flag_new_weakness": "no"})
    page = response.content.decode()
    assert response.status_code == 422
    assert stored(patient) == {"red_flag_fall_crash": "no", "red_flag_new_weakness": "no"}
    assert 'class="error-summary" role="alert" tabindex="-1" autofocus' in page
    assert 'href="#id_red_flag_bladder_bowel_0"' in page
    assert 'id="id_red_flag_bladder_bowel_0"' in page
    assert fields(response)["red_flag_fall_crash"] == ["no"]


def test_what_does_not_fit_stays_in_its_box_with_the_reason(at_weight, patient):
    response = send(at_weight, "weight", {"height_cm__cm": "1,80", "weight_kg__kg": "82,5"})
    assert response.status_code == 422
    assert fields(response)["height_cm__cm"] == "1,80"
    assert "must be from 100 to 230" in response.content.decode()
    assert stored(patient)["weight_kg"] == Decimal("82.5")
    assert "height_cm" not in stored(patient)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e309", "9" * 400, "\x00", "170\x00", "-0", "abc"])
def test_what_is_no_number_is_refused_in_a_sentence(at_weight, patient, typed):
    response = send(at_weight, "weight", {"height_cm__cm": typed})
    assert response.status_code == 422
    assert "height_cm" not in stored(patient)


def test_a_choice_that_is_not_on_the_list_is_refused(phone, begun, patient):
    assert send(phone, "red_flags", {**RED_FLAGS, "red_flag_fall_crash": "99"}).status_code == 422
    assert "red_flag_fall_crash" not in stored(patient)


def test_free_text_over_its_limit_names_the_limit_and_stays(phone, fusion, patient):
    answer_all(patient, fusion)
    response = send(phone, "anything_else", {"anything_else": "x" * 1001})
    assert response.status_code == 422
    assert "1,000 characters at most" in response.content.decode()
    assert fields(response)["anything_else"] == "x" * 1001


def test_a_nul_in_free_text_is_refused_in_a_sentence(phone, fusion, patient):
    answer_all(patient, fusion)
    response = send(phone, "anything_else", {"anything_else": "a\x00b"})
    assert response.status_code == 422
    assert "character that cannot be stored" in response.content.decode()
    assert "anything_else" not in stored(patient)


def test_what_patients_write_is_shown_as_text(phone, fusion, patient):
    answer_all(patient, fusion)
    hostile = "<script>alert(1)</script></textarea>{{ 7*7 }} \N{RIGHT-TO-LEFT OVERRIDE}"
    send(phone, "anything_else", {"anything_else": hostile})
    for page in ("anything_else", "check"):
        content = phone.get(address(page)).content.decode()
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
        assert "{{ 7*7 }}" in content


def test_one_can_save_and_leave_at_any_point(phone, begun, patient):
    response = send(phone, "red_flags", {"red_flag_fall_crash": "no"}, leave="1")
    assert response["Location"] == "/screening/spinal-fusion/"
    assert stored(patient) == {"red_flag_fall_crash": "no"}


def test_leaving_with_an_answer_that_does_not_fit_says_so(at_weight):
    send(at_weight, "weight", {"height_cm__cm": "18"}, leave="1")
    page = at_weight.get("/screening/spinal-fusion/").content.decode()
    assert "except for what did not fit" in page
    assert "must be from 100 to 230" in page


def test_fields_that_are_no_questions_are_ignored_and_counted(phone, begun, patient, other_patient, caplog):
    forged = {
        "score": "0",
        "patient": other_patient.pk,
        "status": "closed",
        "edition": "1",
        "facts": "{}",
        "amends": "1",
    }
    assert send(phone, "red_flags", {**RED_FLAGS, **forged})["Location"] == address("cancer")
    attempt = AnswersInProgress.objects.visible_to(patient).get()
    assert attempt.values == RED_FLAGS
    assert (attempt.facts, attempt.edition) == (begun.facts, begun.edition)
    assert caplog.messages == [f"5 fields that no page has were ignored in Answers in progress {begun.pk}"]


def test_posting_the_same_page_again_changes_nothing(phone, begun, patient):
    page = {**fields(phone.get(address("red_flags"))), **RED_FLAGS}
    for _again in range(3):
        assert phone.post(address("red_flags"), page)["Location"] == address("cancer")
    attempt = AnswersInProgress.objects.visible_to(patient).get()
    assert attempt.revisions == dict.fromkeys(RED_FLAGS, 1)


# Questions that appear ----------------------------------------------------------------------------------


def test_an_answer_that_opens_questions_leads_back_to_the_first_of_them(at_bone, patient):
    response = send(at_bone, "bone", {**BONE, "bone_scan": "yes"})
    assert response["Location"] == f"{address('bone')}#q-bone_t_score"
    page = at_bone.get(address("bone")).content.decode()
    assert "2 more questions on this page" in page
    assert 'id="q-bone_t_score" tabindex="-1" data-question="bone_t_score" data-type="number">' in page


def test_a_question_that_does_not_apply_is_hidden(at_bone):
    assert (
        'data-question="bone_t_score" data-type="number" hidden>'
        in at_bone.get(address("bone")).content.decode()
    )


def test_the_opened_questions_once_seen_may_be_left_blank_where_they_are_optional(at_bone):
    send(at_bone, "bone", {**BONE, "bone_scan": "yes"})
    assert send(at_bone, "bone", {})["Location"] == address("infection")


def test_dates_and_months_are_typed_in_parts(at_bone, patient):
    send(at_bone, "bone", {**BONE, "bone_scan": "yes"})
    month = {"bone_scan_month__month": "5", "bone_scan_month__year": "2024", "bone_t_score": "\u22121,5"}
    assert send(at_bone, "bone", month)["Location"] == address("infection")
    assert stored(patient)["bone_scan_month"] == "2024-05"
    assert stored(patient)["bone_t_score"] == Decimal("-1.5")
    again = fields(at_bone.get(address("bone")))
    assert (again["bone_scan_month__month"], again["bone_scan_month__year"]) == ("5", "2024")


def test_half_a_date_is_kept_and_said(at_bone):
    send(at_bone, "bone", {**BONE, "bone_scan": "yes"})
    response = send(at_bone, "bone", {"bone_scan_month__month": "5"})
    assert response.status_code == 422
    assert fields(response)["bone_scan_month__month"] == "5"


# Units --------------------------------------------------------------------------------------------------


def test_units_can_be_switched_on_the_page_and_nothing_is_lost(at_weight, patient):
    response = send(
        at_weight, "weight", {"height_cm__cm": "180", "eating_less": "no"}, units="length:imperial"
    )
    assert response["Location"] == f"{address('weight')}#q-height_cm"
    page = fields(at_weight.get(address("weight")))
    assert (page["height_cm__ft"], page["height_cm__in"], page["eating_less"]) == ("5", "10.87", ["no"])
    send(at_weight, "weight", {"height_cm__ft": "6", "height_cm__in": ""}, units="length:metric")
    assert fields(at_weight.get(address("weight")))["height_cm__cm"] == "182.9"


def test_a_number_that_does_not_fit_is_not_lost_by_switching_units(at_weight):
    response = send(at_weight, "weight", {"height_cm__cm": "18"}, units="length:imperial")
    assert response.status_code == 422
    assert fields(response)["height_cm__cm"] == "18"


@pytest.mark.parametrize("wanted", ["length:furlongs", "x", "weight:uk:more", ":"])
def test_units_that_we_do_not_know_change_nothing(at_weight, wanted):
    send(at_weight, "weight", {}, units=wanted)
    assert "height_cm__cm" in fields(at_weight.get(address("weight")))


def test_numbers_are_asked_for_in_the_preferred_units(at_weight, patient):
    PatientProfile.unscoped.filter(user=patient).update(units="uk")
    send(at_weight, "weight", {"weight_kg__st": "11", "weight_kg__lb": "7"})
    assert stored(patient)["weight_kg"] == Decimal("73.0")


# Two windows --------------------------------------------------------------------------------------------


def test_two_windows_that_answer_differently_are_both_shown_and_the_patient_chooses(phone, begun, patient):
    late = fields(phone.get(address("red_flags")))
    send(phone, "red_flags", {**RED_FLAGS, "red_flag_fall_crash": "not_sure"})
    response = phone.post(address("red_flags"), {**late, **RED_FLAGS})
    assert response.status_code == 409
    assert "you answered: <strong>Not sure</strong>" in response.content.decode()
    assert fields(response)["red_flag_fall_crash"] == ["no"]
    assert stored(patient)["red_flag_fall_crash"] == "not_sure"
    assert phone.post(address("red_flags"), fields(response))["Location"] == address("cancer")
    assert stored(patient)["red_flag_fall_crash"] == "no"


def test_a_late_window_adds_its_answers_to_those_of_the_other(phone, begun, patient):
    late = fields(phone.get(address("red_flags")))
    send(phone, "red_flags", {"red_flag_fall_crash": "no"})
    response = phone.post(address("red_flags"), {**late, "red_flag_new_weakness": "no"})
    assert fields(response)["red_flag_fall_crash"] == ["no"]
    assert stored(patient) == {"red_flag_fall_crash": "no", "red_flag_new_weakness": "no"}


@pytest.mark.parametrize("seen", ["", "[]", "{", "null", '{"red_flag_fall_crash": 1e999}', "[" * 100_000])
def test_a_damaged_hidden_field_does_no_harm(phone, begun, patient, seen):
    assert send(phone, "red_flags", RED_FLAGS, seen=seen, revisions=seen).status_code in (302, 409)
    assert stored(patient).items() <= RED_FLAGS.items()
    assert send(phone, "red_flags", RED_FLAGS)["Location"] == address("cancer")


# Urgent -------------------------------------------------------------------------------------------------


def test_an_urgent_answer_leads_to_the_notice_at_once(phone, begun, patient):
    response = send(phone, "red_flags", {**RED_FLAGS, "red_flag_fall_crash": "yes"})
    assert response["Location"] == f"{address('notice/emergency')}?then=cancer"
    assert UrgentAnswer.objects.visible_to(patient).count() == 1


def test_the_notice_leads_back_to_a_page_that_is_not_done(phone, begun):
    response = send(phone, "red_flags", {"red_flag_fall_crash": "yes"})
    assert response["Location"] == f"{address('notice/emergency')}?then=red_flags"


def test_what_did_not_fit_is_still_there_after_the_notice(phone, fusion, patient):
    from screening.models.document import shipped
    from tests.screening.factories import make_edition

    document = shipped("spinal-fusion")
    document["sections"][0]["questions"].append(
        {"key": "hours", "type": "number", "short": "Hours", "text": "For how many hours?", "optional": True}
    )
    answering.start(patient=patient, edition=make_edition(document))
    response = send(phone, "red_flags", {"red_flag_fall_crash": "yes", "hours": "some"})
    assert "/notice/" in response["Location"]
    back = phone.get(address("red_flags"))
    assert fields(back)["hours"] == "some"
    assert "Give a number" in back.content.decode()
    assert fields(phone.get(address("red_flags")))["hours"] == ""


# Sessions -----------------------------------------------------------------------------------------------


def test_a_session_that_ended_loses_nothing(phone, begun, patient):
    page = {**fields(phone.get(address("red_flags"))), "red_flag_fall_crash": "no"}
    phone.logout()
    response = phone.post(address("red_flags"), page)
    assert response["Location"] == f"/accounts/login/?next={address('red_flags')}"
    session = phone.session
    phone.force_login(patient, backend="portal.accounts.backends.Roles")
    for key, value in session.items():
        after = phone.session
        after.setdefault(key, value)
        after.save()
    response = phone.get(address("red_flags"))
    assert "What you typed is still here" in response.content.decode()
    assert fields(response)["red_flag_fall_crash"] == ["no"]
    assert stored(patient) == {"red_flag_fall_crash": "no"}


# Change from the check page -----------------------------------------------------------------------------


def test_a_change_leads_back_to_the_check_page(phone, fusion, patient):
    answer_all(patient, fusion)
    page = fields(phone.get(f"{address('nicotine')}?return=check"))
    assert phone.post(address("nicotine"), {**page, "smoking": "never"})["Location"] == address("check")


def test_a_change_that_opens_questions_asks_them_first(phone, fusion, patient):
    answer_all(patient, fusion)
    page = fields(phone.get(f"{address('cancer')}?return=check"))
    response = phone.post(address("cancer"), {**page, "cancer_ever": "yes"})
    assert response["Location"] == f"{address('cancer')}?return=check#q-cancer_in_spine"


# A withdrawn edition ------------------------------------------------------------------------------------


def withdraw(edition: Any) -> None:
    type(edition).objects.filter(pk=edition.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=make_user("Wanda Withdrawer"), withdrawal_reason="A slip."
    )


def test_an_open_page_of_a_withdrawn_edition_is_still_saved(phone, begun, patient, fusion):
    page = fields(phone.get(address("red_flags")))
    withdraw(fusion)
    response = phone.post(address("red_flags"), {**page, **RED_FLAGS})
    assert response["Location"] == "/screening/spinal-fusion/"
    assert stored(patient) == RED_FLAGS
    closed = phone.get("/screening/spinal-fusion/").content.decode()
    assert "closed for now" in closed


def test_the_page_and_its_save_take_few_statements(phone, begun, django_assert_max_num_queries):
    page = fields(phone.get(address("red_flags")))
    with django_assert_max_num_queries(12):
        phone.get(address("red_flags"))
    with django_assert_max_num_queries(14):
        phone.post(address("red_flags"), {**page, **RED_FLAGS})


def test_hidden_fields_tell_what_the_page_knew(phone, begun):
    send(phone, "red_flags", {"red_flag_fall_crash": "no"})
    page = fields(phone.get(address("red_flags")))
    assert json.loads(page["seen"]) == {"red_flag_fall_crash": "no"}
    assert json.loads(page["revisions"]) == {"red_flag_fall_crash": 1}
