"""The page of one case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import JoinedRecord, PatientProfile, User
from portal.host import PortalHost
from screening.engine.answers import dumps
from screening.host import Opening, Read
from screening.models import Case, Decision, Mark, Message, QuestionnaireEdition, Reply
from tests.conftest import make_patient
from tests.screening.factories import (
    BONE_ABSOLUTE,
    DAY,
    MONDAY,
    make_alert,
    make_case,
    make_finding,
    make_submission,
    make_urgent,
)
from tests.screening.pages import body

pytestmark = pytest.mark.django_db

ANSWERS = {
    "t_score": Decimal("-3.1"),
    "smoking": "no",
    "weight_kg": Decimal("70.0"),
    "numb": "no",
    "anything_else": "<b>My own</b> words {{ 7*7 }}",
}


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    submission = make_submission(
        patient,
        answers=ANSWERS,
        values=dumps({"pounds": Decimal("154.3")}),
        submitted_at=MONDAY,
    )
    make_finding(submission)
    return make_case(
        patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000
    )


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def url(case: Case) -> str:
    return reverse("review:case", args=[case.pk])


def text(browser: Client, case: Case, **query: Any) -> str:
    response = browser.get(url(case), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_says_whose_case_it_is(browser: Client, case: Case) -> None:
    page = text(browser, case)
    for words in ("Alice Adams", "65 years, female", 'href="tel:+15550100"', "English"):
        assert words in page


def test_a_finding_shows_its_meaning_rule_answers_source_and_options(browser: Client, case: Case) -> None:
    page = text(browser, case)
    for words in (
        "Severe osteoporosis",
        "reported: absolute criterion, confirm",
        "Screws need firm bone.",
        "The T-score is that of osteoporosis.",
        "Rule: Lowest T-score is at or below \u22122.5 (osteoporosis)",
        "What was your lowest T-score?",
        "\u22123.1",
        "Source: WHO",
        "can partly be changed: months",
        "Usual next steps, as options:",
        "<li>DXA of the hip</li>",
        'href="https://doi.org/10.1000/bone"',
    ):
        assert words in page


def test_it_shows_what_was_stored_and_reckons_nothing_anew(
    browser: Client, patient: User, surgeon: User
) -> None:
    submission = make_submission(patient, answers={"t_score": Decimal("1.0")})
    make_finding(submission, reasons=[{"text": "As it was found then", "rule": "", "category": "absolute"}])
    page = text(browser, make_case(patient, submission=submission))
    assert "As it was found then" in page


def test_a_criterion_without_a_finding_is_listed_as_such(browser: Client, case: Case) -> None:
    page = text(browser, case)
    assert "<strong>Nothing reported:</strong> Nicotine</p>" in page


def test_it_says_when_nothing_was_reported(browser: Client, patient: User) -> None:
    page = text(browser, make_case(patient, headline="none", criteria={}))
    assert "Nothing was reported that a criterion asks about." in page


def test_what_could_be_says_what_would_settle_it_at_a_glance_too(browser: Client, patient: User) -> None:
    submission = make_submission(patient)
    make_finding(submission, category="clarify", could_be="absolute")
    page = text(browser, make_case(patient, submission=submission))
    assert "These answers leave open whether it could be an absolute criterion." in page
    assert glance(page).count("A DXA scan would settle this.") == 1
    assert "<strong>1 possibly absolute</strong>" in glance(page)


def glance(page: str) -> str:
    return page.split('id="glance"')[1].split("</section>")[0]


def test_what_is_absolute_asks_to_be_confirmed_not_settled(browser: Client, case: Case) -> None:
    page = text(browser, case)
    assert "<strong>1 absolute</strong>" in glance(page)
    assert "would settle this" not in glance(page)


def test_a_threshold_stands_with_its_value_and_source(browser: Client, case: Case) -> None:
    assert 'osteoporosis <strong>\u22122.5</strong> <span class="meta">(WHO)</span>' in text(browser, case)


def test_what_weighs_less_is_folded_with_its_reason_in_sight(browser: Client, patient: User) -> None:
    submission = make_submission(patient)
    make_finding(submission, "nicotine", category="relative", reasons=[{"reason": "n", "text": "Smokes now"}])
    make_finding(submission)
    page = text(browser, make_case(patient, submission=submission))
    assert '<details class="finding finding--relative">' in page
    assert '<span class="finding__why">Smokes now</span>' in page
    assert page.index('id="criterion-bone"') < page.index('id="criterion-nicotine"')


def test_old_answers_say_so(browser: Client, case: Case, fusion: QuestionnaireEdition) -> None:
    assert "ask whether they still hold" not in text(browser, case)
    old = make_submission(
        case.patient, questionnaire=fusion.questionnaire, edition=fusion, submitted_at=MONDAY - 200 * DAY
    )
    page = text(browser, make_case(case.patient, questionnaire=fusion.questionnaire, submission=old))
    assert "old, more than 90 days: ask whether they still hold." in page


def test_it_says_how_to_reach_whom_no_mail_reaches(browser: Client, case: Case) -> None:
    assert "call, or write a letter" not in text(browser, case)
    User.objects.filter(pk=case.patient_id).update(email=None)
    PatientProfile.unscoped.filter(user=case.patient).update(helper="Her son Ben, +1 555 0188")
    page = text(browser, case)
    assert "none: call, or write a letter" in page
    assert "Her son Ben, +1 555 0188" in page


def test_who_sees_it_by_an_exception_reads_why_and_until_when(
    browser: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Opening("She is in our emergency room", timezone.now() + DAY)
    monkeypatch.setattr(PortalHost, "opening", lambda self, user, patient: opening)
    page = text(browser, case)
    assert "You see this patient only because you opened the record yourself" in page
    assert "Your reason: She is in our emergency room" in page


def test_what_they_read_and_what_was_chosen_for_them(
    browser: Client, case: Case, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing so far. What the patient opens stands here" in text(browser, case)
    reads = [Read("bone", "Bone health", 3, MONDAY, is_current=False)]
    monkeypatch.setattr(PortalHost, "reads_of", lambda self, patient: reads)
    Message.objects.create(
        case=case,
        patient=case.patient,
        text="Please read",
        by=surgeon,
        reading=[{"key": "bone", "title": "Bone health"}, {"key": "smoking", "title": "Stop smoking"}],
    )
    reading = text(browser, case).split('id="reads"')[1].split("</section>")[0]
    for words in (
        "Chosen for them, and not opened yet:</p> <ul><li>Stop smoking",
        "edition 3, Nov. 16, 2026",
        "there is a newer edition",
        "chosen for them",
    ):
        assert words in reading


def test_what_is_heavy_by_a_joined_record_is_named_at_a_glance(
    browser: Client, case: Case, administrator: User
) -> None:
    again = make_patient("Alice Adams", record_number="R-OTHER")
    JoinedRecord.objects.create(into=case.patient, other=again, reason="Twice", by=administrator)
    make_finding(make_submission(again, submitted_at=MONDAY - DAY))
    page = text(browser, case)
    assert "By the joined record R-OTHER, Nov. 15, 2026" in glance(page)
    assert "reported: absolute criterion, confirm" in glance(page).split("R-OTHER")[1]
    assert '<span class="tag">record R-OTHER</span>' in page.split('id="submissions"')[1]


def test_who_opened_it_is_on_the_page_folded(browser: Client, case: Case) -> None:
    opened = text(browser, case).split("<summary>Who opened this case</summary>")[1]
    assert "<li>Dana Diaz: opened a case" in opened


def test_a_decision_that_was_replaced_is_struck_and_can_be_read(
    browser: Client, case: Case, surgeon: User
) -> None:
    given = {"case": case, "patient": case.patient, "by": surgeon}
    wrong = Decision.objects.create(**given, case_version=1, state="not_now", reason="Wrong patient")
    Decision.objects.create(
        **given,
        case_version=2,
        state="needs_tests",
        tests=["DXA of the hip"],
        supersedes=wrong,
        wrong_because="I mixed up two files",
    )
    decisions = text(browser, case).split('id="decisions"')[1].split("</section>")[0]
    for words in ("<s>Not now</s>", "Wrong patient", "I mixed up two files", "Needs tests", "DXA of the hip"):
        assert words in decisions


def test_calculated_values_carry_their_units(browser: Client, case: Case) -> None:
    assert "<dt>Weight in pounds</dt><dd>154.3 lb</dd>" in text(browser, case)


def test_own_words_are_shown_as_written_and_inert(browser: Client, case: Case) -> None:
    page = text(browser, case)
    assert "&lt;b&gt;My own&lt;/b&gt; words {{ 7*7 }}" in page
    assert "<b>My own" not in page


def test_all_answers_are_there_in_the_words_that_were_asked(browser: Client, case: Case) -> None:
    page = text(browser, case)
    assert "<summary>All answers</summary>" in page
    assert "<dt>How much do you weigh?</dt>" in page


def test_urgent_answers_stand_with_their_notice_and_who_acknowledged(
    browser: Client, case: Case, surgeon: User
) -> None:
    make_urgent(case, call_me=True)
    make_alert(case, attempt=case.submission_id, acknowledged_by=surgeon, acknowledged_at=MONDAY)
    page = text(browser, case)
    for words in (
        "New numbness between the legs",
        "asked to be called",
        "New numbness: Yes",
        "and shown at once: “Get help now”.",
        "Acknowledged by Dana Diaz",
    ):
        assert words in page
    assert page.index("New numbness between the legs") < page.index("Findings")


def test_an_alert_that_nobody_acknowledged_is_a_link_to_do_so(browser: Client, case: Case) -> None:
    make_urgent(case)
    alert = make_alert(case, attempt=case.submission_id)
    assert f'<a href="{reverse("review:alert", args=[alert.pk])}">Not yet acknowledged</a>' in text(
        browser, case
    )


def test_what_was_not_sent_shows_the_urgent_answer_and_nothing_else(browser: Client, patient: User) -> None:
    case = make_case(patient, sent=False, urgent_reasons=["numbness"], urgency=2)
    make_urgent(case)
    page = text(browser, case)
    assert "Not yet submitted" in page
    assert "New numbness between the legs" in page
    assert "All answers" not in page


def test_opening_is_recorded_once_and_does_not_take_it(browser: Client, case: Case, surgeon: User) -> None:
    text(browser, case)
    record = AccessRecord.objects.get()
    assert (record.actor_id, record.subject_id, record.action, record.object_id) == (
        str(surgeon.pk),
        str(case.patient_id),
        "opened_case",
        str(case.pk),
    )
    case.refresh_from_db()
    assert case.state == "new"


def test_an_earlier_submission_can_be_read_and_not_decided_on(browser: Client, case: Case) -> None:
    earlier = make_submission(
        case.patient, answers={"anything_else": "Said before"}, submitted_at=MONDAY - 9 * DAY
    )
    assert f"?submission={earlier.pk}" in text(browser, case)
    page = text(browser, case, submission=earlier.pk)
    assert "Said before" in page
    assert "These are earlier answers" in page
    assert "Store the decision" not in page
    assert AccessRecord.objects.filter(action="opened_submission", object_id=str(earlier.pk)).count() == 1


def test_a_submission_of_another_patient_is_not_read_through_ones_own_case(
    browser: Client, case: Case
) -> None:
    foreign = make_submission(make_patient("Una Usher"), answers={"anything_else": "CANARY"})
    for submission in (foreign.pk, uuid.uuid4(), "x", ""):
        response = browser.get(url(case), {"submission": submission})
        assert response.status_code == 404
        assert b"CANARY" not in response.content


def test_an_amendment_says_why(browser: Client, case: Case, patient: User) -> None:
    amendment = make_submission(patient, amends=case.submission, amend_reason="I mistyped my weight")
    Case.unscoped.update(submission=amendment)
    assert "Correction: I mistyped my weight" in text(browser, case)


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_reviewers(role: str, case: Case, request: Any, login: Callable[[User], Client]) -> None:
    assert login(request.getfixturevalue(role)).get(url(case)).status_code == 403


def test_another_surgeons_patient_looks_like_one_who_does_not_exist(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(other_surgeon)
    foreign, missing = (browser.get(reverse("review:case", args=[pk])) for pk in (case.pk, uuid.uuid4()))
    assert (foreign.status_code, body(foreign)) == (404, body(missing))
    assert not AccessRecord.objects.exists()


def test_an_unassigned_patients_case_is_open_to_each_surgeon(
    other_patient: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    assert "Charlie Cole" in text(login(other_surgeon), make_case(other_patient, unassigned=True))


def test_nothing_of_another_patient_is_on_the_page(browser: Client, case: Case) -> None:
    other = make_patient("Una Usher")
    submission = make_submission(other, answers={"anything_else": "CANARY"})
    foreign = make_case(other, submission=submission, unassigned=True)
    make_urgent(foreign, notice={"title": "CANARY"})
    page = text(browser, case)
    assert "CANARY" not in page
    assert "Una Usher" not in page


def test_it_is_not_kept_by_the_browser(browser: Client, case: Case) -> None:
    assert "no-store" in browser.get(url(case))["Cache-Control"]


def test_it_takes_the_same_number_of_statements_however_much_there_is(
    browser: Client, case: Case, surgeon: User
) -> None:
    def add(number: int) -> None:
        given = {"case": case, "patient": case.patient, "by": surgeon}
        make_urgent(case)
        make_alert(case, attempt=uuid.uuid4())
        make_finding(make_submission(case.patient, submitted_at=MONDAY - number * DAY))
        Decision.objects.create(**given, case_version=number, state="discuss", plan="Talk")
        Mark.objects.create(**given, submission=case.submission, criterion="bone", says="confirmed")
        message = Message.objects.create(**given, text="Hello")
        Reply.objects.create(
            message=message, case=case, patient=case.patient, text="What?", read_at=MONDAY, read_by=surgeon
        )

    def count() -> int:
        with CaptureQueriesContext(connection) as statements:
            text(browser, case)
        return len(statements)

    add(1)
    text(browser, case)
    before = count()
    for number in range(2, 6):
        add(number)
    assert count() == before


def test_what_was_calculated_is_shown_as_short_as_it_is(
    fusion: QuestionnaireEdition, patient: User, browser: Client
) -> None:
    submission = make_submission(
        patient,
        questionnaire=fusion.questionnaire,
        edition=fusion,
        values=dumps(
            {
                "bmi": Decimal("35.0"),
                "phq2": Decimal(3),
                "smoking_stopped_weeks": Decimal("5.857142857142857142857142857"),
                "phq9": None,
            }
        ),
    )
    case = make_case(patient, questionnaire=fusion.questionnaire, submission=submission)
    labels = {each.key: each.label for each in fusion.definition.calculations}
    page = text(browser, case)
    for words in (f"{labels['bmi']}</dt><dd>35.0 kg/m", f"{labels['phq2']}</dt><dd>3 ", "<dd>5.9 "):
        assert words in page
    assert labels["phq9"] not in page


def test_it_says_which_edition_was_answered(browser: Client, case: Case) -> None:
    assert f"edition {case.submission.edition.number}, " in text(browser, case)
