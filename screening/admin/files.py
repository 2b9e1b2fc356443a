"""A questionnaire as one readable file: out of the admin, and back in as a draft."""

from __future__ import annotations

from screening.admin.pages import Pages


class FilePages(Pages):
    """Still without pages."""
