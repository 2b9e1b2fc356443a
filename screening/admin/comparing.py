"""What differs between two editions of a questionnaire, in words; and what of that is a small correction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from editions.differences import Comparison, Difference, flat, is_small, shortened, words
from screening.admin.pages import Pages
from screening.admin.places import link
from screening.engine.changes import Change
from screening.engine.comparing import compare_documents, wording_only
from screening.engine.definition import DefinitionError

MOST_LINKS = 60  # of a longer list the outline is the better map
WORDS_A_TEXT, WORDS_IN_ALL = 3, 10  # that a small correction may change


def parts() -> dict[str, str]:
    """What changes are listed under, by the first part of their place; all other places are the questionnaire's own."""
    return {
        "sections": _("What patients are asked"),
        "thresholds": _("Thresholds"),
        "calculations": _("Calculations"),
        "criteria": _("Criteria and their rules"),
        "urgent": _("Urgent rules"),
        "extras": _("Extras"),
        "notices": _("Notices"),
        "investigations": _("Tests"),
        "translations": _("Translations"),
    }


def kinds() -> dict[str, str]:
    return {
        "added": _("New"),
        "removed": _("Removed"),
        "reworded": _("Reworded"),
        "rule": _("Rule changed"),
        "threshold": _("Number changed"),
        "order": _("Moved"),
        "other": _("Changed"),
    }


class ComparingPages(Pages):
    def comparison(self, draft: Any, old: dict[str, Any], new: dict[str, Any]) -> Comparison:
        """In the questions' own words; where a draft does not fit together, as it is written down."""
        try:
            found = compare_documents(old, new)
        except DefinitionError:
            plain = super().comparison(draft, old, new).differences
            note = _(
                "One of the two does not fit together yet, so this list is as it is written down, not in words."
            )
            return Comparison(plain, note)
        if not found and old != new:
            plain = super().comparison(draft, old, new).differences
            return Comparison(plain, _("Patients and surgeons notice none of this."))
        links = len(found) <= MOST_LINKS and new == draft.content()
        return Comparison([_difference(draft, change, links) for change in found])

    def is_small(self, live: dict[str, Any], content: dict[str, Any]) -> bool:
        """A few words of texts, and nothing that asks, shows, decides or counts."""
        if not wording_only(live, content):
            return False
        was, becomes = _texts(live), _texts(content)
        changed = [
            (was.get(where, ""), becomes.get(where, ""))
            for where in was | becomes
            if was.get(where) != becomes.get(where)
        ]
        return bool(changed) and is_small(changed, words_a_text=WORDS_A_TEXT, words_in_all=WORDS_IN_ALL)


def _texts(document: dict[str, Any]) -> dict[str, str]:
    """All that it says, without the marks by which a translation knows what it was made from."""
    rows = [{**row, "source": ""} for row in document.get("translations", [])]
    return flat({**document, "translations": rows})


def _difference(draft: Any, change: Change, links: bool) -> Difference:
    part = change.where.partition(".")[0]
    return Difference(
        where=change.title,
        was=change.was,
        becomes=change.becomes,
        words=shortened(change.words or words(change.was, change.becomes)),
        kind=kinds()[change.kind],
        part=parts().get(part, _("The questionnaire itself")),
        place=change.where,
        url=link(draft, change.where) if links and change.kind != "removed" else "",
        apart=change.kind not in ("added", "removed", "reworded"),
    )
