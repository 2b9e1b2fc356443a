"""What is done with the rows that were ticked: each goes through on its own, and each refusal is said by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import Care, User
from screening.models import Case
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case

pytestmark = pytest.mark.django_db
URL = reverse("review:assign")
LIST = reverse("review:cases")


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def case_of(name: str, surgeon: User | None = None, **fields: Any) -> Case:
    patient = make_patient(name)
    if surgeon:
        Care.objects.create(patient=patient, surgeon=surgeon)
    return make_case(patient, unassigned=surgeon is None, **fields)


def carers(case: Case) -> set[str]:
    return set(Care.objects.current().filter(patient=case.patient).values_list("surgeon__name", flat=True))


def send(browser: Client, do: str, *cases: Case, **fields: Any) -> Any:
    return browser.post(URL, {"do": do, "case": [case.pk for case in cases], **fields})


def said(browser: Client, response: Any) -> list[str]:
    assert response.status_code == 302
    return [str(message) for message in browser.get(response["Location"]).context["messages"]]


def test_patients_are_given_to_a_colleague(browser: Client, surgeon: User, other_surgeon: User) -> None:
    cases = [case_of("Ada Able", surgeon, rank=1), case_of("Ben Bold", rank=2)]
    response = send(browser, "give", *cases, to=other_surgeon.pk)
    assert said(browser, response) == ["Now in the care of Erik Engel: Ada Able and Ben Bold."]
    assert [carers(case) for case in cases] == [{"Erik Engel"}, {"Erik Engel"}]


def test_without_a_colleague_it_asks_for_one_and_names_the_patients(
    browser: Client, surgeon: User, other_surgeon: User
) -> None:
    case = case_of("Ada Able", surgeon)
    response = send(browser, "give", case, back="state=new")
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("Ada Able", "Erik Engel", "in the care of Dana Diaz", f'value="{case.pk}"', "?state=new"):
        assert words in page
    assert carers(case) == {"Dana Diaz"}


@pytest.mark.parametrize("to", ["", "999999", "x"])
def test_a_colleague_who_is_none_is_refused_in_words(browser: Client, surgeon: User, to: str) -> None:
    response = send(browser, "give", case_of("Ada Able", surgeon), to=to)
    assert response.status_code == 422
    assert "Choose a colleague from the list." in response.content.decode()


def test_a_patient_is_no_colleague(browser: Client, surgeon: User, patient: User) -> None:
    case = case_of("Ada Able", surgeon)
    assert send(browser, "give", case, to=patient.pk).status_code == 422
    assert carers(case) == {"Dana Diaz"}


def test_those_whom_nobody_has_are_taken_into_ones_own_care(browser: Client) -> None:
    case = case_of("Ben Bold")
    assert said(browser, send(browser, "mine", case)) == ["Now in your care: Ben Bold."]
    assert carers(case) == {"Dana Diaz"}


def test_a_refusal_is_said_by_name_and_the_others_go_through(
    browser: Client, surgeon: User, other_surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's patient is seen by whoever opened the record in an emergency, and is not theirs to give."""
    from portal.accounts.models import EmergencyAccess

    theirs, free = case_of("Ada Able", other_surgeon), case_of("Ben Bold")
    access = EmergencyAccess(surgeon=surgeon, patient=theirs.patient, reason="Fell")
    access.end = access.start.replace(year=access.start.year + 1)
    access.save()
    assert said(browser, send(browser, "mine", theirs, free)) == [
        "Now in your care: Ben Bold.",
        "Not Ada Able: somebody else has them in care, and only they can hand them over.",
    ]
    assert [carers(theirs), carers(free)] == [{"Erik Engel"}, {"Dana Diaz"}]


def test_several_are_taken_for_review(browser: Client, surgeon: User) -> None:
    new = [case_of("Ada Able", surgeon, rank=1), case_of("Ben Bold", rank=2)]
    taken = case_of("Cal Cole", surgeon, state="in_review", taken_by=surgeon, rank=3)
    assert said(browser, send(browser, "take", *new, taken)) == [
        "Taken for review: Ada Able and Ben Bold.",
        "Not Cal Cole: the case is not new any more.",
    ]
    for case in new:
        case.refresh_from_db()
        assert (case.state, case.taken_by) == ("in_review", surgeon)


def test_those_who_may_not_be_seen_any_more_are_counted_and_nothing_else(
    browser: Client, other_surgeon: User
) -> None:
    theirs, free = case_of("Ada Able", other_surgeon), case_of("Ben Bold")
    assert said(browser, send(browser, "mine", theirs, free)) == [
        "Now in your care: Ben Bold.",
        "1 of those you ticked is not among the patients that you may see any more.",
    ]
    assert carers(theirs) == {"Erik Engel"}


def test_a_strangers_case_is_as_good_as_none(browser: Client, other_surgeon: User) -> None:
    theirs = send(browser, "take", case_of("Ada Able", other_surgeon))
    missing = browser.post(URL, {"do": "take", "case": str(uuid.uuid4())})
    assert theirs.status_code == missing.status_code == 404


@pytest.mark.parametrize("fields", [{}, {"do": "take"}, {"do": "give", "case": ["x", ""]}, {"do": "destroy"}])
def test_without_a_tick_nothing_happens_and_it_says_so(browser: Client, fields: dict[str, Any]) -> None:
    assert said(browser, browser.post(URL, fields)) == [
        "Nothing was done. Tick the patients first, then say what to do."
    ]


def test_who_is_named_was_recorded_first(browser: Client, surgeon: User) -> None:
    case = case_of("Ada Able", surgeon)
    send(browser, "give", case)
    record = AccessRecord.objects.latest("pk")
    assert (record.actor_id, record.action, record.object_ids) == (
        str(surgeon.pk),
        "listed_cases",
        [str(case.pk)],
    )


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "state=new&next=//x", "\x00", "x" * 9999]
)
def test_the_way_back_is_the_list(browser: Client, back: str) -> None:
    place = send(browser, "take", case_of("Ada Able"), back=back)["Location"]
    assert place.split("?")[0] == LIST
    assert "evil" not in place
    assert "next" not in place


def test_the_list_comes_back_as_it_was(browser: Client) -> None:
    assert send(browser, "take", case_of("Ada Able"), back="state=new&category=urgent")["Location"] == (
        f"{LIST}?state=new&category=urgent"
    )


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_reviewers(role: str, request: Any, login: Callable[[User], Client]) -> None:
    assert login(request.getfixturevalue(role)).post(URL, {"do": "take"}).status_code == 403


def test_a_name_with_a_percent_sign_is_said_as_it_is(browser: Client) -> None:
    to, case = make_user("Pia 100% Poe", "surgeon"), case_of("Ada %s Able")
    assert said(browser, send(browser, "give", case, to=to.pk)) == [
        "Now in the care of Pia 100% Poe: Ada %s Able."
    ]


@override_settings(SCREENING_HOST="screening.host.Host")
def test_a_host_that_knows_no_care_hands_nothing_over(browser: Client) -> None:
    case = case_of("Ada Able")
    page = browser.get(LIST).content.decode()
    assert "Give to a colleague" not in page
    assert "Take for review" in page
    assert send(browser, "take", case).status_code == 302
