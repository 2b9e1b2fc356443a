"""What is found in a questionnaire before somebody is asked to approve it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from editions.canonical import canonical
from editions.checks import Check
from editions.readability import grade
from screening.admin.pages import Pages
from screening.admin.places import link
from screening.engine.review import Check as Found
from screening.engine.review import review


def titles() -> dict[str, str]:
    """What each kind of finding is called."""
    return {
        "problem": _("It does not fit together"),
        "contradiction": _("Two things contradict each other"),
        "dead_rule": _("Never true, never shown"),
        "gap": _("Answers that no rule notices"),
        "not_checked": _("Too much to try by machine: look at it yourself"),
        "unused_question": _("Questions that no rule uses"),
        "no_source": _("No source is given"),
        "no_why": _("Patients are not told why it is asked"),
        "reading_grade": _("Hard to read for patients"),
        "translation": _("Translations that are not ready"),
    }


class Checked(Pages):
    def checks(self, request: HttpRequest, draft: Any) -> list[Check]:
        """Each with a link to where it can be changed."""
        named = titles()
        return [
            *super().checks(request, draft),
            *(
                Check(
                    found.code,
                    found.message,
                    found.blocking,
                    link(draft, found.where),
                    found.where,
                    named.get(found.code, found.code),
                )
                for found in _reviewed(canonical(draft.content()))
            ),
        ]


@lru_cache(maxsize=8)
def _reviewed(text: str) -> tuple[Found, ...]:
    """Trying every gap of a large questionnaire takes seconds, and the page asks again when it is sent."""
    return review(json.loads(text), grade)
