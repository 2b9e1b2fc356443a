"""Somebody is always told of urgent answers: the last person on duty is replaced, never just removed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client

from ledger.testing import lift_before_flush
from portal.accounts.models import Contact, NobodyOnDuty, User
from screening.host import host
from tests.conftest import make_user

lift_before_flush()

CONTACTS = "/admin/accounts/contact/"


@pytest.fixture
def desk(administrator: User, login: Callable[..., Client]) -> Client:
    return login(administrator)


def account_fields(user: User, **changed: Any) -> dict[str, Any]:
    fields = {"name": user.name, "email": user.email, "roles": ["surgeon"], "is_active": "on", **changed}
    return {name: value for name, value in fields.items() if value is not None}


def send_account(desk: Client, user: User, **changed: Any) -> Any:
    page = desk.get(f"/admin/accounts/user/{user.pk}/change/")
    formset = page.context["inline_admin_formsets"][0].formset.prefix
    counts = {f"{formset}-TOTAL_FORMS": "0", f"{formset}-INITIAL_FORMS": "0"}
    return desk.post(f"/admin/accounts/user/{user.pk}/change/", {**account_fields(user, **changed), **counts})


def test_the_last_one_is_not_taken_off_duty(desk: Client, on_duty: Contact) -> None:
    page = desk.post(f"{CONTACTS}{on_duty.pk}/change/", {"order": "1"})
    assert page.status_code == 200
    assert "Replace" in str(page.context["adminform"].form.errors["active"])
    assert host().on_duty() == [on_duty.user]


def test_one_of_two_is(desk: Client, on_duty: Contact, other_surgeon: User) -> None:
    Contact.objects.create(user=other_surgeon, order=2)
    assert desk.post(f"{CONTACTS}{on_duty.pk}/change/", {"order": "1"}).status_code == 302
    assert host().on_duty() == [other_surgeon]


def test_the_account_of_the_last_one_is_not_closed_and_keeps_its_role(desk: Client, on_duty: Contact) -> None:
    closed = send_account(desk, on_duty.user, is_active=None)
    assert "last person on duty" in str(closed.context["adminform"].form.errors["is_active"])
    role = send_account(desk, on_duty.user, roles=["editor"])
    assert "last person on duty" in str(role.context["adminform"].form.errors["roles"])
    on_duty.user.refresh_from_db()
    assert on_duty.user.is_active
    assert host().on_duty() == [on_duty.user]


def test_their_name_can_still_be_corrected(desk: Client, on_duty: Contact) -> None:
    assert send_account(desk, on_duty.user, name="Dana Diaz-Ruiz").status_code == 302


def test_code_is_refused_like_forms(on_duty: Contact) -> None:
    with pytest.raises(NobodyOnDuty):
        on_duty.delete()
    on_duty.active = False
    with pytest.raises(NobodyOnDuty):
        on_duty.save()
    on_duty.user.is_active = False
    with pytest.raises(NobodyOnDuty):
        on_duty.user.save()
    assert host().on_duty() == [User.objects.get(pk=on_duty.user_id)]


def test_another_takes_over_in_one_step_and_it_is_written_down(
    desk: Client, on_duty: Contact, other_surgeon: User
) -> None:
    on_duty.order = 3
    on_duty.save()
    response = desk.post(f"{CONTACTS}{on_duty.pk}/replace/", {"user": other_surgeon.pk})
    assert response.status_code == 302
    assert host().on_duty() == [other_surgeon]
    assert Contact.objects.get(active=True).order == 3
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        f"Replaced by Erik Engel (account {other_surgeon.pk}).",
        f"In the place of Dana Diaz (account {on_duty.user_id}).",
    ]


def test_only_who_may_open_alerts_takes_over(
    desk: Client, on_duty: Contact, editor: User, patient: User, other_surgeon: User
) -> None:
    other_surgeon.is_active = False
    other_surgeon.save()
    for user in (editor, patient, other_surgeon, on_duty.user):
        page = desk.post(f"{CONTACTS}{on_duty.pk}/replace/", {"user": user.pk})
        assert page.status_code == 422
    assert host().on_duty() == [on_duty.user]


def test_who_is_off_duty_already_is_not_replaced(desk: Client, on_duty: Contact, other_surgeon: User) -> None:
    before = Contact.objects.create(user=other_surgeon, active=False)
    third = make_user("Gina Gale", "surgeon")
    assert desk.post(f"{CONTACTS}{before.pk}/replace/", {"user": third.pk}).status_code == 409
    assert host().on_duty() == [on_duty.user]


def test_a_contact_who_cannot_open_an_alert_does_not_count(on_duty: Contact) -> None:
    on_duty.user.groups.set(Group.objects.filter(name="editor"))
    assert host().on_duty() == []


def test_nobody_is_on_duty_twice(on_duty: Contact) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(user=on_duty.user)


def test_they_are_told_in_their_order(on_duty: Contact, other_surgeon: User) -> None:
    Contact.objects.filter(pk=on_duty.pk).update(order=2)
    Contact.objects.create(user=other_surgeon, order=1)
    assert host().on_duty() == [other_surgeon, on_duty.user]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_each_remove_the_others_last_one() -> None:
    from concurrent.futures import ThreadPoolExecutor

    contacts = [
        Contact.objects.create(user=make_user(name, "surgeon")) for name in ("Dana Diaz", "Erik Engel")
    ]
    start = Barrier(2)

    def take_off(contact: Contact) -> bool:
        try:
            start.wait()
            contact.active = False
            contact.save()
        except NobodyOnDuty:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(take_off, contacts))
    assert sorted(done) == [False, True]
    assert len(host().on_duty()) == 1
