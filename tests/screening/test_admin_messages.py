"""The words of messages in the admin: checked as they are saved, shown as they will begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from screening.models import MessageTemplate
from tests.screening.factories import make_edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]

ADD = "admin:screening_messagetemplate_add"
PREVIEW = "admin:screening_messagetemplate_preview"


@pytest.fixture
def desk(editor: User, login: Callable[[User], Client]) -> Client:
    return login(editor)


def words(text: str, **given: Any) -> dict[str, Any]:
    return {"state": "discuss", "topic": "", "language": "en", "text": text, "in_use": "on", **given}


def test_words_are_stored_for_a_topic_of_the_questionnaire(desk: Client) -> None:
    make_edition()
    assert desk.post(reverse(ADD), words("Your bones: we will talk.", topic="bone-health")).status_code == 302
    stored = MessageTemplate.objects.values("state", "topic", "language", "text", "in_use").get()
    assert stored == {**words("Your bones: we will talk.", topic="bone-health"), "in_use": True}


@pytest.mark.parametrize("text", ["Hello {nmae},", "Hello {name", "Hello {phq9}"])
def test_a_placeholder_that_would_be_shown_is_refused(desk: Client, text: str) -> None:
    response = desk.post(reverse(ADD), words(text))
    assert response.status_code == 200
    assert "The portal has nothing to put in the place of" in response.content.decode()
    assert not MessageTemplate.objects.exists()


def test_two_texts_for_one_place_are_refused(desk: Client) -> None:
    for _twice in range(2):
        response = desk.post(reverse(ADD), words("Hello {name},"))
    assert "There is a text for this decision, topic and language already." in response.content.decode()
    assert MessageTemplate.objects.count() == 1


def test_the_preview_shows_what_was_typed_and_stores_nothing(desk: Client) -> None:
    page = desk.post(
        reverse(PREVIEW), words("Hello {name},\n\nAn absolute rest. Call {phone}.")
    ).content.decode()
    assert "Hello Pat Morgan," in page
    assert "Call +1 555 0199." in page
    assert "“absolute”" in page
    assert "years of school" in page or "year of school" in page
    assert not MessageTemplate.objects.exists()


def test_a_preview_without_words_says_what_is_missing(desk: Client) -> None:
    assert desk.post(reverse(PREVIEW), words("")).status_code == 422


def test_a_hard_text_is_said_to_be_too_hard(desk: Client) -> None:
    text = "Considerable physiological contraindications necessitate interdisciplinary reconsideration."
    desk.post(reverse(ADD), words(text))
    page = desk.get(reverse("admin:screening_messagetemplate_changelist")).content.decode()
    assert "too hard, aim at six" in page


@pytest.mark.parametrize(("chosen", "shown"), [("(none)", "begins the message"), ("weight", "weight")])
def test_the_list_is_narrowed_to_a_topic_or_to_what_begins_messages(
    desk: Client, chosen: str, shown: str
) -> None:
    for topic in ("", "weight"):
        desk.post(reverse(ADD), words("Hello {name},", topic=topic))
        MessageTemplate.objects.get_or_create(state="closed", topic=topic, language="en", text="Bye.")
    page = desk.get(reverse("admin:screening_messagetemplate_changelist"), {"topic": chosen})
    assert {row.topic for row in page.context["cl"].queryset} == {"" if chosen == "(none)" else chosen}
    assert f">{shown}</a>" in page.content.decode()
