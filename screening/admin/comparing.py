"""What differs between two editions of a questionnaire, in words."""

from __future__ import annotations

from screening.admin.pages import Pages


class ComparingPages(Pages):
    """Still without pages."""
