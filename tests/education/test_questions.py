"""Did this make sense? Every answer is explained, nothing is kept, and editors are told what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from editions import publishing
from editions.canonical import canonical, digest
from education import questions
from education.models import Article, ArticleEdition, ArticleQuestion
from portal.accounts.models import User

ADDRESS = "/learn/bones/"
METAL = {
    "text": "What holds your spine at first?",
    "choices": [
        {"text": "New bone", "explanation": "It grows slowly.", "right": False},
        {"text": "The metal", "explanation": "It holds from day one.", "right": True},
    ],
}
BEND = {
    "text": "Does it bend?",
    "choices": [
        {"text": "No", "explanation": "It is stiff now.", "right": True},
        {"text": "Yes", "explanation": "It used to.", "right": False},
        {"text": "A bit", "explanation": "The other parts do.", "right": False},
    ],
}


@pytest.fixture
def article(editor: User) -> Article:
    article = Article.objects.create(
        slug="bones", title="Bones", summary="What they are.", author="A. Author", body="<p>Text.</p>"
    )
    article.restore({**article.content(), "questions": [METAL, BEND]})
    publishing.save_draft(article, by=editor)
    return article


@pytest.fixture
def edition(article: Article, editor: User, approver: User) -> ArticleEdition:
    publishing.submit(article, by=editor)
    publishing.approve(article, by=approver, digest=article.digest())
    edition: ArticleEdition = publishing.publish(article, by=approver)
    return edition


def answered(client: Client, article: Article, address: str = ADDRESS, **given: str) -> str:
    response = client.post(address, {"questions": questions.name_of(article.content()), **given})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_they_are_frozen_with_the_text_and_can_be_put_back(article: Article, edition: ArticleEdition) -> None:
    assert edition.document["questions"] == [METAL, BEND]
    article.questions.all().delete()
    article.restore(edition.document)
    assert article.content() == edition.document
    without = {name: value for name, value in edition.document.items() if name != "questions"}
    article.restore(without)
    assert article.content() == without


def test_an_article_without_questions_has_the_digest_that_it_always_had(db: None) -> None:
    article = Article.objects.create(slug="plain", title="Plain", summary="", author="", body="")
    members = ("slug", "title", "summary", "body", "author", "clinical_reviewer")
    before = {name: getattr(article, name) for name in members}
    before |= {"last_reviewed": None, "next_review_due": None, "topics": [], "sources": []}
    assert article.digest() == digest(canonical(before))


def test_the_questions_stand_at_the_end_and_explain_nothing_yet(
    login: Callable[..., Client], patient: User, edition: ArticleEdition
) -> None:
    page = login(patient).get(ADDRESS).content.decode()
    assert (
        page.index("<p>Text.</p>")
        < page.index("What holds your spine at first?")
        < page.index("Does it bend?")
    )
    for explanation in ("It grows slowly.", "It holds from day one.", "explained-"):
        assert f'id="{explanation}' not in page
        assert f">{explanation}<" not in page


def test_the_right_answer_is_explained(
    login: Callable[..., Client], patient: User, article: Article, edition: ArticleEdition
) -> None:
    page = answered(login(patient), article, answer_1="2", check="1")
    assert "Yes, that is what the article says." in page
    assert '<div class="notice notice--success" id="explained-1" tabindex="-1">' in page
    assert "It holds from day one." in page
    assert 'value="2" id="answer-1-2" checked' in page
    assert 'explained-2" tabindex' not in page


def test_another_answer_is_explained_as_kindly_and_leads_to_what_the_article_says(
    login: Callable[..., Client], patient: User, article: Article, edition: ArticleEdition
) -> None:
    page = answered(login(patient), article, answer_1="1", check="1")
    assert "Let us look at this once more." in page
    assert "It grows slowly." in page
    assert 'What the article says: <strong lang="en">The metal</strong>' in page
    for blame in ("wrong.", "incorrect", "mistake", "score"):
        assert blame not in page.lower()


def test_both_answers_stay_on_the_page(
    login: Callable[..., Client], patient: User, article: Article, edition: ArticleEdition
) -> None:
    page = answered(login(patient), article, answer_1="2", answer_2="3", check="2")
    assert "It holds from day one." in page
    assert "The other parts do." in page


@pytest.mark.parametrize("given", [{}, {"answer_1": "9"}, {"answer_1": "x" * 5000}])
def test_who_chose_nothing_is_asked_to_choose(
    login: Callable[..., Client], patient: User, article: Article, edition: ArticleEdition, given: Any
) -> None:
    page = answered(login(patient), article, check="1", **given)
    assert page.count("Please choose an answer first.") == 1


def test_answers_to_the_questions_of_another_edition_are_dropped(
    login: Callable[..., Client], patient: User, article: Article, edition: ArticleEdition
) -> None:
    response = login(patient).post(ADDRESS, {"questions": "other", "answer_1": "2", "check": "1"})
    assert "It holds from day one." not in response.content.decode()


def test_a_withdrawn_article_asks_nothing(
    login: Callable[..., Client], patient: User, approver: User, edition: ArticleEdition
) -> None:
    client = login(patient)
    client.get(ADDRESS)
    publishing.withdraw(edition, by=approver, reason="Wrong.", text="Please ask us.")
    assert "Did this make sense?" not in client.get(ADDRESS).content.decode()


def test_an_editor_tries_them_on_the_preview(
    login: Callable[..., Client], editor: User, article: Article
) -> None:
    page = answered(login(editor), article, f"{ADDRESS}?preview", answer_2="1", check="2")
    assert "This is the working copy" in page
    assert "It is stiff now." in page


def test_without_questions_nothing_is_said(
    login: Callable[..., Client], editor: User, article: Article
) -> None:
    article.questions.all().delete()
    assert "Did this make sense?" not in login(editor).get(ADDRESS).content.decode()


# Checks


def found(*asked: dict[str, Any]) -> list[tuple[str, bool, str]]:
    return [(each.code, each.blocking, each.where) for each in questions.checks({"questions": list(asked)})]


def test_two_whole_questions_or_none_are_fine() -> None:
    assert found() == []
    assert found(METAL, BEND) == []


def test_one_question_is_not_enough() -> None:
    assert found(METAL) == [("questions", True, "questions")]


@pytest.mark.parametrize(
    "choices",
    [
        METAL["choices"][:1] + METAL["choices"][:0],
        [METAL["choices"][0], {**METAL["choices"][1], "explanation": ""}],
        [METAL["choices"][0], METAL["choices"][0]],
        [METAL["choices"][1], METAL["choices"][1]],
    ],
    ids=["one answer", "no explanation", "none right", "two right"],
)
def test_an_incomplete_question_cannot_be_submitted(choices: Any) -> None:
    codes = set(found({**METAL, "choices": choices}, BEND))
    assert codes == {("questions", True, "questions, 1")}


def test_a_hard_question_may_stand_with_a_reason() -> None:
    hard = {
        **METAL,
        "text": "Which biomechanical considerations characterise instrumentation postoperatively?",
    }
    assert found(hard, BEND) == [("hard_question", False, "questions, 1, text")]


# The admin


def posted(client: Client, article: Article, *rows: dict[str, Any]) -> Any:
    change = reverse("admin:education_article_change", args=[article.pk])
    page = client.get(change)
    data = {
        name: "" if value is None else value
        for name, value in page.context["adminform"].form.initial.items()
        if name != "topics"
    }
    prefixes = {"questions": rows, "sources": ()}
    for prefix, given in prefixes.items():
        data |= {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": 0}
        for number, row in enumerate(given):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    data["version"] = article.version
    return client.post(change, data)


def row(**changes: Any) -> dict[str, Any]:
    fields = {f"{name}_{n}": "" for name in ("choice", "explanation") for n in (1, 2, 3, 4)}
    return {**fields, **ArticleQuestion.fields_of(METAL), "position": 1, **changes}


def test_an_editor_writes_them_in_the_administration(
    login: Callable[..., Client], editor: User, article: Article
) -> None:
    article.questions.all().delete()
    response = posted(login(editor), article, row(), row(position=2, text="And then?"))
    assert response.status_code == 302
    article.refresh_from_db()
    assert article.content()["questions"] == [METAL, {**METAL, "text": "And then?"}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"explanation_3": "Why"}, "choice_3"),
        ({"choice_3": "Maybe"}, "explanation_3"),
        ({"right": 4}, "right"),
        ({"explanation_1": ""}, "explanation_1"),
    ],
)
def test_what_is_missing_is_said_at_its_place(
    login: Callable[..., Client], editor: User, article: Article, changes: dict[str, Any], field: str
) -> None:
    article.questions.all().delete()
    response = posted(login(editor), article, row(**changes), row(position=2))
    assert response.status_code == 200
    [formset] = [
        each.formset
        for each in response.context["inline_admin_formsets"]
        if each.formset.prefix == "questions"
    ]
    assert [list(errors) for errors in formset.errors] == [[field], []]


def test_a_change_of_a_question_shows_in_the_comparison_and_is_no_small_correction(
    login: Callable[..., Client], editor: User, article: Article, edition: ArticleEdition
) -> None:
    article.refresh_from_db()
    article.restore({**edition.document, "questions": [METAL, {**BEND, "text": "Does that bend?"}]})
    publishing.save_draft(article, by=editor)
    browser = login(editor)
    page = browser.get(reverse("admin:education_article_compare", args=[article.pk])).content.decode()
    assert "questions, 2, text" in page
    status = browser.get(reverse("admin:education_article_change", args=[article.pk])).context["draft_status"]
    assert "approve-publish" not in [step["url"].split("/")[-2] for step in status["steps"]]


def test_the_shipped_articles_bring_theirs(editor: User) -> None:
    call_command("load_articles", by=editor.email)
    assert {article.slug: article.questions.count() for article in Article.objects.all()} == {
        "is-fusion-right-for-me": 2,
        "what-a-spine-fixation-system-is": 2,
        "what-can-go-wrong-with-a-fusion-and-what-you-can-do": 2,
    }
