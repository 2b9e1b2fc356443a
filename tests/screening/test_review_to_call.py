"""The page of those to call or to write to, and the form that says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal.accounts.models import PatientProfile, User
from screening import calling, messaging
from screening.models import CallNote, Case, ToCall
from tests.conftest import make_patient
from tests.screening.factories import make_case
from tests.screening.pages import body

PAGE = reverse("review:to_call")
pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def item(patient: User, surgeon: User) -> ToCall:
    """Alice has no e-mail, and a message waits for her."""
    User.objects.filter(pk=patient.pk).update(email=None)
    PatientProfile.unscoped.filter(user=patient).update(address="1 Quay Street\nHarbor")
    messaging.release(user=surgeon, case=make_case(patient), text="Your numb leg worries us.")
    call_command("tick")
    row: ToCall = ToCall.unscoped.get()
    return row


@pytest.fixture
def browser(surgeon: User, login: Callable[..., Client]) -> Client:
    return login(surgeon)


def post(browser: Client, item: ToCall, **typed: Any) -> Any:
    return browser.post(reverse("review:to_call_note", args=[item.pk]), typed)


def test_it_says_whom_to_reach_how_and_with_what_but_not_what_is_in_it(item: ToCall, browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    for shown in (
        "Alice Adams",
        "tel:+15550100",
        "1 Quay Street<br>Harbor",
        "A message from the care team waits",
    ):
        assert shown in page
    assert "worries" not in page


def test_with_nobody_to_call_it_says_what_will_be_here(browser: Client) -> None:
    assert "Nobody has to be called." in browser.get(PAGE).content.decode()


def test_a_call_is_noted_and_the_patient_leaves_the_list(
    item: ToCall, browser: Client, surgeon: User
) -> None:
    response = post(browser, item, outcome="called", note="Comes on Monday.")
    assert (response.status_code, response["Location"]) == (302, PAGE)
    note = CallNote.unscoped.get()
    assert (note.outcome, note.note, note.by) == ("called", "Comes on Monday.", surgeon)
    assert "Alice" not in body(browser.get(PAGE))


def test_who_could_not_be_reached_is_said_to_come_back(item: ToCall, browser: Client) -> None:
    page = browser.post(
        reverse("review:to_call_note", args=[item.pk]), {"outcome": "not_reached"}, follow=True
    )
    assert "They stand here again tomorrow." in page.content.decode()


def test_the_message_can_be_read_out_from_the_case(item: ToCall, browser: Client) -> None:
    case = Case.unscoped.get()
    assert f'href="{reverse("review:case", args=[case.pk])}"' in browser.get(PAGE).content.decode()


def test_without_an_outcome_nothing_is_noted_and_the_words_stay(item: ToCall, browser: Client) -> None:
    response = post(browser, item, note="Comes on Monday.")
    page = response.content.decode()
    assert (response.status_code, CallNote.unscoped.count()) == (422, 0)
    assert "Comes on Monday." in page
    assert f'href="#id_{item.pk}_outcome_0"' in page


def test_the_words_stay_for_a_patient_further_down_the_list_too(
    item: ToCall, browser: Client, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PAGE", 1)
    further = make_patient("Bella Brown")
    User.objects.filter(pk=further.pk).update(email=None)
    messaging.release(user=surgeon, case=make_case(further, unassigned=True), text="Please come in.")
    call_command("tick")
    below = ToCall.unscoped.get(patient=further)
    page = post(browser, below, note="Comes on Monday.").content.decode()
    assert "Bella Brown" in page
    assert "Comes on Monday." in page


def test_who_was_second_is_told_and_reads_their_own_words(
    item: ToCall, browser: Client, surgeon: User
) -> None:
    calling.note(user=surgeon, until=item, outcome="called")
    response = post(browser, item, outcome="letter", note="Sent on Monday.")
    assert (response.status_code, CallNote.unscoped.count()) == (409, 1)
    assert "Sent on Monday." in response.content.decode()


def test_a_patient_of_somebody_else_is_as_missing_as_none(
    item: ToCall, other_surgeon: User, login: Callable[..., Client]
) -> None:
    other = login(other_surgeon)
    assert "Alice" not in other.get(PAGE).content.decode()
    hidden = post(other, item, outcome="called")
    item.pk = 999_999
    missing = post(other, item, outcome="called")
    assert (hidden.status_code, missing.status_code, body(hidden)) == (404, 404, body(missing))
    assert CallNote.unscoped.count() == 0


def test_what_was_typed_when_the_session_ended_is_still_there(
    item: ToCall, surgeon: User, browser: Client
) -> None:
    sender = browser.get(PAGE).context["sender"]
    browser.logout()
    address = reverse("review:to_call_note", args=[item.pk])
    browser.post(address, {"note": "Comes on Monday.", "outcome": "called", "sender": sender})
    session = browser.session
    kept = dict(session.get("expired_form") or {})
    browser.force_login(surgeon, backend="portal.accounts.backends.Roles")
    session = browser.session
    session["expired_form"] = kept
    session.save()
    page = browser.get(address)
    assert (page.status_code, CallNote.unscoped.count()) == (200, 0)
    assert "Comes on Monday." in page.content.decode()
    assert browser.get(address)["Location"] == PAGE


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "٣"])
def test_a_strange_place_is_the_beginning(item: ToCall, browser: Client, after: str) -> None:
    assert "Alice" in browser.get(PAGE, {"after": after}).content.decode()
