"""While a surgeon is away a colleague sees their patients, and nobody else's; the one who is away keeps them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from portal.accounts import covering
from portal.accounts.models import Care, Cover
from screening.host import host
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case

DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def stranger(db):
    """Yet another surgeon's patient."""
    patient = make_patient("Sue Stranger")
    Care.objects.create(patient=patient, surgeon=make_user("Ted Third", "surgeon"))
    return patient


def sees(surgeon, patient):
    return host().patients_visible_to(surgeon).filter(pk=patient.pk).exists()


def has_on_list(surgeon, patient):
    return host().patients_in_care(surgeon).filter(pk=patient.pk).exists()


def test_the_colleague_sees_them_within_the_dates_and_nobody_elses(
    patient, surgeon, other_surgeon, stranger, today, time_machine
):
    covering.cover(
        by=surgeon, away=surgeon, covered_by=other_surgeon, first=today + DAY, last=today + 3 * DAY
    )
    assert not sees(other_surgeon, patient)
    for day, seen in ((1, True), (3, True), (4, False)):
        time_machine.move_to(covering.start_of(today + day * DAY) + timedelta(minutes=1), tick=False)
        assert [sees(other_surgeon, patient), has_on_list(other_surgeon, patient)] == [seen, seen]
        assert [sees(surgeon, patient), has_on_list(surgeon, patient)] == [True, True]
        assert not sees(other_surgeon, stranger)


def test_cover_is_not_handed_on(patient, surgeon, other_surgeon, today):
    third = make_user("Ted Third", "surgeon")
    covering.cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    covering.cover(by=other_surgeon, away=other_surgeon, covered_by=third, first=today, last=today)
    assert [sees(other_surgeon, patient), sees(third, patient)] == [True, False]


def test_whose_patient_it_is_is_told(patient, surgeon, other_surgeon, stranger, today):
    covering.cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    ids = [patient.pk, stranger.pk]
    assert host().covering(other_surgeon, ids) == {patient.pk: ["Dana Diaz"]}
    names = {pk: list(surgeons.values()) for pk, surgeons in host().caring(ids).items()}
    assert names == {patient.pk: ["Dana Diaz"], stranger.pk: ["Ted Third"]}
    assert host().carers(patient) == [surgeon, other_surgeon]
    Care.objects.create(patient=patient, surgeon=other_surgeon)
    assert host().covering(other_surgeon, ids) == {}


def test_cover_does_not_make_a_patient_anybodys(patient, surgeon, other_surgeon, today):
    Care.objects.all().delete()
    covering.cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    assert host().is_unassigned(patient)


def test_nobody_makes_themselves_the_cover_of_another(surgeon, other_surgeon, lead, patient, today):
    for by in (other_surgeon, lead, patient):
        with pytest.raises(PermissionDenied):
            covering.cover(by=by, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    assert not Cover.objects.exists()


def test_only_who_reviews_cases_can_stand_in(surgeon, lead, editor, patient, today):
    for stand_in in (lead, editor, patient):
        with pytest.raises(PermissionDenied):
            covering.cover(by=surgeon, away=surgeon, covered_by=stand_in, first=today, last=today)


def test_it_is_planned_on_the_page_and_ended_there(login, patient, surgeon, other_surgeon, today):
    case = make_case(patient)
    browser, page = login(other_surgeon), reverse("review:case", args=[case.pk])
    assert browser.get(page).status_code == 404
    sent = login(surgeon).post(
        reverse("cover"),
        {"away": surgeon.pk, "to": other_surgeon.pk, "first": today, "last": today + 14 * DAY},
    )
    assert (sent.status_code, sent["Location"]) == (302, reverse("cover"))
    assert browser.get(page).status_code == 200
    assert "You stand in for Dana Diaz" in browser.get(reverse("cover")).content.decode()
    cover = Cover.objects.get()
    assert (cover.made_by, cover.end) == (surgeon, covering.start_of(today + 15 * DAY))
    assert browser.post(reverse("end_cover", args=[cover.pk])).status_code == 403
    assert login(surgeon).post(reverse("end_cover", args=[cover.pk])).status_code == 302
    assert browser.get(page).status_code == 404
    cover.refresh_from_db()
    assert cover.ended_by == surgeon


def test_the_list_and_the_case_say_for_whom(login, patient, surgeon, other_surgeon, today):
    case = make_case(patient)
    covering.cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    for browser, said in ((login(other_surgeon), True), (login(surgeon), False)):
        for page in (reverse("review:cases"), reverse("review:case", args=[case.pk])):
            assert ("Covering for Dana Diaz" in browser.get(page).content.decode()) == said
    assert "You stand in for Dana Diaz" in login(other_surgeon).get("/").content.decode()


def test_cover_that_has_not_begun_is_called_off(surgeon, other_surgeon, patient, today):
    cover = covering.cover(
        by=surgeon, away=surgeon, covered_by=other_surgeon, first=today + DAY, last=today + 2 * DAY
    )
    covering.end(cover, by=surgeon)
    assert not Cover.objects.ahead().exists()


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 3, "first"), (3, 1, "last"), (0, 120, "last"), (None, 3, "first")]
)
def test_dates_that_do_not_fit_are_named(login, surgeon, other_surgeon, patient, today, first, last, field):
    day = "" if first is None else today + first * DAY
    sent = login(surgeon).post(
        reverse("cover"),
        {"away": surgeon.pk, "to": other_surgeon.pk, "first": day, "last": today + last * DAY},
    )
    assert (sent.status_code, list(sent.context["form"].errors)) == (422, [field])
    assert not Cover.objects.exists()


def test_a_mistyped_year_is_named(login, surgeon, other_surgeon, patient, today):
    for first, last in (("9999-12-01", "9999-12-31"), (today, "9999-12-31"), ("2206-01-01", "2206-01-05")):
        fields = {"away": surgeon.pk, "to": other_surgeon.pk, "first": first, "last": last}
        assert login(surgeon).post(reverse("cover"), fields).status_code == 422
    assert not Cover.objects.exists()


def test_somebody_elses_cover_is_not_found(login, surgeon, other_surgeon, patient, today):
    cover = covering.cover(by=surgeon, away=surgeon, covered_by=other_surgeon, first=today, last=today)
    third = login(make_user("Ted Third", "surgeon"))
    assert third.post(reverse("end_cover", args=[cover.pk])).status_code == 404
