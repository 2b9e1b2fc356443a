"""What an editor typed, made harmless: a short list of elements, links to the web, mail and telephone, own pictures."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3

TAGS = {
    *("h2", "h3", "p", "br", "ul", "ol", "li", "strong", "em", "a", "blockquote"),
    *("figure", "img", "figcaption", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
PICTURES = "/learn/diagrams/"
LONGEST = 200_000  # characters


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src") and not (value.startswith(PICTURES) and ".." not in value):
        return None
    return value


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_own_pictures,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    clean_content_tags={"script", "style", "iframe", "object", "noscript", "template", "svg", "math"},
    strip_comments=True,
)


def clean(html: str) -> str:
    """The same text with nothing left that a browser could run, load from elsewhere or submit.

    Cleaned until it stays the same, because what one pass makes of broken markup could mean something else to the
    next reader of it. What does not settle in a few passes is refused whole.
    """
    for _ in range(5):
        cleaned = _cleaner.clean(html)
        if cleaned == html:
            return html
        html = cleaned
    return ""


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.append(f"<{tag}>")
        self.names.extend(f"{tag} {name}" for name, _ in attributes if name != "rel")


def removed(before: str, after: str) -> list[str]:
    """The names of elements and attributes that cleaning took away, for telling the editor."""
    was, now = _Elements(), _Elements()
    was.feed(before)
    now.feed(after)
    left = list(now.names)
    gone: list[str] = []
    for name in was.names:
        if name in left:
            left.remove(name)
        elif name not in gone:
            gone.append(name)
    return gone
