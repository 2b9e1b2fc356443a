"""A patient switches the reminders off, and on again, behind their own login."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import PatientProfile
from screening import answering, following
from screening.models import AnswersInProgress, Reminder
from tests.screening.factories import make_edition

PAGE = reverse("reminders")


@pytest.fixture
def phone(login, patient, practice):
    return login(patient)


def wants(user):
    return PatientProfile.unscoped.get(user=user).reminders


def test_home_leads_there(phone):
    assert f'href="{PAGE}"' in phone.get(reverse("home")).content.decode()


def test_off_is_off_and_on_is_on_however_often_it_is_pressed(phone, patient, other_patient):
    for wanted in ("off", "off", "on", "on", "off"):
        page = phone.post(PAGE, {"reminders": wanted}, follow=True)
        assert f"Reminders are {wanted}." in page.content.decode()
        assert wants(patient) == (wanted == "on")
    assert wants(other_patient)


def test_who_has_switched_them_off_gets_none(phone, patient):
    answering.start(patient=patient, edition=make_edition())
    AnswersInProgress.unscoped.update(saved_at=timezone.now() - timedelta(days=4))
    phone.post(PAGE, {"reminders": "off"})
    assert following.remind_due() == 0
    phone.post(PAGE, {"reminders": "on"})
    assert following.remind_due() == 1
    assert Reminder.unscoped.get().patient == patient


def test_reading_the_page_changes_nothing_nor_does_a_strange_value(phone, patient):
    phone.get(PAGE)
    assert phone.post(PAGE, {"reminders": "maybe"}).status_code == 200
    assert wants(patient)


def test_where_the_practice_sends_none_there_is_nothing_to_switch(phone, practice):
    practice.reminds = False
    practice.save()
    page = phone.get(PAGE).content.decode()
    assert "We send no reminders at this time." in page
    assert "Switch" not in page


def test_it_is_said_in_spanish(login, patient, practice):
    PatientProfile.unscoped.filter(user=patient).update(language="es")
    page = login(patient).get(PAGE, headers={"accept-language": "es"}).content.decode()
    assert "Desactivar los recordatorios" in page
