"""Trying a draft: as a patient, against samples, and against what patients have sent."""

from __future__ import annotations

from screening.admin.impact_pages import ImpactPages
from screening.admin.preview_pages import PreviewPages
from screening.admin.sample_pages import SamplePages


class TryingPages(PreviewPages, SamplePages, ImpactPages):
    """All three."""
