"""Patients pass from one surgeon to another, at once or on a day: all or none, and it is written down by whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts import joining
from portal.accounts.covering import start_of
from portal.accounts.handing_over import hand_over
from portal.accounts.models import Care, PatientProfile
from screening.host import host
from screening.models import Case
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case

DAY = timedelta(days=1)


@pytest.fixture
def third(db):
    return make_user("Ted Third", "surgeon")


@pytest.fixture
def whole(db):
    """A surgeon who sees the whole practice."""
    return make_user("Wilma Whole", "surgeon", "lead")


def sees(surgeon, patient):
    return host().patients_visible_to(surgeon).filter(pk=patient.pk).exists()


def care():
    rows = Care.objects.order_by("pk").select_related("surgeon", "made_by", "ended_by")
    return [(row.surgeon, row.end is None, row.made_by, row.ended_by) for row in rows]


def test_a_surgeon_gives_away_an_own_patient_at_once(patient, surgeon, other_surgeon):
    case = make_case(patient)
    host().hand_over(by=surgeon, patient=patient, to=other_surgeon)
    assert [sees(surgeon, patient), sees(other_surgeon, patient)] == [False, True]
    assert care() == [(surgeon, False, None, surgeon), (other_surgeon, True, surgeon, None)]
    case.refresh_from_db()
    assert not case.unassigned


def test_and_takes_one_whom_nobody_has(other_patient, surgeon, other_surgeon):
    make_case(other_patient, unassigned=True)
    host().hand_over(by=other_surgeon, patient=other_patient, to=other_surgeon)
    assert [sees(surgeon, other_patient), sees(other_surgeon, other_patient)] == [False, True]
    assert not Case.unscoped.get(patient=other_patient).unassigned


def test_but_nobody_elses(patient, surgeon, other_surgeon, third):
    for by, to in ((other_surgeon, other_surgeon), (other_surgeon, third)):
        with pytest.raises(PermissionDenied):
            host().hand_over(by=by, patient=patient, to=to)
    assert sees(surgeon, patient)


def test_standing_in_does_not_give_away(patient, surgeon, other_surgeon, third):
    from portal.accounts.covering import cover

    today = timezone.localdate()
    cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    with pytest.raises(PermissionDenied):
        host().hand_over(by=other_surgeon, patient=patient, to=third)


def test_who_may_see_the_whole_practice_gives_anybodys(patient, surgeon, third, whole):
    host().hand_over(by=whole, patient=patient, to=third)
    assert [sees(surgeon, patient), sees(third, patient)] == [False, True]


@pytest.mark.parametrize("role", ["lead", "editor", "patient"])
def test_a_patient_goes_to_nobody_but_a_surgeon(patient, surgeon, role):
    with pytest.raises(PermissionDenied):
        host().hand_over(by=surgeon, patient=patient, to=make_user("Nick No", role))


def test_nor_to_a_closed_account(patient, surgeon, third):
    third.is_active = False
    third.save()
    with pytest.raises(PermissionDenied):
        host().hand_over(by=surgeon, patient=patient, to=third)


def test_one_that_may_not_be_given_leaves_all_where_they_are(patient, surgeon, other_surgeon, third):
    elses = make_patient("Else Engel")
    Care.objects.create(patient=elses, surgeon=other_surgeon)
    with pytest.raises(PermissionDenied):
        hand_over(by=surgeon, patients=[patient, elses], to=third)
    assert [sees(surgeon, patient), sees(third, patient)] == [True, False]


def test_twice_is_once(patient, surgeon, other_surgeon, whole):
    host().hand_over(by=whole, patient=patient, to=other_surgeon)
    host().hand_over(by=whole, patient=patient, to=other_surgeon)
    assert [row[:2] for row in care()] == [(surgeon, False), (other_surgeon, True)]


def test_on_a_day_to_come_nothing_moves_before(patient, surgeon, other_surgeon, time_machine):
    case = make_case(patient)
    monday = start_of(timezone.localdate() + 5 * DAY)
    hand_over(by=surgeon, patients=[patient], to=other_surgeon, at=monday)
    assert [sees(surgeon, patient), sees(other_surgeon, patient)] == [True, False]
    time_machine.move_to(monday + timedelta(seconds=1), tick=False)
    assert [sees(surgeon, patient), sees(other_surgeon, patient)] == [False, True]
    call_command("tick")
    case.refresh_from_db()
    assert not case.unassigned
    assert list(Care.objects.order_by("pk").values_list("in_force", flat=True)) == [False, True]


def test_colleagues_are_the_surgeons_oneself_first(surgeon, other_surgeon, lead, patient):
    assert host().colleagues(other_surgeon) == [
        (other_surgeon.pk, "Erik Engel"),
        (surgeon.pk, "Dana Diaz"),
    ]
    assert [host().colleagues(lead), host().colleagues(patient)] == [[], []]


# The page


def send(browser, **fields):
    return browser.post(reverse("hand_over"), {"day": timezone.localdate(), "which": "chosen", **fields})


@pytest.fixture
def second(surgeon):
    patient = make_patient("Sam Second")
    Care.objects.create(patient=patient, surgeon=surgeon)
    return patient


def test_chosen_ones_go_and_the_others_stay(login, patient, second, surgeon, other_surgeon):
    browser = login(surgeon)
    assert "Sam Second" in browser.get(reverse("hand_over")).content.decode()
    assert send(browser, to=other_surgeon.pk, patients=[second.pk]).status_code == 302
    assert [sees(other_surgeon, patient), sees(other_surgeon, second)] == [False, True]


def test_all_go_together(login, patient, second, surgeon, other_surgeon):
    assert send(login(surgeon), to=other_surgeon.pk, which="all").status_code == 302
    assert [sees(surgeon, each) for each in (patient, second)] == [False, False]
    assert [sees(other_surgeon, each) for each in (patient, second)] == [True, True]


def test_somebody_elses_patient_is_no_choice(login, patient, surgeon, other_surgeon):
    elses = make_patient("Else Engel")
    Care.objects.create(patient=elses, surgeon=other_surgeon)
    sent = send(login(surgeon), to=other_surgeon.pk, patients=[elses.pk])
    assert (sent.status_code, list(sent.context["form"].errors)) == (422, ["patients"])


def test_a_past_day_or_nobody_chosen_is_said(login, patient, surgeon, other_surgeon):
    browser = login(surgeon)
    past = send(browser, to=other_surgeon.pk, patients=[patient.pk], day=timezone.localdate() - DAY)
    nobody = send(browser, to=other_surgeon.pk)
    far = send(browser, to=other_surgeon.pk, patients=[patient.pk], day="2206-11-24")
    pages = [list(page.context["form"].errors) for page in (past, nobody, far)]
    assert pages == [["day"], ["patients"], ["day"]]


def test_what_is_planned_can_be_kept(login, patient, surgeon, other_surgeon):
    browser = login(surgeon)
    send(browser, to=other_surgeon.pk, patients=[patient.pk], day=timezone.localdate() + 5 * DAY)
    planned = Care.objects.get(surgeon=other_surgeon)
    assert "Alice Adams, to Erik Engel" in browser.get(reverse("cover")).content.decode()
    assert login(other_surgeon).post(reverse("take_back", args=[planned.pk])).status_code == 404
    assert browser.post(reverse("take_back", args=[planned.pk])).status_code == 302
    assert care() == [(surgeon, True, None, None)]


def test_it_is_kept_under_each_of_two_joined_records(
    login, patient, surgeon, other_surgeon, administrator, time_machine
):
    twin = make_patient("Alice Adams-Roe", PatientProfile.unscoped.get(user=patient).date_of_birth)
    joining.join(into=patient, other=twin, reason="One identity card", by=administrator)
    browser = login(surgeon)
    send(browser, to=other_surgeon.pk, patients=[patient.pk], day=timezone.localdate() + 5 * DAY)
    planned = Care.objects.get(surgeon=other_surgeon, patient=patient, by_join=None)
    assert browser.post(reverse("take_back", args=[planned.pk])).status_code == 302
    time_machine.move_to(start_of(timezone.localdate() + 6 * DAY))
    call_command("tick")
    assert [sees(surgeon, each) for each in (patient, twin)] == [True, True]
    assert [sees(other_surgeon, each) for each in (patient, twin)] == [False, False]


def test_the_whole_practice_is_handed_over_by_who_may_see_it(login, patient, surgeon, third, whole):
    browser = login(whole)
    assert "Alice Adams" in browser.get(f"{reverse('hand_over')}?of={surgeon.pk}").content.decode()
    assert send(browser, away=surgeon.pk, to=third.pk, which="all").status_code == 302
    assert sees(third, patient)


def test_nobody_else_reads_the_names_of_a_colleagues_patients(login, patient, surgeon, other_surgeon):
    assert login(other_surgeon).get(f"{reverse('hand_over')}?of={surgeon.pk}").status_code == 403


def test_who_read_the_names_is_recorded(login, patient, surgeon, other_surgeon):
    login(surgeon).get(reverse("hand_over"))
    assert AccessRecord.objects.get().object_ids == [str(patient.pk)]


def test_a_role_that_was_taken_away_opens_nothing(login, surgeon, patient):
    browser = login(surgeon)
    surgeon.groups.set(Group.objects.filter(name="lead"))
    assert browser.get(reverse("cover")).status_code == 403
