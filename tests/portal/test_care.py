from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from portal.accounts import people
from portal.accounts.models import Care
from screening.host import host


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
