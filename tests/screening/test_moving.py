"""The questions change while a patient is in the middle of answering them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from screening import answering
from screening.answering.carrying import carry
from screening.engine.definition import read
from screening.models import AnswersInProgress, Case, QuestionnaireEdition, Submission, UrgentAnswer
from screening.models.document import shipped
from tests.screening.factories import make_edition
from tests.screening.test_answering import save, without_smoking_choice
from tests.screening.test_patient_section import RED_FLAGS
from tests.screening.typing import address, answer_all, fields, send

START = "/screening/spinal-fusion/"
CHANGES = address("changes")
TODAY = date(2026, 11, 24)


def changed() -> dict[str, Any]:
    """A later edition: one choice and one question gone, one question new, one in other words."""
    document = without_smoking_choice()
    for section in document["sections"]:
        section["questions"] = [each for each in section["questions"] if each["key"] != "metal_allergy"]
        for question in section["questions"]:
            if question["key"] == "other_nicotine":
                question["text"] = "Do you vape?"
    document["extras"] = [each for each in document["extras"] if "metal_allergy" not in each["when"]]
    return document


def withdraw(
    edition: QuestionnaireEdition, text: str = "A question was unclear. We have rewritten it."
) -> None:
    edition.withdrawn_at, edition.withdrawn_by = timezone.now(), edition.approved_by
    edition.withdrawal_reason, edition.withdrawal_text = "Unclear.", text
    edition.save()


def grow_stale(patient: Any) -> None:
    own = AnswersInProgress.objects.visible_to(patient)
    own.update(saved_at=timezone.now() - timedelta(days=91))


def stored(patient: Any) -> AnswersInProgress:
    return AnswersInProgress.objects.visible_to(patient).get()


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


# What goes along ----------------------------------------------------------------------------------------


def carried(old: dict[str, Any], new: dict[str, Any], **answers: Any) -> Any:
    return carry(read(old), read(new), answers, {"age": 60}, TODAY)


def test_what_fits_goes_along_and_the_rest_is_named():
    found = carried(
        shipped("spinal-fusion"),
        changed(),
        smoking="some_days",
        other_nicotine="no",
        metal_allergy="yes",
        cancer_ever="no",
        red_flag_fall_crash="no",
    )
    assert found.answers == {"other_nicotine": "no", "cancer_ever": "no"}
    assert found.left == {"smoking": "some_days", "metal_allergy": "yes", "red_flag_fall_crash": "no"}
    assert (found.anew, found.unfit, found.gone) == (
        ("red_flag_fall_crash",),
        ("smoking",),
        ("metal_allergy",),
    )
    assert (found.new, found.reworded) == (("hookah",), ("other_nicotine",))


def test_a_red_flag_is_not_carried_over_to_the_same_questions_either():
    document = shipped("spinal-fusion")
    found = carried(document, document, red_flag_fall_crash="yes", cancer_ever="no")
    assert (found.answers, found.anew) == ({"cancer_ever": "no"}, ("red_flag_fall_crash",))


def test_a_number_does_not_go_along_into_another_unit():
    document = shipped("spinal-fusion")
    other = {**shipped("spinal-fusion"), "investigations": []}  # whose results are in the unit of before
    for section in other["sections"]:
        for question in section["questions"]:
            if question["key"] == "bone_t_score":
                question["unit"] = "points"
    answers = {"bone_scan": "yes", "bone_t_score": Decimal("-1.5")}
    assert carried(document, other, **answers).unfit == ("bone_t_score",)


# In the middle ------------------------------------------------------------------------------------------


def test_who_has_begun_finishes_on_the_edition_that_they_began(phone, patient, fusion):
    attempt = answer_all(patient, fusion)
    newer = make_edition(changed())
    response = phone.post(address("check"), fields(phone.get(address("check"))), follow=True)
    assert Submission.objects.visible_to(patient).get(pk=attempt.pk).edition == fusion != newer
    assert f"questions of edition {fusion.number}" in text(response)


def test_before_going_on_one_page_says_why_and_what_has_changed(phone, patient, begun, fusion):
    send(phone, "red_flags", RED_FLAGS)
    save(begun, smoking="some_days", other_nicotine="no", metal_allergy="yes")
    withdraw(fusion)
    make_edition(changed())
    page = text(phone.get(START))
    for words in (
        "A question was unclear. We have rewritten it.",
        "Your answers are not lost.",
        "Do you smoke a water pipe?",
        "Do you vape?",
        "You had answered: <strong>Yes, on some days</strong>",
        "You had answered: <strong>Yes</strong>",
        "We ask these again",
    ):
        assert words in page
    assert stored(patient).edition == fusion  # reading it moves nothing


def test_going_on_leads_to_the_first_page_which_says_why_it_asks_again(phone, patient, begun, fusion):
    send(phone, "red_flags", RED_FLAGS)
    save(begun, cancer_ever="no")
    withdraw(fusion)
    newer = make_edition(changed())
    response = phone.post(START)
    assert response["Location"] == address("red_flags")
    assert "We ask it again, since it is about how you are today" in text(phone.get(response["Location"]))
    attempt = stored(patient)
    assert (attempt.edition, attempt.done, attempt.values) == (newer, [], {"cancer_ever": "no"})


def test_what_changed_can_be_read_again_and_leads_to_the_pages_that_are_open(phone, patient, fusion):
    answer_all(patient, fusion, smoking="some_days", cigarettes_per_day="5", smoking_years="9")
    withdraw(fusion)
    make_edition(changed())
    phone.post(START)
    assert f'href="{CHANGES}"' in text(phone.get(START))
    page = text(phone.get(CHANGES))
    assert "You had answered: <strong>Yes, on some days</strong>" in page
    assert f'href="{address("red_flags")}#q-red_flag_fall_crash"' in page
    assert f'href="{address("nicotine")}#q-hookah"' not in page  # pages go in order


def test_moved_twice_both_moves_are_told(phone, patient, begun, fusion):
    save(begun, smoking="some_days")
    withdraw(fusion, "First reason.")
    second = make_edition(changed())
    phone.post(START)
    withdraw(second, "Second reason.")
    make_edition(without_smoking_choice())
    phone.post(START)
    page = text(phone.get(CHANGES))
    assert page.index("Second reason.") < page.index("First reason.")
    assert "You had answered: <strong>Yes, on some days</strong>" in page


def test_while_nothing_is_live_the_answers_are_kept_and_one_is_asked_to_call(phone, patient, begun, fusion):
    send(phone, "red_flags", RED_FLAGS)
    withdraw(fusion)
    page = text(phone.get(START))
    assert "closed for now" in page
    assert "A question was unclear." in page
    assert phone.post(START).status_code == 200
    assert stored(patient).values == RED_FLAGS


def test_with_nothing_changed_there_is_nothing_to_read(phone, begun):
    assert phone.get(CHANGES)["Location"] == START


# Stale --------------------------------------------------------------------------------------------------


def test_after_90_days_one_looks_through_the_pages_and_says_how_one_is_today(phone, patient, begun):
    send(phone, "red_flags", RED_FLAGS)
    save(begun, cancer_ever="no")
    grow_stale(patient)
    assert phone.get(address("cancer"))["Location"] == START
    assert "older than 90 days" in text(phone.get(START))
    assert phone.post(START)["Location"] == address("red_flags")
    attempt = stored(patient)
    assert (attempt.values, attempt.done) == ({"cancer_ever": "no"}, [])
    assert not answering.is_stale(attempt)


def test_one_answer_typed_anew_does_not_make_the_others_fresh(phone, patient, begun):
    send(phone, "red_flags", RED_FLAGS)
    page = fields(phone.get(address("cancer")))
    grow_stale(patient)
    assert phone.post(address("cancer"), {**page, "cancer_ever": "no"})["Location"] == START
    attempt = stored(patient)
    assert attempt.values["cancer_ever"] == "no"
    assert answering.is_stale(attempt)


def test_stale_answers_are_not_sent(phone, patient, fusion):
    answer_all(patient, fusion)
    grow_stale(patient)
    assert phone.post(address("check"))["Location"] == START
    assert not Submission.objects.visible_to(patient).exists()


# Two windows --------------------------------------------------------------------------------------------


def test_going_on_in_two_windows_moves_once(patient, begun, fusion):
    withdraw(fusion)
    newer = make_edition(changed())
    answering.move(patient=patient, edition=newer)
    save(begun, **RED_FLAGS)
    answering.move(patient=patient, edition=newer)
    attempt = stored(patient)
    assert (attempt.values, len(attempt.moves)) == (RED_FLAGS, 1)


def test_a_page_of_the_old_edition_sent_after_the_move_loses_nothing(phone, patient, fusion):
    answer_all(patient, fusion)
    old = fields(phone.get(address("nicotine")))
    withdraw(fusion)
    make_edition(changed())
    phone.post(START)
    typed = {"smoking": "some_days", "other_nicotine": "yes"}
    response = phone.post(address("nicotine"), {**old, **typed}, follow=True)
    values = stored(patient).values
    assert (values["smoking"], values["other_nicotine"]) == ("never", "yes")
    assert "You had answered: Yes, on some days" in text(response)
    assert "What you typed is kept where it fits" in text(response)


def test_also_where_the_page_itself_is_no_more(phone, patient, fusion):
    answer_all(patient, fusion)
    old = fields(phone.get(address("anything_else")))
    withdraw(fusion)
    document = changed()
    document["sections"] = [each for each in document["sections"] if each["key"] != "anything_else"]
    make_edition(document)
    phone.post(START)
    response = phone.post(address("anything_else"), {**old, "anything_else": "I swim."}, follow=True)
    assert response.status_code == 200
    assert "You had answered: I swim." in text(response)


def test_what_the_old_page_only_showed_is_not_stored_again(phone, patient, begun, fusion):
    """A browser sends the whole page, also the red flags of weeks ago that nobody touched."""
    save(begun, **RED_FLAGS)
    old = fields(phone.get(address("red_flags")))
    withdraw(fusion)
    make_edition(changed())
    phone.post(START)
    phone.post(address("red_flags"), old)
    assert stored(patient).values == {}


def test_an_urgent_answer_on_an_old_page_is_told_at_once(phone, patient, begun, fusion):
    old = fields(phone.get(address("red_flags")))
    withdraw(fusion)
    make_edition(changed())
    phone.post(START)
    response = phone.post(address("red_flags"), {**old, "red_flag_fall_crash": "yes"})
    assert response["Location"] == address("notice", "emergency/")
    assert UrgentAnswer.objects.visible_to(patient).count() == 1


# Urgent answers -----------------------------------------------------------------------------------------


def test_an_alert_once_raised_stands_after_a_move(phone, patient, begun, fusion):
    save(begun, red_flag_fall_crash="yes")
    withdraw(fusion)
    make_edition(changed())
    phone.post(START)
    assert stored(patient).values == {}
    assert UrgentAnswer.objects.visible_to(patient).count() == 1
    assert Case.objects.visible_to(patient).get().urgency == Case.Urgency.NOW


def test_what_only_the_newer_edition_calls_urgent_shows_its_notice_first(phone, patient, begun, fusion):
    save(begun, cancer_ever="yes")
    withdraw(fusion)
    document = changed()
    document["urgent"].append(
        {"reason": "cancer_now", "level": "same_day", "when": 'cancer_ever == "yes"', "notice": "today",
         "text": "Cancer"}
    )  # fmt: skip
    make_edition(document)
    assert phone.post(START)["Location"] == address("notice", "today/")
