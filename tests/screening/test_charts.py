"""Charts: one picture with a title, drawn to scale, told apart without colour, and safe whatever it is called."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from screening import charts
from screening.charts import Series

SVG = "{http://www.w3.org/2000/svg}"
TWO = [Series("Soon", "empty", [3, 0]), Series("Late", "solid", [1, 2])]


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314


def words(svg: str) -> list[str]:
    return [each.text or "" for each in drawn(svg).iter(f"{SVG}text")]


def sizes(svg: str, pattern: str) -> list[tuple[float, float]]:
    """Width and height of the bars of a kind, the legend's left out."""
    found = [
        each
        for each in drawn(svg).iter(f"{SVG}rect")
        if each.get("class") == f"chart__bar chart__bar--{pattern}"
    ]
    return [
        (float(each.get("width", 0)), float(each.get("height", 0)))
        for each in found
        if each.get("height") != "11"
    ]


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
def test_it_is_one_picture_with_a_title_and_a_description(draw) -> None:  # type: ignore[no-untyped-def]
    picture = drawn(draw("key", "Who waits", "Cases that wait.", ["A", "B"], TWO))
    assert (picture.get("role"), picture.get("aria-labelledby")) == ("img", "key-title key-about")
    title, about = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert (title is not None and title.text, about is not None and about.text) == (
        "Who waits",
        "Cases that wait.",
    )


def test_bars_are_as_long_as_what_they_tell_and_end_in_their_sum() -> None:
    svg = charts.bars("key", "T", "D", ["A", "B"], TWO)
    assert words(svg) == ["Soon", "Late", "A", "4", "B", "2"]
    [(soon, _high)], [(late, _h1), (later, _h2)] = sizes(svg, "empty"), sizes(svg, "solid")
    assert (soon / late, later / late) == (3, 2)


def test_columns_stand_upon_each_other_on_a_scale_that_is_labelled() -> None:
    svg = charts.columns("key", "T", "D", ["Oct", "Nov"], TWO)
    assert words(svg) == ["Soon", "Late", "0", "2", "4", "Oct", "Nov"]
    assert [high for _wide, high in sizes(svg, "empty") + sizes(svg, "solid")] == [90, 30, 60]


def test_columns_beside_each_other_share_the_width() -> None:
    svg = charts.columns("key", "T", "D", ["Oct", "Nov"], TWO, beside=True)
    [(wide, high)] = sizes(svg, "empty")
    [(alone, _high)] = sizes(charts.columns("key", "T", "D", ["Oct", "Nov"], [TWO[0]]), "empty")
    assert (round(alone / wide), high) == (2, 90)


def test_of_many_names_every_few_are_written_and_always_the_last() -> None:
    names = [str(number) for number in range(1, 25)]
    svg = charts.columns("key", "T", "D", names, [Series("All", "solid", [1] * 24)])
    assert words(svg)[3:] == ["4", "8", "12", "16", "20", "24"]


def test_every_kind_differs_without_its_colour() -> None:
    kinds = [Series(pattern, pattern, [1]) for pattern in charts.PATTERNS]
    svg = charts.bars("key", "T", "D", ["A"], kinds)
    fills = {
        each.get("fill") for each in drawn(svg).iter(f"{SVG}rect") if "chart__bar" in str(each.get("class"))
    }
    assert fills == {"currentColor", "none", "url(#key-stripes)", "url(#key-dots)", "url(#key-lines)"}
    assert {each.get("id") for each in drawn(svg).iter(f"{SVG}pattern")} == {
        "key-stripes",
        "key-dots",
        "key-lines",
    }


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
def test_nothing_to_draw_is_no_error(draw) -> None:  # type: ignore[no-untyped-def]
    for names, series in (([], []), (["A"], [Series("All", "solid", [0])])):
        assert "NaN" not in draw("key", "T", "D", names, series)


@pytest.mark.parametrize("draw", [charts.bars, charts.columns])
def test_names_are_inert_and_no_style_is_inline(draw) -> None:  # type: ignore[no-untyped-def]
    hostile = "<script>alert(1)</script> & {{ 7*7 }}"
    svg = draw("key", hostile, hostile, [hostile], [Series(hostile, "dots", [1]), Series("B", "solid", [1])])
    assert re.findall(r"<script|style=|<style|on[a-z]+=", svg) == []
    assert hostile in words(svg)
