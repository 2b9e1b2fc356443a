"""An administrator makes accounts, and begins and ends care. Nothing is deleted, and nobody else comes in."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from portal.accounts.models import Care, PatientProfile, User
from screening.models import Case
from tests.screening.factories import make_case

ADD = "/admin/accounts/user/add/"


def inline_prefix(client):
    """The management form's own name for the patient's details."""
    return re.search(r'name="([\w-]+)-TOTAL_FORMS"', client.get(ADD).content.decode())[1]


@pytest.fixture
def desk(login, administrator):
    return login(administrator)


def test_an_account_with_a_password_logs_in(desk, client):
    prefix = inline_prefix(desk)
    fields = {"name": "Nina New", "email": "Nina@Example.org", "roles": ["patient"], "is_active": "on"}
    fields |= {"password": "a-first-password", f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
    fields |= {f"{prefix}-0-record_number": "N-1", f"{prefix}-0-date_of_birth": "1960-05-04"}
    fields |= {f"{prefix}-0-sex": "female", f"{prefix}-0-units": "imperial", f"{prefix}-0-language": "en"}
    assert desk.post(ADD, fields).status_code == 302
    user = User.objects.get(email="nina@example.org")
    assert PatientProfile.unscoped.get().user == user
    assert user.has_perm("screening.answer_questionnaire")
    entered = client.post(
        reverse("account_login"), {"login": "nina@example.org", "password": "a-first-password"}
    )
    assert (entered.status_code, entered["Location"]) == (302, "/")


def test_an_account_without_a_password_gets_a_link_by_mail(desk):
    prefix = inline_prefix(desk)
    fields = {"name": "Nina New", "email": "nina@example.org", "roles": ["surgeon"], "is_active": "on"}
    fields |= {"password": "", f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    assert desk.post(ADD, fields).status_code == 302
    [message] = mail.outbox
    assert message.to == ["nina@example.org"]
    assert "/accounts/password/reset/key/" in message.body
    assert EmailAddress.objects.get(email="nina@example.org").verified


def test_a_weak_password_and_a_taken_address_are_refused_with_a_sentence(desk, patient):
    prefix = inline_prefix(desk)
    fields = {
        "name": "Nina New",
        "email": patient.email.upper(),
        "roles": ["patient"],
        "password": "12345678",
    }
    page = desk.post(ADD, {**fields, f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"})
    assert page.status_code == 200
    errors = page.context["adminform"].form.errors
    assert set(errors) == {"email", "password"}


def test_ending_care_takes_the_case_from_the_surgeon_to_everyones_list(
    desk, login, patient, surgeon, other_surgeon
):
    case = make_case(patient, unassigned=False)
    assert login(other_surgeon).get(reverse("review:case", args=[case.pk])).status_code == 404
    care = Care.objects.get()
    done = desk.post(
        "/admin/accounts/care/", {"action": "end_now", "_selected_action": [care.pk]}, follow=True
    )
    assert done.status_code == 200
    assert Case.objects.visible_to(other_surgeon).get().unassigned
    assert login(other_surgeon).get(reverse("review:case", args=[case.pk])).status_code == 200


def test_beginning_care_takes_it_from_everyone_else(desk, login, other_patient, surgeon, other_surgeon):
    case = make_case(other_patient, unassigned=True)
    fields = {
        "patient": other_patient.pk,
        "surgeon": surgeon.pk,
        "start_0": "2026-01-01",
        "start_1": "08:00:00",
    }
    assert desk.post("/admin/accounts/care/add/", {**fields, "end_0": "", "end_1": ""}).status_code == 302
    assert login(other_surgeon).get(reverse("review:case", args=[case.pk])).status_code == 404
    assert login(surgeon).get(reverse("review:case", args=[case.pk])).status_code == 200


def test_nothing_is_deleted_and_a_closed_account_is_out_at_once(desk, login, patient, practice):
    phone = login(patient)
    assert phone.get("/").status_code == 200
    assert desk.post(f"/admin/accounts/user/{patient.pk}/delete/", {"post": "yes"}).status_code == 403
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert phone.get("/").status_code == 302


def test_nobody_signs_up_on_their_own(client, db):
    page = client.get(reverse("account_signup"))
    posted = client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": "a-long-password"}
    )
    assert (page.status_code, posted.status_code, User.objects.count()) == (200, 200, 0)


def test_a_forgotten_password_answers_alike_for_known_and_unknown_addresses(client, patient):
    EmailAddress.objects.create(user=patient, email=patient.email, verified=True, primary=True)
    known = client.post(reverse("account_reset_password"), {"email": patient.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
