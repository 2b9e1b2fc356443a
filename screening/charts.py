"""Charts as SVG, drawn by the server: bars that lie and columns that stand.

Each kind of bar has a pattern of its own beside its colour, so that it is told apart in print, in dark mode and by
those who see no colour. Colours come from the page's stylesheet by class; without one, everything is drawn in the
colour of the text. A chart is one picture with a title and a description; its numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 300  # about as wide as a panel on a telephone: there the text is as large as it is written
LINE, BAR, GAP = 16, 14, 12
PLOT, LEFT, FOOT = 120, 34, 20  # the height of columns, the room for numbers beside and names below
PATTERNS = ("solid", "stripes", "dots", "empty", "lines")

_DRAWN = {
    "stripes": '<path d="M-1 7 7 -1 M3 11 11 3" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    "dots": '<circle cx="2.5" cy="2.5" r="1.3" fill="currentColor"/><circle cx="6.5" cy="6.5" r="1.3" fill="currentColor"/>',
    "lines": '<path d="M0 2 H8 M0 6 H8" fill="none" stroke="currentColor" stroke-width="1"/>',
}


@dataclass(frozen=True)
class Series:
    """One kind of bar: what it is called, how it is drawn (one of PATTERNS), and its length in each place."""

    label: str
    pattern: str
    values: Sequence[float]


def bars(key: str, title: str, about: str, names: Sequence[str], series: Sequence[Series]) -> SafeString:
    """A lying bar for each name, its kinds one behind the other, with their sum at the end."""
    longest = max((sum(each.values[at] for each in series) for at in range(len(names))), default=0) or 1
    room, parts, top = WIDTH - 48, [], _legend_height(series)
    for at, name in enumerate(names):
        parts.append(_text(0, top + 12, name))
        left = 0.0
        for each in series:
            wide = room * each.values[at] / longest
            if each.values[at]:
                parts.append(_bar(key, each.pattern, left, top + LINE, wide, BAR))
            left += wide
        parts.append(
            _text(left + 5, top + LINE + 12, _number(sum(each.values[at] for each in series)), strong=True)
        )
        top += LINE + BAR + GAP
    return _picture(key, title, about, top, series, parts)


def columns(
    key: str, title: str, about: str, names: Sequence[str], series: Sequence[Series], *, beside: bool = False
) -> SafeString:
    """A standing column for each name, its kinds one upon the other, or beside each other."""
    heights = [[each.values[at] for each in series] for at in range(len(names))]
    tallest = _round_up(max((max(each, default=0) if beside else sum(each) for each in heights), default=0))
    head = _legend_height(series) + 8
    ground, pitch = head + PLOT, (WIDTH - LEFT) / max(len(names), 1)
    parts = [_scale(ground - PLOT * share, _number(tallest * share)) for share in (0, 0.5, 1)]
    for at, values in enumerate(heights):
        left, wide, bottom = LEFT + pitch * at + pitch * 0.12, pitch * 0.76, float(ground)
        if beside:
            wide /= len(series)
        for number, (each, value) in enumerate(zip(series, values, strict=True)):
            high = PLOT * value / tallest
            if value:
                parts.append(
                    _bar(key, each.pattern, left + wide * number * beside, bottom - high, wide, high)
                )
            bottom -= 0 if beside else high
    every = max(1, -(-len(names) // 6))  # so many names have room
    for at in range((len(names) - 1) % every, len(names), every):
        parts.append(_text(LEFT + pitch * (at + 0.5), ground + 15, names[at], anchor="middle"))
    return _picture(key, title, about, ground + FOOT, series, parts)


def _picture(
    key: str, title: str, about: str, height: float, series: Sequence[Series], parts: Sequence[SafeString]
) -> SafeString:
    used = dict.fromkeys(each.pattern for each in series)
    return format_html(
        '<svg class="chart" role="img" aria-labelledby="{0}-title {0}-about" viewBox="0 0 {1} {2}" '
        'xmlns="http://www.w3.org/2000/svg" font-size="12" fill="currentColor">'
        '<title id="{0}-title">{3}</title><desc id="{0}-about">{4}</desc><defs>{5}</defs>{6}{7}</svg>',
        key,
        WIDTH,
        _places(height),
        title,
        about,
        format_html_join("", "{}", ((_pattern(key, each),) for each in used if each in _DRAWN)),
        _legend(key, series),
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _pattern(key: str, pattern: str) -> SafeString:
    return format_html(
        '<pattern id="{}-{}" width="8" height="8" patternUnits="userSpaceOnUse">{}</pattern>',
        key,
        pattern,
        SafeString(_DRAWN[pattern]),
    )


def _bar(key: str, pattern: str, left: float, top: float, wide: float, high: float) -> SafeString:
    """The ground in the colour of its kind, and the pattern upon it."""
    fill = {"solid": "currentColor", "empty": "none"}.get(pattern, f"url(#{key}-{pattern})")
    place = tuple(_places(each) for each in (left, top, wide, high))
    at = format_html('x="{}" y="{}" width="{}" height="{}"', *place)
    ground = format_html('<rect class="chart__ground chart__ground--{}" {} fill="none"/>', pattern, at)
    return ground + format_html(
        '<rect class="chart__bar chart__bar--{}" {} fill="{}" stroke="currentColor" stroke-width="1"/>',
        pattern,
        at,
        fill,
    )


def _legend_height(series: Sequence[Series]) -> int:
    return LINE * len(series) + 6 if len(series) > 1 else 0


def _legend(key: str, series: Sequence[Series]) -> SafeString:
    """What each pattern is, in words. One kind alone needs none: the title says it."""
    if len(series) < 2:
        return SafeString("")
    rows = [
        _bar(key, each.pattern, 0.5, LINE * at + 2, 18, 11) + _text(25, LINE * at + 12, each.label)
        for at, each in enumerate(series)
    ]
    return format_html_join("", "{}", ((row,) for row in rows))


def _scale(y: float, number: str) -> SafeString:
    line = '<path class="chart__line" d="M{} {} H{}" fill="none" stroke="currentColor" stroke-width="0.5"/>{}'
    return format_html(line, LEFT, _places(y), WIDTH, _text(LEFT - 5, y + 4, number, anchor="end"))


def _text(x: float, y: float, words: str, *, anchor: str = "start", strong: bool = False) -> SafeString:
    weight = SafeString(' font-weight="600"') if strong else ""
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}"{}>{}</text>', _places(x), _places(y), anchor, weight, words
    )


def _round_up(value: float) -> float:
    """The end of a scale: its half is told too, so that it is an even number, or a round one."""
    size = 1
    while True:
        for step in (2, 4, 10, 20):
            if value <= step * size:
                return step * size
        size *= 10


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _places(value: float) -> str:
    """A measure, the same in every language."""
    return f"{value:.1f}".removesuffix(".0")
