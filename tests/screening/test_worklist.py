"""The order of the surgeons' list, who is on it, and its pages."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from portal.accounts.models import Care, User
from screening import deciding, places, worklist
from screening.models import Case
from screening.models.cases import Place
from screening.places import ANY, Chosen, place_of, token
from screening.worklist import live_definitions, page
from tests.conftest import make_patient, make_user
from tests.screening.factories import (
    BONE_ABSOLUTE,
    BONE_POSSIBLE,
    DAY,
    MONDAY,
    NICOTINE,
    make_case,
    make_edition,
)

pytestmark = pytest.mark.django_db


def listed(user: User, chosen: Chosen | None = None, **place: Place) -> list[Case]:
    return [row.case for row in page(user, chosen or Chosen(), live_definitions(), **place).rows]


def unassigned(name: str = "Una Usher", **fields: Any) -> Case:
    return make_case(make_patient(name), unassigned=True, **fields)


def in_care_of(surgeon: User, name: str = "Cara Cohen", **fields: Any) -> Case:
    patient = make_patient(name)
    Care.objects.create(patient=patient, surgeon=surgeon)
    return make_case(patient, **fields)


def test_cases_stand_by_rank_then_by_who_has_waited_longest_then_by_id(surgeon: User) -> None:
    last = unassigned(rank=600_000, waiting_since=MONDAY - 9 * DAY)
    newer = unassigned(rank=0, waiting_since=MONDAY + DAY)
    older = unassigned(rank=0, waiting_since=MONDAY)
    ids = sorted(uuid.uuid4() for _each in range(3))
    ties = [unassigned(rank=200_000, id=each) for each in reversed(ids)]
    assert listed(surgeon) == [older, newer, *reversed(ties), last]


def test_those_in_my_care_and_nobodys_are_one_list_in_one_order(surgeon: User) -> None:
    cases = [
        unassigned(rank=100_000),
        in_care_of(surgeon, rank=200_000),
        unassigned(rank=300_000),
        in_care_of(surgeon, rank=400_000),
    ]
    rows = page(surgeon, Chosen(), live_definitions()).rows
    assert [(row.case, row.mine) for row in rows] == list(zip(cases, [False, True, False, True], strict=True))


def test_a_patient_in_another_surgeons_care_is_not_listed(surgeon: User, other_surgeon: User) -> None:
    theirs = in_care_of(other_surgeon)
    assert (listed(surgeon), listed(other_surgeon)) == ([], [theirs])


def test_a_mark_that_lags_behind_shows_no_case_of_another_surgeons_patient(
    surgeon: User, other_surgeon: User
) -> None:
    in_care_of(other_surgeon, unassigned=True)
    assert listed(surgeon) == []
    assert page(surgeon, Chosen(), live_definitions()).count == 0


def test_a_patient_of_mine_who_is_still_marked_unassigned_is_listed_once(surgeon: User) -> None:
    case = in_care_of(surgeon, unassigned=True)
    assert listed(surgeon) == [case]


def test_care_that_ended_takes_the_case_off_the_list(surgeon: User) -> None:
    case = in_care_of(surgeon)
    Care.objects.filter(patient=case.patient).update(start=MONDAY, end=MONDAY + DAY)
    Care.objects.create(patient=case.patient, surgeon=make_user("Nora Next", "surgeon"))
    assert listed(surgeon) == []


@override_settings(SCREENING_HOST="screening.host.Host")
def test_a_host_that_knows_no_care_has_one_list(surgeon: User) -> None:
    cases = [unassigned(rank=rank) for rank in (1, 2)]
    assert listed(surgeon) == cases


def test_pages_hold_each_case_once_and_lead_back(surgeon: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PAGE", 3)
    cases = [in_care_of(surgeon) if number % 2 else unassigned() for number in range(8)]
    expected = sorted(cases, key=lambda case: case.id)
    first = page(surgeon, Chosen(), live_definitions())
    second = page(surgeon, Chosen(), live_definitions(), after=place_of(first.later))
    third = page(surgeon, Chosen(), live_definitions(), after=place_of(second.later))
    back = page(surgeon, Chosen(), live_definitions(), before=place_of(third.earlier))
    start = page(surgeon, Chosen(), live_definitions(), before=place_of(back.earlier))
    pages = [[row.case for row in each.rows] for each in (first, second, third, back, start)]
    assert pages == [expected[:3], expected[3:6], expected[6:], expected[3:6], expected[:3]]
    assert (first.earlier, third.later, start.earlier) == ("", "", "")
    assert (first.count, second.count) == (8, None)


def test_nobody_is_skipped_or_repeated_while_others_come_and_go(
    surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PAGE", 3)
    cases = [in_care_of(surgeon, rank=rank) for rank in range(100, 106)]
    first = page(surgeon, Chosen(), live_definitions())
    in_care_of(surgeon, rank=1)
    deciding.decide(user=surgeon, case=cases[0], version=1, state="closed")
    second = page(surgeon, Chosen(), live_definitions(), after=place_of(first.later))
    assert [row.case for row in second.rows] == cases[3:]


def test_the_page_before_shows_who_came_ahead_meanwhile(
    surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PAGE", 2)
    cases = [in_care_of(surgeon, rank=rank) for rank in (10, 20)]
    urgent = in_care_of(surgeon, rank=0)
    before = page(surgeon, Chosen(), live_definitions(), before=cases[0].place)
    assert [row.case for row in before.rows] == [urgent]
    assert (before.earlier, place_of(before.later)) == ("", urgent.place)


def test_a_page_whose_people_have_left_begins_at_the_top(surgeon: User) -> None:
    case = unassigned(rank=500)
    assert listed(surgeon, before=Place(1, MONDAY, uuid.uuid4())) == [case]
    assert listed(surgeon, after=Place(900, MONDAY, uuid.uuid4())) == [case]


def test_a_token_names_its_place_exactly() -> None:
    place = Place(634_599, MONDAY + timedelta(microseconds=1), uuid.uuid4())
    assert place_of(token(place)) == place


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "1.2",
        "a.b.c",
        f"1.2.{'g' * 32}",
        f"1.2.{'A' * 32}",
        f"-1.2.{'a' * 32}",
        f"{'1' * 8}.2.{'a' * 32}",
        f"1.{'9' * 17}.{'a' * 32}",
        f"1.2.{'a' * 32}\n",
        f"\u0661.2.{'a' * 32}",
        "1 OR 1=1",
        "\x00",
        "9" * 9999,
    ],
)
def test_a_token_that_is_none_is_no_place(forged: str) -> None:
    assert place_of(forged) is None


def test_the_largest_token_that_passes_is_a_place_the_database_takes(surgeon: User) -> None:
    place = place_of("9999999.9999999999999999." + "f" * 32)
    case = unassigned(rank=1)
    assert place is not None
    assert listed(surgeon, before=place) == [case]


def test_without_a_choice_those_who_await_a_decision_are_listed(surgeon: User) -> None:
    new, taken = unassigned(rank=1), unassigned(rank=2, state="in_review", taken_by=surgeon)
    unassigned(rank=3, state="closed")
    assert listed(surgeon) == [new, taken]


@pytest.mark.parametrize("state", Case.State.values)
def test_each_state_lists_its_own(surgeon: User, state: str) -> None:
    cases = {each: unassigned(state=each) for each in Case.State.values}
    mine = in_care_of(surgeon, state=state, rank=500_000)
    assert listed(surgeon, Chosen(state=state)) == [cases[state], mine]


def test_all_states_can_be_listed(surgeon: User) -> None:
    cases = [unassigned(state=state, rank=rank) for rank, state in enumerate(Case.State.values)]
    assert listed(surgeon, Chosen(state=ANY)) == cases


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("urgent", ["urgent", "urgent_relative"]),
        ("absolute", ["urgent", "absolute"]),
        ("possible", ["absolute", "possible"]),
        ("relative", ["urgent_relative", "relative"]),
        ("clarify", ["possible", "clarify"]),
        ("none", ["none"]),
        ("", ["urgent", "urgent_relative", "absolute", "possible", "relative", "clarify", "none"]),
    ],
)
def test_a_category_lists_all_who_reported_it_also_those_urgent_for_another_reason(
    surgeon: User, category: str, expected: list[str]
) -> None:
    cases = {
        "urgent": unassigned(rank=0, urgency=2, headline="absolute"),
        "urgent_relative": unassigned(rank=100_000, urgency=1, headline="relative"),
        "absolute": unassigned(rank=200_000, headline="absolute", possible_absolute=True),
        "possible": unassigned(rank=300_000, headline="clarify", possible_absolute=True),
        "relative": unassigned(rank=409_899, headline="relative"),
        "clarify": unassigned(rank=500_000, headline="clarify"),
        "none": unassigned(rank=600_000, headline="none"),
    }
    assert listed(surgeon, Chosen(category=category)) == [cases[name] for name in expected]


def test_a_criterion_lists_those_who_reported_on_it(surgeon: User) -> None:
    bone = unassigned(criteria=BONE_POSSIBLE)
    unassigned(criteria=NICOTINE)
    assert listed(surgeon, Chosen(criterion="bone")) == [bone]


def test_a_patient_is_found_by_a_part_of_the_name_or_the_record_number(surgeon: User) -> None:
    case = unassigned("Zelda Zimmer")
    unassigned("Yves Young")
    number = page(surgeon, Chosen(search="zimm"), live_definitions()).rows[0].person.record_number
    assert listed(surgeon, Chosen(search="zimm")) == listed(surgeon, Chosen(search=number)) == [case]


@pytest.mark.parametrize("wildcard", ["%", "_", "Z%", "Z____ Zimmer", "%' OR 1=1 --"])
def test_a_wildcard_is_a_letter_like_any_other(surgeon: User, wildcard: str) -> None:
    unassigned("Zelda Zimmer")
    assert listed(surgeon, Chosen(search=wildcard)) == []


def test_a_name_with_a_wildcard_in_it_is_found(surgeon: User) -> None:
    case = unassigned("Zelda 100% Zimmer")
    unassigned("Zelda 1000 Zimmer")
    assert listed(surgeon, Chosen(search="100%")) == [case]


def test_a_search_counts_nobody_elses_patients(surgeon: User, other_surgeon: User) -> None:
    in_care_of(other_surgeon, "Zelda Zimmer")
    found = page(surgeon, Chosen(search="Zimmer"), live_definitions())
    assert (found.rows, found.count) == ([], 0)


def test_counting_stops_at_the_cap(surgeon: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "CAP", 3)
    for _each in range(3):
        unassigned()
    assert not page(surgeon, Chosen(), live_definitions()).more_than_counted
    unassigned()
    assert page(surgeon, Chosen(), live_definitions()).more_than_counted


def test_counting_alone_counts_who_is_listed(surgeon: User, monkeypatch: pytest.MonkeyPatch) -> None:
    unassigned(rank=0)
    in_care_of(surgeon, rank=400_000)
    in_care_of(make_user("Nora Next", "surgeon"), "Not Listed", rank=0)
    assert worklist.count(surgeon, Chosen()) == 2
    assert worklist.count(surgeon, Chosen(category="urgent")) == 1
    monkeypatch.setattr(places, "CAP", 1)
    assert worklist.count(surgeon, Chosen()) == 2


def test_a_row_says_why_the_patient_is_there(surgeon: User) -> None:
    in_care_of(
        surgeon,
        "Zelda Zimmer",
        urgency=2,
        urgent_reasons=["numbness"],
        criteria={**NICOTINE, **BONE_ABSOLUTE},
        taken_by=surgeon,
        state="in_review",
    )
    [row] = page(surgeon, Chosen(), live_definitions()).rows
    assert (row.person.name, row.taken_by, row.urgent) == (
        "Zelda Zimmer",
        "Dana Diaz",
        ["New numbness between the legs"],
    )
    assert [(each.label, each.category, each.could_be) for each in row.reported] == [
        ("Severe osteoporosis", "absolute", ""),
        ("Nicotine", "relative", ""),
    ]


def test_what_could_be_absolute_stands_ahead_of_what_is_relative(surgeon: User) -> None:
    in_care_of(surgeon, criteria={**NICOTINE, **BONE_POSSIBLE})
    [row] = page(surgeon, Chosen(), live_definitions()).rows
    assert [(each.label, each.could_be) for each in row.reported] == [
        ("Severe osteoporosis", "absolute"),
        ("Nicotine", ""),
    ]


def test_what_was_not_sent_is_put_into_words_by_the_live_edition(surgeon: User) -> None:
    in_care_of(surgeon, sent=False, urgency=2, urgent_reasons=["numbness", "a_rule_of_yore"], rank=0)
    [row] = page(surgeon, Chosen(), live_definitions()).rows
    assert row.urgent == ["New numbness between the legs", "a_rule_of_yore"]


def test_the_criteria_to_choose_from_are_those_of_today(surgeon: User) -> None:
    make_edition()
    assert worklist.criteria_of(live_definitions().values()) == [
        ("bone", "Severe osteoporosis"),
        ("nicotine", "Nicotine"),
    ]
