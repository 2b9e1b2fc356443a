"""What surgeons conclude from a case. Nothing of it is told to the patient here: that is a message of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from screening import messaging
from screening.models import Case, Decision, Message
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
    rescreen_on: date | None = None,
    supersedes: int | None = None,
    wrong_because: str = "",
    message: str = "",
) -> Decision:
    """Store what the user concluded from `version` of the case, and tell the patient `message` if there is one.

    `supersedes` is the decision that stands and was wrong. The same conclusion from the same version by the same
    person is one decision, however often it arrives. Raises Stale where somebody or something else came first.
    """
    not_of(user, case)
    fields: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "plan": plan,
        "tests": list(tests),
        "note": note,
        "rescreen_on": rescreen_on,
        "supersedes_id": supersedes,
        "wrong_because": wrong_because,
    }
    if not _move(user, case, version, state, rescreen_on):
        return _sent_before(user, case, version, fields)
    if supersedes is not None and supersedes != _standing(user, case):
        raise Stale
    fields |= {"case": case, "patient_id": case.patient_id, "submission_id": case.submission_id}
    fields |= {"case_version": version, "by": user}
    decision: Decision = Decision.objects.create(**fields)
    if message:
        messaging.release(user=user, case=case, text=message, decision=decision, rescreen_on=rescreen_on)
    return decision


def _move(user: Any, case: Case, version: int, state: str, rescreen_on: date | None) -> bool:
    """Put the case where the decision leaves it. False where it is not at `version` any more."""
    return case.version == version and bool(
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
            rank=rank(case) if case.fallen else F("rank"),
        )
    )


def _sent_before(user: Any, case: Case, version: int, fields: dict[str, Any]) -> Decision:
    """The decision that the first of two clicks stored. Raises Stale where there is none, or it says something else."""
    first = Decision.objects.visible_to(user).filter(case=case, case_version=version, by=user).first()
    if first is None or any(getattr(first, name) != value for name, value in fields.items()):
        raise Stale
    return first


def _standing(user: Any, case: Case) -> int | None:
    """The case's latest decision: the one that counts."""
    latest = Decision.objects.visible_to(user).filter(case=case).order_by("-case_version").first()
    return latest.pk if latest else None


def untold(user: Any) -> QuerySet[Decision]:
    """The decisions that stand, each the latest of its case, and of which the patient was told nothing."""
    later = Decision.objects.visible_to(user).filter(
        case=OuterRef("case"), case_version__gt=OuterRef("case_version")
    )
    told = Message.objects.visible_to(user).filter(decision=OuterRef("pk"))
    decisions: QuerySet[Decision] = Decision.objects.visible_to(user).filter(~Exists(later), ~Exists(told))
    return decisions
