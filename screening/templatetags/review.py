"""Words of the reviewers' pages. `{% load review %}`"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from screening.models import Criterion

register = template.Library()

# A patient's report is never a diagnosis: even the strongest is for a surgeon to confirm.
CATEGORIES = {
    "absolute": _("reported: absolute criterion, confirm"),
    "relative": _("reported: relative criterion"),
    "clarify": _("to clarify"),
    "info": _("for information"),
}
POSSIBLE = {
    "absolute": _("could be an absolute criterion"),
    "relative": _("could be a relative criterion"),
}
# The same in a dense list, beside the criterion's name.
SHORT = {
    "absolute": _("absolute, confirm"),
    "relative": _("relative"),
    "clarify": _("to clarify"),
    "info": _("for information"),
}
# The shortest words, for what stood and what stands now.
FALLEN = {
    "absolute": _("absolute"),
    "possible": _("possibly absolute"),
    "relative": _("relative"),
    "clarify": _("to clarify"),
    "info": _("for information"),
    "none": _("none"),
    "stored": _("not assessed"),
    "now": _("now"),
    "same_day": _("the same day"),
}
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


@register.filter
def category_words(category: str) -> Any:
    return CATEGORIES.get(category, category)


@register.filter
def category_short(category: str) -> Any:
    return SHORT.get(category, category)


@register.filter
def fallen_words(category: str) -> Any:
    return FALLEN.get(category, category)


@register.filter
def possible_words(could_be: str) -> Any:
    return POSSIBLE.get(could_be, could_be)


@register.filter
def modifiable_words(modifiable: str) -> Any:
    return dict(Criterion.Modifiable.choices).get(modifiable, "")


@register.filter
def waiting(since: datetime) -> str:
    """In whole days, hours or minutes, cut off: "waiting 3 days"."""
    seconds = max(0, int((timezone.now() - since).total_seconds()))
    if seconds >= DAY:
        return ngettext("waiting %(n)d day", "waiting %(n)d days", seconds // DAY) % {"n": seconds // DAY}
    if seconds >= HOUR:
        return ngettext("waiting %(n)d hour", "waiting %(n)d hours", seconds // HOUR) % {"n": seconds // HOUR}
    return ngettext("waiting %(n)d minute", "waiting %(n)d minutes", seconds // MINUTE) % {
        "n": seconds // MINUTE
    }


@register.filter
def dialled(phone: str) -> str:
    """A telephone number as a tel: link takes it."""
    return re.sub(r"[^0-9+*#]", "", phone)


@register.simple_tag(takes_context=True)
def with_query(context: Any, **changed: str) -> str:
    """The query of this page with some of it changed. Empty: left out."""
    query = context["request"].GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
