"""What surgeons conclude from a case, and what of it the patient is told. One transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from screening import messaging
from screening.models import Case, Decision
from screening.models.placing import rank
from screening.reviewing import Stale, not_of


@transaction.atomic
def decide(
    *,
    user: Any,
    case: Case,
    version: int,
    state: str,
    reason: str = "",
    plan: str = "",
    tests: Iterable[str] = (),
    note: str = "",
    message: str = "",
    rescreen_on: date | None = None,
) -> Decision:
    """Store what the user concluded from `version` of the case. Raises Stale if that has passed."""
    not_of(user, case)
    moved = case.version == version and (
        Case.objects.visible_to(user)
        .filter(pk=case.pk, version=version)
        .update(
            state=state,
            awaiting=False,
            version=version + 1,
            opened_version=version + 1,
            rescreen_on=rescreen_on,
            returned_because="",
            fallen={},
            rank=rank(case) if case.fallen else case.rank,
        )
    )
    if not moved:
        raise Stale
    decision = Decision.objects.create(
        case=case,
        patient_id=case.patient_id,
        submission_id=case.submission_id,
        case_version=version,
        state=state,
        reason=reason,
        plan=plan,
        tests=list(tests),
        note=note,
        rescreen_on=rescreen_on,
        by=user,
    )
    if message:
        messaging.release(user=user, case=case, text=message, decision=decision, rescreen_on=rescreen_on)
    return decision
