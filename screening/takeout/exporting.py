"""Taking cases out: one on paper, or many as a table. What is asked for lives a quarter of an hour.

An export holds ids, or the query of the list, and no data. Whom the user may see is asked anew each time it is
opened, and an access record is stored before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from ledger import access
from ledger.models import AccessRecord
from screening import places, worklist
from screening.casefile.page import CaseFile
from screening.casefile.page import read as read_case
from screening.forms.worklist import FilterForm, query_of
from screening.host import host
from screening.models import Case, Export
from screening.models.cases import CaseRows, Place
from screening.reviewing import CASE

LIFE = timedelta(minutes=15)
MOST = 50_000  # cases in a table
LONGEST = 500  # characters of a query

Action, Kind = AccessRecord.Action, Export.Kind


class TooMany(Exception):
    """More cases than a table holds. Nothing was read."""


def ask_case(*, user: Any, case: Case, kind: str) -> Export:
    """One case, as a printout or a PDF."""
    return _ask(by=user, kind=Kind(kind), cases=[str(case.pk)])


def ask_table(*, user: Any, cases: Iterable[UUID] = (), query: str = "") -> Export:
    """The cases that were ticked; without any, all that the list shows under this query of its address."""
    return _ask(by=user, kind=Kind.CSV, cases=[str(id_) for id_ in cases], query=query)


def _ask(**fields: Any) -> Export:
    now = timezone.now()
    return Export.objects.create(at=now, expires_at=now + LIFE, **fields)


def find(user: Any, export_id: UUID) -> Export:
    """The user's own export. Raises Export.DoesNotExist, the same for somebody else's and for none."""
    return Export.objects.get(pk=export_id, by=user)


def expired(export: Export) -> bool:
    return export.expires_at <= timezone.now()


def the_case(user: Any, export: Export) -> Case:
    """Raises Case.DoesNotExist where the user may not see it, or not any more."""
    case: Case = Case.objects.visible_to(user).get(pk__in=export.cases)
    return case


def still_visible(user: Any, export: Export) -> bool:
    """Whether anything of what was chosen one by one may be seen. What the list shows is whatever it shows."""
    return not export.cases or Case.objects.visible_to(user).filter(pk__in=export.cases).exists()


def read_one(user: Any, export: Export, case: Case) -> CaseFile:
    """Record that the case leaves, and only then read it."""
    action = Action.PRINTED if export.kind == Kind.PRINT else Action.DOWNLOADED
    access.record(user, action, subject=case.patient_id, kind=CASE, id=case.pk)
    return read_case(user, case)


def record_table(user: Any, export: Export) -> list[UUID]:
    """Record which cases the user is about to take out, in the order of the list. Raises TooMany."""
    ids = _ids(user, export)
    if len(ids) > MOST:
        raise TooMany
    access.record(user, Action.DOWNLOADED, kind=CASE, ids=ids)
    return ids


def _ids(user: Any, export: Export) -> list[UUID]:
    """One more than a table holds, at most. Keys only: what they lead to is read a few at a time."""
    if export.cases:
        rows: CaseRows = Case.objects.visible_to(user).filter(pk__in=export.cases)
        return list(rows.in_order().values_list("pk", flat=True))
    return [place.id for place in _listed(user, export.query)]


def _listed(user: Any, query: str) -> list[Place]:
    """All that the list shows under this query. Where it looks a part at a time, part behind part."""
    live = worklist.live_definitions()
    clock = places.Clock(targets=host().targets().by_tier, stale=places.stale_after(live))
    chosen = query_of(query, user, worklist.criteria_of(live.values())).chosen()
    found: list[Place] = []
    behind: Place | None = None
    while len(found) <= MOST:
        read = places.places(user, chosen, clock, limit=MOST + 1 - len(found), after=behind)
        found += read.found
        behind = read.looked
        if behind is None:
            break
    return found


def filters(user: Any, query: str) -> FilterForm:
    """What of this query the list understands."""
    return query_of(query, user, worklist.criteria_of(worklist.live_definitions().values()))
