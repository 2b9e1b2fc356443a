"""A practice with its texts published, windows of Chromium to open its pages in, and what no page may do.

Every page that a test opens is listened to: an error in its console, a resource that does not load or
anything that the content security policy stops fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from editions import publishing
from education.models import Article, ArticleEdition
from ledger.testing import lift_before_flush
from portal.accounts.models import Contact, Practice, User
from portal.accounts.people import confirm_address
from screening.models import QuestionnaireEdition
from screening.models.document import shipped
from tests.browser.chromium import CHROMIUM_FLAGS
from tests.screening.factories import make_edition
from tests.servers import find_chromium

lift_before_flush()

PARTS_OF_A_PAGE = {"script", "stylesheet", "image", "font"}

ARTICLE: dict[str, Any] = {
    "slug": "smoking-and-healing",
    "title": "Smoking and healing",
    "summary": "Why bone heals more slowly when you smoke, and what helps you stop.",
    "body": (
        "<h2>What smoke does</h2><p>Smoke makes small blood vessels narrow. Bone gets less of what it needs.</p>"
        "<h2>What helps</h2><ul><li>Ask us for help.</li><li>Set a day.</li></ul>"
        "<h2>When to stop</h2><table><tbody><tr><th>When</th><th>What you gain</th></tr>"
        "<tr><td>Six weeks before</td><td>Bone heals better.</td></tr></tbody></table>"
        "<p>Read more about <a href='https://example.org/stop'>stopping</a>.</p>"
    ),
    "author": "Elena Ruiz, nurse",
    "clinical_reviewer": "Dr. Amir Haddad",
    "last_reviewed": "2026-10-01",
    "next_review_due": "2027-10-01",
    "topics": [{"slug": "nicotine", "name": "Smoking"}],
    "sources": [
        {
            "title": "Smoking and fusion of the spine",
            "author": "A. Author",
            "year": 2021,
            "address": "https://example.org/source",
            "accessed": "2026-10-01",
        }
    ],
}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Nothing fades: a colour that is measured is the colour that stays."""
    return {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", "locale": "en-US"}


@pytest.fixture(scope="package", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright runs a loop of its own in this thread, which Django would take for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(autouse=True)
def practice(transactional_db: None) -> Practice:
    cache.clear()  # it counts log-ins
    return Practice.objects.create(
        name="Harbor Spine Clinic", phone="+1 555 0199", opening_hours="Monday to Friday, 8 am to 5 pm"
    )


@pytest.fixture
def fusion() -> QuestionnaireEdition:
    """The live edition of the shipped questionnaire."""
    return make_edition(shipped("spinal-fusion"))


@pytest.fixture
def on_duty(surgeon: User) -> Contact:
    return Contact.objects.create(user=surgeon)


@pytest.fixture
def article(editor: User, approver: User) -> Article:
    """Written by one person, approved and published by another."""
    article = Article(slug=ARTICLE["slug"], title=ARTICLE["title"])
    article.save()
    article.restore(ARTICLE)
    publishing.save_draft(article, by=editor)
    publish(article, approver)
    return article


def publish(article: Article, approver: User) -> ArticleEdition:
    publishing.submit(article, by=approver)
    publishing.approve(article, by=approver, digest=article.digest())
    edition: ArticleEdition = publishing.publish(article, by=approver)
    return edition


class Windows:
    """Opens windows, and keeps what their pages complain about."""

    def __init__(self, new_context: Callable[..., BrowserContext], address: str) -> None:
        self._new_context, self._address = new_context, address
        self.complaints: list[str] = []

    def open(self, user: User | None = None, **options: Any) -> Page:
        """A window of its own; with a user, one in which they have logged in."""
        context = self._new_context(base_url=self._address, **options)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"{error.page.url}: {error.error}"))
        context.on("response", self._loaded)
        if user is not None:
            log_in(context, user, self._address)
        context.set_default_timeout(15_000)
        return context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        # An answer with a status of 400 or more is heard here too, whether it is wanted or not: see _loaded.
        # What comes from nowhere are styles that axe tries out.
        where = message.location.get("url")
        if message.type == "error" and where and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{where}: {message.text}")

    def _loaded(self, response: Response) -> None:
        part = response.request.resource_type in PARTS_OF_A_PAGE
        if response.status >= 500 or (part and response.status >= 400):
            self.complaints.append(f"{response.url}: {response.status}")


def log_in(context: BrowserContext, user: User, address: str) -> None:
    client = Client()
    client.force_login(user, backend="portal.accounts.backends.Roles")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])


@pytest.fixture
def windows(new_context: Callable[..., BrowserContext], live_server: Any) -> Iterator[Windows]:
    windows = Windows(new_context, live_server.url)
    yield windows
    assert not windows.complaints, "\n".join(windows.complaints)


@pytest.fixture
def with_password() -> Callable[[User], User]:
    """Somebody who can log in on the page: their address is confirmed."""

    def confirm(user: User) -> User:
        confirm_address(user)
        return user

    return confirm
