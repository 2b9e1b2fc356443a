"""What the further pages of a questionnaire have in common. A mixin adds its own, and passes on the others'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import URLPattern

if TYPE_CHECKING:
    from editions.admin import DraftAdmin as Base
else:
    Base = object


@dataclass(frozen=True)
class Tool:
    """A link at the top of the questionnaire's page."""

    label: str
    url: str


class Pages(Base):
    """The end of the chain: no page."""

    def pages(self) -> list[URLPattern]:
        """Routes of the pages, made with `self._path(route, view, name)`."""
        return []

    def tools(self, request: HttpRequest, draft: Any) -> list[Tool]:
        """The links to them that this user may follow."""
        return []
