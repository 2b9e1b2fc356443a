"""Cases on paper and as a table: who gets them, for how long, and what is left behind."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import Care, User
from screening.models import Case, Decision, Export, Message
from screening.takeout import exporting, printout
from tests.conftest import make_patient
from tests.screening.factories import (
    BONE_ABSOLUTE,
    MONDAY,
    make_case,
    make_finding,
    make_submission,
    make_urgent,
)
from tests.screening.pages import body

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
MINUTE = timedelta(minutes=1)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><iframe src="javascript:alert(1)">',
    "<style>@import url(http://evil.example/x.css);</style>",
    '<link rel="stylesheet" href="file:///etc/passwd">',
    "{{ 7*7 }} {% debug %} ${7*7} %(x)s",
    "=cmd|' /C calc'!A0",
)


@pytest.fixture(autouse=True)
def confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password was given a short while ago."""
    monkeypatch.setattr("portal.host.PortalHost.confirm_password", lambda self, request: None)


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    submission = make_submission(
        patient, answers={"anything_else": " ".join(HOSTILE), "smoking": "no"}, submitted_at=MONDAY
    )
    make_finding(submission)
    return make_case(
        patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000
    )


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


@pytest.fixture
def ask(browser: Client, case: Case) -> Callable[[str], str]:
    """The address of a new export of the case."""

    def ask(kind: str) -> str:
        response = browser.post(reverse("review:export_case", args=[case.pk]), {"kind": kind})
        assert response.status_code == 302
        return str(response["Location"])

    return ask


@pytest.fixture
def table(browser: Client) -> Callable[..., list[list[str]]]:
    def table(**fields: Any) -> list[list[str]]:
        response = browser.post(reverse("review:export_cases"), fields)
        assert response.status_code == 302
        return rows(browser.get(response["Location"] + "file/"))

    return table


def rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def records() -> list[tuple[str, str, list[str]]]:
    actions = ("printed", "downloaded")
    found = AccessRecord.objects.filter(action__in=actions).order_by("pk")
    return [(each.action, each.object_id, each.object_ids) for each in found]


def test_the_case_and_the_list_lead_there(browser: Client, case: Case) -> None:
    assert f'href="{reverse("review:export_case", args=[case.pk])}"' in body(
        browser.get(reverse("review:case", args=[case.pk]))
    )
    page = body(browser.get(reverse("review:cases"), {"state": "all"}))
    address = reverse("review:export_cases")
    assert (f'href="{address}?state=all"' in page, f'formaction="{address}"' in page) == (True, True)


# Asking --------------------------------------------------------------------------------------------------


def test_the_case_offers_a_printout_and_a_pdf(browser: Client, case: Case, monkeypatch: Any) -> None:
    monkeypatch.setattr(printout, "makes_pdf", lambda: True)
    page = body(browser.get(reverse("review:export_case", args=[case.pk])))
    assert ("Open the printout" in page, "Make a PDF" in page, "makes no PDF" in page) == (True, True, False)


def test_without_weasyprint_it_offers_the_printout_and_says_so(
    browser: Client, case: Case, monkeypatch: Any
) -> None:
    monkeypatch.setattr(printout, "makes_pdf", lambda: False)
    address = reverse("review:export_case", args=[case.pk])
    page = body(browser.get(address))
    assert ("Open the printout" in page, "Make a PDF" in page, "makes no PDF" in page) == (True, False, True)
    assert browser.post(address, {"kind": "pdf"}).status_code == 404
    assert not Export.objects.exists()


@pytest.mark.parametrize("address", ["case", "cases"])
def test_the_password_is_asked_for_again(address: str, browser: Client, case: Case, monkeypatch: Any) -> None:
    asks = HttpResponse("Your password?")
    monkeypatch.setattr("portal.host.PortalHost.confirm_password", lambda self, request: asks)
    url = (
        reverse("review:export_case", args=[case.pk]) if address == "case" else reverse("review:export_cases")
    )
    for page in (browser.get(url), browser.post(url, {"kind": "print"})):
        assert page.content == b"Your password?"
    assert not Export.objects.exists()


def test_nobody_asks_for_a_case_that_they_may_not_see(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    client = login(other_surgeon)
    theirs = client.get(reverse("review:export_case", args=[case.pk]))
    missing = client.get(reverse("review:export_case", args=[uuid.uuid4()]))
    ticked = client.post(reverse("review:export_cases"), {"case": [case.pk]})
    assert (theirs.status_code, missing.status_code, ticked.status_code) == (404, 404, 404)
    assert body(theirs) == body(missing)
    assert not Export.objects.exists()


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "lead", "administrator"])
def test_it_is_for_those_who_may_take_cases_out(
    role: str, case: Case, ask: Callable[[str], str], request: Any, login: Callable[[User], Client]
) -> None:
    client, made = login(request.getfixturevalue(role)), ask("print")
    for url in (
        made,
        f"{made}file/",
        reverse("review:export_cases"),
        reverse("review:export_case", args=[case.pk]),
    ):
        assert client.get(url).status_code == 403


def test_what_is_no_id_or_no_kind_is_not_there(browser: Client, case: Case) -> None:
    assert browser.post(reverse("review:export_cases"), {"case": ["1"]}).status_code == 404
    assert browser.post(reverse("review:export_case", args=[case.pk]), {"kind": "csv"}).status_code == 404


# Who opens it, and until when ----------------------------------------------------------------------------


def test_an_export_holds_ids_and_no_data(ask: Callable[[str], str], case: Case, surgeon: User) -> None:
    with time_machine.travel(NOW, tick=False):
        ask("print")
    row = Export.objects.get()
    assert (row.by, row.kind, row.cases, row.query) == (surgeon, "print", [str(case.pk)], "")
    assert (row.at, row.expires_at) == (NOW, NOW + 15 * MINUTE)
    assert records() == []


def test_it_opens_as_often_as_needed_for_a_quarter_of_an_hour(
    browser: Client, ask: Callable[[str], str], case: Case
) -> None:
    with time_machine.travel(NOW, tick=False):
        url = ask("print")
    found = []
    for minutes in (0, 14.99, 15, 60):
        with time_machine.travel(NOW + minutes * MINUTE, tick=False):
            found.append(browser.get(url).status_code)
    assert found == [200, 200, 410, 410]
    assert records() == [("printed", str(case.pk), [])] * 2


def test_a_table_dies_as_well(browser: Client, case: Case) -> None:
    with time_machine.travel(NOW, tick=False):
        url = browser.post(reverse("review:export_cases"))["Location"]
        assert browser.get(url).status_code == 200
    with time_machine.travel(NOW + 15 * MINUTE, tick=False):
        gone = browser.get(f"{url}file/")
        assert (browser.get(url).status_code, gone.status_code) == (410, 410)
        assert "ask once more" in body(gone)
    assert records() == []


def test_a_colleague_does_not_open_it(
    ask: Callable[[str], str], patient: User, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    Care.objects.create(patient=patient, surgeon=other_surgeon)  # who may open the case itself
    client, url = login(other_surgeon), ask("print")
    theirs, missing = client.get(url), client.get(f"/review/export/{uuid.uuid4()}/")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert body(theirs) == body(missing)


@pytest.mark.parametrize("kind", ["print", "csv"])
def test_when_care_has_ended_it_is_not_there(
    kind: str, browser: Client, case: Case, ask: Callable[[str], str], patient: User, other_surgeon: User
) -> None:
    ticked = browser.post(reverse("review:export_cases"), {"case": [case.pk]})["Location"]
    url = ticked if kind == "csv" else ask(kind)
    Care.objects.update(end=timezone.now())
    Care.objects.create(patient=patient, surgeon=other_surgeon)
    assert (browser.get(url).status_code, browser.get(f"{url}file/").status_code) == (404, 404)
    assert records() == []


@pytest.mark.parametrize("kind", ["print", "csv"])
def test_what_leaves_is_kept_in_no_cache_and_named_after_nobody(
    kind: str, browser: Client, case: Case, ask: Callable[[str], str]
) -> None:
    url = (
        ask("print")
        if kind == "print"
        else browser.post(reverse("review:export_cases"))["Location"] + "file/"
    )
    response = browser.get(url)
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store, private", "nosniff")
    if kind == "csv":
        made = Export.objects.get()
        name = f"cases-{timezone.localdate()}-{made.pk.hex[:8]}.csv"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'


# On paper ------------------------------------------------------------------------------------------------


def printed(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_printout_says_whose_it_is_what_was_found_and_who_took_it(
    browser: Client, case: Case, ask: Callable[[str], str], practice: Any, surgeon: User, patient: User
) -> None:
    make_urgent(case, call_me=True)
    decision = Decision.objects.create(
        case=case, patient=patient, submission=case.submission, case_version=1, state="not_now", by=surgeon,
        reason="First the bone.", plan="Treat it.", tests=["DXA of the hip"], note="Seen with Erik.",
    )  # fmt: skip
    Message.objects.create(case=case, patient=patient, decision=decision, text="Please come in.", by=surgeon)
    page = printed(browser, ask("print"))
    for words in (
        "Harbor Spine Clinic",
        "<h1>Alice Adams</h1>",
        "<dt>Date of birth</dt><dd>May 4, 1961</dd>",
        "Reported by the patient; not a diagnosis.",
        "Taken out by Dana Diaz,",
        "edition 1",
        "New numbness between the legs",
        "asked to be called",
        "<h3>Severe osteoporosis</h3> <p> reported: absolute criterion, confirm </p>",
        "Rule: Lowest T-score is at or below \u22122.5 (osteoporosis)",
        "Source: WHO",
        "DXA of the hip; Vitamin D",
        "Nothing reported: Nicotine",
        'Reason: <span dir="auto">First the bone.</span>',
        'Plan: <span dir="auto">Treat it.</span>',
        "Tests: DXA of the hip",
        'Note for staff: <span dir="auto">Seen with Erik.</span>',
        "Please come in.",
        "What else?",
    ):
        assert words in page


def test_the_printout_has_no_navigation_and_runs_nothing(browser: Client, ask: Callable[[str], str]) -> None:
    page = printed(browser, ask("print"))
    assert [
        word for word in ("<script", "style=", "nav-bar", "<img", "<iframe", "<svg") if word in page
    ] == []
    assert page.count("<link") == 1
    assert page.count("<a ") == 1
    assert "Back to the case" in page


def test_what_a_patient_typed_is_inert_on_paper(browser: Client, ask: Callable[[str], str]) -> None:
    page = printed(browser, ask("print"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }} {% debug %} ${7*7} %(x)s" in page
    assert page.count("<img") == page.count("<svg") == page.count("<style") == page.count("<iframe") == 0


def test_a_printout_has_no_file(browser: Client, ask: Callable[[str], str]) -> None:
    assert browser.get(ask("print") + "file/").status_code == 404


# As a table ----------------------------------------------------------------------------------------------


def test_a_table_has_a_line_for_each_case_and_one_record_of_all(
    table: Callable[..., list[list[str]]], case: Case, surgeon: User, patient: User
) -> None:
    other = make_case(
        make_patient("=SUM(A1)", record_number="-5"), unassigned=True, state="closed", rank=100_000
    )
    Decision.objects.create(
        case=case,
        patient=patient,
        submission=case.submission,
        case_version=1,
        state="discuss",
        by=surgeon,
        at=MONDAY,
    )
    since = NOW - timedelta(days=2, hours=12)
    Case.unscoped.filter(pk=case.pk).update(waiting_since=since)
    head, first, second = table(query="state=all")
    assert dict(zip(head, second, strict=True)) == {
        "Record number": patient.patientprofile.record_number
        if hasattr(patient, "patientprofile")
        else second[0],
        "Name": "Alice Adams",
        "Date of birth": "1961-05-04",
        "State": "New",
        "Urgency": "none",
        "Urgent answers": "",
        "Reported by the patient": "absolute criterion reported, confirm",
        "Could be an absolute criterion": "no",
        "Relative criteria": "1",
        "Criteria": "Severe osteoporosis: absolute, confirm",
        "Counted with results of tests": "no",
        "Waiting since": f"{timezone.localtime(since):%Y-%m-%d %H:%M}",
        "Days waiting": "2.5",
        "Submitted": f"{timezone.localtime(MONDAY):%Y-%m-%d %H:%M}",
        "Questionnaire": "Before your operation",
        "Edition": "1",
        "Taken by": "",
        "Decided last": "Discuss surgery",
        "Decided on": f"{timezone.localtime(MONDAY):%Y-%m-%d %H:%M}",
        "Decided by": "Dana Diaz",
        "Ask again on": "",
    }
    assert first[:2] == ["'-5", "'=SUM(A1)"]
    assert records() == [("downloaded", "", [str(other.pk), str(case.pk)])]


def test_a_table_of_ticked_cases_holds_these_alone(
    table: Callable[..., list[list[str]]], case: Case, surgeon: User
) -> None:
    make_case(make_patient("Nora Noon"), unassigned=True)
    assert [line[1] for line in table(case=[str(case.pk), str(uuid.uuid4())])] == ["Name", "Alice Adams"]


def test_with_nothing_ticked_it_leads_back_to_the_list(browser: Client, case: Case) -> None:
    response = browser.post(reverse("review:export_cases"), {"do": "table", "query": "state=all"})
    assert (response.status_code, response["Location"]) == (302, "/review/?state=all")
    assert not Export.objects.exists()


def test_a_table_follows_the_lists_filter(table: Callable[..., list[list[str]]], case: Case) -> None:
    make_case(make_patient("Nora Noon"), unassigned=True)
    assert [line[1] for line in table(query="search=nora&after=1.2.3")] == ["Name", "Nora Noon"]
    assert Export.objects.get().query == "search=nora"


def test_a_table_never_holds_the_patients_of_others(
    table: Callable[..., list[list[str]]], case: Case, other_surgeon: User
) -> None:
    theirs = make_patient("Charlie Cole")
    Care.objects.create(patient=theirs, surgeon=other_surgeon)
    make_case(theirs)
    assert [line[1] for line in table(query="state=all")] == ["Name", "Alice Adams"]


def test_a_table_of_nobody_is_its_head(table: Callable[..., list[list[str]]], surgeon: User) -> None:
    assert [line[1] for line in table()] == ["Name"]


def test_no_answer_is_in_the_table(table: Callable[..., list[list[str]]], case: Case) -> None:
    assert not any("alert(1)" in value for line in table(query="state=all") for value in line)


def test_more_than_a_table_holds_is_refused_and_not_cut(
    browser: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST", 1)
    make_case(make_patient("Nora Noon"), unassigned=True)
    url = browser.post(reverse("review:export_cases"))["Location"]
    refused = browser.get(f"{url}file/")
    assert refused.status_code == 409
    assert "no table was made" in body(refused)
    assert records() == []


def test_what_cannot_be_kept_is_refused_and_makes_no_larger_table(browser: Client) -> None:
    address = reverse("review:export_cases")
    assert browser.post(address, {"query": "state=lost"}).status_code == 422
    assert browser.get(address, {"search": "\u810a" * 90}).status_code == 422
    assert browser.post(address, {"query": "search=" + "x" * 600}).status_code == 422
    assert not Export.objects.exists()


def test_the_list_and_its_filter_are_named_before_a_table_is_made(browser: Client, case: Case) -> None:
    page = body(browser.get(reverse("review:export_cases"), {"state": "all", "after": "1.2.3"}))
    assert "1 case, as the list shows it." in page
    assert '<input type="hidden" name="query" value="state=all">' in page
