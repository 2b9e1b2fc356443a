"""What a case's page says of its decisions: whether the patient heard of one, and what happened while one was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from screening.casefile.historyfile import Concluded
from screening.casefile.page import CaseFile
from screening.host import host
from screening.messaging import Told
from screening.models import InvestigationResult, Submission


def decided(file: CaseFile, id_: Any) -> Concluded | None:
    """The decision with that id, as a form or an address gives it."""
    return next((each for each in file.decisions if str(each.decision.pk) == str(id_)), None)


def told_of(file: CaseFile, concluded: Concluded | None) -> Told | None:
    """The message in which the patient heard of a decision, if they did."""
    if concluded is None:
        return None
    about = concluded.decision.pk
    return next((told for told in file.letters.told if told.message.decision_id == about), None)


@dataclass(frozen=True)
class Meanwhile:
    """What happened to a case while somebody wrote about it.

    `sent` is a submission that they have not read, `caring` are the names of those who have the patient in care now.
    """

    decisions: list[Concluded]
    sent: Submission | None
    results: list[InvestigationResult]
    told: list[Told]
    taken_by: str
    caring: list[str]


def since(file: CaseFile, *, version: int, read: UUID | None, seen_at: datetime | None) -> Meanwhile:
    """`file` is the case as it is now; the others say which state of it was on the page."""
    case = file.case
    return Meanwhile(
        decisions=[
            each
            for each in file.decisions
            if each.decision.case_id == case.pk and each.decision.case_version >= version
        ],
        sent=file.sent.submission if file.sent and case.submission_id != read else None,
        results=[each for each in file.results if seen_at and each.at >= seen_at],
        told=[each for each in file.letters.told if seen_at and each.at >= seen_at],
        taken_by=file.taken_by if case.state == case.State.IN_REVIEW else "",
        caring=list(host().caring([case.patient_id]).get(case.patient_id, {}).values()),
    )
