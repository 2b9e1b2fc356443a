"""The page where a test's result is entered: shown before it is stored, and never lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from ledger.models import AccessRecord
from portal.accounts.models import Care, User
from portal.host import PortalHost
from screening.models import Case, InvestigationResult, Reassessment
from tests.conftest import make_user
from tests.screening.factories import make_case
from tests.screening.pages import body
from tests.screening.test_results import FRAGILE, enter, send, t_score

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def case(patient: User, surgeon: User, fusion: Any) -> Case:
    return send(patient, fusion)


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


def url(case: Case) -> str:
    return reverse("review:results", args=[case.pk])


def form(case: Case, **given: Any) -> dict[str, Any]:
    """An albumin, which no rule reads."""
    return {
        "version": Case.unscoped.get(pk=case.pk).version,
        "test": "albumin",
        "value_albumin": "3.1",
        "measured_on": "2026-11-03",
        "source": "letter of Bay Laboratory",
        **given,
    }


def scan(case: Case, value: str = "-3.6", **given: Any) -> dict[str, Any]:
    return form(case, test="t_score", value_t_score=value, **given)


def codes(response: Any) -> dict[str, list[str]]:
    errors = response.context["form"].errors.as_data()
    return {name: [error.code for error in each] for name, each in errors.items()}


# Entering


def test_the_page_offers_the_tests_of_the_questions_that_were_answered(browser: Client, case: Case) -> None:
    page = body(browser.get(url(case)))
    definition = case.submission.edition.definition  # type: ignore[union-attr]
    for test in definition.investigations:
        assert f'href="{url(case)}?test={test.key}"' in page
    assert "No result was entered yet." in page


def test_it_stores_what_no_rule_reads_at_once(browser: Client, case: Case, surgeon: User) -> None:
    response = browser.post(url(case), form(case))
    there = reverse("review:case", args=[case.pk])
    assert (response.status_code, response["Location"]) == (302, f"{there}#results")
    row = InvestigationResult.unscoped.get()
    assert (row.investigation, row.value, row.unit, row.source, row.by, row.patient) == (
        "albumin", "3.1", "g/dL", "letter of Bay Laboratory", surgeon, case.patient,
    )  # fmt: skip
    page = body(browser.get(there))
    assert "It is stored. The findings stay as they are" in page
    assert "Below 3.5 g/dL is low." in page


def test_it_takes_nothing_from_the_form_but_its_fields(
    browser: Client, case: Case, other_patient: User
) -> None:
    browser.post(url(case), form(case, patient=other_patient.pk, by=other_patient.pk, void="1", value="9"))
    row = InvestigationResult.unscoped.get()
    assert (row.patient, row.by.name, row.case, row.void) == (case.patient, "Dana Diaz", case, False)


def test_what_changes_a_finding_is_shown_before_it_is_stored(browser: Client, case: Case) -> None:
    shown = browser.post(url(case), scan(case))
    page = body(shown)
    assert shown.status_code == 200
    assert "Nothing is stored yet." in page
    assert "reported: absolute criterion, confirm" in page
    assert "The case comes back to the list as new." in page
    assert InvestigationResult.unscoped.count() == 0
    stored = browser.post(url(case), scan(case, seen=shown.context["ahead"].seen))
    assert stored.status_code == 302
    assert Case.unscoped.get().reassessment == Reassessment.unscoped.get()


def test_what_is_confirmed_is_what_was_shown(browser: Client, case: Case) -> None:
    shown = browser.post(url(case), scan(case))
    other = browser.post(url(case), scan(case, "-1.2", seen=shown.context["ahead"].seen))
    assert other.status_code == 200
    assert InvestigationResult.unscoped.count() == 0


def test_one_can_go_back_to_the_form(browser: Client, case: Case) -> None:
    response = browser.post(url(case), scan(case, back="1"))
    assert response.status_code == 200
    assert 'value="-3.6"' in body(response)


def test_a_lower_flag_is_said_to_keep_its_place(
    browser: Client, patient: User, fusion: Any, surgeon: User
) -> None:
    case = send(patient, fusion, bone_scan="yes", bone_t_score="-3.6", bone_scan_month="2026-01")
    page = body(browser.post(url(case), scan(case, "-1.2")))
    assert "keeps its place on the list until a surgeon decides" in page
    assert "was absolute, now relative" in page


@pytest.mark.parametrize("typed", ["-1,2", "−1.2", "-1.2 "])
def test_numbers_are_typed_as_people_write_them(browser: Client, case: Case, typed: str) -> None:
    shown = browser.post(url(case), scan(case, typed))
    browser.post(url(case), scan(case, typed, seen=shown.context["ahead"].seen))
    assert InvestigationResult.unscoped.get().values[0]["value"] == "-1.2"


def test_the_second_unit_is_converted_and_kept_as_it_was_typed(browser: Client, case: Case) -> None:
    given = form(case, test="hba1c", value_hba1c="58", unit_hba1c="mmol/mol")
    shown = browser.post(url(case), given)
    browser.post(url(case), {**given, "seen": shown.context["ahead"].seen})
    row = InvestigationResult.unscoped.get()
    assert (row.value, row.unit, row.values[0]["typed"]) == ("7.5", "%", "58 mmol/mol")
    assert "typed as 58 mmol/mol" in body(browser.get(url(case)))


@pytest.mark.parametrize(("system", "first"), [("metric", ["cm", "kg"]), ("imperial", ["in", "lb"])])
def test_the_unit_begins_with_the_practices_own(
    browser: Client, case: Case, system: str, first: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PortalHost, "units", lambda self, user: system)
    shown = browser.get(url(case), {"test": "bmi"}).context["form"]
    assert [shown[name].value() for name in ("unit_height", "unit_weight")] == first


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"value_albumin": ""}, "value_albumin", "required"),
        ({"value_albumin": "31"}, "value_albumin", "out_of_range"),
        ({"value_albumin": "low"}, "value_albumin", "number"),
        ({"measured_on": ""}, "measured_on", "required"),
        ({"measured_on": "2026-11-25"}, "measured_on", "future"),
        ({"measured_on": "1989-12-31"}, "measured_on", "old"),
        ({"measured_on": "3.11."}, "measured_on", "invalid"),
        ({"source": " "}, "source", "required"),
        ({"source": "x" * 201}, "source", "max_length"),
        ({"source": "a\x00b"}, "source", "null_characters_not_allowed"),
        ({"version": ""}, "version", "required"),
    ],
)
def test_what_is_missing_is_named_at_its_field(
    browser: Client, case: Case, given: dict[str, Any], field: str, code: str
) -> None:
    response = browser.post(url(case), form(case, **given))
    assert (response.status_code, codes(response)) == (422, {field: [code]})
    assert InvestigationResult.unscoped.count() == 0


def test_a_choice_has_no_answer_of_its_own(browser: Client, case: Case) -> None:
    response = browser.post(url(case), form(case, test="cotinine"))
    assert (response.status_code, codes(response)) == (422, {"value_cotinine": ["required"]})
    assert browser.post(url(case), form(case, test="cotinine", value_cotinine="positive")).status_code == 302
    assert InvestigationResult.unscoped.get().value == "positive"


@pytest.mark.parametrize("test", ["", "teeth"])
def test_without_a_known_test_nothing_is_stored(browser: Client, case: Case, test: str) -> None:
    response = browser.post(url(case), form(case, test=test))
    assert response.status_code == 422
    assert "Which test?" in body(response)


def test_a_case_that_was_not_sent_waits_for_the_answers(
    browser: Client, patient: User, surgeon: User
) -> None:
    case = make_case(patient, sent=False)
    assert "A result can be entered once it was." in body(browser.get(url(case)))
    assert browser.post(url(case), form(case)).status_code == 409


# What was wrong


@pytest.fixture
def wrong(surgeon: User, case: Case) -> InvestigationResult:
    return enter(surgeon, case, t_score(case, "-3.6")).result


def test_a_wrong_result_is_put_right_and_stays_readable(
    browser: Client, case: Case, wrong: InvestigationResult
) -> None:
    opened = browser.get(url(case), {"of": wrong.pk})
    assert 'value="-3.6"' in body(opened)
    given = scan(case, "-1.2", of=wrong.pk, reason="I misread the letter")
    shown = browser.post(url(case), given)
    assert browser.post(url(case), {**given, "seen": shown.context["ahead"].seen}).status_code == 302
    page = body(browser.get(url(case)))
    assert "Corrected: it does not count." in page
    assert "I misread the letter" in page


def test_a_wrong_result_is_made_void_with_a_reason(
    browser: Client, case: Case, wrong: InvestigationResult
) -> None:
    given = {"version": Case.unscoped.get().version, "of": wrong.pk, "void": "1", "reason": " "}
    assert codes(browser.post(url(case), given)) == {"reason": ["required"]}
    given["reason"] = "letter of somebody else"
    shown = browser.post(url(case), given)
    assert "Nothing is stored yet." in body(shown)
    assert browser.post(url(case), {**given, "seen": shown.context["ahead"].seen}).status_code == 302
    assert InvestigationResult.unscoped.latest("pk").void
    assert "Void: it does not count." in body(browser.get(url(case)))


def test_a_result_that_somebody_else_has_put_right_is_refused_with_what_was_typed(
    browser: Client, case: Case, wrong: InvestigationResult, surgeon: User
) -> None:
    enter(surgeon, case, t_score(case, "-2.6"), supersedes=wrong, reason="a slip")
    response = browser.post(url(case), scan(case, "-1.2", of=wrong.pk, reason="I misread the letter"))
    page = body(response)
    assert response.status_code == 409
    assert "Somebody else has corrected this result meanwhile" in page
    assert 'value="-1.2"' in page
    assert "I misread the letter" in page
    assert InvestigationResult.unscoped.count() == 2


@pytest.mark.parametrize("number", ["0", "999999", "x", "9" * 30, "9" * 5000])
def test_a_result_that_the_case_has_not_is_not_found(browser: Client, case: Case, number: str) -> None:
    assert browser.get(url(case), {"of": number}).status_code == 404


def test_a_result_of_another_case_is_not_found(
    browser: Client, case: Case, other_patient: User, surgeon: User, fusion: Any
) -> None:
    Care.objects.create(patient=other_patient, surgeon=surgeon)
    attempt = send_other(other_patient, fusion)
    theirs = enter(surgeon, attempt, t_score(attempt)).result
    assert browser.get(url(case), {"of": theirs.pk}).status_code == 404
    assert browser.post(url(case), scan(case, of=theirs.pk, reason="x")).status_code == 404


def send_other(patient: User, fusion: Any) -> Case:
    from screening import answering
    from tests.screening.typing import answer_all

    answer_all(patient, fusion, **FRAGILE)
    answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    return Case.unscoped.get(patient=patient)


# Nothing is lost


def test_a_passed_version_is_refused_with_what_was_typed(browser: Client, case: Case, surgeon: User) -> None:
    given = form(case, source="letter of Bay Laboratory")
    enter(surgeon, case, t_score(case))
    response = browser.post(url(case), given)
    assert (response.status_code, InvestigationResult.unscoped.count()) == (409, 1)
    page = body(response)
    assert "The case has changed since you opened this page." in page
    assert 'value="letter of Bay Laboratory"' in page
    again = {**given, "version": response.context["form"].data["version"]}
    assert browser.post(url(case), again).status_code == 302


def test_the_session_may_end_before_it_is_sent(browser: Client, case: Case, surgeon: User) -> None:
    sender = browser.get(url(case), {"test": "albumin"}).context["sender"]
    browser.cookies.clear()
    browser.post(url(case), form(case, sender=sender))
    kept = browser.session["expired_form"]
    browser.force_login(surgeon, backend="portal.accounts.backends.Roles")
    session = browser.session
    session["expired_form"] = kept
    session.save()
    page = body(browser.get(url(case)))
    assert "You had been logged out, so nothing was stored." in page
    assert 'value="letter of Bay Laboratory"' in page
    assert InvestigationResult.unscoped.count() == 0


# Who may


def test_opening_it_is_recorded_before_it_is_read_and_storing_is_recorded_too(
    browser: Client, case: Case, surgeon: User
) -> None:
    before = AccessRecord.objects.count()
    browser.post(url(case), form(case))
    found = AccessRecord.objects.order_by("pk").values_list(
        "action", "subject_id", "object_kind", "object_id"
    )
    who, what = str(case.patient_id), str(case.pk)
    assert list(found)[before:] == [
        ("opened_case", who, "screening.case", what),
        ("entered_answers", who, "screening.investigationresult", what),
    ]


def test_it_requires_the_permission(case: Case, login: Callable[[User], Client]) -> None:
    for role in ("patient", "editor", "approver", "administrator", "lead"):
        other = login(make_user("Kim Kay", role))
        assert other.get(url(case)).status_code == 403
        assert other.post(url(case), form(case)).status_code == 403


def test_a_case_of_somebody_elses_patient_is_not_found(
    case: Case, other_surgeon: User, login: Callable[[User], Client]
) -> None:
    other = login(other_surgeon)
    missing = reverse("review:results", args=[uuid.uuid4()])
    assert body(other.get(url(case))) == body(other.get(missing)).replace(missing, url(case))
    assert other.post(url(case), form(case)).status_code == 404
    assert InvestigationResult.unscoped.count() == 0
