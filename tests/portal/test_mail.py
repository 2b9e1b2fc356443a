"""Mails say that something is new: whatever happened, they say it in the same words."""

from django.core import mail
from django.core.management import call_command

from ledger import outbox
from screening import answering
from screening.models.document import shipped
from tests.screening.factories import make_edition


def test_an_urgent_answer_reaches_the_one_on_duty_without_a_health_detail(
    patient, surgeon, on_duty, practice
):
    attempt = answering.start(patient=patient, edition=make_edition(shipped("spinal-fusion")))
    given = {"red_flag_bladder_bowel": "yes"}
    answering.save(patient=patient, questionnaire=attempt.questionnaire, given=given, seen={})
    call_command("tick")
    [message] = mail.outbox
    assert message.to == [surgeon.email]
    assert message.subject == "Harbor Spine Clinic: something is new"
    text = message.message().as_string()
    for canary in ("Alice", "Adams", "bladder", "urgent", "safety", str(attempt.pk), "555 0100"):
        assert canary not in text


def test_every_mail_says_the_same(patient, practice):
    outbox.put("alert", "a", to=patient)
    outbox.put("something_new", "b", to=patient)
    call_command("tick")
    assert mail.outbox[0].body == mail.outbox[1].body
    assert mail.outbox[0].subject == mail.outbox[1].subject


def test_a_closed_account_is_written_to_no_more(patient, practice):
    outbox.put("something_new", "a", to=patient)
    patient.is_active = False
    patient.save()
    call_command("tick")
    assert mail.outbox == []


def test_tick_twice_sends_once(patient, practice):
    outbox.put("something_new", "a", to=patient)
    call_command("tick")
    call_command("tick")
    assert len(mail.outbox) == 1
