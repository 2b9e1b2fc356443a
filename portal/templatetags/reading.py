"""What articles say to the patient who reads them. `{% load reading %}`"""

from __future__ import annotations

from typing import Any

from django import template

from portal.reading import chosen_in
from screening.messaging import messages_for
from screening.views.access import ANSWER

register = template.Library()


@register.inclusion_tag("portal/includes/chosen.html", takes_context=True)
def chosen_for_reader(context: Any, key: str) -> dict[str, Any]:
    """Who chose this article for the reader, and when. The article itself is the same for everyone."""
    reader = context["request"].user
    letters = messages_for(reader) if reader.has_perm(ANSWER) else []
    return {"told": chosen_in(letters).get(key)}
