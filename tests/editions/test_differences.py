"""What an approver is shown of a change: what is left out here is approved unseen."""

import pytest

from editions.differences import differences, flat, is_small, marked_up, shortened, words


def said(old: dict, new: dict) -> list[tuple[str, str, str]]:
    return [(each.where, each.was, each.becomes) for each in differences(old, new)]


def test_equal_contents_differ_in_nothing() -> None:
    assert differences({"a": [1, {"key": "b"}]}, {"a": [1, {"key": "b"}]}) == []


def test_values_are_named_by_where_they_stand() -> None:
    content = {
        "title": "Walking",
        "parts": [{"key": "legs", "text": "Two."}],
        "tags": ["a"],
        "open": True,
        "by": None,
    }
    assert flat(content) == {
        "title": "Walking",
        "parts, order": "legs",
        "parts, legs, key": "legs",
        "parts, legs, text": "Two.",
        "tags, 1": "a",
        "open": "yes",
        "by": "",
    }


def test_what_is_new_changed_and_gone_is_listed_once_each() -> None:
    old = {"same": "x", "changed": "old", "gone": "y"}
    new = {"same": "x", "changed": "new", "added": "z"}
    assert said(old, new) == [("changed", "old", "new"), ("added", "", "z"), ("gone", "y", "")]
    assert [each.kind for each in differences(old, new)] == ["Changed", "Added", "Removed"]


def test_rows_with_keys_that_change_places_differ_in_their_order_only() -> None:
    a, b = {"key": "a", "text": "A"}, {"key": "b", "text": "B"}
    assert said({"rows": [a, b]}, {"rows": [b, a]}) == [("rows, order", "a, b", "b, a")]


def test_rows_whose_keys_are_not_their_own_are_named_by_their_place() -> None:
    first, second, changed = ({"key": "a", "text": text} for text in "ABC")
    assert said({"rows": [first, second]}, {"rows": [first, changed]}) == [("rows, 2, text", "B", "C")]


def test_members_are_called_what_people_call_them() -> None:
    (found,) = differences({"body": "One."}, {"body": "Two."}, labels={"body": "text"})
    assert (found.where, found.place) == ("text", "body")


# Word by word


def test_words_are_marked_where_they_changed() -> None:
    assert words("Do not walk a mile.", "Do walk a long mile.") == (
        ("same", "Do "),
        ("removed", "not "),
        ("same", "walk a "),
        ("added", "long "),
        ("same", "mile."),
    )


def test_a_passage_that_was_written_anew_is_shown_whole() -> None:
    assert words("Rest well.", "Nothing of that here, really!") == (
        ("removed", "Rest well."),
        ("added", "Nothing of that here, really!"),
    )


def test_a_change_of_spaces_alone_is_shown_too() -> None:
    assert words("One. Two.", "One.\n\nTwo.") == (("removed", "One. Two."), ("added", "One.\n\nTwo."))


@pytest.mark.parametrize(
    ("was", "becomes", "shown"),
    [
        ("<p>Walk.</p>", "<p><strong>Walk</strong>.</p>", "[bold: "),
        ("<p>Walk.</p>", "<h2>Walk.</h2>", "[heading]"),
        ('<p><a href="/a">x</a></p>', '<p><a href="/b">x</a></p>', "[link to /b: "),
        ("<p>Walk.</p>", '<p>Walk. <img src="/learn/diagrams/bone.svg" alt="A bone"></p>', "[picture bone.svg: A bone]"),
        ('<td colspan="1">x</td>', '<td colspan="2">x</td>', " "),
    ],
)  # fmt: skip
def test_a_change_of_form_alone_is_named(was: str, becomes: str, shown: str) -> None:
    pieces = marked_up(was, becomes)
    assert any(op == "added" and shown in text for op, text in pieces), pieces


def test_elements_that_stayed_only_part_the_lines() -> None:
    pieces = marked_up("<p>One.</p><ul><li>Two</li></ul>", "<p>One!</p><ul><li>Two</li></ul>")
    assert pieces == (("same", "\nOne"), ("removed", "."), ("added", "!"), ("same", "\n• Two\n"))


def test_a_paragraph_that_an_editor_puts_into_an_item_changes_nothing() -> None:
    pieces = marked_up(
        "<ul><li>One</li><li>Two</li></ul>", "<ul><li><p>One</p></li><li><p>Two!</p></li></ul>"
    )
    assert [piece for piece in pieces if piece[0] != "same"] == [("added", "!")]
    two = marked_up("<ul><li>One</li></ul>", "<ul><li><p>One</p><p>More</p></li></ul>")
    assert [piece for piece in two if piece[0] != "same"] == [("added", "\n¶ More\n")]


def test_words_on_both_sides_of_an_element_stay_apart() -> None:
    (same, *_rest) = marked_up("<p>a <em>b</em> c d</p>", "<p>a <em>b</em> c e</p>")
    assert same == ("same", "\na b c ")


def test_of_a_long_text_only_what_is_around_a_change_is_shown() -> None:
    long = "word " * 500
    pieces = shortened(words(f"{long}old {long}", f"{long}new {long}"))
    assert ("removed", "old ") in pieces
    assert sum(len(text) for _op, text in pieces) < 500


def test_a_few_changed_words_in_a_very_long_text_are_found_at_once() -> None:
    long = " ".join(f"word{number}" for number in range(30_000))
    pieces = words(f"{long} old {long}", f"{long} new {long}")
    assert [piece for piece in pieces if piece[0] != "same"] == [("removed", "old "), ("added", "new ")]


# Corrections


@pytest.mark.parametrize(
    ("was", "becomes", "small"),
    [
        ("Walk teh line.", "Walk the line.", True),
        ("Walk the line", "Walk the line.", True),
        ("Do not walk.", "Do walk.", False),
        ("You can walk.", "You can’t walk.", False),
        ("Take 2 pills.", "Take 3 pills.", False),
        ("Below -2.5.", "Below 2.5.", False),
        ("About 5 % fail.", "About 5 fail.", False),
        ("Walk the line.", "Walk that thin red dotted line.", False),
        ("", "New.", False),
        ("Old.", "", False),
    ],
)
def test_a_correction_is_a_handful_of_words_that_turn_nothing(was: str, becomes: str, small: bool) -> None:
    assert is_small([(was, becomes)], words_a_text=3, words_in_all=5) is small


def test_many_small_corrections_are_no_small_one() -> None:
    assert not is_small([("Walk teh line.", "Walk the line.")] * 6, words_a_text=3, words_in_all=5)


@pytest.mark.parametrize(
    "becomes", ["<p>Walk the line.</p><p></p>", "<h2>Walk the line.</h2>", '<p><a href="/x">Walk</a> the line.</p>']
)  # fmt: skip
def test_a_correction_leaves_the_form_of_the_text_alone(becomes: str) -> None:
    assert not is_small([("<p>Walk teh line.</p>", becomes)], words_a_text=3, words_in_all=5, markup=True)
