"""If one of these fails, an approver reads another change of words than the one that was made."""

from __future__ import annotations

import pytest

from screening.engine.rewording import words


@pytest.mark.parametrize(
    ("was", "becomes", "pieces"),
    [
        ("Do not walk.", "Do walk.", [("same", "Do "), ("removed", "not "), ("same", "walk.")]),
        ("Walk.", "", [("removed", "Walk.")]),
        ("", "Walk.", [("added", "Walk.")]),
        ("One two three.", "Nothing of that here.", [("removed", "One two three."), ("added", "Nothing of that here.")]),
        ("One. Two.", "One.\n\nTwo.", [("removed", "One. Two."), ("added", "One.\n\nTwo.")]),
    ],
)  # fmt: skip
def test_words(was: str, becomes: str, pieces: list[tuple[str, str]]) -> None:
    assert list(words(was, becomes)) == pieces


def test_very_long_texts_are_shown_whole_at_once() -> None:
    was, becomes = "walk " * 3000, "rest " * 3000
    assert words(was, becomes) == (("removed", was), ("added", becomes))
