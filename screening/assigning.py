"""Several cases at once: into a colleague's care, into one's own, or taken for review. Each goes through on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from screening import reviewing
from screening.host import host
from screening.models import Case


@dataclass
class Outcome:
    """Whom it was done for, by name, and for whom it was not, with the reason."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def visible(user: Any, ids: Iterable[UUID]) -> list[Case]:
    """Those of the cases that the user may see, in the order of the list. Whom they see was recorded before."""
    reviewing.record_list(user=user, cases=_seen(user, ids), searched=False)
    return list(_seen(user, ids).select_related("patient").in_order())


def _seen(user: Any, ids: Iterable[UUID]) -> Any:
    return Case.objects.visible_to(user).filter(pk__in=ids)


def hand_over(*, user: Any, cases: list[Case], to: Any) -> Outcome:
    """Give the patients of these cases into the care of a colleague, or take them into one's own."""

    def one(case: Case) -> str:
        try:
            host().hand_over(by=user, patient=case.patient, to=to)
        except PermissionDenied:
            return _("somebody else has them in care, and only they can hand them over")
        return ""

    return _each(cases, one)


def take(*, user: Any, cases: list[Case]) -> Outcome:
    """Begin to review these cases."""

    def one(case: Case) -> str:
        try:
            reviewing.take(user=user, case=case)
        except reviewing.Stale:
            return _("the case is not new any more")
        except PermissionDenied:
            return _("nobody reviews their own case")
        return ""

    return _each(cases, one)


def _each(cases: list[Case], act: Callable[[Case], str]) -> Outcome:
    names, outcome = host().people([case.patient_id for case in cases]), Outcome()
    for case in cases:
        name, refusal = names[case.patient_id].name, act(case)
        if refusal:
            outcome.refused.append((name, refusal))
        else:
            outcome.done.append(name)
    return outcome
