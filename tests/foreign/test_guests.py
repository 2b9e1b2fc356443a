"""education and screening do their work in a project with stock accounts and no portal."""

import sys

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from ledger.models import OutboxMessage
from screening import answering, calling, following
from screening.models import Case, Questionnaire, QuestionnaireEdition
from tests.foreign.conftest import make
from tests.screening.calm import CALM


def test_the_portal_is_not_there():
    assert not apps.is_installed("portal")
    assert "portal.settings" not in sys.modules


def test_a_reader_finds_and_opens_an_article(client, patient, published):
    client.force_login(patient)
    found = client.get(reverse("education:articles"), {"q": "Smokers"}).content.decode()
    assert "/learn/is-fusion-right-for-me/" in found
    assert client.get("/learn/is-fusion-right-for-me/").status_code == 200


def test_a_patient_answers_and_a_reviewer_decides(client, patient, surgeon, published):
    edition = QuestionnaireEdition.objects.current().get()
    answering.start(patient=patient, edition=edition)
    given = {key: value for key, value in {**CALM, "smoking": "daily"}.items() if not key.startswith("phq")}
    answering.save(patient=patient, questionnaire=edition.questionnaire, given=given, seen={})
    answering.submit(patient=patient, questionnaire=edition.questionnaire)

    client.force_login(surgeon)
    case = Case.objects.visible_to(surgeon).get()
    assert case.headline == "relative"
    assert "Alice" in client.get(reverse("review:cases")).content.decode()
    assert client.get(reverse("review:case", args=[case.pk])).status_code == 200
    mark = {"version": case.version, "says": "confirmed"}
    assert client.post(reverse("review:mark", args=[case.pk, "nicotine"]), mark).status_code == 302
    decided = {"version": case.version + 1, "state": "discuss", "plan": "A talk about the next step."}
    assert client.post(reverse("review:decide", args=[case.pk]), decided).status_code == 302


def test_a_patient_walks_through_the_pages(client, patient, published):
    client.force_login(patient)
    page = client.get(reverse("screening:start"), follow=True)
    assert page.status_code == 200
    page = client.get(reverse("screening:questionnaire", args=["spinal-fusion"]))
    assert page.status_code == 200


def test_nobody_is_forgotten_without_the_portal(client, patient, surgeon, published):
    """The day to ask again comes, the patient has no address that works, and a reviewer reads whom to call."""
    edition = QuestionnaireEdition.objects.current().get()
    answering.start(patient=patient, edition=edition)
    given = {key: value for key, value in CALM.items() if not key.startswith("phq")}
    answering.save(patient=patient, questionnaire=edition.questionnaire, given=given, seen={})
    answering.submit(patient=patient, questionnaire=edition.questionnaire)
    Case.unscoped.update(state="not_now", awaiting=False, rescreen_on=timezone.localdate())
    assert following.return_due(today=timezone.localdate()) == 1
    assert (following.tell_backup_due(), following.remind_due()) == (0, 0)
    OutboxMessage.objects.update(failed_at=timezone.now())
    assert calling.note_failed() == 1

    client.force_login(surgeon)
    page = client.get(reverse("review:to_call"))
    assert "Alice" in page.content.decode()
    [card] = page.context["cards"]
    note = reverse("review:to_call_note", args=[card["row"].until])
    assert client.post(note, {"outcome": "called"}).status_code == 302
    assert "Alice" not in client.get(reverse("review:to_call")).content.decode()
    client.force_login(patient)
    start = reverse("screening:questionnaire", args=["spinal-fusion"])
    assert "Please answer again" in client.get(start).content.decode()
    assert client.post(start, {"with": "last"}).status_code == 302


def test_a_reviewer_takes_a_case_out_and_the_lead_sees_figures(client, patient, published):
    surgeon, lead = make("erik", "review_cases", "export_cases"), make("ines", "view_figures")
    case = Case.objects.create(patient=patient, questionnaire=Questionnaire.objects.get())
    client.force_login(surgeon)
    made = client.post(reverse("review:export_case", args=[case.pk]), {"kind": "print"})
    assert "Alice" in client.get(made["Location"]).content.decode()
    made = client.post(reverse("review:export_cases"))
    table = client.get(made["Location"] + "file/")
    assert "Alice" in b"".join(table.streaming_content).decode()
    assert table["Cache-Control"] == "no-store, private"
    client.force_login(lead)
    page = client.get(reverse("review:figures")).content.decode()
    assert ("<svg" in page, "Alice" in page) == (True, False)
