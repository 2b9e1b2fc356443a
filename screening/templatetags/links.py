"""`{% load links %}`"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.http import urlencode

register = template.Library()


@register.simple_tag(takes_context=True)
def link(context: Context, page: str, *args: Any, **query: Any) -> str:
    """The address of a patients' page; where these pages are previewed (`links`), of the same page there."""
    links = context.get("links")
    if links is not None:
        return str(links(page, *args, **query))
    address = reverse(f"screening:{page}", args=args)
    return f"{address}?{urlencode(query)}" if query else address
