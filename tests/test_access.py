"""Every address x method x role x whose id, against tests/access_table.py. The addresses come from the URLconf."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from education import views as education
from portal.accounts.models import User
from tests.access_table import POLICIES, ROLES, in_administration, on_site, places
from tests.access_walk import OTHERS, Address, Browser, addresses, outcome
from tests.access_world import Desk, Try, World
from tests.conftest import make_user
from tests.screening.pages import body

ALL = list(addresses())
AREAS = sorted({address.area for address in ALL})
FLOOR = 7_000  # cells; a walk that finds less has lost its way


@pytest.fixture
def browsers(
    patient: User,
    other_patient: User,
    editor: User,
    approver: User,
    surgeon: User,
    other_surgeon: User,
    lead: User,
    administrator: User,
    login: Callable[[User], Client],
) -> dict[str, Browser]:
    """By role, logged in. The disabled account held all the roles, and was closed while it was logged in."""
    disabled = make_user("Ida Idle", "patient", "editor", "approver", "surgeon", "lead", "administrator")
    people = (patient, other_patient, editor, approver, surgeon, other_surgeon, lead, administrator, disabled)
    sessions = [login(person).cookies[settings.SESSION_COOKIE_NAME].value for person in people]
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    return dict(zip(ROLES, map(Browser, ["", *sessions]), strict=True))


@pytest.fixture
def world(
    patient: User,
    other_patient: User,
    surgeon: User,
    other_surgeon: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setattr(education, "DIAGRAMS", tmp_path)
    (tmp_path / "there.svg").write_text("<svg/>")
    return World(patient, other_patient, surgeon, other_surgeon)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are logged with their tracebacks, which takes longer than refusing."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def table(address: Address) -> dict[str, str]:
    """ "address | what is asked for | method" -> what each role is to get, in the order of ROLES."""
    rows = {}
    known = in_administration(address.label, address.view) if address.model else on_site(address.place)
    for name, method, cells in known:
        rows[row(address, name, method)] = " ".join(cells)
        if method == "GET":
            rows[row(address, name, "other")] = " ".join(["405"] * len(ROLES))
            if not address.model:  # these do not ask whether it is GET or HEAD
                rows[row(address, name, "HEAD")] = " ".join(cells)
    return rows


def row(address: Address, name: str, method: str) -> str:
    return f"{address.place} | {name} | {method}"


class Walk:
    """Finds the rows, and whether the page of what is hidden differs from that of what is missing."""

    def __init__(self, world: World, browsers: dict[str, Browser]) -> None:
        self.world, self.desk, self.browsers = world, Desk(world), browsers
        self.rows: dict[str, str] = {}
        self.told_apart: list[str] = []

    def visit(self, address: Address) -> None:
        other = OTHERS[ALL.index(address) % len(OTHERS)]
        for method in ("GET", "POST", other) if address.model else ("GET", "HEAD", "POST", other):
            pages: dict[tuple[str, str], str] = {}
            for name, each in self.tries(address).items():
                answers = {
                    role: browser.ask(method, address.path(each), each)
                    for role, browser in self.browsers.items()
                }
                key = row(address, name, "other" if method == other else method)
                self.rows[key] = " ".join(map(outcome, answers.values()))
                pages |= {
                    (role, name): body(page) for role, page in answers.items() if page.status_code == 404
                }
            for (role, name), page in pages.items():
                if page != pages.get((role, "missing"), page):
                    self.told_apart.append(f"{method} {address.place} for {role}: {name}")

    def tries(self, address: Address) -> dict[str, Try]:
        if address.model is None:
            return self.world.tries(address.route)
        return self.desk.tries(address.model, address.view)


def cells(rows: dict[str, str]) -> int:
    return sum(len(found.split()) for found in rows.values())


def test_every_address_has_its_rows_and_every_row_an_address() -> None:
    site = {address.place for address in ALL if address.model is None}
    models = {address.label for address in ALL if address.model is not None}
    assert site - places() == set(), "a new address: say in tests/access_table.py who may do what there"
    assert models - POLICIES.keys() == set(), "a new model in the administration: give it a policy"
    assert [address.place for address in ALL if not table(address)] == []
    assert (places() - site, POLICIES.keys() - models) == (set(), set()), "these are gone"


def test_no_two_addresses_share_a_row() -> None:
    assert len({address.place for address in ALL}) == len(ALL)


@pytest.mark.parametrize("area", AREAS)
def test_each_role_gets_what_the_table_says(
    area: str,
    world: World,
    browsers: dict[str, Browser],
    capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    walk, wanted = Walk(world, browsers), {}
    for address in ALL:
        if address.area == area:
            walk.visit(address)
            wanted |= table(address)
    said = f"{area}: {cells(walk.rows):,} cells tested of {cells(wanted):,}"
    record_property("access", said)
    with capsys.disabled():
        sys.stdout.write(f"\n  {said} ")
    assert walk.rows == wanted
    assert walk.told_apart == []


def test_the_whole_table_is_large_enough_to_be_the_whole_table() -> None:
    assert sum(cells(table(address)) for address in ALL) >= FLOOR


def test_a_script_without_a_session_gets_401_wherever_others_are_led_to_the_login(world: World) -> None:
    """But for the pages of the login itself: these lead from one to the next."""
    walk, browser, statuses = Walk(world, {}), Browser(), {}
    for address in ALL:
        if address.area == "accounts" or address.place == "/admin/login/":
            continue
        for name, each in walk.tries(address).items():
            key = row(address, name, "GET")
            if table(address)[key].startswith("login"):
                answer = browser.get(address.path(each), headers={"accept": "application/json"})
                statuses[key] = answer.status_code
    assert {key: status for key, status in statuses.items() if status != 401} == {}
    assert len(statuses) > 200


def test_a_session_of_a_closed_account_ends_for_good(login: Callable[[User], Client], patient: User) -> None:
    browser = login(patient)
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert outcome(browser.get("/")) == "login"
    User.objects.filter(pk=patient.pk).update(is_active=True)
    assert outcome(browser.get("/")) == "login"


def test_a_method_that_does_not_fit_is_answered_with_a_page(db: None) -> None:
    answers = [Browser().put("/help/"), Browser().post("/help/")]
    assert [(answer.status_code, answer["Allow"]) for answer in answers] == [
        (405, "GET, HEAD, POST"),
        (405, "GET, HEAD"),
    ]
    assert all("That did not work from here" in answer.content.decode() for answer in answers)
