"""What the list can be filtered by, whose patients it shows, and how far it looks for what no index holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Care, Cover, PatientProfile, User
from portal.accounts.roles import Role
from screening import places
from screening.models import Alert, Case, Message, Reply
from screening.models.cases import DUE
from screening.models.placing import AMENDED, SENT
from screening.places import Chosen, place_of, token
from screening.places import places as find
from screening.worklist import Page, live_definitions, page
from tests.conftest import make_patient, make_user
from tests.screening.factories import (
    BONE_POSSIBLE,
    DAY,
    MONDAY,
    NICOTINE,
    make_alert,
    make_case,
    make_submission,
)

NOW = MONDAY + 30 * DAY
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead() -> User:
    return make_user("Lena Lead", Role.SURGEON, Role.LEAD)


def listed(user: User, **chosen: Any) -> list[Case]:
    return [row.case for row in page(user, Chosen(**chosen), live_definitions()).rows]


def nobodys(rank: int = 400_000, **fields: Any) -> Case:
    return make_case(make_patient("Una Usher"), unassigned=True, rank=rank, **fields)


def in_care_of(surgeon: User, rank: int = 400_000, **fields: Any) -> Case:
    patient = make_patient("Cara Cohen")
    Care.objects.create(patient=patient, surgeon=surgeon, start=MONDAY - 90 * DAY)
    return make_case(patient, rank=rank, **fields)


def ask(case: Case, read_at: datetime | None = None) -> None:
    by = make_user("Dora Doctor")
    message = Message.objects.create(case=case, patient=case.patient, text="Come in.", by=by)
    read = {"read_at": read_at, "read_by": by} if read_at else {}
    Reply.objects.create(case=case, patient=case.patient, message=message, text="When?", **read)


# Whose


def test_mine_nobodys_and_both(surgeon: User, other_surgeon: User) -> None:
    mine, free = in_care_of(surgeon, rank=1), nobodys(rank=2)
    in_care_of(other_surgeon)
    assert listed(surgeon) == [mine, free]
    assert listed(surgeon, assigned="me") == [mine]
    assert listed(surgeon, assigned="nobody") == [free]


def test_whoever_stands_in_sees_their_colleagues_patients_as_theirs(
    surgeon: User, other_surgeon: User
) -> None:
    theirs = in_care_of(other_surgeon)
    Cover.objects.create(surgeon=other_surgeon, covered_by=surgeon, start=NOW - DAY, end=NOW + DAY)
    assert listed(surgeon) == listed(surgeon, assigned="me") == [theirs]
    [row] = page(surgeon, Chosen(), live_definitions()).rows
    assert (row.mine, row.carers) == (False, ["Erik Engel"])


def test_the_whole_practice_and_one_colleague_are_for_whoever_may_see_everyone(
    lead: User, surgeon: User, other_surgeon: User
) -> None:
    cases = [in_care_of(surgeon, rank=1), in_care_of(other_surgeon, rank=2), nobodys(rank=3)]
    assert listed(lead, assigned="practice") == cases
    assert listed(lead, assigned=str(surgeon.pk)) == [cases[0]]
    assert listed(lead) == [cases[2]]
    assert listed(lead, assigned="999999") == []


def test_whoever_may_not_see_the_practice_gets_no_more_of_it_than_before(
    surgeon: User, other_surgeon: User
) -> None:
    mine, free = in_care_of(surgeon, rank=1), nobodys(rank=2)
    in_care_of(other_surgeon)
    assert listed(surgeon, assigned="practice") == [mine, free]
    assert listed(surgeon, assigned=str(other_surgeon.pk)) == []


# What


@pytest.mark.parametrize(
    ("urgency", "expected"),
    [
        ("unacknowledged", [0, 1_000]),
        ("now", [0, 50_000]),
        ("same_day", [1_000, 100_000]),
        ("none", [200_000, 600_000]),
        ("", [0, 1_000, 50_000, 100_000, 200_000, 600_000]),
    ],
)
def test_urgent_and_whether_somebody_has_acknowledged_it(
    surgeon: User, urgency: str, expected: list[int]
) -> None:
    for number, rank in enumerate((600_000, 100_000, 50_000, 1_000, 0, 200_000)):
        in_care_of(surgeon, rank=rank) if number % 2 else nobodys(rank=rank)
    assert [case.rank for case in listed(surgeon, urgency=urgency)] == expected


@pytest.mark.parametrize("whose", ["mine", "nobody's"])
@pytest.mark.parametrize(
    ("rank", "aim"),
    [
        (0, timedelta(hours=1)),
        (1_000, timedelta(hours=8)),
        (50_000, timedelta(hours=1)),
        (100_000, timedelta(hours=8)),
        (200_000, 2 * DAY),
        (300_000, 3 * DAY),
        (409_899, 5 * DAY),
        (500_000, 5 * DAY),
        (600_000, 10 * DAY),
    ],
)
def test_overdue_is_who_has_waited_longer_than_the_practice_aims_for(
    surgeon: User, practice: Any, rank: int, aim: timedelta, whose: str
) -> None:
    def waiting(since: datetime) -> Case:
        fields = {"rank": rank, "waiting_since": since}
        return in_care_of(surgeon, **fields) if whose == "mine" else nobodys(**fields)

    late, in_time = waiting(NOW - aim - timedelta(seconds=1)), waiting(NOW - aim)
    assert listed(surgeon, waiting="overdue") == [late]
    rows = page(surgeon, Chosen(), live_definitions()).rows
    assert [(row.case, row.waiting.aim, row.waiting.overdue) for row in rows if row.waiting] == [
        (late, aim, timedelta(seconds=1)),
        (in_time, aim, None),
    ]


def test_a_decided_case_does_not_wait(surgeon: User) -> None:
    in_care_of(surgeon, state="closed", waiting_since=MONDAY - 300 * DAY)
    assert (
        listed(surgeon, state="all", waiting="overdue") == listed(surgeon, state="all", waiting="day") == []
    )
    [row] = page(surgeon, Chosen(state="all"), live_definitions()).rows
    assert row.waiting is None


@pytest.mark.parametrize(("waiting", "most"), [("day", DAY), ("week", 7 * DAY)])
def test_waiting_longer_than(surgeon: User, waiting: str, most: timedelta) -> None:
    longer = nobodys(waiting_since=NOW - most - timedelta(seconds=1))
    nobodys(waiting_since=NOW - most)
    assert listed(surgeon, waiting=waiting) == [longer]


def test_what_is_new_what_changed_and_what_came_back(surgeon: User) -> None:
    new = nobodys(rank=1, version=1)
    corrected = nobodys(rank=2, version=3, opened_version=1, returned_because=AMENDED)
    never_opened = nobodys(rank=3, version=2, returned_because=SENT)
    sent_since = nobodys(rank=4, version=2, opened_version=1)
    back = nobodys(rank=5, version=4, opened_version=3, returned_because=DUE)
    seen = nobodys(rank=6, version=2, opened_version=2)
    taken = nobodys(rank=7, version=2, opened_version=2, state="in_review", taken_by=surgeon)
    assert listed(surgeon, news="new") == [new]
    assert listed(surgeon, news="changed") == [corrected, never_opened, sent_since]
    assert listed(surgeon, news="back") == listed(surgeon, news="back", state="all") == [back]
    rows = page(surgeon, Chosen(), live_definitions()).rows
    assert [(row.case, row.news) for row in rows] == [
        (new, "new"),
        (corrected, "changed"),
        (never_opened, "changed"),
        (sent_since, "changed"),
        (back, "back"),
        (seen, "seen"),
        (taken, ""),
    ]


@pytest.mark.parametrize(("answers", "days"), [("30", 30), ("90", 90), ("stale", 60)])
def test_answers_older_than(surgeon: User, answers: str, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "stale_after", lambda live: {pk: timedelta(days=60) for pk in live})
    older, newer = (
        nobodys(
            submission=make_submission(make_patient("Sent Before"), submitted_at=NOW - days * DAY - after)
        )
        for after in (timedelta(seconds=1), timedelta())
    )
    nobodys(sent=False, rank=0)
    assert listed(surgeon, answers=answers) == [older]
    stale = {row.case: row.stale for row in page(surgeon, Chosen(), live_definitions()).rows}
    assert stale[newer] == (90 if days == 90 else None)


def test_an_unread_question_of_the_patient(surgeon: User) -> None:
    asked, answered, decided = nobodys(rank=1), nobodys(rank=2), in_care_of(surgeon, state="discuss", rank=3)
    ask(asked)
    ask(answered, read_at=NOW)
    ask(decided)
    assert listed(surgeon, question=True) == [asked]
    assert listed(surgeon, question=True, state="all") == [asked, decided]
    rows = page(surgeon, Chosen(), live_definitions()).rows
    assert [row.question for row in rows] == [True, False]


def test_the_alert_that_nobody_has_acknowledged(surgeon: User) -> None:
    waits, seen = nobodys(rank=0), nobodys(rank=50_000)
    alert: Alert = make_alert(waits)
    make_alert(seen, acknowledged_at=NOW, acknowledged_by=surgeon)
    assert [row.alert for row in page(surgeon, Chosen(), live_definitions()).rows] == [alert.pk, None]


def test_several_filters_at_once_are_all_of_them(surgeon: User) -> None:
    fits = in_care_of(
        surgeon, criteria=BONE_POSSIBLE, possible_absolute=True, rank=300_000, waiting_since=NOW - 9 * DAY
    )
    in_care_of(surgeon, criteria=NICOTINE, waiting_since=NOW - 9 * DAY)
    in_care_of(surgeon, criteria=BONE_POSSIBLE, possible_absolute=True, rank=300_000, waiting_since=NOW)
    nobodys(criteria=BONE_POSSIBLE, possible_absolute=True, rank=300_000, waiting_since=NOW - 9 * DAY)
    chosen = {"criterion": "bone", "waiting": "week", "assigned": "me", "category": "possible"}
    assert listed(surgeon, **chosen) == [fits]


# Search


def born(case: Case, day: str) -> Case:
    PatientProfile.unscoped.filter(user=case.patient).update(date_of_birth=day)
    return case


@pytest.mark.parametrize("text", ["1958-03-14", "3/14/1958", "14.3.1958"])
def test_a_patient_is_found_by_the_date_of_birth(surgeon: User, text: str) -> None:
    case = born(nobodys(), "1958-03-14")
    born(nobodys(), "1958-03-15")
    assert listed(surgeon, search=text) == [case]


def test_a_date_that_can_be_read_both_ways_finds_both(surgeon: User) -> None:
    cases = [born(nobodys(rank=1), "1958-03-04"), born(nobodys(rank=2), "1958-04-03")]
    assert listed(surgeon, search="3/4/1958") == cases


def test_the_words_of_a_name_may_stand_in_any_order(surgeon: User) -> None:
    case = make_case(make_patient("Zelda Zimmer"), unassigned=True)
    make_case(make_patient("Zelda Young"), unassigned=True)
    assert listed(surgeon, search="zimmer, zel") == [case]


@pytest.mark.parametrize("few", [1, 200])
def test_a_name_is_found_in_the_whole_practice_where_few_have_it_and_where_many_do(
    lead: User, surgeon: User, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "FEW", few)
    cases = [nobodys(rank=1), in_care_of(surgeon, rank=2), nobodys(rank=3)]
    assert listed(lead, assigned="practice", search="usher") == [cases[0], cases[2]]


def test_a_surgeons_search_reads_the_names_on_their_list_and_not_those_of_the_whole_practice(
    surgeon: User, other_surgeon: User
) -> None:
    mine, free = in_care_of(surgeon, rank=1), nobodys(rank=2)
    in_care_of(other_surgeon)
    with CaptureQueriesContext(connection) as statements:
        assert listed(surgeon, search="cohen") == [mine]
        assert listed(surgeon, search="usher") == [free]
    compared = [each["sql"] for each in statements if "LIKE" in each["sql"].upper()]
    assert compared
    assert all("screening_case" in sql for sql in compared)


# How far


@pytest.fixture
def looks_at_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LOOK", 3)


def walk(user: User, chosen: Chosen) -> list[Page]:
    """Each page behind the one before, up to the last."""
    live = live_definitions()
    pages = [page(user, chosen, live)]
    while pages[-1].later and len(pages) < 9:
        pages.append(page(user, chosen, live, after=place_of(pages[-1].later)))
    return pages


@pytest.mark.usefixtures("looks_at_three")
def test_what_no_index_holds_is_looked_for_a_stretch_at_a_time(surgeon: User) -> None:
    fits = {2, 8}
    cases = [nobodys(rank=rank, criteria=BONE_POSSIBLE if rank in fits else NICOTINE) for rank in range(10)]
    pages = walk(surgeon, Chosen(criterion="bone"))
    assert [[row.case.rank for row in each.rows] for each in pages] == [[2], [], [8], []]
    assert [each.looked for each in pages] == [True, True, True, False]
    assert pages[0].count == 1
    assert place_of(pages[0].later) == cases[2].place


@pytest.mark.usefixtures("looks_at_three")
def test_the_last_stretch_says_that_it_is_the_last(surgeon: User) -> None:
    for rank in range(3):
        nobodys(rank=rank)
    [only] = walk(surgeon, Chosen(criterion="bone"))
    assert (only.rows, only.looked, only.later) == ([], False, "")


@pytest.mark.usefixtures("looks_at_three")
def test_those_in_care_wait_their_turn_behind_those_not_yet_looked_at(surgeon: User) -> None:
    for rank in (1, 2, 3, 5):
        nobodys(rank=rank, criteria=BONE_POSSIBLE if rank == 5 else NICOTINE)
    for rank in (2, 6):
        in_care_of(surgeon, rank=rank, criteria=BONE_POSSIBLE)
    pages = walk(surgeon, Chosen(criterion="bone"))
    assert [[row.case.rank for row in each.rows] for each in pages] == [[2], [5, 6]]


@pytest.mark.usefixtures("looks_at_three")
def test_the_way_back_finds_the_same(surgeon: User) -> None:
    for rank in range(7):
        nobodys(rank=rank, criteria=BONE_POSSIBLE if rank in (1, 5) else NICOTINE)
    last = walk(surgeon, Chosen(criterion="bone"))[-1]
    live, chosen, seen = live_definitions(), Chosen(criterion="bone"), []
    while last.earlier and len(seen) < 9:
        last = page(surgeon, chosen, live, before=place_of(last.earlier))
        seen.append([row.case.rank for row in last.rows])
    assert [rank for each in seen for rank in each] == [5, 1]


@pytest.mark.usefixtures("looks_at_three")
def test_what_an_index_holds_is_looked_for_everywhere(surgeon: User) -> None:
    for rank in range(5):
        nobodys(rank=rank)
    found = [nobodys(rank=9, headline="absolute"), nobodys(rank=10, returned_because=DUE)]
    assert listed(surgeon, category="absolute") == found[:1]
    assert listed(surgeon, news="back") == found[1:]
    ask(found[1])
    assert listed(surgeon, question=True) == found[1:]
    assert listed(surgeon, search="una usher 9") == []


def test_counting_goes_no_further_than_looking(surgeon: User, looks_at_three: None) -> None:
    for rank in range(5):
        nobodys(rank=rank, criteria=BONE_POSSIBLE)
    assert places.count(surgeon, Chosen(criterion="bone")) == 3
    found = find(surgeon, Chosen(criterion="bone"), places.Clock(), limit=10)
    assert [place.rank for place in found.found] == [0, 1, 2]
    assert token(found.found[-1]) == token(found.looked or found.found[0])
