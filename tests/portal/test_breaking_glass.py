from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord, OutboxMessage
from portal.accounts import joining
from portal.accounts.models import Care, EmergencyAccess
from screening.host import host
from screening.models import ToCall
from tests.conftest import make_patient, make_user
from tests.screening.factories import make_case

BORN = "1958-03-02"
REASON = "On call, patient in the emergency room"
WRONG = "No patient has this record number and this date of birth."


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def elses(other_surgeon):
    """A patient in somebody else's care."""
    patient = make_patient("Bella Brown", born=date(1958, 3, 2), record_number="H-1001")
    Care.objects.create(patient=patient, surgeon=other_surgeon)
    return patient


@pytest.fixture
def case(elses):
    return make_case(elses)


@pytest.fixture
def reviewer(surgeon, login):
    return login(surgeon)


def ask(browser, record_number="H-1001", born=BORN, reason=REASON):
    return browser.post(reverse("another"), {"record_number": record_number, "born": born, "reason": reason})


def test_it_opens_the_case_for_an_hour_and_no_longer(reviewer, case, time_machine):
    page = reverse("review:case", args=[case.pk])
    time_machine.move_to(timezone.now(), tick=False)
    assert reviewer.get(page).status_code == 404
    assert ask(reviewer).url == page
    assert reviewer.get(page).status_code == 200
    time_machine.shift(timedelta(minutes=59))
    assert reviewer.get(page).status_code == 200
    time_machine.shift(timedelta(minutes=1))
    assert reviewer.get(page).status_code == 404


def test_it_opens_nothing_else_and_puts_nobody_on_the_list(reviewer, case, surgeon, other_surgeon):
    another = make_patient("Carl Cruz")
    Care.objects.create(patient=another, surgeon=other_surgeon)
    ask(reviewer)
    assert not host().patients_visible_to(surgeon).filter(pk=another.pk).exists()
    assert not host().patients_in_care(surgeon).filter(pk=case.patient_id).exists()
    assert "Bella" not in reviewer.get(reverse("review:cases")).content.decode()


def test_the_record_stands_before_anything_is_shown(reviewer, case, surgeon, elses):
    ask(reviewer)
    first = AccessRecord.objects.order_by("pk").first()
    assert (first.action, first.actor_id, first.subject_id, first.reason) == (
        "break_glass",
        str(surgeon.pk),
        str(elses.pk),
        REASON,
    )
    opened = EmergencyAccess.objects.visible_to(surgeon).get()
    assert (opened.patient, opened.reason, opened.end - opened.start) == (elses, REASON, timedelta(hours=1))


def test_patient_and_lead_are_told_and_the_mail_says_nothing(reviewer, case, surgeon, elses, lead):
    ask(reviewer)
    told = OutboxMessage.objects.order_by("pk").values_list("kind", "to_user_id", "payload")
    payload = {"opening": EmergencyAccess.objects.visible_to(surgeon).get().pk}
    assert list(told) == [
        ("something_new", str(elses.pk), payload),
        ("opening", str(lead.pk), payload),
    ]


def test_a_patient_without_e_mail_stands_on_the_list_of_those_to_write_to(reviewer, case, elses):
    elses.email = None
    elses.save()
    ask(reviewer)
    call_command("tick")
    assert [row.patient for row in ToCall.unscoped.select_related("patient")] == [elses]


def test_the_patient_reads_who_opened_it_and_why(reviewer, case, elses, login):
    ask(reviewer)
    page = login(elses).get("/").content.decode()
    assert "Dana Diaz opened your record." in page
    assert f"Reason: {REASON}" in page


def test_the_lead_reads_why_and_only_with_the_whole_practice_whose(reviewer, case, lead, login):
    ask(reviewer)
    whole = make_user("Wilma Whole", "surgeon", "lead")
    pages = [login(each).get("/").content.decode() for each in (lead, whole)]
    assert [REASON in page for page in pages] == [True, True]
    assert ["Bella Brown" in page for page in pages] == [False, True]


def test_the_case_says_that_it_is_open_for_an_hour_only(reviewer, case):
    page = reviewer.get(ask(reviewer).url).content.decode()
    assert "emergency" in page.lower()
    assert REASON in page


@pytest.mark.parametrize(
    ("record_number", "born"), [("H-1001", "1958-03-03"), ("H-9999", BORN), ("H-100", BORN), ("h-1001", BORN)]
)
def test_a_wrong_combination_gives_no_hint_which_was_wrong(reviewer, case, record_number, born):
    response = ask(reviewer, record_number, born)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [WRONG]
    assert not EmergencyAccess.unscoped.exists()


@pytest.mark.parametrize("reason", ["", "   ", "emergency", "on call"])
def test_a_reason_of_a_few_words_is_needed(reviewer, case, reason):
    response = ask(reviewer, reason=reason)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])
    assert not EmergencyAccess.unscoped.exists()


def test_after_five_tries_even_the_right_one_waits_and_each_wrong_one_is_recorded(
    reviewer, case, surgeon, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)
    for _each in range(5):
        ask(reviewer, "H-9999")
    assert [ask(reviewer).status_code, ask(reviewer).status_code] == [429, 429]
    assert list(AccessRecord.objects.order_by("pk").values_list("actor_id", "subject_id", "reason")) == [
        *[(str(surgeon.pk), "", "refused: wrong combination")] * 5,
        (str(surgeon.pk), "", "refused: too many tries"),
    ]
    time_machine.shift(timedelta(minutes=15, seconds=1))
    assert ask(reviewer).status_code == 302


def test_ones_own_patients_need_no_glass(reviewer, patient, surgeon):
    case = make_case(patient)
    profile = host().person(patient)
    response = ask(reviewer, profile.record_number, profile.date_of_birth.isoformat())
    assert response.url == reverse("review:case", args=[case.pk])
    assert not EmergencyAccess.unscoped.exists()
    page = reviewer.get(response.url).content.decode()
    assert "You see this patient anyway" in page


def test_where_there_is_no_case_yet_it_says_so(reviewer, elses):
    response = ask(reviewer)
    assert response.status_code == 422
    assert "no case to open" in response.content.decode()


def test_ones_own_record_is_not_opened_with_it(login, case, elses):
    elses.groups.set(make_user("Any", "patient", "surgeon").groups.all())
    assert ask(login(elses)).context["form"].non_field_errors() == [WRONG]


def test_nor_with_the_number_of_a_second_record_of_ones_own(login, case, elses, administrator):
    own = make_patient("Bella Brown-Roe", date(1958, 3, 2))
    own.groups.add(*make_user("Any", "surgeon").groups.all())
    joining.join(into=own, other=elses, reason="One identity card", by=administrator)
    assert ask(login(own)).context["form"].non_field_errors() == [WRONG]
    assert not EmergencyAccess.unscoped.exists()


def test_a_lead_who_is_no_surgeon_cannot(login, lead, case):
    assert ask(login(lead)).status_code == 403


def test_the_host_knows_that_it_is_only_an_opening(reviewer, case, surgeon, elses):
    assert host().opening(surgeon, elses) is None
    ask(reviewer)
    opening = host().opening(surgeon, elses)
    assert opening.reason == REASON
    Care.objects.create(patient=elses, surgeon=surgeon)
    assert host().opening(surgeon, elses) is None


def test_a_second_opening_within_the_hour_is_not_needed_and_not_made(reviewer, case):
    ask(reviewer)
    ask(reviewer)
    assert EmergencyAccess.unscoped.count() == 1


def test_each_empty_field_says_what_to_give(reviewer, elses):
    page = ask(reviewer, "", "", "").content.decode()
    for said in ("Give the record number.", "Give the date of birth.", "Say why: the patient and"):
        assert said in page
    assert "Give a date, such as 1958-03-14." in ask(reviewer, born="yesterday").content.decode()
