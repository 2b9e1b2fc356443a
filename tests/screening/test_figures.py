"""The practice in numbers: what is counted, from when to when, and what is blurred."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.accounts.models import User
from screening import figures
from screening.figures import Figure
from screening.models import Case, Decision, Invitation, Message, Notified
from screening.models.following import Reminder, ToCall
from screening.worklist import live_definitions
from tests.conftest import make_patient
from tests.screening.factories import make_alert, make_case, make_edition, make_finding, make_submission

pytestmark = pytest.mark.django_db

NOW = timezone.make_aware(datetime(2026, 11, 24, 12, 0))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        make_edition()
        yield


def read(months: int = 3) -> dict[str, Figure]:
    return {figure.key: figure for figure in figures.figures(months, live_definitions())}


def table(key: str, months: int = 3) -> dict[str, list[str]]:
    return dict(read(months)[key].rows)


def decide(case: Case, by: User, at: datetime, **fields: Any) -> Decision:
    return Decision.objects.create(
        case=case, patient=case.patient, submission=case.submission, by=by, at=at,
        **{"state": "discuss", "case_version": 1, **fields},
    )  # fmt: skip


def test_the_months_are_those_of_the_practices_time_zone() -> None:
    span = figures.months(3, NOW)
    assert [month.name for month in span] == ["September 2026", "October 2026", "November 2026"]
    assert [f"{month.start:%m-%d %H:%M %Z}" for month in span] == [
        "09-01 00:00 EDT", "10-01 00:00 EDT", "11-01 00:00 EDT",
    ]  # fmt: skip
    assert [month.short for month in figures.months(12, timezone.make_aware(datetime(2026, 1, 31, 23, 59)))][::11] == [
        "Feb", "Jan",
    ]  # fmt: skip


def test_who_waits_stands_by_tier_within_the_aim_or_overdue(patient: User, other_patient: User) -> None:
    make_case(patient, rank=200_000, waiting_since=NOW - 2 * DAY + HOUR)
    make_case(other_patient, rank=200_000, waiting_since=NOW - 2 * DAY - HOUR)
    make_case(make_patient("Nora Noon"), rank=0, urgency=2, waiting_since=NOW - HOUR / 2)
    make_case(make_patient("Ola Oak"), rank=0, state="closed")
    assert table("waiting") == {
        "Urgent, now": ["1 hour", "1", "0", "1", "0", "0", "0", "0"],
        "Absolute criterion reported": ["2 days", "2", "1", "0", "2", "0", "0", "0"],
    }


def test_cases_are_counted_by_state(patient: User, other_patient: User) -> None:
    make_case(patient)
    make_case(other_patient, state="closed")
    assert table("states") == {"New": ["1"], "Closed": ["1"]}


def test_who_was_decided_on_and_told_nothing_is_counted_by_age(
    patient: User, other_patient: User, surgeon: User
) -> None:
    told, untold = make_case(patient, state="discuss"), make_case(other_patient, state="discuss")
    decision = decide(told, surgeon, NOW - 4 * DAY)
    Message.objects.create(
        case=told, patient=patient, decision=decision, text="Come.", by=surgeon, at=NOW - 3 * DAY
    )
    decide(untold, surgeon, NOW - 9 * DAY)
    decide(untold, surgeon, NOW - 2 * DAY, case_version=2)
    ToCall.add(message=1, patient=patient.pk, about="message", subject="", since=NOW)
    assert table("untold") == {
        "Under a day": ["0"],
        "1 to 2 days": ["1"],
        "3 to 6 days": ["0"],
        "7 to 13 days": ["0"],
        "14 days or more": ["0"],
        "Patients to call or write to: no e-mail reaches them": ["1"],
    }


def test_a_message_before_the_last_decision_tells_nothing_of_it(patient: User, surgeon: User) -> None:
    case = make_case(patient, state="discuss")
    Message.objects.create(case=case, patient=patient, text="Come.", by=surgeon, at=NOW - 3 * DAY)
    decide(case, surgeon, NOW - 2 * DAY)
    assert table("untold")["1 to 2 days"] == ["1"]


def test_the_time_to_the_first_decision_has_a_median_and_a_ninetieth_part(surgeon: User) -> None:
    for number, hours in enumerate((0.5, 2, 5, 30, 100)):
        patient = make_patient(f"Pat {number}")
        submission = make_submission(patient, submitted_at=NOW - 10 * DAY)
        case = make_case(patient, submission=submission, state="discuss")
        decide(case, surgeon, NOW - 10 * DAY + hours * HOUR)
        decide(case, surgeon, NOW - DAY, case_version=2)  # not the first
    assert table("decisions") == {
        "November 2026": ["5", "5", "5 hours", "4 days 4 hours"],
        "October 2026": ["0", "0", "", ""],
        "September 2026": ["0", "0", "", ""],
    }


def test_a_decision_counts_in_its_own_month_and_by_whole_hours(patient: User, surgeon: User) -> None:
    sent = timezone.make_aware(datetime(2026, 10, 31, 23, 30))
    case = make_case(patient, submission=make_submission(patient, submitted_at=sent), state="discuss")
    decide(case, surgeon, sent + HOUR - timedelta(seconds=1))
    assert {month: cells[:3] for month, cells in table("decisions", 6).items()} == {
        "November 2026": ["0", "1", "under an hour"],
        "October 2026": ["1", "0", ""],
        **{f"{month} 2026": ["0", "0", ""] for month in ("September", "August", "July", "June")},
    }


def test_urgent_answers_tell_how_soon_they_were_acknowledged_and_passed_on(
    patient: User, surgeon: User
) -> None:
    case = make_case(patient)
    for minutes in (3, 7, 50):
        make_alert(
            case,
            raised_at=NOW - DAY,
            acknowledged_at=NOW - DAY + minutes * HOUR / 60,
            acknowledged_by=surgeon,
        )
    open_ = make_alert(case, level="same_day", raised_at=NOW - 2 * DAY)
    for place in (1, 2, 3):
        Notified.objects.create(alert=open_, patient=patient, to=surgeon, place=place)
    assert table("alerts")["November 2026"] == ["3", "7 min", "50 min", "1", "", "", "1", "1"]
    assert table("alerts")["October 2026"] == ["0", "", "", "0", "", "", "0", "0"]


def test_reminders_and_invitations_are_counted_by_month(patient: User) -> None:
    case = make_case(patient)
    Reminder.objects.create(patient=patient, attempt=case.pk, number=1, at=NOW - DAY)
    Invitation.objects.create(case=case, patient=patient, rescreen_on="2026-10-01", at=NOW - 40 * DAY)
    assert table("again") == {
        "November 2026": ["1", "0"],
        "October 2026": ["0", "1"],
        "September 2026": ["0", "0"],
    }


def report(number: int, **fields: Any) -> None:
    for _each in range(number):
        make_finding(make_submission(make_patient("Pat Pine"), submitted_at=NOW - DAY), **fields)


def test_findings_are_counted_by_month_and_category_and_few_are_blurred() -> None:
    report(6)
    report(5, category="clarify", could_be="absolute")
    report(1, category="clarify")
    figure = read()["found-bone"]
    assert figure.title == "Reported: Severe osteoporosis"
    assert figure.head == ["Month", "Absolute, to confirm", "Could be absolute", "Relative", "To clarify"]
    assert dict(figure.rows) == {
        "November 2026": ["6", "5", "0", "fewer than 5"],
        "October 2026": ["0", "0", "0", "0"],
        "September 2026": ["0", "0", "0", "0"],
    }


def test_one_and_four_look_alike_in_the_chart_as_well() -> None:
    report(1)
    one = read()["found-bone"].chart
    report(3)
    assert read()["found-bone"].chart == one


def test_what_was_corrected_counts_once(patient: User) -> None:
    first = make_submission(patient, submitted_at=NOW - 2 * DAY)
    make_finding(first)
    make_finding(
        make_submission(patient, submitted_at=NOW - DAY, amends=first, amend_reason="x"), category="relative"
    )
    figure = read()["found-bone"]
    assert dict(figure.rows)["November 2026"] == ["0", "fewer than 5"]
    assert table("decisions")["November 2026"][0] == "1"


def test_a_criterion_that_is_asked_no_more_is_still_counted() -> None:
    report(1, criterion="gone")
    assert read()["found-gone"].title == "Reported: gone"


def test_what_lies_before_the_period_is_left_out(patient: User) -> None:
    make_finding(make_submission(patient, submitted_at=NOW - 100 * DAY))
    assert read(3)["found-bone"].empty
    assert not read(6)["found-bone"].empty


def test_an_empty_practice_says_what_will_be_here() -> None:
    empty = {key: figure.empty for key, figure in read().items()}
    assert empty == {
        "waiting": "Nobody waits for a decision.",
        "states": "There is no case yet. Cases begin when patients send their answers.",
        "untold": "Every patient whose case was decided has been told.",
        "decisions": "Nothing was sent in this time.",
        "alerts": "No urgent answer was given in this time.",
        "again": "Nobody was reminded or invited in this time.",
        "found-bone": "Nobody reported it in this time.",
        "found-nicotine": "Nobody reported it in this time.",
    }


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "none"),
        (59, "59 min"),
        (60, "1 hour"),
        (90, "1 hour 30 min"),
        (1440, "1 day"),
        (1501, "1 day 1 hour"),
    ],
)
def test_a_time_is_told_in_its_two_largest_units(minutes: int, said: str) -> None:
    assert figures._span(timedelta(minutes=minutes), at_least="none") == said
