"""Where the two apps meet: what surgeons can choose to read, who chose it, and what was read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from editions import publishing
from education.models import Article, ArticleEdition, ArticleRead, Topic
from portal import reading
from portal.accounts.models import Practice, User
from screening import messaging
from screening.host import Read, Reading, host
from screening.models import Message
from tests.screening.factories import make_case

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def publish(editor: User, approver: User) -> Callable[..., ArticleEdition]:
    def published(slug: str, *topics: str) -> ArticleEdition:
        article, _new = Article.objects.get_or_create(
            slug=slug, defaults={"title": slug.title(), "summary": "What it is.", "author": "A. Author"}
        )
        article.topics.set([Topic.objects.get_or_create(slug=t, defaults={"name": t})[0] for t in topics])
        article.body += "<p>Text.</p>"
        with time_machine.travel(AT, tick=False):
            publishing.save_draft(article, by=editor)
            publishing.submit(article, by=editor)
            publishing.approve(article, by=approver, digest=article.digest())
            edition: ArticleEdition = publishing.publish(article, by=approver)
        return edition

    return published


@pytest.fixture
def choose(patient: User, surgeon: User, practice: Practice) -> Callable[..., Message]:
    case = make_case(patient)

    def chosen(*slugs: str) -> Message:
        rows = [{"key": slug, "title": slug.title()} for slug in slugs]
        with time_machine.travel(AT, tick=False):
            return messaging.release(user=surgeon, case=case, text="Please read this.", reading=rows)

    return chosen


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_every_topic_of_a_finding_has_an_article() -> None:
    """Topics meet by their slugs alone: a slip of the pen would suggest nothing, and say nothing."""
    asked = tomllib.loads((ROOT / "screening/content/spinal-fusion.toml").read_text(encoding="utf-8"))
    told: set[str] = set()
    for path in (ROOT / "education/content").glob("*.toml"):
        if path.name != "topics.toml":
            told |= set(tomllib.loads(path.read_text(encoding="utf-8"))["topics"])
    assert {criterion["topic"] for criterion in asked["criteria"]} - told == set()


def test_articles_about_the_findings_stand_first_in_their_order(
    publish: Callable[..., ArticleEdition],
) -> None:
    publish("apples", "food")
    publish("bones", "bone")
    publish("smoke", "nicotine")
    publish("waiting", "nicotine", "bone")
    assert [each.key for each in host().reading(["nicotine", "bone"])] == [
        "waiting",
        "smoke",
        "bones",
        "apples",
    ]
    assert [each.key for each in host().reading()] == ["apples", "bones", "smoke", "waiting"]
    assert host().reading(["bone"])[0] == Reading("bones", "Bones", "/learn/bones/", 1, ("bone",))


def test_what_is_not_live_cannot_be_chosen(
    publish: Callable[..., ArticleEdition], approver: User, editor: User
) -> None:
    edition = publish("bones")
    Article.objects.create(slug="draft", title="Draft", summary="", author="", body="<p>Not yet.</p>")
    assert [each.key for each in host().reading()] == ["bones"]
    publishing.withdraw(edition, by=approver, reason="Wrong.", text="Please ask us.")
    assert host().reading() == []


def test_what_was_read_names_the_edition_and_whether_it_is_still_the_current_one(
    publish: Callable[..., ArticleEdition], patient: User, other_patient: User
) -> None:
    for day, edition in ((17, publish("bones")), (18, publish("smoke"))):
        with time_machine.travel(AT.replace(day=day), tick=False):
            ArticleRead.objects.meet(edition=edition, reader=patient)
    publish("bones")
    assert host().reads_of(patient) == [
        Read("smoke", "Smoke", 1, AT.replace(day=18), True, "/learn/smoke/"),
        Read("bones", "Bones", 1, AT.replace(day=17), False, "/learn/bones/"),
    ]
    assert host().reads_of(patient.pk) == host().reads_of(patient)
    assert host().reads_of(other_patient) == []


def test_an_article_says_who_chose_it_to_whom_it_was_chosen_for_and_to_nobody_else(
    publish: Callable[..., ArticleEdition], choose: Callable[..., Message], login: Callable[..., Client],
    patient: User, other_patient: User, surgeon: User,
) -> None:  # fmt: skip
    publish("bones")
    publish("smoke")
    message = choose("bones")
    said = "Dana Diaz chose this for you on Nov. 16, 2026."
    mine = page(login(patient), "/learn/bones/")
    assert said in mine
    assert reverse("messages:letter", args=[message.pk]) in mine
    assert said not in page(login(patient), "/learn/smoke/")
    for other in (other_patient, surgeon):
        assert said not in page(login(other), "/learn/bones/")


def test_the_message_says_what_of_it_was_read(
    publish: Callable[..., ArticleEdition], choose: Callable[..., Message], login: Callable[..., Client],
    patient: User,
) -> None:  # fmt: skip
    publish("bones")
    publish("smoke")
    address, client = reverse("messages:letter", args=[choose("bones", "smoke").pk]), login(patient)
    assert page(client, address).count('<span class="tag tag--todo">To read</span>') == 2
    with time_machine.travel(AT.replace(day=17), tick=False):
        client.get("/learn/bones/")
    text = page(client, address)
    assert "You read it on Nov. 17, 2026." in text
    assert text.count("To read</span>") == 1
    assert "It has changed since then." not in text
    publish("bones")
    assert "It has changed since then." in page(client, address)


def test_a_withdrawn_article_opens_for_who_read_it_and_is_only_named_to_who_did_not(
    publish: Callable[..., ArticleEdition], choose: Callable[..., Message], login: Callable[..., Client],
    patient: User, approver: User,
) -> None:  # fmt: skip
    editions = [publish("bones"), publish("smoke")]
    address, client = reverse("messages:letter", args=[choose("bones", "smoke").pk]), login(patient)
    client.get("/learn/bones/")
    for edition in editions:
        publishing.withdraw(edition, by=approver, reason="Wrong.", text="Please ask us.")
    text = page(client, address)
    assert "This text is no longer current. You can still open it." in text
    assert "This text is not shown any more." in text
    assert ('href="/learn/bones/"' in text, 'href="/learn/smoke/"' in text) == (True, False)
    assert "Please ask us." in page(client, "/learn/bones/")
    page(client, "/learn/smoke/", 404)


def test_home_shows_what_was_chosen_first_and_says_so(
    publish: Callable[..., ArticleEdition], choose: Callable[..., Message], login: Callable[..., Client],
    patient: User,
) -> None:  # fmt: skip
    publish("bones")
    publish("smoke")
    choose("smoke")
    text = page(login(patient), reverse("home"))
    assert text.index("Read: Smoke") < text.index("Read: Bones")
    assert "Dana Diaz chose this for you." in text
    assert text.count('<span class="tag tag--new">For you</span>') == 1


def test_what_was_chosen_twice_is_the_newest_messages(
    publish: Callable[..., ArticleEdition], choose: Callable[..., Message], patient: User
) -> None:
    publish("bones")
    first, second = choose("bones"), choose("bones")
    assert {first.pk, second.pk} == {told.message.pk for told in messaging.messages_for(patient)}
    chosen: dict[str, Any] = reading.chosen_in(messaging.messages_for(patient))
    assert list(chosen) == ["bones"]
