"""What went before, as a case's page tells it: what was decided and read, and who opened the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Count, Window

from ledger.models import AccessRecord
from screening.host import Person, Read
from screening.messaging import Told
from screening.models import Case, Decision

if TYPE_CHECKING:
    from screening.casefile.page import CaseFile

OPENINGS = 20  # how many of them are named


@dataclass(frozen=True)
class Concluded:
    """A decision. `by` is a name, `told` whether the patient was told of it, `superseded_by` what took its place."""

    decision: Decision
    by: str
    record: str
    told: bool
    superseded_by: Decision | None


def concluded(
    rows: list[Decision], told: Iterable[Told], people: Mapping[Any, Person], records: Mapping[Any, str]
) -> list[Concluded]:
    instead = {row.supersedes_id: row for row in rows if row.supersedes_id}
    spoken_of = {each.message.decision_id for each in told}
    return [
        Concluded(
            decision=row,
            by=people[row.by_id].name,
            record=records.get(row.patient_id, ""),
            told=row.pk in spoken_of,
            superseded_by=instead.get(row.pk),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Chosen:
    """Something to read that a surgeon chose for the patient, and when it was first read, if it was."""

    title: str
    at: datetime
    read: Read | None


@dataclass(frozen=True)
class Reads:
    """What a patient has read, the latest first, and what was chosen for them."""

    read: list[Read]
    chosen: list[Chosen]

    @property
    def unread(self) -> list[Chosen]:
        return [each for each in self.chosen if each.read is None]

    @property
    def chosen_keys(self) -> set[str]:
        return {each.read.key for each in self.chosen if each.read}


def reads(read: Iterable[Read], told: Iterable[Told]) -> Reads:
    """One line for a text that was chosen twice: when it was chosen last."""
    read = sorted(read, key=lambda each: each.at, reverse=True)
    met = {each.key: each for each in read}
    chosen: dict[str, Chosen] = {}
    for each in told:  # the newest first
        for row in each.message.reading:
            chosen.setdefault(row["key"], Chosen(row["title"], each.at, met.get(row["key"])))
    return Reads(read, list(chosen.values()))


@dataclass(frozen=True)
class Opened:
    """Somebody opened the case. `by` is a name, and empty where the account is gone."""

    record: AccessRecord
    by: str


@dataclass(frozen=True)
class Openings:
    """The newest ones, and how many more there are."""

    newest: list[Opened]
    more: int


def access_records(case: Case) -> list[Any]:
    """The newest records of the case, each with `total`, in one statement.

    A joined record that was read with it has a record of its own, which would count the same opening twice.
    """
    records = AccessRecord.objects.of(Case._meta.label_lower, case.pk).order_by("-id")
    records = records.filter(subject_id=str(case.patient_id))
    return list(records.annotate(total=Window(Count("id")))[:OPENINGS])


def actor_of(record: AccessRecord) -> Any:
    """The id of the account, or None where the text names none."""
    try:
        return get_user_model()._meta.pk.to_python(record.actor_id)
    except ValidationError:
        return None


def openings(records: list[Any], people: Mapping[Any, Person]) -> Openings:
    newest = [
        Opened(record, people[actor].name if (actor := actor_of(record)) in people else "")
        for record in records
    ]
    total = records[0].total if records else 0
    return Openings(newest, total - len(newest))


@dataclass(frozen=True)
class Change:
    """One thing that happened to a case. `what` is "decided", "marked", "entered" or "sent"."""

    what: str
    at: datetime
    by: str = ""
    words: str = ""
    about: str = ""


def changes(file: CaseFile, number: int) -> list[Change]:
    """The newest ones, the latest first: each moved the case by one version."""
    labels = {each.key: each.label for each in (file.sent.definition.criteria if file.sent else ())}
    happened = [
        Change("decided", each.decision.at, each.by, str(each.decision.get_state_display()))
        for each in file.decisions
    ]
    for key, marks in file.marks.items():
        label = labels.get(key, key)
        happened += [
            Change("marked", each.mark.at, each.by, str(each.mark.get_says_display()), label)
            for each in marks
        ]
    happened += [Change("entered", each.row.at, each.by, each.row.label) for each in file.tests]
    happened += [Change("sent", each.submission.submitted_at) for each in file.submissions]
    return sorted(happened, key=lambda each: each.at, reverse=True)[:number]
