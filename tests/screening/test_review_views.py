"""A surgeon's own views of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from screening.forms.worklist import ViewForm
from screening.models import SavedView
from tests.screening.factories import make_edition

pytestmark = pytest.mark.django_db
URL = reverse("review:views")
LIST = reverse("review:cases")


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    make_edition()
    return login(surgeon)


def keep(browser: Client, name: str, query: str) -> Any:
    return browser.post(URL, {"name": name, "query": query})


def own(user: User) -> list[tuple[str, str]]:
    return list(SavedView.objects.filter(owner=user).values_list("name", "query"))


def test_what_is_shown_is_kept_under_a_name_and_offered_on_the_list(browser: Client, surgeon: User) -> None:
    response = keep(browser, "Old bones", "waiting=week&criterion=bone")
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?criterion=bone&waiting=week")
    assert own(surgeon) == [("Old bones", "criterion=bone&waiting=week")]
    page = browser.get(response["Location"]).content.decode()
    assert 'href="/review/?criterion=bone&amp;waiting=week" aria-current="page">Old bones</a>' in page


def test_only_what_the_list_understands_is_kept(browser: Client, surgeon: User) -> None:
    keep(browser, "Mine", "state=all&question=on&after=1.2.3&next=//evil.example&category=__class__")
    assert own(surgeon) == [("Mine", "state=all&question=on")]


@pytest.mark.parametrize(
    "query", ["", "x" * 10_000, "%00", "\ud83d".encode("utf-8", "replace").decode(), "a=1;b=2"]
)
def test_a_query_that_is_none_is_the_whole_list(browser: Client, surgeon: User, query: str) -> None:
    assert keep(browser, "All", query)["Location"] == LIST
    assert own(surgeon) == [("All", "")]


def test_a_name_is_needed_and_used_once(browser: Client, surgeon: User) -> None:
    keep(browser, "Mine", "state=all")
    for name, words in (
        ("", "This field is required."),
        ("Mine", "You keep a view of this name already. Choose another name."),
        ("x" * 61, "at most 60 characters"),
    ):
        response = keep(browser, name, "state=new")
        assert response.status_code == 422
        assert words in response.content.decode()
        assert 'name="query" value="state=new"' in response.content.decode()
    assert own(surgeon) == [("Mine", "state=all")]


def test_of_two_windows_that_keep_one_name_at_once_the_second_is_told(
    browser: Client, surgeon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(browser, "Mine", "state=all")
    monkeypatch.setattr(
        ViewForm, "clean", lambda self: None
    )  # which the first window had not stored anything for yet
    response = keep(browser, "Mine", "state=new")
    assert response.status_code == 422
    assert "You keep a view of this name already." in response.content.decode()
    assert own(surgeon) == [("Mine", "state=all")]


def test_thirty_are_kept_and_no_more(browser: Client, surgeon: User) -> None:
    SavedView.objects.bulk_create(SavedView(owner=surgeon, name=f"View {n:02}") for n in range(29))
    assert keep(browser, "The thirtieth", "state=all").status_code == 302
    response = keep(browser, "One more", "state=all")
    assert "You keep 30 views already. Remove one first." in response.content.decode()
    assert len(own(surgeon)) == 30


def test_a_search_that_grows_too_long_in_an_address_is_refused_in_words(
    browser: Client, surgeon: User
) -> None:
    response = keep(browser, "Long", "search=" + "漢" * 100)
    assert response.status_code == 422
    assert "What the list shows is too long to be kept" in response.content.decode()
    assert own(surgeon) == []


def test_a_view_is_removed(browser: Client, surgeon: User) -> None:
    view = SavedView.objects.create(owner=surgeon, name="Mine", query="state=all")
    assert browser.post(reverse("review:remove_view", args=[view.pk]))["Location"] == URL
    assert own(surgeon) == []
    assert "You keep no views." in browser.get(URL).content.decode()


def test_somebody_elses_views_are_neither_seen_nor_removed(browser: Client, other_surgeon: User) -> None:
    view = SavedView.objects.create(owner=other_surgeon, name="CANARY", query="state=all")
    theirs = browser.post(reverse("review:remove_view", args=[view.pk]))
    missing = browser.post(reverse("review:remove_view", args=[view.pk + 1]))
    assert theirs.status_code == missing.status_code == 404
    for page in (browser.get(URL), browser.get(LIST)):
        assert "CANARY" not in page.content.decode()
    assert keep(browser, "CANARY", "state=all").status_code == 302


def test_what_a_view_is_called_is_text(browser: Client) -> None:
    page = browser.get(keep(browser, "<b>bold</b>", "state=all")["Location"]).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold</b>" not in page
