"""A notice's text with the practice's names and numbers in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import override

from screening.engine.definition import Definition
from screening.host import Contacts, host

# What a notice may hold in braces. Each is a member of Contacts.
PLACEHOLDERS = (
    "emergency_number",
    "crisis_help",
    "crisis_line",
    "medical_line",
    "practice_name",
    "practice_phone",
    "opening_hours",
)
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def notice_text(
    definition: Definition, key: str, contacts: Contacts | None = None, user: Any = None
) -> dict[str, Any]:
    """A notice as this patient reads it, in the language of the definition, and with which numbers.

    The practice's own words stand before those of the questionnaire. Raises KeyError for an unknown notice.
    """
    notice = definition.notices[key]
    contacts = contacts or host().contacts(user)
    written = {"title": notice.title, "body": notice.body, "actions": list(notice.actions)}
    own = host().notice(key, definition.shown_in, user)
    with override(definition.shown_in):
        words = filled(own or written, contacts)
    return {"key": key, "language": definition.shown_in, "own_words": own is not None, **words}


def filled(written: dict[str, Any], contacts: Contacts) -> dict[str, Any]:
    """The texts with the numbers in them. A step or a paragraph that needs a number we do not have is left out."""
    actions = (_fill(action, contacts) for action in written["actions"])
    paragraphs = (_fill(part, contacts) for part in re.split(r"\n\s*\n", written["body"]))
    return {
        "title": _fill(written["title"], contacts) or "",
        "body": "\n\n".join(part for part in paragraphs if part),
        "actions": [action for action in actions if action],
        "numbers": {name: str(getattr(contacts, name)) for name in PLACEHOLDERS}
        | {"country": contacts.country},
    }


def _fill(text: str, contacts: Contacts) -> str:
    return fill(text, {name: str(getattr(contacts, name)) for name in PLACEHOLDERS})


def fill(text: str, values: Mapping[str, str]) -> str:
    """Empty where a value is missing. What else stands in braces stays as it is."""
    named = [name for name in _IN_BRACES.findall(text) if name in values]
    if not all(values[name] for name in named):
        return ""
    return _IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """What stands in braces and would be shown with them, as it was written; also a brace that stands alone."""
    unknown = [found[0] for found in _IN_BRACES.finditer(text) if found[1] not in known]
    rest = _IN_BRACES.sub("", text)
    return unknown + sorted({brace for brace in "{}" if brace in rest})
