"""What must not be forgotten stands on the desk of who can do something about it, and names no patient there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from ledger.models import OutboxMessage
from portal.accounts.models import Practice, User
from screening import reviewing
from screening.models import Case
from tests.conftest import make_user
from tests.screening.factories import BONE_ABSOLUTE, make_case

UNOPENED = "Nobody has opened"


@pytest.fixture
def desk(login: Callable[..., Client]) -> Callable[[User], str]:
    def read(user: User) -> str:
        page = login(user).get("/")
        assert page.status_code == 200
        return page.content.decode()

    return read


@pytest.fixture
def case(patient: User, surgeon: User, practice: Practice) -> Case:
    """Absolute, in the surgeon's care, and a day old. The backup is somebody else."""
    practice.backup = make_user("Bea Backup", "surgeon")
    practice.save()
    old = timezone.now() - timedelta(hours=25)
    case = make_case(
        patient, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000, waiting_since=old, submission=None
    )
    call_command("tick")
    return case


def test_a_backup_who_may_not_open_it_reads_whom_to_speak_with(
    case: Case, practice: Practice, desk: Callable[[User], str]
) -> None:
    page = desk(practice.backup)
    assert UNOPENED in page
    assert "In the care of Dana Diaz" in page
    assert "Alice" not in page
    assert str(case.pk) not in page


def test_a_backup_who_may_is_led_to_it(case: Case, practice: Practice, desk: Callable[[User], str]) -> None:
    backup = make_user("Lena Lead", "surgeon", "lead")
    Practice.objects.update(backup=backup)
    Case.unscoped.update(version=2)
    call_command("tick")
    assert f'href="{reverse("review:case", args=[case.pk])}"' in desk(backup)


def test_once_somebody_has_opened_it_the_desk_is_clear(
    case: Case, surgeon: User, practice: Practice, desk: Callable[[User], str]
) -> None:
    reviewing.open_case(user=surgeon, case_id=case.pk)
    assert UNOPENED not in desk(practice.backup)


def test_who_was_not_told_reads_nothing_of_it(
    case: Case, other_surgeon: User, administrator: User, desk: Callable[[User], str]
) -> None:
    assert [UNOPENED in desk(user) for user in (other_surgeon, administrator)] == [False, False]


def test_a_surgeon_sees_how_many_no_mail_reaches(
    patient: User, surgeon: User, other_surgeon: User, practice: Practice, desk: Callable[[User], str]
) -> None:
    User.objects.filter(pk=patient.pk).update(email=None)
    outbox.put("something_new", "a", to=patient)
    call_command("tick")
    link = f'href="{reverse("review:to_call")}"'
    page = desk(surgeon)
    assert link in page
    assert "No e-mail reaches 1 patient for whom" in page
    assert link not in desk(other_surgeon)


def test_an_administrator_sees_that_mails_to_staff_fail(
    surgeon: User, administrator: User, practice: Practice, desk: Callable[[User], str]
) -> None:
    for number, kind in enumerate(("alert", "unopened", "something_new")):
        outbox.put(kind, str(number), to=surgeon)
    OutboxMessage.objects.update(failed_at=timezone.now())
    assert "2 e-mails to staff could not be delivered" in desk(administrator)
    OutboxMessage.objects.update(failed_at=timezone.now() - timedelta(days=8))
    assert "could not be delivered" not in desk(administrator)
