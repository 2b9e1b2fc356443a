"""The page with the surgeons' list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import User
from screening import places
from tests.conftest import make_patient
from tests.screening.factories import BONE_POSSIBLE, MONDAY, NICOTINE, make_case, make_edition

pytestmark = pytest.mark.django_db
URL = reverse("review:cases")


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def text(browser: Client, **query: str) -> str:
    response = browser.get(URL, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_asks_for_a_login(client: Client) -> None:
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_reviewers(role: str, request: Any, login: Callable[[User], Client]) -> None:
    assert login(request.getfixturevalue(role)).get(URL).status_code == 403


def test_it_is_read_only(browser: Client) -> None:
    assert browser.post(URL).status_code == 405


def test_it_says_what_will_be_here(browser: Client) -> None:
    assert "Nobody is waiting." in text(browser)


def test_it_says_that_the_count_is_no_score(browser: Client) -> None:
    assert "it is no validated score" in text(browser)


def test_a_row_names_the_patient_and_why_they_are_there(browser: Client, patient: User) -> None:
    make_case(patient, criteria={**NICOTINE, **BONE_POSSIBLE}, possible_absolute=True)
    page = text(browser)
    for words in (
        "Alice Adams",
        "65 years",
        'Severe osteoporosis: <span class="category category--clarify">to clarify</span>',
        "could be an absolute criterion",
        'Nicotine: <span class="category category--relative">relative</span>',
        "1 relative criterion",
        "New, not opened yet",
        "In my care",
        "waiting ",
        "1 patient",
    ):
        assert words in page


def test_not_sent_nothing_reported_and_not_reviewed_are_different_words(
    browser: Client, patient: User
) -> None:
    words = ("Not yet submitted", "Nothing reported</span>", "Opened, not yet reviewed")
    case = make_case(patient, sent=False, urgent_reasons=["numbness"], urgency=2)
    assert [each in text(browser) for each in words] == [True, False, False]
    case.delete()
    case = make_case(patient, headline="none", criteria={}, relative_count=0)
    assert [each in text(browser) for each in words] == [False, True, False]
    browser.get(reverse("review:case", args=[case.pk]))
    assert [each in text(browser) for each in words] == [False, True, True]


def test_an_urgent_answer_that_was_not_sent_says_whom_to_call(browser: Client, patient: User) -> None:
    make_case(patient, sent=False, urgent_reasons=["numbness"], urgency=2, rank=0)
    page = text(browser)
    assert "New numbness between the legs" in page
    assert "Started, not sent: call" in page
    assert 'href="tel:+15550100"' in page


def test_a_case_that_came_back_says_why(browser: Client, patient: User) -> None:
    make_case(patient, returned_because="New answers: bone")
    assert "Back on the list: New answers: bone" in text(browser)


def test_nothing_of_another_surgeons_patient_is_on_it(
    patient: User, surgeon: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    make_case(patient, returned_because="CANARY")
    browser = login(other_surgeon)
    for query in (
        {},
        {"state": "all"},
        {"search": "Alice"},
        {"category": "relative"},
        {"criterion": "nicotine"},
    ):
        page = text(browser, **query)
        assert "CANARY" not in page
        assert "Alice Adams" not in page
        assert "1 patient" not in page


def test_what_a_patient_calls_themselves_is_text(browser: Client, surgeon: User) -> None:
    make_case(make_patient("<script>alert(1)</script>"), unassigned=True)
    page = text(browser)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_one_record_holds_who_was_on_it(browser: Client, surgeon: User, patient: User) -> None:
    cases = [make_case(patient, rank=1), make_case(make_patient("Una Usher"), unassigned=True, rank=2)]
    text(browser)
    record = AccessRecord.objects.get()
    assert (record.actor_id, record.subject_id, record.action, record.object_ids) == (
        str(surgeon.pk),
        "",
        "listed_cases",
        [str(case.pk) for case in cases],
    )


def test_a_search_is_recorded_as_one_and_without_its_words(browser: Client, patient: User) -> None:
    make_case(patient)
    text(browser, search="Alice")
    record = AccessRecord.objects.get()
    assert (record.action, record.reason) == ("searched_cases", "")


def test_no_record_no_list(browser: Client, patient: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_fields: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(AccessRecord.objects, "create", full)
    with pytest.raises(OSError, match="disk full"):
        browser.get(URL)


@pytest.mark.parametrize("forged", ["x", "1.2.3", "\x00", "9" * 5000, "%"])
def test_a_place_that_is_none_begins_at_the_top(browser: Client, patient: User, forged: str) -> None:
    make_case(patient)
    for name in ("after", "before"):
        page = text(browser, **{name: forged})
        assert "Alice Adams" in page
        assert "This is the beginning." in page


@pytest.mark.parametrize("name", ["state", "category", "criterion"])
def test_a_choice_that_is_none_is_named_and_left_out(browser: Client, patient: User, name: str) -> None:
    make_case(patient)
    page = text(browser, **{name: "__class__"})
    assert "is none of these, and was left out." in page
    assert "Alice Adams" in page


@pytest.mark.parametrize("search", ["x" * 10_000, "a\x00b"])
def test_a_search_that_cannot_be_is_refused_in_words(browser: Client, search: str) -> None:
    assert "invalid-feedback" in text(browser, search=search)


def test_the_choice_stays_in_the_addresses_of_the_pages(
    browser: Client, patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PAGE", 1)
    make_case(patient, rank=1)
    make_case(make_patient("Una Usher"), unassigned=True, rank=2)
    page = text(browser, state="new", category="relative")
    [later] = [part.split('"')[0] for part in page.split('rel="next" href="')[1:]]
    following = browser.get(URL + later.replace("&amp;", "&")).content.decode()
    assert "state=new&amp;category=relative&amp;after=" in later
    assert "Una Usher" in following
    assert "Alice Adams" not in following


def test_an_empty_choice_offers_all_states(browser: Client, patient: User) -> None:
    make_case(patient, state="closed")
    page = text(browser, search="Alice")
    assert "No patient fits what you chose." in page
    assert "?search=Alice&amp;state=all" in page
    assert "Alice Adams" in text(browser, search="Alice", state="all")


def test_what_was_not_assessed_does_not_read_like_nothing_reported(browser: Client, patient: User) -> None:
    make_case(patient, headline="stored", criteria={}, relative_count=0)
    page = text(browser)
    assert "Not assessed: please read the answers" in page
    assert "Nothing reported</span>" not in page
    assert "Alice Adams" in text(browser, category="stored")


def test_what_newer_answers_lowered_is_said_in_words(browser: Client, patient: User) -> None:
    fallen = {"bone": {"was": "absolute", "is": "none"}, "urgency": {"was": "now", "is": "none"}}
    make_case(patient, fallen=fallen)
    page = text(browser)
    urgency = "<strong>Urgency:</strong> was now, now none"
    bone = "<strong>Severe osteoporosis:</strong> was absolute, now none"
    assert page.index(urgency) < page.index(bone)


# What each statement of a full page is for, in the order in which they are sent.
STATEMENTS = (
    ("on every page", "django_session"),
    ("on every page", "accounts_user"),
    ("on every page", "auth_permission"),
    ("1 what is asked today: words, and what to filter by", "screening_questionnaireedition"),
    ("the practice: its targets", "accounts_practice"),
    ("2 for whom the surgeon stands in", "accounts_cover"),
    ("3 the places of up to 501 in care and 501 of nobody's", "screening_case"),
    ("4 the cases of the page, with submission, alert and question", "screening_case"),
    ("5 the patients", "accounts_patientprofile"),
    ("6 who has them in care", "accounts_care"),
    ("the record of who is shown", "ledger_accessrecord"),
    ("the surgeon's own views", "screening_savedview"),
    ("on every page: the practice's name", "accounts_practice"),
)


def test_fifty_rows_take_six_statements(browser: Client, patient: User) -> None:
    make_case(patient, waiting_since=MONDAY)
    for number in range(52):
        make_case(make_patient(f"Una Usher {number}"), unassigned=True)
    browser.get(URL)  # once a process: the definition
    make_edition()
    sent: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if not re.match("SAVEPOINT|RELEASE|BEGIN|COMMIT", sql):
            sent.append(re.search(r'(?:FROM|INTO) "(\w+)"(?! [T-Z]\d)', sql)[1])  # type: ignore[index]
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert text(browser).count("<tr data-case") == 50
    for what, table in STATEMENTS:
        print(f"{table:32} {what}")  # noqa: T201  pytest -rP shows it
    assert sent == [table for _what, table in STATEMENTS]
