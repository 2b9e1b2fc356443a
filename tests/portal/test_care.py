import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from portal.accounts import people
from portal.accounts.models import Care, PatientProfile, User
from screening.host import host
from tests.conftest import make_user
from tests.screening.factories import make_case
from tests.screening.pages import body


def sees(surgeon, patient):
    return host().patients_visible_to(surgeon).filter(pk=patient.pk).exists()


def test_a_surgeon_sees_patients_in_care_and_unassigned_ones(patient, other_patient, surgeon, other_surgeon):
    assert sees(surgeon, patient)
    assert not sees(other_surgeon, patient)
    assert sees(other_surgeon, other_patient)


def test_ended_care_closes_the_door_at_once(patient, surgeon, other_surgeon):
    people.begin_care(patient=patient, surgeon=other_surgeon)
    people.end_care(Care.objects.get(surgeon=surgeon))
    assert not sees(surgeon, patient)


def test_who_is_in_nobodys_care_any_more_is_on_everybodys_list(patient, surgeon, other_surgeon):
    people.end_care(Care.objects.get(surgeon=surgeon))
    assert sees(other_surgeon, patient)
    assert host().is_unassigned(patient)


def test_care_in_the_future_opens_nothing_yet(patient, other_surgeon, surgeon, time_machine):
    tomorrow = timezone.now() + timedelta(days=1)
    people.begin_care(patient=patient, surgeon=other_surgeon, start=tomorrow)
    assert not sees(other_surgeon, patient)
    time_machine.move_to(tomorrow + timedelta(minutes=1))
    assert sees(other_surgeon, patient)


def test_tick_moves_a_case_when_the_end_of_care_has_come(patient, surgeon, time_machine):
    in_an_hour = timezone.now() + timedelta(hours=1)
    people.care_changed(patient)
    Care.objects.update(end=in_an_hour)
    call_command("tick")
    assert Care.objects.get().in_force
    time_machine.move_to(in_an_hour + timedelta(minutes=1))
    call_command("tick")
    assert not Care.objects.get().in_force


def test_care_cannot_end_before_it_starts_or_be_of_oneself(patient, surgeon):
    care = Care.objects.get()
    care.end = care.start - timedelta(days=1)
    with pytest.raises(IntegrityError):
        care.save()


def test_an_old_bookmark_of_a_case_is_not_found_when_care_has_ended(patient, surgeon, other_surgeon, login):
    case, browser = make_case(patient), login(surgeon)
    address = reverse("review:case", args=[case.pk])
    assert browser.get(address).status_code == 200
    people.begin_care(patient=patient, surgeon=other_surgeon)
    people.end_care(Care.objects.get(surgeon=surgeon))
    old, never = browser.get(address), browser.get(reverse("review:case", args=[uuid.uuid4()]))
    assert (old.status_code, body(old)) == (404, body(never))


def test_who_sees_the_whole_practice_sees_everybodys_and_a_lead_alone_nobodys(
    patient, other_patient, surgeon, lead
):
    whole = make_user("Wilma Whole", "surgeon", "lead")
    assert [sees(whole, patient), sees(whole, other_patient), sees(whole, surgeon)] == [True, True, False]
    assert [sees(lead, patient), sees(lead, other_patient)] == [False, False]


def test_the_practices_settings_reach_the_host(practice, surgeon, patient, lead):
    practice.target_absolute, practice.unopened_after, practice.remind_after = 1, 12, 2
    practice.backup = surgeon
    practice.save()
    assert host().targets().absolute == timedelta(days=1)
    assert host().unopened_after() == timedelta(hours=12)
    assert host().remind_after() == (timedelta(days=2), timedelta(days=10))
    assert host().backup() == [surgeon]
    practice.backup = lead
    practice.save()
    assert host().backup() == []


def test_a_patient_is_reminded_unless_the_practice_or_they_do_without(practice, patient):
    assert host().reminds(patient)
    PatientProfile.unscoped.filter(user=patient).update(reminders=False)
    assert not host().reminds(patient)
    PatientProfile.unscoped.filter(user=patient).update(reminders=True)
    practice.reminds = False
    practice.save()
    assert not host().reminds(patient)


def test_the_head_of_a_case_says_who_helps_and_whether_mail_reaches_the_patient(patient):
    PatientProfile.unscoped.filter(user=patient).update(helper="Bo Adams, son, 555 0111")
    User.objects.filter(pk=patient.pk).update(email=None)
    person = host().person(patient)
    assert (person.helper, person.email) == ("Bo Adams, son, 555 0111", False)
