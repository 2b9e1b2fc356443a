"""The starter articles keep what they promise: plain, balanced, sourced, and nothing that a reader could not open."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from editions.readability import grade, measure, plain_text, sentences
from education import questions
from education.cleaning import ATTRIBUTES, TAGS, clean, removed
from education.management.commands.load_articles import questions_of
from education.models import Article, ArticleQuestion, ArticleSource

CONTENT = Path(__file__).resolve().parents[2] / "education" / "content"
DIAGRAMS = sorted((CONTENT / "diagrams").glob("*.svg"))
ARTICLES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(CONTENT.glob("*.toml"))
    if path.name != "topics.toml"
}
TOPICS = {
    "what-a-spine-fixation-system-is": {"fixation", "fusion", "recovery", "risks"},
    "is-fusion-right-for-me": {
        *("fusion", "cancer", "bone-health", "infection", "nicotine"),
        *("nutrition", "general-health", "weight", "earlier-surgery"),
    },
    "what-can-go-wrong-with-a-fusion-and-what-you-can-do": {
        *("risks", "fusion", "recovery", "nicotine", "nutrition", "general-health"),
    },
}
# Verdicts, promises, blame and advertising, and the words for findings that only surgeons read.
FORBIDDEN = re.compile(
    r"\b(absolute|relative(?!s)|contraindicat\w*|candidates?|unfit|unsuitable|marvel\w*|miracle\w*|guarantee\w*|promis\w*"
    r"|cure[sd]?|life-changing|empower\w*|painless|pain-free|non-?complian\w*|mess up|obese|patients? must)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\b(?:\d+|one|two|three|few) (?:in|out of) (\d[\d,]*)\b")
POINTER = re.compile(r"\(sources? ([\d, and]+)\)")
SVG = "{http://www.w3.org/2000/svg}"

each = pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES.keys())
each_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


def tree(article: dict[str, Any]) -> ET.Element:
    """Fails on markup that is not well formed."""
    closed = re.sub(r"(<img [^>]*)>", r"\1/>", article["body"])
    return ET.fromstring(f"<body>{closed}</body>")  # noqa: S314


def sections(article: dict[str, Any]) -> list[tuple[str, str]]:
    """Heading and text of each part. The first part has no heading."""
    first, *parts = article["body"].split("<h2>")
    return [("", plain_text(first)), *((part.split("</h2>")[0], plain_text(f"<h2>{part}")) for part in parts)]


def pointers(text: str) -> set[int]:
    return {int(number) for match in POINTER.finditer(text) for number in re.findall(r"\d+", match[1])}


def test_there_is_an_article_for_each_topic_of_a_finding() -> None:
    known = {
        row["slug"] for row in tomllib.loads((CONTENT / "topics.toml").read_text(encoding="utf-8"))["topics"]
    }

    assert {slug: set(article["topics"]) for slug, article in ARTICLES.items()} == TOPICS
    assert set().union(*TOPICS.values()) == known
    assert [article["slug"] for article in ARTICLES.values()] == list(ARTICLES)


@each
def test_it_reads_at_grade_6_or_lower(article: dict[str, Any]) -> None:
    assert grade(plain_text(article["body"])) <= 6
    assert grade(article["summary"]) <= 6
    assert {heading: text for heading, text in sections(article) if grade(text) > 7} == {}
    assert [
        image.get("alt") for image in tree(article).iter("img") if grade(image.get("alt") or "") > 6
    ] == []


@each
def test_it_is_neither_too_short_nor_too_long(article: dict[str, Any]) -> None:
    found = measure(plain_text(article["body"]))

    assert 700 <= found.words <= 1300
    assert [sentence for sentence in found.long_sentences if len(sentence.split()) > 25] == []


@each
def test_each_number_names_its_source_and_each_source_is_used(article: dict[str, Any]) -> None:
    blocks = plain_text(article["body"]).split("\n\n")

    assert [block for block in blocks if NUMBER.search(block) and not pointers(block)] == []
    assert pointers(article["body"]) == set(range(1, len(article["sources"]) + 1))


@each
def test_all_numbers_are_out_of_100(article: dict[str, Any]) -> None:
    said = [tree(article).itertext(), (image.get("alt") or "" for image in tree(article).iter("img"))]
    everything = " ".join(text for texts in said for text in texts)

    assert {match[1] for match in NUMBER.finditer(everything)} == {"100"}
    assert not re.search(r"%|per cent|percent|\bodds\b|\b\d+\.\d+ in\b", everything)


@each
def test_it_has_no_verdict_no_promise_and_no_blame(article: dict[str, Any]) -> None:
    everything = " ".join((article["title"], article["summary"], article["body"]))

    assert FORBIDDEN.findall(everything) == []


@each
def test_it_tells_of_other_ways_of_waiting_and_of_what_is_not_certain(article: dict[str, Any]) -> None:
    headings = [heading for heading, _text in sections(article)]

    assert any(heading.startswith("Other choices") for heading in headings)
    assert "What is not certain" in headings
    assert re.search(r"do nothing|doing nothing", plain_text(article["body"]))
    assert re.search(r"decide[s]? (that together|with you)|your surgeon", plain_text(article["body"]).lower())


@each
def test_it_ends_with_what_to_do_what_to_ask_and_when_to_call(article: dict[str, Any]) -> None:
    ends = sections(article)[-3:]

    assert [heading for heading, _text in ends] == ["What you can do", "Questions to ask", "When to get help"]
    assert all(sentence.endswith("?") for sentence in list(sentences(ends[1][1]))[1:])
    now, today = ends[2][1].split("Call your team today")
    assert "Call for emergency help now" in now
    for sign in ("bladder or bowels", "numb between your legs", "weak", "fever"):
        assert sign in now
    assert "38 °C (100.4 °F)" in today


@each
def test_hard_words_are_explained_where_they_first_stand(article: dict[str, Any]) -> None:
    first_vertebra, *_rest = re.findall(r"(?:<strong>)?vertebra\w*(?:</strong>)?", article["body"])
    assert first_vertebra == "<strong>vertebra</strong>"
    assert "This is called <strong>non-union</strong>, or pseudarthrosis" in article["body"]
    assert article["body"].count("pseudarthrosis") == 1


@each
def test_its_markup_is_whole_and_survives_cleaning(article: dict[str, Any]) -> None:
    used = {(element.tag, name) for element in tree(article).iter() for name in element.attrib}

    assert {element.tag for element in tree(article).iter()} - {"body"} <= TAGS
    assert [(tag, name) for tag, name in used if name not in ATTRIBUTES.get(tag, set())] == []
    assert removed(article["body"], clean(article["body"])) == []


@each
def test_its_links_lead_to_another_article(article: dict[str, Any]) -> None:
    links = {link.get("href") for link in tree(article).iter("a")}

    assert links
    assert links <= {f"/learn/{slug}/" for slug in ARTICLES} - {f"/learn/{article['slug']}/"}


@each
def test_each_picture_exists_and_says_what_it_shows(article: dict[str, Any]) -> None:
    figures = list(tree(article).iter("figure"))
    names = {f"/learn/diagrams/{path.name}" for path in DIAGRAMS}

    assert figures
    assert len(list(tree(article).iter("img"))) == len(figures)
    for figure in figures:
        image = figure.find("img")
        assert image is not None
        assert image.get("src") in names
        assert len(image.get("alt") or "") > 60
        assert figure.findtext("figcaption")


@each
def test_its_dates_make_sense(article: dict[str, Any]) -> None:
    reviewed, due = (date.fromisoformat(article[key]) for key in ("last_reviewed", "next_review_due"))

    assert 0 < (due.year - reviewed.year) * 12 + due.month - reviewed.month <= 36
    assert {
        source["title"] for source in article["sources"] if date.fromisoformat(source["accessed"]) > reviewed
    } == set()


@each
def test_it_does_not_claim_a_review_that_has_not_happened(article: dict[str, Any]) -> None:
    assert article["clinical_reviewer"] == "Starter text. A surgeon of the practice must review and sign off."


@each
def test_every_text_fits_its_column(article: dict[str, Any]) -> None:
    rows = [(Article, article), *((ArticleSource, source) for source in article["sources"])]
    too_long = [
        (field.name, row[field.name])
        for model, row in rows
        for field in model._meta.concrete_fields
        if isinstance(row.get(field.name), str) and len(row[field.name]) > (field.max_length or 100_000)
    ]

    assert too_long == []
    assert [
        source["title"] for source in article["sources"] if not source["address"].startswith("http")
    ] == []


@each
def test_it_ends_with_two_questions_that_can_be_asked_as_they_are(article: dict[str, Any]) -> None:
    content = questions_of(article)

    assert len(content["questions"]) == questions.ENOUGH
    assert questions.checks(content) == []
    assert FORBIDDEN.findall(str(content["questions"])) == []
    for question in content["questions"]:
        fields = ArticleQuestion.fields_of(question)
        ArticleQuestion(**fields).clean_fields(exclude=["article"])
        assert ArticleQuestion(**fields).content() == question


@each_diagram
def test_a_diagram_has_a_name_a_description_and_its_own_background(path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314
    shapes = [child for child in root if child.tag not in {f"{SVG}title", f"{SVG}desc"}]

    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert (shapes[0].tag, shapes[0].get("width")) == (f"{SVG}rect", root.get("width"))


@each_diagram
def test_a_diagram_holds_shapes_and_words_only_and_can_be_read_on_a_phone(path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314
    sizes = [float(text.get("font-size", "0")) for text in root.iter(f"{SVG}text")]

    shapes = {
        *(
            "svg",
            "title",
            "desc",
            "g",
            "defs",
            "clipPath",
            "rect",
            "circle",
            "ellipse",
            "line",
            "path",
            "text",
        )
    }
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= shapes
    assert [
        name for element in root.iter() for name in element.attrib if "href" in name or name.startswith("on")
    ] == []
    assert min(sizes) >= 22  # of 640: at least 11 pixels on a screen of 320
    assert root.get("width") == "640"


def test_every_diagram_is_used() -> None:
    used = {
        Path(image.get("src") or "").name
        for article in ARTICLES.values()
        for image in tree(article).iter("img")
    }

    assert used == {path.name for path in DIAGRAMS}


@pytest.mark.parametrize(
    ("name", "counts"), [("smoking-out-of-100", [14, 17, 27]), ("risks-out-of-100", [2, 14, 22])]
)
def test_the_filled_dots_are_as_many_as_the_text_says(name: str, counts: list[int]) -> None:
    root = ET.parse(CONTENT / "diagrams" / f"{name}.svg").getroot()  # noqa: S314
    dots = [circle.get("fill") for circle in root.iter(f"{SVG}circle")]
    labels = [text.text or "" for text in root.iter(f"{SVG}text")]
    said = [int(label.removesuffix(" in 100")) for label in labels if label.endswith(" in 100")]

    assert [
        sum(fill != "none" for fill in dots[start : start + 100]) for start in range(0, 300, 100)
    ] == counts
    assert said == counts
    assert len(dots) == 300
