"""From what a patient really answers to what the surgeon reads, with nothing made up in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import PatientProfile, User
from screening import answering, deciding
from screening.models import Alert, Case, QuestionnaireEdition
from tests.screening.typing import answer_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(surgeon: User, login: Callable[[User], Client]) -> Callable[..., str]:
    """The words of one of the surgeon's pages."""
    browser = login(surgeon)

    def read(name: str, *args: Any, **query: Any) -> str:
        response = browser.get(reverse(f"review:{name}", args=args), query)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return read


def send(patient: User, edition: QuestionnaireEdition, **answers: Any) -> Case:
    answer_all(patient, edition, **answers)
    answering.submit(patient=patient, questionnaire=edition.questionnaire)
    return Case.unscoped.get(patient=patient)


def test_a_severe_t_score_is_an_absolute_criterion_with_its_rule_and_answer(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    case = send(patient, fusion, bone_scan="yes", bone_t_score="-3.6", bone_scan_month="2026-10")
    label = {c.key: c.label for c in fusion.definition.criteria}["bone"]
    assert f'{label}: <span class="category category--absolute">absolute, confirm</span>' in review("cases")
    page = review("case", case.pk)
    for words in (label, "reported: absolute criterion, confirm", "\u22123.6", "\u22123.5", "kg/m"):
        assert words in page


def test_nothing_reported_lists_every_criterion_as_such(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    PatientProfile.unscoped.update(date_of_birth=date(1990, 1, 1))  # from 65 on a scan of the bones is due
    case = send(patient, fusion)
    assert "Nothing reported</span>" in review("cases")
    page = review("case", case.pk)
    assert "Nothing was reported that a criterion asks about." in page
    assert [c.label in page for c in fusion.definition.criteria] == [True] * 8


def test_free_text_reaches_the_surgeon_and_the_list_does_not_show_it(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    case = send(patient, fusion, anything_else="CANARY <i>words</i>")
    assert "CANARY &lt;i&gt;words&lt;/i&gt;" in review("case", case.pk)
    assert "CANARY" not in review("cases")


def test_an_urgent_answer_stands_on_the_list_before_anything_is_sent(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    answering.start(patient=patient, edition=fusion)
    questionnaire = fusion.questionnaire
    given = {"red_flag_saddle_numbness": "yes", "smoking": "daily"}
    answering.save(patient=patient, questionnaire=questionnaire, given=given, seen={})
    [rule] = [rule for rule in fusion.definition.urgent if rule.reason == "red_flag_saddle_numbness"]
    alert = Alert.unscoped.get()
    page = review("cases")
    assert rule.text in page
    assert "Started, not sent: call" in page
    page = review("case", alert.case_id)
    assert rule.text in page
    assert "Not yet submitted" in page
    assert "cigarettes" not in page.lower()
    assert "All answers" not in page
    assert rule.text not in review("alert", alert.pk)


def test_an_urgent_answer_that_was_changed_before_sending_still_stands(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    answering.start(patient=patient, edition=fusion)
    given = {"red_flag_saddle_numbness": "yes"}
    answering.save(patient=patient, questionnaire=fusion.questionnaire, given=given, seen={})
    case = send(patient, fusion)
    [rule] = [rule for rule in fusion.definition.urgent if rule.reason == "red_flag_saddle_numbness"]
    assert rule.text in review("cases")
    assert rule.text in review("case", case.pk)


def test_a_call_that_was_asked_for_is_said_in_words(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    case = send(patient, fusion)
    answering.ask_for_call(patient=patient, questionnaire=fusion.questionnaire)
    for page in (review("cases"), review("case", case.pk)):
        assert "Asked to be called" in page
        assert "call_asked_for" not in page


def test_what_is_sent_again_comes_back_and_the_earlier_answers_stay_readable(
    fusion: QuestionnaireEdition, patient: User, surgeon: User, review: Callable[..., str]
) -> None:
    case = send(patient, fusion, anything_else="Said before")
    deciding.decide(user=surgeon, case=case, version=case.version, state="discuss")
    assert patient.name not in review("cases")
    again = send(patient, fusion, smoking="daily", anything_else="Said now")
    assert "Back on the list: the questionnaire was sent again" in review("cases")
    page = review("case", case.pk)
    assert "Said now" in page
    assert page.index("Said before") < page.index("Findings</h2>")  # beside the new words, in what changed
    earlier = review("case", case.pk, submission=case.submission_id)
    assert "Said before" in earlier
    assert again.pk == case.pk


def test_each_finding_of_a_heavy_case_shows_what_it_is_based_on(
    fusion: QuestionnaireEdition, patient: User, review: Callable[..., str]
) -> None:
    case = send(
        patient,
        fusion,
        smoking="daily",
        cigarettes_per_day="20",
        smoking_years="10",
        height_cm="165",
        weight_kg="110",
        low_oxygen="yes",
        spine_infection="now",
        steroids_long_term="yes",
    )
    page = review("case", case.pk)
    labels = {criterion.key: criterion.label for criterion in fusion.definition.criteria}
    extras = {extra.reason: extra.text for extra in fusion.definition.extras}
    for key in ("infection", "nicotine", "systemic", "obesity"):
        assert f'<h3 id="criterion-{key}">{labels[key]}</h3>' in page
    assert extras["medicine_steroids"] in page
    assert page.count("Usual next steps, as options:") == len(case.criteria)
    assert "40.4 kg/m" in page
