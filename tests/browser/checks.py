"""What holds for every page: anyone can read it, in light and in dark, on a small screen and enlarged."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def accessible(page: Page) -> None:
    """axe finds nothing, in light and in dark."""
    page.evaluate(Axe().axe_script)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        # The administration fades from one colour to the other.
        page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
        found = _violations(page)
        assert not found, f"{scheme}: {found}"


def _violations(page: Page) -> list[Any]:
    found = page.evaluate("rules => axe.run(rules)", RULES)["violations"]
    return [
        (each["id"], node["html"][:200], node["failureSummary"]) for each in found for node in each["nodes"]
    ]


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways at 320 pixels, nor with text twice as large at 640."""
    size = page.viewport_size
    for width, text in ((320, "100%"), (640, "200%")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        found = _too_wide(page)
        assert not found, f"{width} pixels, text at {text}: {found}"
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert size is not None
    page.set_viewport_size(size)


def _too_wide(page: Page) -> list[str]:
    """Whatever reaches beyond the right edge, where the page can be scrolled there."""
    found: list[str] = page.evaluate("""() => {
        const root = document.scrollingElement;
        if (root.scrollWidth <= root.clientWidth) return [];
        const wide = [...document.querySelectorAll("body *")].filter(
            (each) => each.getBoundingClientRect().right > root.clientWidth + 1);
        return wide.map((each) => each.outerHTML.slice(0, 120)).concat(`${root.scrollWidth} of ${root.clientWidth}`);
    }""")
    return found


def well_made(page: Page) -> None:
    """All of it, at the end of a test of a page."""
    expect(page.locator("h1")).to_have_count(1)
    fits(page)
    accessible(page)
