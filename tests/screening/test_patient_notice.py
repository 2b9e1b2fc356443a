from __future__ import annotations

import re

import pytest
from django.utils import timezone

from ledger.models import OutboxMessage
from screening import answering, reviewing
from screening.models import Alert, UrgentAnswer
from tests.screening.typing import address, answer_all, fields

EMERGENCY, CRISIS = address("notice/emergency"), address("notice/crisis")


def test_the_notice_gives_the_practices_numbers_to_call(phone, begun, practice):
    page = phone.get(EMERGENCY).content.decode()
    assert "wait for us to read this form" in page
    assert 'href="tel:911"' in page
    assert f'href="tel:{practice.phone.replace(" ", "")}"' in page
    assert "{" not in page.split("<main")[1].split("</main>")[0]


def test_it_never_says_that_we_know(phone, begun, patient):
    answering.save(
        patient=patient, questionnaire=begun.questionnaire, given={"red_flag_fall_crash": "yes"}, seen={}
    )
    page = phone.get(EMERGENCY).content.decode()
    assert "We have told" not in page
    assert "We know" not in page


def test_it_leads_on_with_the_form(phone, begun):
    assert f'href="{address("cancer")}"' in phone.get(f"{EMERGENCY}?then=cancer").content.decode()
    assert f'href="{address("check")}"' in phone.get(f"{EMERGENCY}?then=check").content.decode()


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "nowhere", "../../admin", "\"'><script>"]
)
def test_it_leads_nowhere_else(phone, begun, then):
    page = phone.get(EMERGENCY, {"then": then}).content.decode()
    main = page.split("<main")[1].split("</main>")[0]
    assert "evil" not in main
    assert "<script" not in main
    assert 'href="/screening/spinal-fusion/"' in main


def test_an_unknown_notice_is_not_found(phone, begun):
    assert phone.get(address("notice/nothing")).status_code == 404


def test_the_notice_is_linked_from_every_page(phone, begun):
    page = phone.get(address("red_flags")).content.decode()
    assert f'href="{EMERGENCY}?then=red_flags"' in page


def test_the_crisis_notice_offers_a_call(phone, patient, fusion, on_duty):
    answering.start(patient=patient, edition=fusion)
    page = phone.get(CRISIS)
    assert 'href="tel:988"' in page.content.decode()
    assert "Would you like us to call you?" in page.content.decode()
    response = phone.post(CRISIS, {**fields(page), "call_me": "yes"}, follow=True)
    assert "The message to a person on our team is on its way." in response.content.decode()
    assert UrgentAnswer.objects.visible_to(patient).get().call_me
    assert [message.to_user_id for message in OutboxMessage.objects.all()] == [str(on_duty.user.pk)]


def test_a_second_click_tells_the_one_on_duty_once(phone, patient, fusion, on_duty):
    answering.start(patient=patient, edition=fusion)
    for _click in range(2):
        phone.post(CRISIS, {"call_me": "yes"})
    assert OutboxMessage.objects.count() == 1


def test_no_is_an_answer_too(phone, patient, fusion, on_duty):
    answering.start(patient=patient, edition=fusion)
    response = phone.post(f"{CRISIS}?then=mood", {"call_me": "no"})
    assert response["Location"] == address("mood")
    assert not UrgentAnswer.objects.visible_to(patient).exists()


def test_with_nobody_on_duty_it_is_not_said_that_somebody_was_told(phone, begun, patient):
    page = phone.post(CRISIS, {"call_me": "yes"}, follow=True).content.decode()
    assert "We have sent" not in page
    assert "please call us now" in page
    assert UrgentAnswer.objects.visible_to(patient).get().call_me


def test_a_call_can_still_be_asked_for_after_sending(phone, patient, fusion):
    answer_all(patient, fusion)
    answering.submit(patient=patient, questionnaire=fusion.questionnaire)
    assert "Would you like us" in phone.get(CRISIS).content.decode()
    assert phone.post(CRISIS, {"call_me": "yes"}).status_code == 302
    assert UrgentAnswer.objects.visible_to(patient).get().call_me


def test_reloading_the_page_does_not_ask_again(phone, begun, patient):
    phone.post(CRISIS, {"call_me": "yes"}, follow=True)
    page = phone.get(CRISIS).content.decode()
    assert "You asked for a call" in page
    assert "Yes, please call me" not in page
    assert UrgentAnswer.objects.visible_to(patient).count() == 1


def test_only_patients_open_it(surgeon, begun, login):
    assert login(surgeon).get(EMERGENCY).status_code == 403


def main_part(page):
    return page.content.decode().split("<main")[1].split("</main>")[0]


def test_the_number_that_is_needed_stands_first(phone, begun, practice):
    first = {"emergency": "911", "today": "+15550199", "crisis": "988"}
    for key, number in first.items():
        links = re.findall(r'href="tel:([^"]+)"', main_part(phone.get(address(f"notice/{key}"))))
        assert links[0] == number
        assert {"911", "+15550199"} <= set(links)


def test_a_country_without_a_crisis_line_offers_help_that_is_there(phone, begun, practice):
    practice.country_id = "EU"
    practice.save()
    main = main_part(phone.get(CRISIS))
    assert 'href="tel:112"' in main
    assert 'href="tel:"' not in main
    assert "988" not in main
    assert "crisis line" not in main


def test_each_step_of_a_wish_for_a_call_is_said_as_far_as_it_went(phone, patient, fusion, on_duty, practice):
    answering.start(patient=patient, edition=fusion)
    phone.post(CRISIS, {"call_me": "yes"})
    OutboxMessage.objects.update(sent_at=timezone.now())
    assert "They have not told us yet that they have seen it." in main_part(phone.get(CRISIS))
    alert = Alert.objects.visible_to(patient).get()
    reviewing.acknowledge(user=on_duty.user, alert=alert)
    main = main_part(phone.get(CRISIS))
    assert "They plan to call you." in main
    assert "Would you like us to call you once more?" in main


def test_a_message_that_failed_says_to_call_us_now(phone, patient, fusion, on_duty, practice):
    answering.start(patient=patient, edition=fusion)
    phone.post(CRISIS, {"call_me": "yes"})
    OutboxMessage.objects.update(failed_at=timezone.now())
    main = main_part(phone.get(CRISIS))
    assert "please call us now" in main
    assert 'href="tel:+15550199"' in main
    assert "have sent" not in main
