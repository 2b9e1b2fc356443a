"""While a surgeon is away, a colleague sees their patients too. The one who is away keeps them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.handing_over import ASSIGN, WHOLE_PRACTICE, receiver
from portal.accounts.models import Cover, User

LONGEST = timedelta(days=92)


def start_of(day: date) -> datetime:
    """Midnight in the practice's own time, which is where its days begin."""
    return timezone.make_aware(datetime.combine(day, time.min))


@transaction.atomic
def cover(*, by: Any, away: User, covered_by: Any, first: date, last: date) -> Cover:
    """From the first day to the end of the last. Nobody makes themselves the cover of another."""
    stand_in = receiver(covered_by)
    may = by.has_perm(ASSIGN) and (by == away or by.has_perm(WHOLE_PRACTICE))
    if stand_in is None or receiver(away) is None or not may:
        raise PermissionDenied
    return Cover.objects.create(
        surgeon=away,
        covered_by=stand_in,
        start=max(start_of(first), timezone.now()),
        end=start_of(last + timedelta(days=1)),
        made_by=by,
    )


def of(user: Any) -> QuerySet[Cover]:
    """Now and to come: the user's own, and those in which they stand in; all, for who may see the practice."""
    ahead = Cover.objects.ahead()
    if not user.has_perm(WHOLE_PRACTICE):
        ahead = ahead.filter(Q(surgeon=user) | Q(covered_by=user))
    return ahead.select_related("surgeon", "covered_by").order_by("start", "pk")


def may_end(user: Any, each: Cover) -> bool:
    """Not the one who stands in: the patients would be without anybody, and the one who is away would not know."""
    return each.surgeon_id == user.pk or user.has_perm(WHOLE_PRACTICE)


@transaction.atomic
def end(each: Cover, *, by: Any) -> None:
    """At once. What has not begun is as if it had never been planned, but for its row."""
    if not may_end(by, each):
        raise PermissionDenied
    now = timezone.now()
    each.start, each.end = min(each.start, now - timedelta(seconds=1)), now
    each.ended_by = by
    each.save(update_fields=["start", "end", "ended_by"])
