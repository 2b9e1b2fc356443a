"""Lines of a table that a spreadsheet opens without running anything: CSV as people's programs read it.

A text that would begin a formula gets an apostrophe in front, also behind what another program may take for the
end of a cell. Every text is quoted; numbers are not, and stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

BOM = "\ufeff"  # without it, Excel takes the bytes for another encoding

# What may stand in front of a formula without stopping it, and what begins one: the ASCII signs, their full-width
# and small twins.
_UNSEEN = r"[\s\"\x00-\x1f\u00ad\u200b-\u200f\u2060\ufeff]*"
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
_FORMULA = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?={_UNSEEN}{_SIGNS})|^(?=[\t\r])")

Value = str | int | float | Decimal | None


class _Line:
    """Hands back what it is asked to write."""

    def write(self, text: str) -> str:
        return text


def cell(value: Value) -> str | int | float | Decimal:
    """The value as it may stand in a table."""
    if value is None:
        return ""
    return _FORMULA.sub("'", value) if isinstance(value, str) else value


def lines(rows: Iterable[Iterable[Value]]) -> Iterator[str]:
    """A line for each row, one at a time, as RFC 4180 writes them."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
