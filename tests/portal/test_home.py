import pytest
from django.urls import reverse
from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord
from screening import answering, deciding, following, messaging, reviewing
from screening.models import Case
from screening.models.document import shipped
from tests.screening.factories import make_edition
from tests.screening.typing import answer_all


@pytest.fixture
def fusion(db):
    return make_edition(shipped("spinal-fusion"))


@pytest.fixture
def sent(patient, fusion, practice):
    answer_all(patient, fusion)
    return answering.submit(patient=patient, questionnaire=fusion.questionnaire)


def home(login, user):
    response = login(user).get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_patient_is_told_what_to_do_and_how_long_it_takes(login, patient, fusion, practice):
    page = home(login, patient)
    assert "What to do next" in page
    assert f"About {fusion.questionnaire.minutes} minutes" in page


def test_answers_in_progress_can_be_gone_on_with(login, patient, fusion, practice):
    answering.start(patient=patient, edition=fusion)
    assert "Go on with" in home(login, patient)


def test_with_nothing_to_do_the_page_says_so(login, patient, practice):
    assert "There is nothing you need to do now" in home(login, patient)


def test_what_was_sent_is_not_opened_until_somebody_opens_it(login, patient, surgeon, sent):
    assert "Not opened yet" in home(login, patient)
    reviewing.open_case(user=surgeon, case_id=Case.objects.visible_to(surgeon).get().pk)
    assert "Your care team opened it" in home(login, patient)


def test_a_list_that_shows_the_patient_is_no_opening(login, patient, surgeon, sent):
    access.record(surgeon, AccessRecord.Action.LISTED_CASES, kind="screening.case", ids=[sent.pk])
    assert "Not opened yet" in home(login, patient)


def test_the_patient_reads_the_message_and_neither_note_nor_state(login, patient, surgeon, sent):
    case = reviewing.open_case(user=surgeon, case_id=Case.objects.visible_to(surgeon).get().pk)
    deciding.decide(
        user=surgeon,
        case=case,
        version=case.version,
        state="not_now",
        note="CANARY",
        message="Please call me.",
    )
    page = home(login, patient)
    assert "Please call me." in page
    assert "Dana Diaz" in page
    for word in ("CANARY", "not_now", "Not now", "absolute", "relative", "contraindicat"):
        assert word not in page


def test_a_new_message_stands_above_what_is_to_do_until_it_was_opened(login, patient, surgeon, sent, fusion):
    case = Case.objects.visible_to(surgeon).get()
    message = messaging.release(user=surgeon, case=case, text="Please call me.\n\n" + "More words. " * 40)
    answering.start(patient=patient, edition=fusion)
    page = home(login, patient)
    assert (
        page.index("A message for you") < page.index("Please call me. More words.") < page.index("Go on with")
    )
    assert "Message from Dana Diaz" in page
    assert page.count("More words.") < 10
    login(patient).get(reverse("messages:letter", args=[message.pk]))
    page = home(login, patient)
    assert "A message for you" not in page
    assert "Please call me." not in page
    assert f'<a href="{reverse("messages:letters")}">Read your message again, or ask a question</a>' in page


def test_another_patient_reads_nothing_of_it(login, patient, other_patient, surgeon, sent):
    case = reviewing.open_case(user=surgeon, case_id=Case.objects.visible_to(surgeon).get().pk)
    deciding.decide(user=surgeon, case=case, version=case.version, state="discuss", message="Please call me.")
    assert "Please call me." not in home(login, other_patient)


def test_staff_go_to_their_desk(login, surgeon, editor, administrator, sent):
    assert "1 case waits for you" in home(login, surgeon)
    assert "Articles" in home(login, editor)
    assert "Accounts and care" in home(login, administrator)


def test_an_alert_stands_on_the_desk_without_a_name(login, patient, surgeon, fusion, on_duty, practice):
    attempt = answering.start(patient=patient, edition=fusion)
    given = {"red_flag_bladder_bowel": "yes"}
    answering.save(patient=patient, questionnaire=attempt.questionnaire, given=given, seen={})
    page = home(login, surgeon)
    assert "A safety answer" in page
    assert "Alice" not in page


def test_who_is_to_answer_again_is_told_so_until_they_have(login, patient, surgeon, sent):
    Case.unscoped.update(state="not_now", awaiting=False, rescreen_on=timezone.localdate())
    following.return_due(today=timezone.localdate())
    page = home(login, patient)
    assert "Please answer again" in page
    assert "There is nothing you need to do now" not in page
    answering.start(patient=patient, edition=sent.edition, renews=sent)
    assert "Please answer again" not in home(login, patient)  # but: go on with what was begun
    answer_all(patient, sent.edition)
    answering.submit(patient=patient, questionnaire=sent.questionnaire)
    assert "Please answer again" not in home(login, patient)
