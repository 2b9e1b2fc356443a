from __future__ import annotations

import uuid

import pytest
from django.http import HttpResponse

from ledger.models import AccessRecord
from screening import answering
from tests.screening.pages import body
from tests.screening.typing import answer_all

VERDICTS = ("absolute", "relative", "contraindicat", "candidate", "PHQ-", "risk score")


@pytest.fixture
def submission(patient, fusion):
    answer_all(patient, fusion, smoking="daily", back_sore="yes", anything_else="<b>I swim.</b>")
    return answering.submit(patient=patient, questionnaire=fusion.questionnaire)


@pytest.fixture
def url(submission):
    return f"/screening/sent/{submission.pk}/"


@pytest.fixture
def confirmed(monkeypatch):
    """The password was given a short while ago."""
    monkeypatch.setattr("portal.host.PortalHost.confirm_password", lambda self, request: None)


def test_the_patient_reads_thanks_what_comes_next_and_what_was_sent(phone, url, practice):
    page = phone.get(url).content.decode()
    assert "Thank you" in page
    assert f"within {practice.reply_days} working day" in page
    assert "does not decide" in page
    assert "&lt;b&gt;I swim.&lt;/b&gt;" in page
    assert "Change" not in page.split("What you sent")[1]


def test_no_patient_page_holds_a_verdict(phone, url, confirmed):
    for address in (url, f"{url}download/", "/screening/spinal-fusion/", "/screening/spinal-fusion/blank/"):
        page = phone.get(address).content.decode()
        text = page.split("<main", 1)[-1].lower()
        assert [word for word in VERDICTS if word.lower() in text] == []


def test_what_was_sent_can_be_kept_as_a_plain_text_file(phone, url, submission, patient, confirmed):
    response = phone.get(f"{url}download/")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="spinal-fusion-')
    text = response.content.decode()
    assert "<b>I swim.</b>" in text
    assert "YOUR BONES" in text
    record = AccessRecord.objects.get(action="downloaded")
    assert (record.actor_id, record.subject_id, record.object_id) == (
        str(patient.pk),
        str(patient.pk),
        str(submission.pk),
    )


def test_the_file_asks_for_the_password_again(phone, url, monkeypatch):
    asks = HttpResponse("Your password?")
    monkeypatch.setattr("portal.host.PortalHost.confirm_password", lambda self, request: asks)
    assert phone.get(f"{url}download/").content == b"Your password?"
    assert not AccessRecord.objects.filter(action="downloaded").exists()


def test_nobody_else_reads_it_and_a_missing_one_looks_the_same(url, other_patient, login):
    client = login(other_patient)
    missing = f"/screening/sent/{uuid.uuid4()}/"
    for tail in ("", "download/"):
        theirs, none = client.get(url + tail), client.get(missing + tail)
        assert theirs.status_code == none.status_code == 404
        assert body(theirs) == body(none)


@pytest.mark.parametrize("person", ["editor", "approver", "surgeon", "other_surgeon", "administrator"])
def test_staff_read_it_by_the_case_alone(person, url, request, login):
    client = login(request.getfixturevalue(person))
    assert (client.get(url).status_code, client.get(f"{url}download/").status_code) == (403, 403)


def test_what_was_sent_is_never_changed_by_posting(phone, url):
    assert phone.post(url, {"smoking": "never"}).status_code == 405


def test_the_page_opens_as_often_as_one_likes(phone, url):
    assert body(phone.get(url)) == body(phone.get(url))


def test_it_says_which_questions_were_answered(phone, url, submission, confirmed):
    words = f"These are the questions of edition {submission.edition.number}, "
    assert words in phone.get(url).content.decode()
    assert words in phone.get(f"{url}download/").content.decode()


def test_it_says_who_typed_the_answers_in(phone, patient, surgeon, fusion):
    attempt = answer_all(patient, fusion)
    attempt.entered_by, attempt.entered_how = surgeon, "interview"
    attempt.save()
    sent = answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    page = phone.get(f"/screening/sent/{sent.pk}/").content.decode()
    assert "Entered for you by Dana Diaz: asked in person or by telephone." in page
