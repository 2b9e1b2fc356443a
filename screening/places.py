"""Who stands on the surgeons' list, and where: the queries, each with an index that holds it in the list's order.

"In my care" and "nobody's" are two queries, each with an index of its own, joined here; so is the whole practice, for
those who may see it. Pages go by the place of a case, not by counting rows: the hundredth costs what the first
does, and nobody is skipped or shown twice when others come and go meanwhile.

What no index holds is looked for among the first LOOK cases of the list, and the page says so and offers to go on.
The cases in somebody's care are few, and are all looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Case as If
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from screening.host import host
from screening.models import Case, Reply
from screening.models.cases import DUE, CaseRows, Place, end_of, first_places, practice
from screening.models.placing import NOW_SEEN, TIER, ranks_of

PAGE = 50
CAP = 500  # counting stops here
LOOK = 5_000  # so many cases of the list are looked at where no index holds what is asked for
FEW = 200  # accounts of a name that are few enough to ask for their cases one by one

AWAITING = ""
ANY = "all"
# Whose patients: one's own and nobody's together, or one of these, or the id of a colleague's account
MINE, NOBODYS, PRACTICE = "me", "nobody", "practice"
URGENT_BELOW, POSSIBLE_BELOW = 2 * TIER, 4 * TIER  # ranks

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"([0-9]{1,7})\.([0-9]{1,16})\.([0-9a-f]{32})")


@dataclass(frozen=True)
class Chosen:
    """What the user filters by. Empty is: all, of those that await a decision. The values are those of FilterForm."""

    search: str = ""
    assigned: str = ""
    state: str = AWAITING
    category: str = ""
    criterion: str = ""
    urgency: str = ""
    waiting: str = ""
    news: str = ""
    answers: str = ""
    question: bool = False


@dataclass(frozen=True)
class Clock:
    """What the filters by time go by: the moment, the practice's own targets by tier, and for each questionnaire
    how old answers may be."""

    now: datetime = field(default_factory=timezone.now)
    targets: tuple[timedelta, ...] = ()
    stale: Mapping[Any, timedelta] = field(default_factory=dict)

    def late(self, tier: int) -> datetime:
        """Who has waited since before this is overdue."""
        return self.now - self.targets[tier]


@dataclass(frozen=True)
class Places:
    """In the order of reading. `looked` is the last place that was looked at, where more stand behind it.

    `partly`: it can be that not all are looked at.
    """

    found: list[Place]
    looked: Place | None = None
    partly: bool = False


@dataclass(frozen=True)
class Part:
    """A query of the list: `rows` by an index, and what else they have to fit. `many`, where there can be so many that
    only the first of them are looked at, is what the index holds."""

    rows: CaseRows
    rest: Q
    many: Q | None = None


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


def beside(place: Place, step: int) -> Place:
    """The place next to it, so that from there a page begins with this one."""
    return place._replace(id=UUID(int=min(max(place.id.int + step, 0), (1 << 128) - 1)))


def places(
    user: Any,
    chosen: Chosen,
    clock: Clock,
    *,
    limit: int,
    after: Place | None = None,
    before: Place | None = None,
) -> Places:
    """Up to `limit` places behind `after`, or just ahead of `before` (the nearest one first), or from the top."""

    read: list[CaseRows] = []
    backwards, partly, end = before is not None, False, None
    for part in parts(user, chosen, clock):
        rows = part.rows.in_order()
        if after is not None:
            rows = rows.after(after)
        if before is not None:
            rows = rows.before(before).reverse()
        if part.many is not None and part.rest:
            end = end_of(part.many, LOOK, after=after, before=before)
            if end is not None:
                rows = rows.down_to(end) if backwards else rows.to(end)
        read.append(rows.filter(part.rest))
        partly = partly or (part.many is not None and bool(part.rest))
    found = sorted(first_places(read, limit), reverse=backwards)
    if end is not None:  # behind it others may stand that were not looked at
        found = [each for each in found if (each >= end if backwards else each <= end)]
    return Places(found[:limit], end if len(found) < limit else None, partly)


def count(user: Any, chosen: Chosen) -> int:
    """How many there are; above CAP it is "more". Where not all are looked at, of those that are."""
    clock = Clock(targets=host().targets().by_tier if chosen.waiting else ())
    return min(len(places(user, chosen, clock, limit=CAP + 1).found), CAP + 1)


def parts(user: Any, chosen: Chosen, clock: Clock) -> list[Part]:
    """The queries that make up the list."""
    keyed, rest, among = _indexed(chosen), _rest(chosen, clock), _called(chosen)
    seen: CaseRows = Case.objects.visible_to(user)
    if chosen.question:
        seen = seen.filter(pk__in=Reply.objects.visible_to(user).filter(read_at=None).values("case"))
    if among is None:
        rest &= _named(chosen.search)
    else:
        seen = seen.filter(patient__in=among)
    few = chosen.question or among is not None  # these are read by who they are, not in the order of the list

    def many(condition: Q) -> Part:
        condition &= keyed
        return Part(seen.filter(condition), rest, None if few else condition)

    if chosen.assigned == PRACTICE:
        return [many(Q() if few else practice(_awaiting(chosen.state)))]
    nobodys = many(Q(unassigned=True))
    care = None if chosen.assigned == NOBODYS else _care(user, chosen.assigned)
    if care is None:
        return [nobodys]
    theirs = Part(seen.filter(keyed, patient__in=care.values("pk")), rest)
    return [theirs, nobodys] if chosen.assigned == "" else [theirs]


def _awaiting(state: str) -> bool | None:
    return None if state == ANY else state in (AWAITING, *Case.AWAITING)


def _care(user: Any, assigned: str) -> Any:
    """The accounts in the user's care, or in that of the colleague with this id. None where no care is known."""
    if assigned in ("", MINE):
        return host().patients_in_care(user)
    accounts = get_user_model()._default_manager
    colleague = accounts.filter(pk=assigned).first()
    return accounts.none() if colleague is None else host().patients_in_care(colleague)


def _indexed(chosen: Chosen) -> Q:
    """What the indexes of Case hold in the order of the list."""
    condition = Q()
    if chosen.state == AWAITING:
        condition &= Q(awaiting=True)
    elif chosen.state != ANY:
        condition &= Q(state=chosen.state)
    if chosen.category == "urgent":
        condition &= Q(rank__lt=URGENT_BELOW)
    elif chosen.category == "possible":
        condition &= Q(rank__lt=POSSIBLE_BELOW)
    elif chosen.category and chosen.state == AWAITING:
        condition &= Q(headline=chosen.category)
    if chosen.news == "back" and chosen.state == AWAITING:
        condition &= Q(returned_because=DUE)
    if chosen.urgency == "none":
        condition &= Q(rank__gte=URGENT_BELOW)
    elif chosen.urgency:
        condition &= Q(rank__lt=NOW_SEEN if chosen.urgency == "unacknowledged" else URGENT_BELOW)
    return condition


def _rest(chosen: Chosen, clock: Clock) -> Q:
    """What no index holds."""
    condition = Q()
    if chosen.category == "possible":
        condition &= Q(possible_absolute=True)
    elif chosen.category not in ("", "urgent") and chosen.state != AWAITING:
        condition &= Q(headline=chosen.category)
    if chosen.criterion:
        condition &= Q(criteria__has_key=chosen.criterion)
    if chosen.urgency in ("now", "same_day"):
        condition &= _stands(0 if chosen.urgency == "now" else 1)
    if chosen.waiting:
        condition &= _waits(chosen.waiting, clock)
    if chosen.answers:
        condition &= _aged(chosen.answers, clock)
    return condition & _news(chosen)


def _stands(tier: int) -> Q:
    condition = Q()
    for begins, below in ranks_of(tier):
        condition |= Q(rank__gte=begins, rank__lt=below)
    return condition


def _waits(how_long: str, clock: Clock) -> Q:
    if how_long != "overdue":
        days = {"day": 1, "week": 7}[how_long]
        return Q(awaiting=True, waiting_since__lt=clock.now - timedelta(days=days))
    condition = Q()
    for tier in range(len(clock.targets)):
        condition |= _stands(tier) & Q(waiting_since__lt=clock.late(tier))
    return Q(awaiting=True) & condition


def _aged(age: str, clock: Clock) -> Q:
    if age != "stale":
        return Q(submission__submitted_at__lt=clock.now - timedelta(days=int(age)))
    # In one expression: a condition on the questionnaire alone would lead a database to its index.
    whens = [When(questionnaire=pk, then=Value(clock.now - limit)) for pk, limit in clock.stale.items()]
    return Q(submission__submitted_at__lt=If(*whens, output_field=DateTimeField()))


def _news(chosen: Chosen) -> Q:
    if chosen.news == "new":
        return Q(state=Case.State.NEW, opened_version=0, returned_because="")
    if chosen.news == "changed":
        known = Q(opened_version__gt=0) | ~Q(returned_because="")
        return known & Q(state=Case.State.NEW, opened_version__lt=F("version")) & ~Q(returned_because=DUE)
    if chosen.news == "back" and chosen.state != AWAITING:
        return Q(returned_because=DUE)
    return Q()


def _called(chosen: Chosen) -> list[Any] | None:
    """The accounts that a search finds, where they are few. None: they are many, or nobody is searched for.

    None too where all names would be read for those of a few: the names in one's care, and along the list, are fewer.
    """
    if not chosen.search or (chosen.assigned != PRACTICE and host().reads_names(chosen.search)):
        return None
    accounts = get_user_model()._default_manager.filter(host().search(chosen.search))
    ids = list(accounts.values_list("pk", flat=True)[: FEW + 1])
    return ids if len(ids) <= FEW else None


def _named(search: str) -> Q:
    if not search:
        return Q()
    accounts = get_user_model()._default_manager.filter(host().search(search))
    return Q(Exists(accounts.filter(pk=OuterRef("patient"))))


def stale_after(definitions: Mapping[Any, Any]) -> dict[Any, timedelta]:
    """For each questionnaire that says so, how old answers may be."""
    limits = {pk: each.thresholds.get("answers_stale_days") for pk, each in definitions.items()}
    return {pk: timedelta(days=int(limit.value)) for pk, limit in limits.items() if limit is not None}


def first_of(ids: Iterable[str], most: int) -> list[UUID]:
    """The first ids of those in a form that are any."""
    found = []
    for each in ids:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return list(dict.fromkeys(found))[:most]
