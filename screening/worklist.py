"""The surgeons' list as it is shown: who waits, in which order, why, and for how long by the practice's own aims.

Who stands on it, and where, is asked in `places`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from screening import places
from screening.deciding import untold
from screening.engine.definition import Criterion, Definition
from screening.host import Person, host
from screening.models import Alert, Case, QuestionnaireEdition, Reply
from screening.models.cases import DUE, Place
from screening.models.document import definition_of
from screening.models.placing import URGENCY, tier_at
from screening.places import CAP, Chosen, Clock, Places, count, token

__all__ = ["CAP", "Chosen", "Page", "Row", "count", "page"]

# Urgent for a reason that no rule of a questionnaire gives.
ASKED = {"call_asked_for": _("Asked to be called")}


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
class Waiting:
    """How long the patient has waited, how soon the practice wants to see them, and by how much that was missed."""

    waited: timedelta
    aim: timedelta

    @property
    def overdue(self) -> timedelta | None:
        return self.waited - self.aim if self.waited > self.aim else None


@dataclass(frozen=True)
class Row:
    """`carers` are the surgeons who have the patient in care, by name; `mine`: the user is one of them; `covering`:
    those of them who are away, and for whom the user stands in.

    `news`, of a new case: "new", "changed", "back", or "seen" (opened, not yet reviewed). `stale` is how old the
    answers are, in days, where that is too old. `alert` waits to be acknowledged. `question`: nobody has read it yet.
    `untold`: decided, and the patient has not heard of it.
    """

    case: Case
    person: Person
    taken_by: str
    mine: bool
    carers: list[str]
    covering: list[str]
    urgent: list[str]
    reported: list[Reported]
    fell: list[Fell]
    waiting: Waiting | None
    news: str
    stale: int | None
    alert: UUID | None
    question: bool
    untold: bool


@dataclass(frozen=True)
class Page:
    """`count` is told on the first page only; above places.CAP it is "more". The tokens are empty at the ends.

    `looked`: not all were looked at, and who fits may stand further back; `further`: they would be the next ones.
    """

    rows: list[Row]
    count: int | None
    earlier: str
    later: str
    looked: bool = False
    further: bool = False

    @property
    def more_than_counted(self) -> bool:
        return self.count is not None and self.count > places.CAP


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
    clock = Clock(timezone.now(), host().targets().by_tier, places.stale_after(live))
    limit = (places.CAP if whole else places.PAGE) + 1
    stand = places.places(user, chosen, clock, limit=limit, after=after, before=before)
    if not whole and not stand.found and not stand.partly:  # who stood there has left the list meanwhile
        return page(user, chosen, live)
    shown = stand.found[: places.PAGE]
    earlier, later = _tokens(stand, shown, after, before)
    if before is not None:
        shown.reverse()
    return Page(
        rows=_rows(user, shown, live, clock),
        count=len(stand.found) if whole else None,
        earlier=earlier,
        later=later,
        looked=stand.looked is not None,
        further=stand.looked is not None and len(stand.found) <= places.PAGE,
    )


def _tokens(stand: Places, shown: list[Place], after: Place | None, before: Place | None) -> tuple[str, str]:
    """Where the page before this one ends, and where the next one begins. Empty: there is none."""
    further = shown[-1] if len(stand.found) > len(shown) else stand.looked
    onward = token(further) if further else ""
    if before is not None:
        return onward, token(shown[0] if shown else places.beside(before, -1))
    if after is not None:
        return token(shown[0] if shown else places.beside(after, 1)), onward
    return "", onward


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


def _rows(user: Any, shown: list[Place], live: dict[Any, Definition], clock: Clock) -> list[Row]:
    if not shown:
        return []
    cases = {case.pk: case for case in _cases(user, shown)}
    patients = [case.patient_id for case in cases.values()]
    people, carers = host().people(patients), host().caring(patients)
    others = [pk for pk, surgeons in carers.items() if user.pk not in surgeons]
    covering = host().covering(user, others) if others else {}
    return [
        _row(
            user,
            case,
            _definition(case, live),
            people[case.patient_id],
            carers.get(case.patient_id, {}),
            covering.get(case.patient_id, []),
            clock,
        )
        for place in shown
        if (case := cases.get(place.id))
    ]


def _cases(user: Any, shown: list[Place]) -> Any:
    """With the marks of their rows, in one statement: `alert`, `question` and `untold`."""
    here = {"case": OuterRef("pk")}
    waiting = Alert.objects.visible_to(user).filter(**here, acknowledged_at=None).order_by("raised_at")
    return (
        Case.objects.visible_to(user)
        .filter(pk__in=[place.id for place in shown])
        .select_related("submission__edition", "taken_by")
        .defer(
            "submission__answers", "submission__outcome", "submission__values", "submission__edition__content"
        )
        .annotate(
            alert=Subquery(waiting.values("pk")[:1]),
            question=Exists(Reply.objects.visible_to(user).filter(**here, read_at=None)),
            untold=Exists(untold(user).filter(**here)),
        )
    )


def _definition(case: Case, live: dict[Any, Definition]) -> Definition | None:
    """The one that the patient answered; of what was not sent, the one that is asked today."""
    return definition_of(case.submission.edition) if case.submission else live.get(case.questionnaire_id)


def _row(
    user: Any,
    case: Any,
    definition: Definition | None,
    person: Person,
    carers: dict[Any, str],
    covering: list[str],
    clock: Clock,
) -> Row:
    reasons = urgent_texts(definition)
    return Row(
        case=case,
        person=person,
        taken_by=_name(case.taken_by) if case.taken_by else "",
        mine=user.pk in carers,
        carers=list(carers.values()),
        covering=covering,
        urgent=[reasons.get(reason, reason) for reason in soonest_first(case.urgent_reasons, definition)],
        reported=list(_reported(case, definition.criteria if definition else ())),
        fell=fallen(case, definition),
        waiting=waiting_of(case, clock) if case.awaiting else None,
        news=news_of(case),
        stale=_stale(case, clock),
        alert=case.alert,
        question=case.question,
        untold=case.untold and not case.awaiting,
    )


def _name(staff: Any) -> str:
    return str(staff.get_full_name() or staff.get_username())


def waiting_of(case: Case, clock: Clock) -> Waiting:
    """By what stands highest in the case: that decides how soon the practice wants to see it."""
    return Waiting(clock.now - case.waiting_since, clock.targets[tier_at(case.rank)])


def news_of(case: Case) -> str:
    """What is new of a case since a surgeon last opened it or decided. Empty where one is at work on it, or was."""
    if case.state != Case.State.NEW:
        return ""
    if case.returned_because == DUE:
        return "back"
    if case.opened:
        return "seen"
    return "changed" if case.opened_version or case.returned_because else "new"


def _stale(case: Case, clock: Clock) -> int | None:
    limit = clock.stale.get(case.questionnaire_id)
    if limit is None or case.submission is None:
        return None
    age = clock.now - case.submission.submitted_at
    return age.days if age > limit else None


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
