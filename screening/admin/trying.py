"""Trying a draft: as a patient, against samples, and against what patients have sent."""

from __future__ import annotations

from screening.admin.pages import Pages


class TryingPages(Pages):
    """Still without pages."""
