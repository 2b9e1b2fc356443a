from editions.differences import LONG, Difference, differences, flat


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
    assert differences(old, {"same": "x", "changed": "new", "added": "z"}) == [
        Difference("changed", "old", "new"),
        Difference("added", "", "z"),
        Difference("gone", "y", ""),
    ]


def test_rows_with_keys_that_change_places_differ_in_their_order_only() -> None:
    a, b = {"key": "a", "text": "A"}, {"key": "b", "text": "B"}
    assert differences({"rows": [a, b]}, {"rows": [b, a]}) == [Difference("rows, order", "a, b", "b, a")]


def test_rows_whose_keys_are_not_their_own_are_named_by_their_place() -> None:
    first, second, changed = ({"key": "a", "text": text} for text in "ABC")
    found = differences({"rows": [first, second]}, {"rows": [first, changed]})
    assert found == [Difference("rows, 2, text", "B", "C")]


def test_of_a_long_text_only_the_lines_that_differ_are_shown() -> None:
    paragraphs = [f"<p>{'word ' * 20}{number}</p>" for number in range(5)]
    changed = [*paragraphs[:2], "<p>New.</p>", *paragraphs[3:]]
    was, becomes = "".join(paragraphs), "".join(changed)
    assert len(was) > LONG
    assert differences({"body": was}, {"body": becomes}) == [Difference("body", paragraphs[2], "<p>New.</p>")]
