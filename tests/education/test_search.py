import pytest
from django.core.management import call_command
from django.urls import reverse

from editions import publishing
from education.models import Article

FUSION, FIXATION = "is-fusion-right-for-me", "what-a-spine-fixation-system-is"


@pytest.fixture
def published(editor, approver):
    call_command("load_articles", by=editor.email)
    for article in Article.objects.all():
        publishing.submit(article, by=editor)
        publishing.approve(article, by=approver, digest=article.digest())
        publishing.publish(article, by=approver)


@pytest.fixture
def look_for(login, patient, published):
    client = login(patient)

    def look(text, **more):
        page = client.get(reverse("education:articles"), {"q": text, **more})
        assert page.status_code == 200
        return [found.content["slug"] for found in page.context["found"]]

    return look


@pytest.mark.parametrize("text", ["smoking", "Smokers", "smoke", "SMOKING!!", "  smoking  "])
def test_forms_of_a_word_find_the_same(look_for, text):
    assert FUSION in look_for(text)


def test_a_compound_is_found_however_it_is_written(look_for):
    assert look_for("T-score") == look_for("t score") == look_for("tscore") == [FUSION]
    assert look_for("non-union") == look_for("nonunion") == look_for("non union") != []


@pytest.mark.parametrize(
    "text", ["'", '"', "%", "_", "\\", "((", "*", "a OR b'--", "T-score", "💊", "x" * 10_000, "\x00"]
)
def test_any_punctuation_is_survived(look_for, text):
    assert isinstance(look_for(text), list)


def test_nothing_but_punctuation_finds_everything(look_for):
    assert len(look_for("...")) == 3


def test_a_word_that_stands_nowhere_finds_nothing(look_for):
    assert look_for("helicopter") == []


def test_the_title_counts_most(look_for):
    assert look_for("fixation system")[0] == FIXATION


def test_a_topic_narrows_the_list(look_for):
    assert FUSION in look_for("", topic="nicotine")
    assert FIXATION not in look_for("", topic="nicotine")
    assert look_for("", topic="no-such-topic") == []
