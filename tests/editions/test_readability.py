"""The reading grade that editors see, and the plain text that search and tables of contents use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editions.readability import grade, measure, plain_text, sentences, smog, syllables

KNOWN = {
    1: "bone bones healed walked played clothes nerves through can't don't they'll 100 2.5",
    2: "surgeon spinal fusion treated doses cages tissue table settled didn't fluid something safely trying café CT",
    3: "vertebra medicine uncertain video anyone important prevention idea area easier usual MRI non-union nutrition",
    4: "pseudarthrosis emergency diabetes obesity scoliosis material deformity radiation titanium",
    5: "physiotherapy instability antibiotics",
    6: "osteoporosis rehabilitation",
}
WORDS = [(word, count) for count, words in KNOWN.items() for word in words.split()]


@pytest.mark.parametrize(("word", "count"), WORDS)
def test_syllables_are_those_that_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith will call you.",
        "Take walks, e.g. to the shop, and rest.",
        "About 2.5 weeks is common.",
        "Lift up to 1,000 grams (approx. 2 lb) at most.",
        "See No. 5 on the list.",
        "Wait ... then go on.",
        'She asked "Why?" and we told her.',
        "The U.S. Surgeon General wrote it.",
        "2. Ask your team.",
    ],
)
def test_what_is_one_sentence_stays_one(text: str) -> None:
    assert list(sentences(text)) == [text]


def test_sentences_end_at_marks_blank_lines_and_list_items_but_not_at_line_breaks() -> None:
    text = "Before surgery\n\nWalk a\nlittle. Can you? Rest!\n- one\n- two\n\nCall at 5 p.m. We wait."

    assert list(sentences(text)) == [
        *("Before surgery", "Walk a little.", "Can you?", "Rest!"),
        *("- one", "- two", "Call at 5 p.m.", "We wait."),
    ]


def test_the_grade_follows_the_formula_of_flesch_and_kincaid() -> None:
    # 7 words, 2 sentences, 9 syllables
    assert grade("Your surgeon holds bones. Screws heal slowly.") == pytest.approx(
        0.39 * 3.5 + 11.8 * 9 / 7 - 15.59
    )


def test_harder_words_and_longer_sentences_raise_both_grades() -> None:
    easy = "The rods hold the bones still. New bone grows. That takes time."
    hard = "Instrumentation immobilises vertebral segments until arthrodesis consolidates radiographically."

    assert grade(easy) < 3
    assert grade(hard) > 15
    assert smog(hard) > smog(easy)


def test_what_makes_a_text_hard_is_named() -> None:
    found = measure("Recovery takes time. Ask about recovery and infection.\n\n" + "word " * 21)

    assert found.hard_words == (("recovery", 2), ("infection", 1))
    assert found.long_sentences == (("word " * 21).strip(),)


def test_an_older_reader_needs_a_minute_for_150_words() -> None:
    assert measure("word " * 600).reading_minutes == 4
    assert measure("word").reading_minutes == 1


@pytest.mark.parametrize("text", ["", "   \n\n", "5. 6. 7.", "...", "\ud800", "\x00"])
def test_a_text_without_words_has_no_grade(text: str) -> None:
    found = measure(text)

    assert (found.words, found.sentences, found.grade, found.smog) == (0, 0, 0.0, 0.0)


def test_html_becomes_sentences_without_its_markup() -> None:
    text = plain_text(
        "<h2>Bone &amp; <em>met</em>al</h2><p>T &lt; 5<br>and x < 3<img src='a' alt='a > b'></p>"
        "<ul><li>one<li>two</ul><!-- hidden --><script>no('</p>')</script><table><tr><td>cell<th>head</table>"
    )

    assert text.split("\n\n") == ["Bone & metal", "T < 5 and x < 3", "one", "two", "cell", "head"]
    assert len(list(sentences(text))) == 6


@given(st.text(alphabet=st.sampled_from("<>/!?-'\"&;#x.,1aé\n \ud800") | st.characters()))
def test_no_text_makes_it_fail(text: str) -> None:
    for found in (measure(text), measure(plain_text(text))):
        assert found.grade >= 0
        assert found.reading_minutes >= 1
        assert found.syllables >= found.words
