"""`{% load notices %}`"""

from __future__ import annotations

import re

from django import template

register = template.Library()


@register.filter
def paragraphs(text: str) -> list[str]:
    """The parts of a text between blank lines."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]
