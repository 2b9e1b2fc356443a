"""What surgeons say of single findings: one row each, never changed. The machine's finding stays as it is."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from screening.engine.definition import Criterion
from screening.models import Case, Finding, InvestigationResult, Mark, Reassessment
from screening.models.document import definition_of
from screening.reviewing import Stale, not_of


class NothingFound(LookupError):
    """The case has no such finding."""


def criterion_of(case: Case, key: str) -> Criterion:
    """The criterion of what the case is about. Raises NothingFound."""
    if case.submission is not None:
        for criterion in definition_of(case.submission.edition).criteria:
            if criterion.key == key:
                return criterion
    raise NothingFound


def results_of(*, user: Any, case: Case) -> list[InvestigationResult]:
    """The entered results of the case's patient that stand, the latest first."""
    rows = list(InvestigationResult.objects.visible_to(user).filter(case=case).order_by("-at", "-pk"))
    replaced = {row.supersedes_id for row in rows}
    return [row for row in rows if row.pk not in replaced and not row.void]


@transaction.atomic
def mark(
    *,
    user: Any,
    case: Case,
    version: int,
    criterion: str,
    says: str,
    text: str = "",
    result: int | None = None,
) -> Mark:
    """Store what the user says of a finding of `version` of the case.

    Raises Stale if that has passed, and NothingFound where the criterion came to nothing and has no mark.
    """
    not_of(user, case)
    moved = case.version == version and (
        Case.objects.visible_to(user)
        .filter(pk=case.pk, version=version)
        .update(version=F("version") + 1, opened_version=F("version") + 1)
    )
    if not moved:
        raise Stale
    if case.submission_id is None or not _can_be_marked(user, case, criterion):
        raise NothingFound
    return Mark.objects.create(
        case=case,
        patient_id=case.patient_id,
        submission_id=case.submission_id,
        criterion=criterion,
        says=says,
        text=text,
        result_id=result,
        by=user,
    )


def _can_be_marked(user: Any, case: Case, criterion: str) -> bool:
    found = Finding.objects.visible_to(user).filter(submission=case.submission_id, criterion=criterion)
    if found.exists() or is_marked(user=user, case=case, criterion=criterion):
        return True
    again = Reassessment.objects.visible_to(user).filter(pk=case.reassessment_id).first()
    return again is not None and any(each["criterion"] == criterion for each in again.findings)


def is_marked(*, user: Any, case: Case, criterion: str) -> bool:
    marks = Mark.objects.visible_to(user).filter(case=case, criterion=criterion)
    return bool(marks.exists())
