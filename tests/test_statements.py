"""How many statements each page sends to the database. One more is a decision, and is made here.

Savepoints and what begins and ends a transaction are left out: SQLite and PostgreSQL differ in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench import cases
from editions.canonical import canonical, digest
from education.models import Article, ArticleEdition
from portal.accounts.models import User
from screening import answering
from screening.admin import order
from screening.models import AnswersInProgress, Case, QuestionnaireEdition
from screening.models.document import shipped, write_rows
from screening.takeout import exporting
from tests.screening.calm import CALM
from tests.screening.factories import make_edition

# page: (statements that read, statements that write). The session and the user are two of the reading ones.
EXPECTED: dict[str, tuple[int, int]] = {
    "home": (14, 0),  # the invitations to answer again, who opened the record in an emergency
    "learn": (6, 0),
    "article": (7, 0),  # whether a surgeon chose it for the reader
    "section": (6, 0),
    "section, saved": (6, 1),
    "autosave": (6, 1),
    "check": (6, 0),
    "submit": (12, 5),
    "list": (12, 1),  # of which six make the rows: see test_review_cases
    # marks, messages, reading, who opened it, exceptional opening, standing in, joined records (2), follow-up
    "case": (23, 1),
    "figures": (17, 0),  # each figure is one or two sums over all cases
    "table": (12, 1),
    "outline": (38, 0),  # tests and their fields, for the document and for the lines
    "thresholds": (48, 0),
}

pytestmark = pytest.mark.usefixtures("practice", "on_duty")


def statements(ask: Callable[[], Any], status: int = 200) -> tuple[int, int]:
    verbs: Counter[str] = Counter()

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        verbs[sql.lstrip("(").split(None, 1)[0].upper()] += 1  # PostgreSQL writes unions in brackets
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        assert ask().status_code == status
    return verbs["SELECT"], verbs["INSERT"] + verbs["UPDATE"] + verbs["DELETE"]


@pytest.fixture
def edition(db: None) -> QuestionnaireEdition:
    return make_edition(shipped("spinal-fusion"))


@pytest.fixture
def attempt(edition: QuestionnaireEdition, patient: User) -> AnswersInProgress:
    """Everything answered, nothing sent."""
    answering.start(patient=patient, edition=edition)
    for section in edition.definition.sections:
        given = {each.key: CALM[each.key] for each in section.questions if each.key in CALM}
        saved = answering.save(
            patient=patient, questionnaire=edition.questionnaire, given=given, seen={}, section=section.key
        )
    return saved.attempt


@pytest.fixture
def article(approver: User) -> ArticleEdition:
    draft = Article.objects.create(
        slug="bone-health", title="Bone health", summary="Firm bone holds screws.", body="<h2>Why</h2><p>So.</p>",
        last_reviewed=date(2026, 1, 1),
    )  # fmt: skip
    content = canonical(draft.content())
    published = {"approved_by": approver, "approved_at": timezone.now(), "published_by": approver}
    return ArticleEdition.objects.create(
        article=draft, number=1, content=content, digest=digest(content), draft_version=1, **published
    )


@pytest.fixture
def browser(patient: User, login: Callable[..., Client]) -> Client:
    return login(patient)


@pytest.fixture
def reviewer(surgeon: User, login: Callable[..., Client]) -> Client:
    return login(surgeon)


def section_address(attempt: AnswersInProgress, name: str = "screening:section") -> str:
    return reverse(name, args=[attempt.questionnaire.key, "health"])


def send(browser: Client, attempt: AnswersInProgress) -> Any:
    fields = {"attempt": attempt.pk, "digest": answering.digest_of(attempt)}
    return browser.post(reverse("screening:check", args=[attempt.questionnaire.key]), fields)


def test_home_with_something_sent_and_something_to_read(
    browser: Client, attempt: AnswersInProgress, article: ArticleEdition
) -> None:
    send(browser, attempt)
    assert statements(lambda: browser.get(reverse("home"))) == EXPECTED["home"]


def test_the_list_of_articles(browser: Client, article: ArticleEdition) -> None:
    assert statements(lambda: browser.get(reverse("education:articles"))) == EXPECTED["learn"]


def test_an_article_that_was_read_before(browser: Client, article: ArticleEdition) -> None:
    address = reverse("education:article", args=[article.article.slug])
    browser.get(address)
    assert statements(lambda: browser.get(address)) == EXPECTED["article"]


def test_a_page_of_questions(browser: Client, attempt: AnswersInProgress) -> None:
    assert statements(lambda: browser.get(section_address(attempt))) == EXPECTED["section"]


def test_a_page_of_questions_saved(browser: Client, attempt: AnswersInProgress) -> None:
    questions = attempt.edition.definition.section("health").questions
    answers = {each.key: CALM[each.key] for each in questions if each.key in CALM} | {"lung_disease": "yes"}
    counted = statements(lambda: browser.post(section_address(attempt), answers), 302)
    assert counted == EXPECTED["section, saved"]


def test_one_answer_saved_while_typing(browser: Client, attempt: AnswersInProgress) -> None:
    packet = {"answers": {"lung_disease": "yes"}, "revisions": {"lung_disease": 1}}
    address = section_address(attempt, "screening:save")
    counted = statements(lambda: browser.post(address, packet, content_type="application/json"))
    assert counted == EXPECTED["autosave"]


def test_checking_ones_answers(browser: Client, attempt: AnswersInProgress) -> None:
    address = reverse("screening:check", args=[attempt.questionnaire.key])
    assert statements(lambda: browser.get(address)) == EXPECTED["check"]


def test_sending_answers_that_report_nothing(browser: Client, attempt: AnswersInProgress) -> None:
    assert statements(lambda: send(browser, attempt), 302) == EXPECTED["submit"]


def test_a_full_page_of_the_list(reviewer: Client, surgeon: User, edition: QuestionnaireEdition) -> None:
    cases.fill(edition, surgeon, 60, awaiting=True)
    assert statements(lambda: reviewer.get(reverse("review:cases"))) == EXPECTED["list"]


def test_a_case_that_was_opened_before(
    reviewer: Client, surgeon: User, browser: Client, attempt: AnswersInProgress
) -> None:
    send(browser, attempt)
    case = Case.objects.visible_to(surgeon).get(patient=attempt.patient)
    address = reverse("review:case", args=[case.pk])
    reviewer.get(address)
    assert statements(lambda: reviewer.get(address)) == EXPECTED["case"]


@pytest.mark.parametrize("months", [3, 24])
def test_the_figures_however_long_the_time(
    months: int, lead: User, surgeon: User, edition: QuestionnaireEdition, login: Callable[..., Client]
) -> None:
    cases.fill(edition, surgeon, 60)
    browser = login(lead)
    page = partial(browser.get, reverse("review:figures"), {"months": months})
    assert statements(page) == EXPECTED["figures"]


def test_a_table_of_one_part(reviewer: Client, surgeon: User, edition: QuestionnaireEdition) -> None:
    cases.fill(edition, surgeon, 60)
    made = exporting.ask_table(user=surgeon, query="state=all")

    def take() -> Any:
        response = reviewer.get(reverse("review:export_file", args=[made.pk]))
        assert len(b"".join(response.streaming_content).splitlines()) == 61
        return response

    take()  # the questionnaire is read once a process
    assert statements(take) == EXPECTED["table"]


def test_the_outline_of_a_questionnaire_however_many_rows_it_has(
    edition: QuestionnaireEdition, editor: User, login: Callable[..., Client]
) -> None:
    draft, browser = edition.questionnaire, login(editor)
    write_rows(draft, edition.document)
    pages = {
        name: reverse(f"admin:screening_questionnaire_{name}", args=[draft.pk])
        for name in ("change", "thresholds")
    }
    browser.get(pages["change"])  # content types are read once a process
    assert statements(lambda: browser.get(pages["change"])) == EXPECTED["outline"]
    assert statements(lambda: browser.get(pages["thresholds"])) == EXPECTED["thresholds"]
    for section in list(draft.sections.all()):
        order.duplicate(section, draft)
    assert statements(lambda: browser.get(pages["change"])) == EXPECTED["outline"]
