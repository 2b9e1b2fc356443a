"""What the pages that try a draft have in common: whom they are for, and what the draft asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from editions.canonical import canonical, digest
from screening.admin.pages import Pages
from screening.admin.places import link
from screening.engine.definition import Definition, DefinitionError, read
from screening.models.document import document_in

PREVIEW, CHANGE = "screening.preview_questionnaire", "screening.change_questionnaire"
METHODS = ["GET", "HEAD", "POST"]
AT_MOST = 20  # definitions kept at hand: authors go from page to page, and change the draft in between

_definitions: dict[tuple[str, str], Definition] = {}


def definition_of(document: dict[str, Any], language: str) -> tuple[Definition, str]:
    """What these pages ask, and the document's digest. Raises DefinitionError."""
    text = digest(canonical(document))
    definition = _definitions.get((text, language))
    if definition is None:
        if len(_definitions) >= AT_MOST:
            _definitions.clear()
        definition = _definitions[text, language] = read(document_in(document, language))
    return definition, text


class TriedPages(Pages):
    """The page of a draft that cannot be tried."""

    def _unfit(self, request: HttpRequest, draft: Any, error: DefinitionError) -> HttpResponse:
        """The page of a draft that nobody could answer."""
        found = [(link(draft, each.where), each.where, each.message) for each in error.problems]
        context = {"problems": found}
        return self._page(
            request,
            draft,
            "admin/screening/trying/unfit.html",
            _("It does not fit together yet"),
            context,
            409,
        )
