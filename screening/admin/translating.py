"""The texts of a questionnaire in other languages, beside their source."""

from __future__ import annotations

from screening.admin.pages import Pages


class TranslationPages(Pages):
    """Still without pages."""
