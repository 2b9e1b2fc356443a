"""A fixture for each person, and nothing that a single module could keep for itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation

from ledger.testing import lift_before_flush
from portal.accounts.models import Care, Contact, PatientProfile, Practice, User

lift_before_flush()

collect_ignore = ["foreign"]  # runs under settings of its own, see tests/__main__.py

_numbers = itertools.count(1)


def make_user(name: str, *roles: str) -> User:
    """An account that may do what its roles may do."""
    user = User.objects.create_user(
        f"{name.split()[0].lower()}{next(_numbers)}@example.org", "a-long-password", name=name
    )
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def make_patient(name: str, born: date = date(1961, 5, 4), **profile: Any) -> User:
    user = make_user(name, "patient")
    fields = {"record_number": f"R{next(_numbers):05}", "sex": "female", "phone": "+1 555 0100", **profile}
    PatientProfile.unscoped.create(user=user, date_of_birth=born, **fields)
    return user


@pytest.fixture(autouse=True)
def one_language() -> Iterator[None]:
    """A request leaves its language to the thread; the next test begins in the practice's own."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def practice(db: None) -> Practice:
    return Practice.objects.create(name="Harbor Spine Clinic", phone="+1 555 0199")


@pytest.fixture
def patient(db: None) -> User:
    return make_patient("Alice Adams")


@pytest.fixture
def other_patient(db: None) -> User:
    return make_patient("Charlie Cole")


@pytest.fixture
def surgeon(patient: User) -> User:
    """Has `patient` in care."""
    user = make_user("Dana Diaz", "surgeon")
    Care.objects.create(patient=patient, surgeon=user)
    return user


@pytest.fixture
def other_surgeon(db: None) -> User:
    """Has nobody in care."""
    return make_user("Erik Engel", "surgeon")


@pytest.fixture
def editor(db: None) -> User:
    return make_user("Finn Frost", "editor")


@pytest.fixture
def approver(db: None) -> User:
    return make_user("Grace Gold", "approver")


@pytest.fixture
def administrator(db: None) -> User:
    return make_user("Hugo Hale", "administrator")


@pytest.fixture
def lead(db: None) -> User:
    """Sees the practice's figures, and no patient."""
    return make_user("Ines Ivory", "lead")


@pytest.fixture
def on_duty(surgeon: User) -> Contact:
    """With somebody on duty the questions about mood are asked."""
    return Contact.objects.create(user=surgeon)


@pytest.fixture
def login() -> Callable[[User], Client]:
    """A browser of one's own, logged in."""

    def enter(user: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user, backend="portal.accounts.backends.Roles")
        return client

    return enter


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much of the access table was tried stands at the end of the run."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "access":
                terminalreporter.write_line(value)
