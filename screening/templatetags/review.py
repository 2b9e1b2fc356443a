"""Words of the reviewers' pages. `{% load review %}`"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from screening.engine.wording import number_in_words
from screening.forms.marking import result_in_words
from screening.models import Criterion, InvestigationResult

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
# What a criterion came to this time, beside what it was.
TURNED = {
    "new": _("new"),
    "gone": _("gone"),
    "heavier": _("weighs more"),
    "lighter": _("weighs less"),
    "other": _("for other reasons"),
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
def span(length: timedelta) -> str:
    """In whole days, hours or minutes, cut off: "3 days"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds >= DAY:
        return ngettext("%(n)d day", "%(n)d days", seconds // DAY) % {"n": seconds // DAY}
    if seconds >= HOUR:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // HOUR) % {"n": seconds // HOUR}
    return ngettext("%(n)d minute", "%(n)d minutes", seconds // MINUTE) % {"n": seconds // MINUTE}


@register.filter
def turned_words(how: str) -> Any:
    return TURNED.get(how, how)


@register.filter
def number_words(value: Decimal) -> str:
    return number_in_words(value)


@register.filter
def result_words(result: InvestigationResult) -> str:
    return result_in_words(result)


@register.filter
def of_key(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key)


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
