"""A patient without e-mail, from the account to the call: nobody is forgotten on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Care, PatientProfile, User
from screening import answering
from screening.answering import entering
from screening.models import CallNote, Case, Submission
from tests.screening.factories import make_edition

TO_CALL = reverse("review:to_call")


@pytest.fixture
def wilma(administrator: User, surgeon: User, login: Callable[..., Client]) -> User:
    """Made by an administrator in the admin, without an address."""
    browser, add = login(administrator), reverse("admin:accounts_user_add")
    page = browser.get(add)
    [formset] = page.context["inline_admin_formsets"]
    profile = {
        "TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "0-record_number": "W-1", "0-date_of_birth": "1942-01-25",
        "0-sex": "female", "0-phone": "+1 555 0135", "0-units": "imperial", "0-language": "en",
        "0-address": "12 Quay Street\nHarbor", "0-helper": "Jan, her son", "0-reminders": "on",
    }  # fmt: skip
    fields: dict[str, Any] = {"name": "Wilma Jansen", "email": "", "roles": ["patient"], "is_active": "on"}
    fields |= {f"{formset.formset.prefix}-{name}": value for name, value in profile.items()}
    response = browser.post(add, fields)
    assert response.status_code == 302, response.context and response.context["errors"]
    user = User.objects.get(name="Wilma Jansen")
    assert (user.email, PatientProfile.unscoped.get(user=user).record_number) == (None, "W-1")
    Care.objects.create(patient=user, surgeon=surgeon)
    return user


def enter(wilma: User, surgeon: User, smoking: str) -> Submission:
    """The surgeon asks on the telephone."""
    attempt = entering.begin(by=surgeon, patient=wilma, edition=make_edition(), how="interview")
    for section, given in (("bone", {"smoking": smoking}), ("safety", {"numb": "no"})):
        saved = entering.save(by=surgeon, id=attempt.pk, given=given, seen={}, section=section)
    return entering.submit(by=surgeon, id=attempt.pk, digest=answering.digest_of(saved.attempt))


def test_she_is_called_when_the_day_has_come_and_what_she_says_then_is_her_answer(
    wilma: User,
    surgeon: User,
    practice: Any,
    login: Callable[..., Client],
    mailoutbox: list[Any],
    time_machine: Any,
) -> None:
    browser = login(surgeon)
    enter(wilma, surgeon, "yes")
    call_command("tick")
    assert "Wilma" not in browser.get(TO_CALL).content.decode()  # a receipt is no reason to call
    case = Case.unscoped.get()
    day = timezone.localdate() + timedelta(days=60)
    decided = {"version": case.version, "state": "optimise", "plan": "Stop smoking.", "rescreen_on": day}
    assert browser.post(reverse("review:decide", args=[case.pk]), decided).status_code == 302
    time_machine.move_to(timezone.now() + timedelta(days=61))
    call_command("tick")
    browser = login(surgeon)
    page = browser.get(TO_CALL)
    text = page.content.decode()
    for shown in ("Wilma Jansen", "12 Quay Street", "Jan, her son", "The day has come to answer"):
        assert shown in text
    [card] = page.context["cards"]
    browser.post(
        reverse("review:to_call_note", args=[card["row"].until]), {"outcome": "not_reached", "note": "No."}
    )
    assert "Wilma" not in browser.get(TO_CALL).content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=1))
    browser = login(surgeon)
    assert "Tried before" in browser.get(TO_CALL).content.decode()
    enter(wilma, surgeon, "no")
    call_command("tick")
    assert "Wilma" not in browser.get(TO_CALL).content.decode()
    case.refresh_from_db()
    assert (case.state, case.returned_because) == ("new", "the questionnaire was sent again")
    assert CallNote.unscoped.get().outcome == "not_reached"
    assert [message for message in mailoutbox if wilma.name in str(message.message())] == []
