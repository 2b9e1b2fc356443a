"""Whom patients are told to call: the numbers of their country, and the practice's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.accounts.models import Country, NoticeText, Practice, User
from screening.host import host
from screening.models.document import shipped
from screening.notices import notice_text
from tests.conftest import make_patient
from tests.screening.factories import make_edition

NOTICES = "/admin/accounts/noticetext/"
CRISIS = "/screening/spinal-fusion/notice/crisis/"


@pytest.fixture
def desk(administrator: User, login: Callable[..., Client]) -> Client:
    return login(administrator)


@pytest.fixture
def briton(practice: Practice) -> User:
    """A patient of an American practice who lives in the United Kingdom."""
    return make_patient("Bert Brown", country_id="GB")


def told(user: User | None) -> tuple[str, str, str]:
    contacts = host().contacts(user)
    return contacts.country, contacts.emergency_number, contacts.crisis_help


def test_a_patient_is_told_the_numbers_of_their_country(
    practice: Practice, patient: User, briton: User
) -> None:
    assert told(None) == ("US", "911", "Call or text 988")
    assert told(patient) == ("US", "911", "Call or text 988")
    assert told(briton) == ("GB", "999", "Call Samaritans 116 123")


def test_a_line_that_takes_texts_at_another_number_says_so(practice: Practice) -> None:
    practice.country = Country.objects.get(code="AU")
    practice.save()
    assert told(None) == ("AU", "000", "Call Lifeline 13 11 14, or text 0477 13 11 14")


def test_a_country_without_a_crisis_line_names_none(practice: Practice) -> None:
    practice.country = Country.objects.get(code="EU")
    practice.save()
    assert told(None) == ("EU", "112", "")


def test_the_practices_exceptions_hold_in_its_own_country_alone(practice: Practice, briton: User) -> None:
    practice.emergency_number, practice.crisis_line = "555 911", "555 988"
    practice.save()
    assert told(None) == ("US", "555 911", "Call 555 988")
    assert told(briton) == ("GB", "999", "Call Samaritans 116 123")


@pytest.mark.parametrize("address", ["/", "/learn/", "/help/", "/screening/spinal-fusion/"])
def test_every_page_names_them(briton: User, login: Callable[..., Client], address: str) -> None:
    make_edition(shipped("spinal-fusion"))
    page = login(briton).get(address).content.decode()
    assert "999" in page
    assert "911" not in page


def test_help_is_there_without_an_account_and_its_numbers_can_be_tapped(
    practice: Practice, client: Client
) -> None:
    page = client.get("/help/").content.decode()
    for link in ("tel:911", "tel:988", "sms:988", "tel:+15550199"):
        assert f'href="{link}"' in page


def test_shipped_numbers_come_back_after_a_flush_but_never_over_a_change(db: None) -> None:
    Country.objects.filter(code="GB").update(crisis_line="0800 1")
    Country.objects.filter(code="NZ").delete()
    Country.objects.ship()
    assert Country.objects.get(code="GB").crisis_line == "0800 1"
    assert Country.objects.get(code="NZ").emergency_number == "111"


@pytest.mark.parametrize("number", ["call us", "911;ext", "<b>", "988 or 911"])
def test_what_no_telephone_can_dial_is_refused(number: str, practice: Practice) -> None:
    practice.emergency_number = number
    with pytest.raises(ValidationError) as refused:
        practice.full_clean()
    assert set(refused.value.message_dict) == {"emergency_number"}


# The practice's own words


def own(**fields: Any) -> NoticeText:
    return NoticeText.objects.create(**{"key": "crisis", "title": "Ours", "body": "Talk.", **fields})


def title_for(user: User) -> str:
    definition = make_edition(shipped("spinal-fusion")).definition
    return str(notice_text(definition, "crisis", user=user)["title"])


def test_the_practices_own_words_stand_before_the_questionnaires(
    practice: Practice, patient: User, briton: User
) -> None:
    assert title_for(patient) == "You are not alone with this"
    own(title="For everyone")
    own(title="For Britons", country_id="GB")
    own(title="En otro idioma", language="es")
    own(title="Another notice", key="today")
    assert (title_for(patient), title_for(briton)) == ("For everyone", "For Britons")


def test_words_out_of_use_are_not_shown(practice: Practice, patient: User) -> None:
    own(in_use=False)
    assert title_for(patient) == "You are not alone with this"


def test_one_text_for_each_notice_country_and_language(db: None) -> None:
    own()
    with pytest.raises(ValidationError):
        NoticeText(key="crisis", title="Again", body="Talk.").full_clean()


def typed(**changed: Any) -> dict[str, Any]:
    fields = {
        "key": "crisis",
        "country": "",
        "language": "en",
        "title": "Ours",
        "body": "Talk.",
        "actions": "",
    }
    return {**fields, "in_use": "on", **changed}


def test_an_unknown_placeholder_is_refused_with_the_known_ones(desk: Client, practice: Practice) -> None:
    make_edition(shipped("spinal-fusion"))
    page = desk.post(f"{NOTICES}add/", typed(body="Call {emergency_nummer}.", actions="Call {"))
    errors = page.context["adminform"].form.errors
    assert set(errors) == {"body", "actions"}
    assert "{emergency_nummer} is not filled in" in str(errors["body"])
    assert "{emergency_number}" in str(errors["body"])
    assert NoticeText.objects.count() == 0


def test_what_is_typed_can_be_looked_at_before_it_is_saved(desk: Client, practice: Practice) -> None:
    make_edition(shipped("spinal-fusion"))
    page = desk.post(
        f"{NOTICES}preview/", typed(country="GB", body="Hello.\n\nCall {crisis_line}.", title="Ours")
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert "Call 116 123." in text
    assert 'href="tel:999"' in text
    assert "A preview" in text
    assert NoticeText.objects.count() == 0


def test_a_text_that_is_there_can_be_looked_at_changed(desk: Client, practice: Practice) -> None:
    own()
    page = desk.post(f"{NOTICES}preview/", typed(body="Something new."))
    assert "Something new." in page.content.decode()
    assert NoticeText.objects.get().body == "Talk."


def test_its_reading_grade_is_shown(desk: Client, practice: Practice) -> None:
    text = own(body="Call us. We are here for you.")
    assert "years of school" in desk.get(f"{NOTICES}{text.pk}/change/").content.decode()
    hard = own(
        key="today", body="Immediate neurosurgical evaluation is recommended notwithstanding uncertainty."
    )
    assert "too hard" in desk.get(f"{NOTICES}{hard.pk}/change/").content.decode()


def test_what_an_administrator_types_is_text_and_nothing_else(
    practice: Practice, patient: User, login: Callable[..., Client]
) -> None:
    make_edition(shipped("spinal-fusion"))
    own(title="<script>alert(1)</script>", body="<img src=x onerror=alert(1)>", actions="{{ 7*7 }} <b>")
    page = login(patient).get(CRISIS).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;" in page


# Settings


def test_a_new_practice_chooses_its_country(desk: Client) -> None:
    assert desk.get("/admin/accounts/practice/add/").context["adminform"].form.initial["country"] is None


def test_the_settings_say_what_patients_are_told(desk: Client, practice: Practice) -> None:
    page = desk.get("/admin/accounts/practice/1/change/").content.decode()
    assert "Emergency: call 911 · Call or text 988" in page


def test_the_assessment_can_be_switched_off(practice: Practice) -> None:
    assert host().assesses()
    practice.assesses = False
    practice.save()
    assert not host().assesses()


def test_the_times_are_the_practices_own(practice: Practice) -> None:
    practice.escalate_after, practice.escalate_same_day_after = 5, 60
    practice.save()
    minutes = [host().escalate_after(level).total_seconds() / 60 for level in ("now", "same_day")]
    assert minutes == [5, 60]


def test_the_desk_says_what_is_missing(desk: Client, practice: Practice) -> None:
    page = desk.get("/").content.decode()
    assert "Nobody is on duty" in page
    assert "Check the numbers that patients are told to call" in page
    Country.objects.filter(code="US").update(checked_on="2026-11-24")
    assert "Check the numbers" not in desk.get("/").content.decode()
