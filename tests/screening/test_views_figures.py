"""The practice lead's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import PatientProfile, User
from tests.screening.factories import make_alert, make_case, make_finding, make_urgent
from tests.screening.pages import body

pytestmark = pytest.mark.django_db
URL = reverse("review:figures")


@pytest.fixture
def browser(lead: User, login: Callable[[User], Client]) -> Client:
    return login(lead)


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "surgeon", "administrator"])
def test_it_is_for_the_lead(role: str, request: Any, login: Callable[[User], Client]) -> None:
    assert login(request.getfixturevalue(role)).get(URL).status_code == 403


def test_it_names_no_patient_and_leads_to_no_case(browser: Client, patient: User, surgeon: User) -> None:
    case = make_case(patient, headline="absolute", rank=200_000, taken_by=surgeon, state="in_review")
    assert case.submission is not None
    make_finding(case.submission)
    make_urgent(case)
    make_alert(case)
    page = body(browser.get(URL))
    profile = PatientProfile.unscoped.get(user=patient)
    ids = [case.pk, case.submission_id, case.patient_id]
    words = ["Alice", "Adams", profile.record_number, profile.phone, "Dana", *map(str, ids[:2])]
    main = page.split("<main", 1)[1]
    assert [word for word in words if word in main] == []
    assert re.findall(r'href="(/review/[^"]+)"', main) == []


def test_nobodys_data_is_read_so_no_access_is_recorded(browser: Client, patient: User) -> None:
    make_case(patient)
    browser.get(URL)
    assert not AccessRecord.objects.exists()


class Tables(HTMLParser):
    """What each table is called, how wide its head is, and its rows."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[list[int]] = []
        self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.shapes.append([])
        elif tag == "caption":
            self.captions += 1
        elif tag == "tr":
            self.shapes[-1].append(0)
        elif tag in ("th", "td"):
            assert tag == "td" or dict(attrs).get("scope") in ("col", "row")
            self.shapes[-1][-1] += 1


def test_each_chart_has_its_table_beside_it(browser: Client, patient: User) -> None:
    case = make_case(patient)
    assert case.submission is not None
    make_finding(case.submission)
    make_alert(case)
    page = body(browser.get(URL))
    tables = Tables()
    tables.feed(page)
    assert len(tables.shapes) == tables.captions == page.count('<svg class="chart"') > 4
    assert [len(set(rows)) for rows in tables.shapes] == [1] * len(tables.shapes)


def test_nothing_on_it_is_inline(browser: Client, patient: User) -> None:
    make_case(patient)
    assert re.findall(r"style=|<style", body(browser.get(URL))) == []


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", 12), ("3", 3), ("6", 6), ("24", 24), ("5", 12), ("-1", 12), ("x", 12), ("1e9", 12)],
)
def test_the_period_stands_in_the_address(asked: str, shown: int, browser: Client, patient: User) -> None:
    make_case(patient)
    page = body(browser.get(URL, {"months": asked} if asked else {}))
    assert f'<a href="?months={shown}" aria-current="true">' in page
    decisions = page.split('aria-labelledby="decisions-heading"')[1].split("</section>")[0]
    assert decisions.count('<th scope="row">') == shown


def test_it_is_read_only(browser: Client) -> None:
    assert browser.post(URL).status_code == 405
