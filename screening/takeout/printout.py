"""One case on paper: a page for the printer, and a tagged PDF where WeasyPrint is installed (the extra `pdf`).

Nothing is fetched while a PDF is made, from the network or from the disk: the page refers to nothing, and the one
stylesheet is handed over as text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string

TEMPLATE = "screening/export/printout.html"
STYLE = "screening/printout.css"
VARIANT = "pdf/ua-1"


class Refused(Exception):
    """A page that is made into a PDF asked for something else. It is left out."""


@cache
def makes_pdf() -> bool:
    """Whether WeasyPrint is here, and the libraries of the system that it draws with."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def page(context: dict[str, Any]) -> str:
    """For a browser, which is asked to print it."""
    return render_to_string(TEMPLATE, {**context, "stylesheet": STYLE})


def pdf(context: dict[str, Any]) -> bytes:
    from weasyprint import CSS, HTML

    document = HTML(string=render_to_string(TEMPLATE, context), url_fetcher=nothing())
    style = CSS(string=_style(), url_fetcher=nothing())
    made: bytes = document.write_pdf(stylesheets=[style], pdf_variant=VARIANT, pdf_tags=True)
    return made


def nothing() -> Any:
    """What WeasyPrint gets, whatever it asks for."""
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise Refused

    return Nothing()


@cache
def _style() -> str:
    found = finders.find(STYLE)
    if not isinstance(found, str):
        raise ImproperlyConfigured(f"{STYLE} was not found among the static files.")
    return Path(found).read_text(encoding="utf-8")
