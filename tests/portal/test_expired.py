"""What a patient typed when their session had ended comes back to them, and to nobody else."""

from django.test import RequestFactory
from django.urls import reverse

from portal import expired

ADDRESS = "/screening/spinal-fusion/cancer/"


def post(client, user, **fields):
    return client.post(ADDRESS, {"sender": expired.sender(user), **fields})


def asked(user, session, path=ADDRESS):
    request = RequestFactory().get(path)
    request.user, request.session = user, session
    return expired.restore(request)


def test_the_login_page_leads_back_to_the_form(client, patient):
    response = post(client, patient, cancer_ever="yes")
    assert response["Location"] == f"{reverse('account_login')}?next={ADDRESS}"


def test_the_sender_gets_their_fields_back_once(client, patient):
    post(client, patient, cancer_ever="yes", csrfmiddlewaretoken="x")
    session = dict(client.session)
    assert asked(patient, session).dict() == {"cancer_ever": "yes"}
    assert asked(patient, session) is None


def test_the_next_person_on_the_same_computer_gets_nothing_and_it_is_dropped(client, patient, other_patient):
    post(client, patient, cancer_ever="yes")
    session = dict(client.session)
    assert asked(other_patient, session) is None
    assert expired.KEY not in session


def test_after_a_quarter_of_an_hour_it_is_gone(client, patient, time_machine):
    time_machine.move_to("2026-11-24 10:00:00+00:00", tick=False)
    post(client, patient, cancer_ever="yes")
    session = dict(client.session)
    time_machine.move_to("2026-11-24 10:15:01+00:00", tick=False)
    assert asked(patient, session) is None


def test_another_page_does_not_take_it(client, patient):
    post(client, patient, cancer_ever="yes")
    session = dict(client.session)
    assert asked(patient, session, "/screening/spinal-fusion/bone/") is None
    assert asked(patient, session) is not None


def test_a_forged_sender_is_not_kept(client, patient):
    client.post(ADDRESS, {"sender": f"{patient.pk}:forged", "cancer_ever": "yes"})
    assert expired.KEY not in client.session
