"""Two texts word by word: what stayed, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

MUCH_THE_SAME = 0.35  # below this a text was written anew, and marking its words would only confuse
MOST_PAIRS = 4_000_000  # words times words: beyond this the texts are shown whole

_TOKEN = re.compile(r"(\w+(?:['’.\-]\w+)*|[^\w\s])(\s*)")

Pieces = tuple[tuple[str, str], ...]  # ("same" | "removed" | "added", text), in reading order


def words(was: str, becomes: str) -> Pieces:
    """Both as one text. Where they have little in common, each whole."""
    old, new = _TOKEN.findall(was), _TOKEN.findall(becomes)
    whole = tuple((op, text) for op, text in (("removed", was), ("added", becomes)) if text)
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        return whole
    matcher = SequenceMatcher(None, [word for word, _s in old], [word for word, _s in new], autojunk=False)
    if matcher.ratio() < MUCH_THE_SAME:
        return whole
    pieces: list[tuple[str, str]] = []
    for op, start, end, first, last in matcher.get_opcodes():
        if op == "equal":
            # A space before what went stays, though what follows now stands closer.
            closing = max(old[end - 1], new[last - 1], key=_length)
            pieces.append(("same", _joined((*new[first : last - 1], closing))))
            continue
        if start < end:
            pieces.append(("removed", _joined(old[start:end])))
        if first < last:
            pieces.append(("added", _joined(new[first:last])))
    only_spaces = all(op == "same" for op, _text in pieces)
    return whole if only_spaces and was != becomes else tuple(pieces)


def _length(token: tuple[str, str]) -> int:
    return sum(map(len, token))


def _joined(tokens: Iterable[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in tokens)
