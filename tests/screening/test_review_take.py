"""Taking a case for review."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Care, User
from screening import reviewing
from screening.models import Case
from tests.conftest import make_user
from tests.screening.factories import make_case
from tests.screening.pages import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(patient: User, surgeon: User) -> Case:
    return make_case(patient)


def url(case: Case) -> str:
    return reverse("review:take", args=[case.pk])


def test_it_names_the_surgeon_and_goes_back_to_the_case(
    case: Case, surgeon: User, login: Callable[[User], Client]
) -> None:
    response = login(surgeon).post(url(case))
    assert (response.status_code, response["Location"]) == (302, reverse("review:case", args=[case.pk]))
    assert Case.unscoped.values_list("state", "taken_by").get() == ("in_review", surgeon.pk)


def test_it_says_who_was_first(case: Case, surgeon: User, login: Callable[[User], Client]) -> None:
    other = make_user("Olga Other", "surgeon")
    Care.objects.create(patient=case.patient, surgeon=other)
    reviewing.take(user=other, case=case)
    response = login(surgeon).post(url(case))
    assert response.status_code == 409
    assert "Olga Other has taken it for review." in response.content.decode()


def test_a_visit_changes_nothing(case: Case, surgeon: User, login: Callable[[User], Client]) -> None:
    assert login(surgeon).get(url(case)).status_code == 405
    assert Case.unscoped.get().state == "new"


def test_another_surgeon_meets_the_page_of_a_missing_case(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    browser = login(other_surgeon)
    foreign, missing = (browser.post(reverse("review:take", args=[pk])) for pk in (case.pk, uuid.uuid4()))
    assert (foreign.status_code, body(foreign)) == (404, body(missing))
    assert Case.unscoped.get().state == "new"


@pytest.mark.parametrize("role", ["patient", "editor", "approver", "administrator"])
def test_it_is_for_those_who_may_decide(
    role: str, case: Case, request: Any, login: Callable[[User], Client]
) -> None:
    assert login(request.getfixturevalue(role)).post(url(case)).status_code == 403
