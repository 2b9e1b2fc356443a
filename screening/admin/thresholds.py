"""All thresholds of a questionnaire on one page, where a clinician changes numbers only."""

from __future__ import annotations

from screening.admin.pages import Pages


class ThresholdPages(Pages):
    """Still without pages."""
