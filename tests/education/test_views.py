import pytest
from django.urls import reverse

from editions import publishing
from education.models import Article, ArticleRead


def write(editor, **fields):
    article = Article.objects.create(
        slug="fusion",
        title="Fusion",
        summary="What it is.",
        author="A. Author",
        body="<h2>One</h2><p>Text.</p>",
        **fields,
    )
    publishing.save_draft(article, by=editor)
    return article


def publish(article, editor, approver):
    publishing.submit(article, by=editor)
    publishing.approve(article, by=approver, digest=article.digest())
    return publishing.publish(article, by=approver)


@pytest.fixture
def draft(editor):
    return write(editor)


@pytest.fixture
def edition(draft, editor, approver):
    return publish(draft, editor, approver)


ADDRESS = "/learn/fusion/"


def test_a_draft_is_seen_by_those_who_write_and_by_nobody_else(
    login, draft, editor, approver, patient, surgeon, administrator
):
    for user in (editor, approver):
        page = login(user).get(ADDRESS)
        assert page.status_code == 200
        assert "This is the working copy" in page.content.decode()
    for user in (patient, surgeon, administrator):
        assert login(user).get(ADDRESS).status_code == 404
        assert login(user).get(ADDRESS + "?preview").status_code == 404


def test_what_editors_change_is_not_what_patients_read(login, edition, draft, editor, patient):
    draft.refresh_from_db()
    draft.body = "<p>Not yet approved.</p>"
    publishing.save_draft(draft, by=editor)
    assert "Not yet approved" not in login(patient).get(ADDRESS).content.decode()
    assert "Not yet approved" in login(editor).get(ADDRESS + "?preview").content.decode()


def test_reading_is_noted_once(login, edition, patient):
    client = login(patient)
    client.get(ADDRESS)
    client.get(ADDRESS)
    assert list(ArticleRead.objects.values_list("edition", "reader")) == [(edition.pk, patient.pk)]


@pytest.mark.parametrize("ask", [lambda client: client.head(ADDRESS),
                                 lambda client: client.get(ADDRESS, headers={"sec-purpose": "prefetch"})])  # fmt: skip
def test_what_a_browser_fetches_ahead_was_read_by_nobody(login, edition, patient, ask):
    assert ask(login(patient)).status_code == 200
    assert not ArticleRead.objects.exists()


def test_a_withdrawn_article_stays_for_those_who_met_it_under_a_notice(
    login, edition, approver, patient, other_patient
):
    login(patient).get(ADDRESS)
    publishing.withdraw(
        edition, by=approver, reason="A figure was wrong.", text="Please ask us about the numbers."
    )
    page = login(patient).get(ADDRESS)
    assert page.status_code == 200
    assert "Please ask us about the numbers." in page.content.decode()
    assert "A figure was wrong." not in page.content.decode()
    assert login(other_patient).get(ADDRESS).status_code == 404
    assert "fusion" not in [found.content["slug"] for found in login(patient).get("/learn/").context["found"]]


def test_an_article_says_who_wrote_it_when_it_was_reviewed_and_where_it_comes_from(
    login, editor, approver, patient
):
    from datetime import date

    article = write(
        editor, clinical_reviewer="Dr. R.", last_reviewed=date(2026, 1, 5), next_review_due=date(2027, 1, 5)
    )
    article.sources.create(title="A study", author="Smith", year=2015, address="https://example.org/study")
    publishing.save_draft(article, by=editor)
    publish(article, editor, approver)
    text = login(patient).get(ADDRESS).content.decode()
    for said in (
        "A. Author",
        "Dr. R.",
        "Jan. 5, 2026",
        "Jan. 5, 2027",
        "https://example.org/study",
        "Smith (2015)",
    ):
        assert said in text


def test_a_diagram_opens_and_a_path_that_climbs_does_not(login, patient):
    client = login(patient)
    response = client.get(reverse("education:diagram", args=["joined-and-free"]))
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert "sandbox" in response["Content-Security-Policy"]
    for name in ("none", "..%2f..%2fsettings", "a/../b"):
        assert client.get(f"/learn/diagrams/{name}.svg").status_code == 404
