"""Notices that are due at other moments than when a page was saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from screening import answering
from screening.models import Alert, AnswersInProgress, Case, Submission, UrgentAnswer
from tests.screening.test_answering import save
from tests.screening.typing import address, answer_all, fields

CHECK = address("check")


@pytest.fixture
def due(patient: Any, fusion: Any, monkeypatch: pytest.MonkeyPatch) -> AnswersInProgress:
    """All is answered, and a rule holds that held on no page: nothing was told while they were saved."""
    with monkeypatch.context() as silent:
        silent.setattr("screening.answering.saving.raise_urgent", lambda *args: "")
        return answer_all(patient, fusion, fever_or_chills="yes", immune_medicine="yes")


def test_a_rule_that_first_holds_at_sending_shows_its_notice_before_thanks(phone, patient, due):
    response = phone.post(CHECK, fields(phone.get(CHECK)))
    assert response["Location"] == f"{address('notice', 'today/')}?then=sent"
    page = phone.get(response["Location"]).content.decode()
    assert f'href="/screening/sent/{due.pk}/"' in page
    assert Submission.objects.visible_to(patient).get().pk == due.pk
    assert Alert.objects.visible_to(patient).count() == 1


def test_a_second_click_does_not_lead_past_it(phone, due):
    page = fields(phone.get(CHECK))
    addresses = {phone.post(CHECK, page)["Location"] for _click in range(3)}
    assert addresses == {f"{address('notice', 'today/')}?then=sent"}


def test_what_was_shown_when_it_was_saved_is_not_shown_again_at_sending(phone, patient, fusion):
    attempt = answer_all(patient, fusion, fever_or_chills="yes", immune_medicine="yes")
    page = fields(phone.get(CHECK))
    for _click in range(2):
        assert phone.post(CHECK, page)["Location"] == f"/screening/sent/{attempt.pk}/"


def test_the_way_on_from_a_notice_is_ones_own_submission(phone, fusion, other_patient):
    answer_all(other_patient, fusion)
    theirs = answering.submit(patient=other_patient, questionnaire=fusion.questionnaire)
    page = phone.get(f"{address('notice', 'emergency/')}?then=sent").content.decode()
    assert str(theirs.pk) not in page


# The telephone is put away right after a positive ninth item ----------------------------------------------


@pytest.fixture
def ninth(patient: Any, fusion: Any, on_duty: Any) -> AnswersInProgress:
    attempt = answering.start(patient=patient, edition=fusion)
    save(attempt, phq_1="3", phq_2="3")
    save(attempt, phq_9="1")
    return attempt


def test_the_alert_is_raised_and_the_case_stands_on_the_list(ninth, patient):
    assert UrgentAnswer.objects.visible_to(patient).get().reason == "mood_self_harm"
    assert Alert.objects.visible_to(patient).get().level == "now"
    case = Case.objects.visible_to(patient).get()
    assert (case.submission, case.headline, case.rank) == (None, Case.Headline.UNSENT, 0)


def test_the_surgeon_reads_started_not_sent_call(ninth, surgeon, login):
    assert "Started, not sent: call" in login(surgeon).get(reverse("review:cases")).content.decode()


def test_on_the_next_login_home_leads_to_the_crisis_notice_first(ninth, phone):
    save(ninth, red_flag_fall_crash="yes")  # later, and not first
    page = phone.get("/").content.decode()
    crisis, emergency = (f'href="{address("notice", key)}' for key in ("crisis/", "emergency/"))
    assert page.index(crisis) < page.index(emergency) < page.index("What to do next")
    assert phone.get(address("notice", "crisis/")).status_code == 200


def test_home_leads_nobody_to_a_notice_without_a_reason(phone, begun):
    assert "/notice/" not in phone.get("/").content.decode()


def test_nor_to_one_of_another_patient(ninth, other_patient, login):
    assert "/notice/" not in login(other_patient).get("/").content.decode()
