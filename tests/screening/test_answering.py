from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ledger.models import OutboxMessage
from portal.accounts.models import Contact
from screening import answering
from screening.answering import Seen
from screening.engine.answers import dumps
from screening.models import Alert, AnswersInProgress, Case, Finding, Submission, UrgentAnswer
from screening.models.document import shipped
from tests.conftest import make_patient
from tests.screening.calm import CALM
from tests.screening.factories import make_edition
from tests.screening.typing import answer_all

RED_FLAGS = {key: value for key, value in CALM.items() if key.startswith("red_flag_")}


@pytest.fixture
def not_assessed(monkeypatch):
    """The practice has switched the assessment off."""
    monkeypatch.setattr("portal.host.PortalHost.assesses", lambda self: False)


def save(
    attempt: AnswersInProgress, seen: dict[str, Seen] | None = None, section: str = "", **given: Any
) -> Any:
    return answering.save(
        patient=attempt.patient,
        questionnaire=attempt.questionnaire,
        given=given,
        seen=seen or {},
        section=section,
    )


def submit(begun: AnswersInProgress, **more: Any) -> Submission:
    return answering.submit(patient=begun.patient, questionnaire=begun.questionnaire, **more)


def in_progress(patient: Any) -> list[AnswersInProgress]:
    return list(AnswersInProgress.objects.visible_to(patient))


# Start --------------------------------------------------------------------------------------------------


def test_facts_are_fixed_when_the_answers_begin(patient, fusion, on_duty):
    attempt = answering.start(patient=patient, edition=fusion)
    Contact.objects.filter(pk=on_duty.pk).update(active=False)
    again = answering.start(patient=patient, edition=fusion)
    assert again.pk == attempt.pk
    assert again.facts == {"age": attempt.facts["age"], "sex": "female", "on_duty_contact": True}


def test_nobody_under_18_starts(fusion):
    today = timezone.localdate()
    tomorrow_18 = date(today.year - 18, today.month, today.day) + timedelta(days=1)
    with pytest.raises(answering.TooYoung):
        answering.start(patient=make_patient("Yuki Young", born=tomorrow_18), edition=fusion)
    answering.start(patient=make_patient("Otto Older", born=tomorrow_18 - timedelta(days=1)), edition=fusion)


# Save ---------------------------------------------------------------------------------------------------


def test_valid_answers_are_stored_and_invalid_ones_are_named(begun):
    saved = save(begun, height_cm="1.8", weight_kg="82,5", weight_loss="maybe", eating_less="no")
    assert sorted(saved.errors) == ["height_cm", "weight_loss"]
    assert saved.attempt.values == {"weight_kg": Decimal("82.5"), "eating_less": "no"}
    assert saved.attempt.revisions == {"weight_kg": 1, "eating_less": 1}


def test_an_invalid_answer_leaves_the_earlier_one(begun):
    save(begun, height_cm="180")
    assert save(begun, height_cm="18").attempt.values == {"height_cm": Decimal("180.0")}


def test_an_answer_that_is_not_asked_for_any_more_is_dropped_and_so_is_what_hangs_on_it(begun):
    save(begun, cancer_ever="yes", cancer_in_spine="yes", cancer_spine_places="one", cancer_night_pain="no")
    saved = save(begun, cancer_ever="no")
    assert saved.attempt.values == {"cancer_ever": "no"}
    assert saved.attempt.revisions["cancer_spine_places"] == 2


def test_questions_that_an_answer_opens_are_named(begun):
    saved = save(begun, bone_scan="yes", osteoporosis_told="no")
    assert saved.revealed == ("bone_t_score", "bone_scan_month")
    assert save(begun, bone_scan="yes").revealed == ()


def test_a_section_is_done_when_nothing_in_it_is_open(begun):
    given = {"osteoporosis_told": "no", "bone_scan": "yes", "bone_fragility_fracture": "no"}
    assert save(begun, section="bone", **given).attempt.done == []
    assert save(begun, section="bone", bone_medicine="no").attempt.done == ["bone"]
    assert save(begun, section="bone", bone_fragility_fracture="yes").attempt.done == []


def test_nothing_is_saved_for_someone_who_has_not_begun(other_patient, fusion):
    with pytest.raises(AnswersInProgress.DoesNotExist):
        answering.save(patient=other_patient, questionnaire=fusion.questionnaire, given={}, seen={})


# Conflicts ----------------------------------------------------------------------------------------------


def test_a_late_answer_never_overwrites_a_newer_one(begun):
    save(begun, {"smoking": Seen(0)}, smoking="daily")
    saved = save(begun, {"smoking": Seen(0)}, smoking="never")
    assert saved.conflicts == ("smoking",)
    assert saved.attempt.values == {"smoking": "daily"}


def test_equal_answers_never_conflict(begun):
    save(begun, {"height_cm": Seen(0)}, height_cm="180")
    saved = save(begun, {"height_cm": Seen(0)}, height_cm="180.0")
    assert (saved.conflicts, saved.changed) == ((), ())


def test_another_windows_answer_to_another_question_is_no_conflict(begun):
    save(begun, {"smoking": Seen(0)}, smoking="daily")
    saved = save(begun, {"other_nicotine": Seen(0)}, other_nicotine="no")
    assert saved.attempt.values == {"smoking": "daily", "other_nicotine": "no"}


def test_a_form_that_sends_an_untouched_question_leaves_what_was_stored_meanwhile(begun):
    save(begun, smoking="daily")
    untouched = {"smoking": Seen(0, None, known=True), "other_nicotine": Seen(0, None, known=True)}
    saved = save(begun, untouched, smoking="", other_nicotine="no")
    assert saved.conflicts == ()
    assert saved.attempt.values == {"smoking": "daily", "other_nicotine": "no"}


def test_a_form_sent_again_much_later_does_not_turn_an_answer_back(begun):
    first = {"smoking": Seen(0, None, known=True)}
    save(begun, first, smoking="daily")
    save(begun, {"smoking": Seen(1, "daily", known=True)}, smoking="never")
    saved = save(begun, first, smoking="daily")
    assert saved.conflicts == ("smoking",)
    assert saved.attempt.values == {"smoking": "never"}


def test_a_choice_made_in_view_of_the_other_answer_is_stored(begun):
    save(begun, smoking="daily")
    saved = save(begun, {"smoking": Seen(1, "daily", known=True)}, smoking="never")
    assert (saved.conflicts, saved.attempt.values) == ((), {"smoking": "never"})


# Urgent -------------------------------------------------------------------------------------------------


def urgent(patient: Any) -> list[tuple[str, str, bool]]:
    rows = UrgentAnswer.objects.visible_to(patient).order_by("pk")
    return [(row.reason, row.level, row.call_me) for row in rows]


def test_an_urgent_answer_is_written_down_with_the_notice_shown(begun, patient, practice):
    saved = save(begun, red_flag_bladder_bowel="yes")
    assert saved.notice == "emergency"
    row = UrgentAnswer.objects.visible_to(patient).get()
    assert (row.attempt, row.reason, row.level) == (begun.pk, "red_flag_bladder_bowel", "now")
    assert json.loads(row.answers) == {"red_flag_bladder_bowel": "yes"}
    assert row.notice["key"] == "emergency"
    assert any(practice.phone in action for action in row.notice["actions"])
    assert "{" not in json.dumps(row.notice["actions"])


def test_it_puts_the_patient_on_the_list_and_raises_an_alert(begun, patient):
    save(begun, red_flag_bladder_bowel="not_sure")
    case = Case.objects.visible_to(patient).get()
    assert (case.submission, case.urgency, case.urgent_reasons) == (
        None,
        1,
        ["red_flag_bladder_bowel_unsure"],
    )
    alert = Alert.objects.visible_to(patient).get()
    assert (alert.case, alert.attempt, alert.level) == (case, begun.pk, "same_day")


def test_the_one_on_duty_is_told_by_ids_alone(patient, fusion, on_duty):
    attempt = answering.start(patient=patient, edition=fusion)
    save(attempt, red_flag_bladder_bowel="yes")
    message = OutboxMessage.objects.get()
    alert = Alert.objects.visible_to(patient).get()
    assert (message.kind, message.to_user_id) == ("alert", str(on_duty.user.pk))
    assert message.payload == {"alert": str(alert.pk)}


def test_with_nobody_on_duty_the_case_stands_on_the_list_and_no_mail_goes_out(begun, patient):
    save(begun, red_flag_bladder_bowel="yes")
    assert Alert.objects.visible_to(patient).count() == 1
    assert OutboxMessage.objects.count() == 0


def test_the_same_urgent_answer_is_not_said_twice(begun, patient):
    save(begun, red_flag_bladder_bowel="yes")
    assert save(begun, red_flag_bladder_bowel="yes", cancer_ever="no").notice == ""
    assert len(urgent(patient)) == 1


def test_changing_an_urgent_answer_adds_a_row_and_removes_none(begun, patient):
    save(begun, red_flag_bladder_bowel="yes")
    save(begun, red_flag_bladder_bowel="no")
    assert save(begun, red_flag_bladder_bowel="not_sure").notice == "today"
    assert urgent(patient) == [
        ("red_flag_bladder_bowel", "now", False),
        ("red_flag_bladder_bowel_unsure", "same_day", False),
    ]
    assert Case.objects.visible_to(patient).get().urgency == Case.Urgency.NOW


def test_answers_of_two_pages_can_be_urgent_together(begun, patient):
    save(begun, fever_or_chills="yes", infection_now="no", antibiotics_now="no")
    assert urgent(patient) == []
    assert save(begun, immune_medicine="yes").notice == "today"
    assert urgent(patient) == [("fever_low_immunity", "same_day", False)]


def test_an_open_alert_is_not_raised_again_but_one_more_urgent_is(begun, patient):
    save(begun, red_flag_bladder_bowel="not_sure")
    save(begun, red_flag_fall_crash="not_sure")
    assert Alert.objects.visible_to(patient).count() == 1
    save(begun, red_flag_fall_crash="yes")
    assert sorted(Alert.objects.visible_to(patient).values_list("level", flat=True)) == ["now", "same_day"]


def test_an_urgent_answer_and_its_row_are_stored_together_or_not_at_all(begun, patient, monkeypatch):
    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("screening.alerts.place_urgent", fails)
    with pytest.raises(RuntimeError):
        save(begun, red_flag_bladder_bowel="yes")
    assert in_progress(patient)[0].values == {}
    assert urgent(patient) == []


def test_a_call_asked_for_is_written_down_and_told(patient, fusion, on_duty):
    attempt = answering.start(patient=patient, edition=fusion)
    mood = {"depression_told": "no", "phq_1": "3", "phq_2": "3", "phq_9": "1"}
    assert save(attempt, **mood).notice == "crisis"
    assert answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    assert urgent(patient) == [("mood_self_harm", "now", False), ("mood_self_harm", "now", True)]
    assert [message.key.split(":")[0] for message in OutboxMessage.objects.order_by("pk")] == [
        "alert",
        "call",
    ]


def test_a_call_can_be_asked_for_when_nobody_is_on_duty_but_nobody_is_told(begun, patient):
    assert not answering.ask_for_call(patient=patient, questionnaire=begun.questionnaire)
    assert urgent(patient) == [("call_asked_for", "now", True)]


def test_a_call_can_be_asked_for_after_sending(patient, fusion, on_duty):
    mood = {"phq_1": "0", "phq_2": "0"}
    submission = submit(answer_all(patient, fusion, **mood))
    assert answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    assert UrgentAnswer.objects.visible_to(patient).get().attempt == submission.pk


# Submit -------------------------------------------------------------------------------------------------


def test_submitting_stores_the_submission_its_findings_the_case_and_a_message(patient, fusion):
    attempt = answer_all(patient, fusion, smoking="daily", anything_else="I run.")
    submission = submit(attempt, attempt=attempt.pk, digest=answering.digest_of(attempt))
    assert submission.pk == attempt.pk
    assert (submission.facts, submission.answers) == (attempt.facts, attempt.answers)
    assert json.loads(submission.outcome)["headline"] == "relative"
    found = {finding.criterion: finding for finding in Finding.objects.visible_to(patient)}
    assert [reason["reason"] for reason in found["nicotine"].reasons] == ["nicotine_current"]
    [evidence] = found["nicotine"].reasons[0]["evidence"]
    assert (evidence["key"], evidence["decisive"]) == ("smoking", True)
    assert Case.objects.visible_to(patient).get().submission == submission
    message = OutboxMessage.objects.get()
    assert (message.kind, message.payload) == ("answers_received", {"submission": str(submission.pk)})
    assert in_progress(patient) == []


def test_findings_equal_the_outcome(patient, fusion):
    submission = submit(answer_all(patient, fusion, smoking="daily", diabetes="not_sure", back_sore="yes"))
    outcome = json.loads(submission.outcome)["criteria"]
    found = {finding.criterion: finding for finding in Finding.objects.visible_to(patient)}
    assert sorted(found) == sorted(key for key, value in outcome.items() if value["category"] != "none")
    for key, finding in found.items():
        assert finding.category == outcome[key]["category"]
        assert sorted({reason["reason"] for reason in finding.reasons}) == outcome[key]["reasons"]


def test_sent_twice_is_stored_once(patient, fusion):
    attempt = answer_all(patient, fusion)
    digest = answering.digest_of(attempt)
    first = submit(attempt, attempt=attempt.pk, digest=digest)
    assert submit(attempt, attempt=attempt.pk, digest=digest) == first
    assert Submission.objects.visible_to(patient).count() == 1
    assert OutboxMessage.objects.count() == 1


def test_other_answers_under_the_same_id_are_refused(patient, fusion):
    attempt = answer_all(patient, fusion)
    submit(attempt)
    with pytest.raises(answering.Changed):
        submit(attempt, attempt=attempt.pk, digest="0" * 64)


def test_answers_that_changed_after_they_were_read_are_not_sent(patient, fusion):
    attempt = answer_all(patient, fusion)
    digest = answering.digest_of(attempt)
    save(attempt, smoking="daily")
    with pytest.raises(answering.Changed):
        submit(attempt, attempt=attempt.pk, digest=digest)
    assert Submission.objects.visible_to(patient).count() == 0


def test_missing_answers_are_refused_and_named(begun):
    with pytest.raises(answering.Incomplete) as refused:
        submit(begun)
    assert "smoking" in refused.value.cleaned.missing


def test_stored_answers_are_checked_once_more(patient, fusion):
    attempt = answer_all(patient, fusion)
    own = AnswersInProgress.objects.visible_to(patient)
    own.update(answers=dumps({**attempt.values, "smoking": "sometimes"}))
    with pytest.raises(answering.Incomplete):
        submit(attempt)


def test_nobody_sends_another_patients_answers(patient, other_patient, fusion):
    theirs = answer_all(patient, fusion)
    own = answer_all(other_patient, fusion)
    with pytest.raises(AnswersInProgress.DoesNotExist):
        submit(own, attempt=theirs.pk)
    with pytest.raises(AnswersInProgress.DoesNotExist):
        submit(own, attempt=uuid.uuid4())
    assert len(in_progress(patient)) == len(in_progress(other_patient)) == 1


def test_an_urgency_on_the_way_stands_in_the_case_that_is_sent(patient, fusion):
    attempt = answer_all(patient, fusion, red_flag_fall_crash="yes")
    save(attempt, red_flag_fall_crash="no")
    submission = submit(attempt)
    assert json.loads(submission.outcome)["urgent"] is None
    case = Case.objects.visible_to(patient).get()
    assert (case.urgency, case.urgent_reasons) == (Case.Urgency.NOW, ["red_flag_fall_crash"])


# Correct ------------------------------------------------------------------------------------------------


def test_a_correction_starts_from_what_was_sent_and_is_a_new_submission(patient, fusion):
    first = submit(answer_all(patient, fusion, smoking="daily"))
    attempt = answering.start(patient=patient, edition=fusion, amends=first, amend_reason="I stopped.")
    assert attempt.values["smoking"] == "daily"
    save(attempt, **RED_FLAGS, smoking="never")
    second = submit(attempt)
    assert (second.amends, second.amend_reason) == (first, "I stopped.")
    case = Case.objects.visible_to(patient).get()
    assert (case.submission, case.headline) == (second, "clarify")  # from 65 on a bone scan is asked for
    assert case.returned_because


def test_a_correction_does_not_alert_again_to_what_was_told_before(patient, fusion):
    fever = {"fever_or_chills": "yes", "immune_medicine": "yes"}
    first = submit(answer_all(patient, fusion, **fever))
    attempt = answering.start(patient=patient, edition=fusion, amends=first)
    save(attempt, **RED_FLAGS, smoking="daily")
    submit(attempt)
    assert urgent(patient) == [("fever_low_immunity", "same_day", False)]


def test_what_was_sent_in_between_is_not_corrected_behind_its_back(patient, fusion):
    first = submit(answer_all(patient, fusion))
    submit(answer_all(patient, fusion, smoking="daily"))
    with pytest.raises(answering.AmendedBefore):
        answering.start(patient=patient, edition=fusion, amends=first)


# Without an assessment ----------------------------------------------------------------------------------


def test_where_the_assessment_is_off_answers_are_stored_and_nothing_is_concluded(
    patient, fusion, not_assessed
):
    attempt = answer_all(patient, fusion, smoking="daily", back_sore="yes")
    submission = submit(attempt)
    assert (submission.answers, submission.outcome, submission.values) == (attempt.answers, "{}", "{}")
    assert not Finding.objects.visible_to(patient).exists()
    case = Case.objects.visible_to(patient).get()
    assert (case.headline, case.criteria, case.relative_count) == (Case.Headline.STORED, {}, 0)


def test_urgent_answers_are_told_all_the_same(patient, fusion, not_assessed):
    attempt = answering.start(patient=patient, edition=fusion)
    assert save(attempt, red_flag_fall_crash="yes").notice == "emergency"
    submit(answer_all(patient, fusion, red_flag_fall_crash="yes"))
    case = Case.objects.visible_to(patient).get()
    assert (case.urgency, case.urgent_reasons) == (Case.Urgency.NOW, ["red_flag_fall_crash"])


# Entered by staff ---------------------------------------------------------------------------------------


def test_who_typed_the_answers_in_and_how_goes_with_them(patient, surgeon, fusion):
    attempt = answer_all(patient, fusion)
    own = AnswersInProgress.objects.visible_to(patient)
    own.update(entered_by=surgeon, entered_how="interview")
    submission = submit(attempt)
    assert (submission.entered_by, submission.entered_how) == (surgeon, "interview")


# Newer editions -----------------------------------------------------------------------------------------


def without_smoking_choice() -> dict[str, Any]:
    """The default questionnaire in a later edition: no "some days" any more, and a new question."""
    document = shipped("spinal-fusion")
    section = next(each for each in document["sections"] if each["key"] == "nicotine")
    smoking = next(each for each in section["questions"] if each["key"] == "smoking")
    smoking["choices"] = [each for each in smoking["choices"] if each["value"] != "some_days"]
    for rule in (rule for criterion in document["criteria"] for rule in criterion["rules"]):
        rule["when"] = rule["when"].replace('"some_days"', '"daily"')
    for question in section["questions"]:
        if "some_days" in question.get("shown_when", ""):
            question["shown_when"] = 'smoking in ("daily", "former")'
    section["questions"].append(
        {"key": "hookah", "type": "yes_no", "short": "Water pipe", "text": "Do you smoke a water pipe?"}
    )
    return document


def test_moving_to_a_newer_edition_keeps_what_fits_and_says_what_changed(begun, patient):
    save(begun, section="nicotine", smoking="some_days", other_nicotine="no", nicotine_replacement="no")
    edition = make_edition(without_smoking_choice())
    moved = answering.move(patient=patient, edition=edition)
    assert (moved.carried.new, moved.carried.unfit) == (("hookah",), ("smoking",))
    assert moved.attempt.values == {"other_nicotine": "no", "nicotine_replacement": "no"}
    assert (moved.attempt.edition, moved.attempt.done) == (edition, [])


def test_answers_grow_stale_after_the_days_that_the_questionnaire_names(begun):
    begun.saved_at = timezone.now() - timedelta(days=89)
    assert not answering.is_stale(begun)
    begun.saved_at = timezone.now() - timedelta(days=91)
    assert answering.is_stale(begun)
