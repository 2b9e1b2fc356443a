"""The surgeons' list: who waits, in which order, and why.

"In my care" and "nobody's" are two queries, each with an index of its own, merged here. Pages go by the place
of a case, not by counting rows: the hundredth costs what the first does, and nobody is skipped or shown twice
when others come and go meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from screening.engine.definition import Criterion, Definition
from screening.host import Person, host
from screening.models import Case, QuestionnaireEdition
from screening.models.cases import CaseRows, Place
from screening.models.document import definition_of
from screening.models.placing import URGENCY

PAGE = 50
CAP = 500  # counting stops here

AWAITING = ""
ANY = "all"
# Ranks below these belong to cases that are urgent, or urgent or absolute or possibly absolute.
URGENT_BELOW = 200_000
POSSIBLE_BELOW = 400_000

# Urgent for a reason that no rule of a questionnaire gives.
ASKED = {"call_asked_for": _("Asked to be called")}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"([0-9]{1,7})\.([0-9]{1,16})\.([0-9a-f]{32})")


@dataclass(frozen=True)
class Chosen:
    """What the user filters by. Empty is: all, of those that await a decision."""

    state: str = AWAITING
    category: str = ""
    criterion: str = ""
    search: str = ""


@dataclass(frozen=True)
class Reported:
    """One criterion in a row of the list."""

    label: str
    category: str
    could_be: str


@dataclass(frozen=True)
class Fell:
    """A flag that a later submission lowered, and that stands until a surgeon decides. Urgency has no label."""

    label: str
    was: str
    now: str


@dataclass(frozen=True)
class Row:
    case: Case
    person: Person
    taken_by: str
    mine: bool
    urgent: list[str]
    reported: list[Reported]
    fell: list[Fell]


@dataclass(frozen=True)
class Page:
    """`count` is told on the first page only; above CAP it is "more". The tokens are empty at the ends."""

    rows: list[Row]
    count: int | None
    earlier: str
    later: str

    @property
    def more_than_counted(self) -> bool:
        return self.count is not None and self.count > CAP


def token(place: Place) -> str:
    """A place as it stands in an address."""
    return f"{place.rank}.{(place.waiting_since - _EPOCH) // timedelta(microseconds=1)}.{place.id.hex}"


def place_of(token: str) -> Place | None:
    """The place that a token names, or None where it names none."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    rank, microseconds, hexadecimal = match.groups()
    return Place(int(rank), _EPOCH + timedelta(microseconds=int(microseconds)), UUID(hexadecimal))


def page(
    user: Any,
    chosen: Chosen,
    live: dict[Any, Definition],
    *,
    after: Place | None = None,
    before: Place | None = None,
) -> Page:
    """The cases behind `after`, or just ahead of `before`, or the first. `live` is `live_definitions()`."""
    whole = after is None and before is None
    places, mine = _places(user, chosen, after, before, limit=(CAP if whole else PAGE) + 1)
    if not whole and not places:  # who stood there has left the list meanwhile
        return page(user, chosen, live)
    shown = places[:PAGE]
    more = len(places) > PAGE
    if before is not None:
        shown.reverse()
    return Page(
        rows=_rows(user, shown, mine, live),
        count=len(places) if whole else None,
        earlier=token(shown[0]) if shown and (after or (before and more)) else "",
        later=token(shown[-1]) if shown and (before or more) else "",
    )


def count(user: Any, chosen: Chosen) -> int:
    """How many there are; above CAP it is "more"."""
    places, _mine = _places(user, chosen, None, None, limit=CAP + 1)
    return min(len(places), CAP + 1)


def live_definitions() -> dict[Any, Definition]:
    """What patients are asked today, by questionnaire."""
    editions = QuestionnaireEdition.objects.current().defer("content")
    return {edition.questionnaire_id: definition_of(edition) for edition in editions}


def criteria_of(definitions: Iterable[Definition]) -> list[tuple[str, str]]:
    """Key and label of each criterion, to filter by."""
    return list({c.key: c.label for definition in definitions for c in definition.criteria}.items())


def soonest_first(reasons: Iterable[str], definition: Definition | None) -> list[str]:
    """Urgent reasons with those that cannot wait in front."""
    soon = {
        *ASKED,
        *(rule.reason for rule in (definition.urgent if definition else ()) if rule.level == "now"),
    }
    return sorted(reasons, key=lambda reason: (reason not in soon, reason))


def urgent_texts(definition: Definition | None) -> dict[str, Any]:
    """What each urgent reason means, in a surgeon's words."""
    return {**ASKED, **{rule.reason: rule.text for rule in (definition.urgent if definition else ())}}


def _places(
    user: Any, chosen: Chosen, after: Place | None, before: Place | None, limit: int
) -> tuple[list[Place], set[Place]]:
    """Up to twice `limit` places in the order of reading, and those of them in the user's care."""

    def read(rows: CaseRows) -> set[Place]:
        rows = rows.in_order()
        if after is not None:
            rows = rows.after(after)
        if before is not None:
            rows = rows.before(before).reverse()
        return {Place(*values) for values in rows.values_list(*Place._fields)[:limit]}

    matching = _matching(user, chosen)
    in_care = host().patients_in_care(user)
    mine = set() if in_care is None else read(matching.filter(patient__in=in_care.values("pk")))
    nobodys = read(matching.filter(unassigned=True))
    return sorted(mine | nobodys, reverse=before is not None), mine


def _matching(user: Any, chosen: Chosen) -> CaseRows:
    rows: CaseRows = Case.objects.visible_to(user)
    if chosen.state == AWAITING:
        rows = rows.filter(awaiting=True)
    elif chosen.state != ANY:
        rows = rows.filter(state=chosen.state)
    if chosen.category == "urgent":
        rows = rows.filter(rank__lt=URGENT_BELOW)
    elif chosen.category == "possible":
        rows = rows.filter(possible_absolute=True, rank__lt=POSSIBLE_BELOW)
    elif chosen.category:
        rows = rows.filter(headline=chosen.category)
    if chosen.criterion:
        rows = rows.filter(criteria__has_key=chosen.criterion)
    if chosen.search:
        found = get_user_model()._default_manager.filter(host().search(chosen.search))
        rows = rows.filter(patient__in=found.values("pk"))
    return rows


def _rows(user: Any, places: list[Place], mine: set[Place], live: dict[Any, Definition]) -> list[Row]:
    found = (
        Case.objects.visible_to(user)
        .filter(pk__in=[place.id for place in places])
        .select_related("submission__edition")
        .defer(
            "submission__answers", "submission__outcome", "submission__values", "submission__edition__content"
        )
    )
    cases = {case.pk: case for case in found}
    people = host().people(
        list({pk for case in cases.values() for pk in (case.patient_id, case.taken_by_id) if pk})
    )
    return [
        _row(cases[place.id], _definition(cases[place.id], live), people, place in mine)
        for place in places
        if place.id in cases
    ]


def _definition(case: Case, live: dict[Any, Definition]) -> Definition | None:
    """The one that the patient answered; of what was not sent, the one that is asked today."""
    return definition_of(case.submission.edition) if case.submission else live.get(case.questionnaire_id)


def _row(case: Case, definition: Definition | None, people: dict[Any, Person], mine: bool) -> Row:
    reasons = urgent_texts(definition)
    return Row(
        case=case,
        person=people[case.patient_id],
        taken_by=people[case.taken_by_id].name if case.taken_by_id else "",
        mine=mine,
        urgent=[reasons.get(reason, reason) for reason in soonest_first(case.urgent_reasons, definition)],
        reported=list(_reported(case, definition.criteria if definition else ())),
        fell=fallen(case, definition),
    )


def fallen(case: Case, definition: Definition | None) -> list[Fell]:
    """Urgency first, then the criteria in the order of the questionnaire."""
    labels = {criterion.key: criterion.label for criterion in (definition.criteria if definition else ())}
    order = [URGENCY, *labels, *case.fallen]
    return [
        Fell("" if key == URGENCY else labels.get(key, key), case.fallen[key]["was"], case.fallen[key]["is"])
        for key in dict.fromkeys(order)
        if key in case.fallen
    ]


def _reported(case: Case, criteria: Iterable[Criterion]) -> Iterable[Reported]:
    """The criteria that came to something, the weightiest first."""
    labels = {criterion.key: criterion.label for criterion in criteria}
    for key, found in sorted(case.criteria.items(), key=lambda item: _weight(item[1])):
        yield Reported(labels.get(key, key), found["category"], found.get("could_be") or "")


def _weight(found: dict[str, Any]) -> int:
    category, could_be = found["category"], found.get("could_be")
    if category != "absolute" and could_be == "absolute":
        category = "possible"
    return ("absolute", "possible", "relative", "clarify", "info").index(category)
