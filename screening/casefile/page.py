"""What a reviewer reads on a case's page, gathered once: whose it is, what cannot wait, what was found, what was done.

Where the host says that several records are one person, what came by any of them is here, each read through
`visible_to` and named by its record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger import access
from ledger.models import AccessRecord
from screening import messaging
from screening.casefile import alertfile, findingfile, historyfile, resultfile, sentfile
from screening.casefile.alertfile import AlertFile
from screening.casefile.findingfile import Found, Marked, Reassessed, Reported
from screening.casefile.historyfile import Concluded, Openings, Reads
from screening.casefile.resultfile import Shown
from screening.casefile.sentfile import Answered, Compared, Sent
from screening.engine.answers import loads
from screening.host import Opening, Person, host
from screening.messaging import Letters
from screening.models import (
    Alert,
    Case,
    Decision,
    Finding,
    InvestigationResult,
    Mark,
    Reassessment,
    Submission,
    UrgentAnswer,
)
from screening.models.document import definition_of
from screening.models.placing import urgency_of
from screening.worklist import Fell, fallen, urgent_texts

Action = AccessRecord.Action


@dataclass(frozen=True)
class Urgent:
    """An urgent answer as it was given. `alert` is what it raised, `acknowledged_by` a name."""

    row: UrgentAnswer
    text: str
    answers: list[Answered]
    alert: Alert | None
    acknowledged_by: str
    record: str


@dataclass(frozen=True)
class Listed:
    """A submission, by name only."""

    submission: Submission
    record: str


@dataclass(frozen=True)
class Elsewhere:
    """What the newest answers of a joined record came to."""

    sent: Sent
    is_newer: bool  # than the answers that this case is about

    @property
    def heavy(self) -> list[Reported]:
        """What nobody may overlook because it came by another record."""
        return [each for each in self.sent.reported if each.weight in findingfile.HEAVY]


@dataclass(frozen=True)
class CaseFile:
    """`sent` is the submission that is read, if one was sent. `submissions` are all, the newest first."""

    case: Case
    person: Person
    taken_by: str
    opening: Opening | None
    covering: list[str]  # the surgeons who are away, and for whom the reader stands in
    records: dict[Any, str]  # number by account, where several records are one person
    urgent: list[Urgent]
    alerts: list[AlertFile]
    sent: Sent | None
    marks: dict[str, list[Marked]]  # by criterion, the newest first
    reassessed: Reassessed | None
    compared: Compared | None
    fell: list[Fell]
    elsewhere: list[Elsewhere]
    submissions: list[Listed]
    results: list[InvestigationResult]
    tests: list[Shown]  # the same as they are shown, the newest first
    decisions: list[Concluded]
    letters: Letters
    reads: Reads
    openings: Openings

    @property
    def is_current(self) -> bool:
        return self.sent is None or self.sent.submission.pk == self.case.submission_id

    @property
    def reported(self) -> list[Reported]:
        return self.sent.reported if self.sent else []

    @property
    def lapsed(self) -> dict[str, list[Marked]]:
        """The marks of what is not found any more, by the criterion's label."""
        if self.sent is None:
            return {}
        gone = {criterion.key: criterion.label for criterion in self.sent.unreported}
        return {label: self.marks[key] for key, label in gone.items() if key in self.marks}

    @property
    def weights(self) -> dict[str, int]:
        """How many criteria of each weight."""
        return dict(Counter(each.weight for each in self.reported))

    @property
    def standing(self) -> Concluded | None:
        """The decision that counts: the latest one of this case."""
        own = (each for each in self.decisions if each.decision.case_id == self.case.pk)
        return next(own, None)

    @property
    def suggested_tests(self) -> list[str]:
        """The usual next steps of what was found and nobody has settled, the heaviest first."""
        unsettled = [each for each in self.reported if not each.settled]
        return list(dict.fromkeys(step for each in unsettled for step in each.criterion.next_steps))


@dataclass(frozen=True)
class _Rows:
    """Everything of one person, as it is stored."""

    submissions: list[Submission]
    alerts: list[Alert]
    decisions: list[Decision]
    urgent: list[UrgentAnswer]
    marks: list[Mark]
    results: list[InvestigationResult]
    reassessment: Reassessment | None
    opened: list[Any]

    def accounts(self) -> set[Any]:
        """All who are named in them."""
        ids = {row.acknowledged_by_id for row in self.alerts} | {row.by_id for row in self.decisions}
        ids |= {row.entered_by_id for row in self.submissions} | {row.by_id for row in self.marks}
        ids |= {row.by_id for row in self.results} | {historyfile.actor_of(row) for row in self.opened}
        return ids | ({self.reassessment.by_id} if self.reassessment else set())


def read(user: Any, case: Case, submission_id: UUID | None = None) -> CaseFile:
    """The file of a case whose opening was recorded. `submission_id`: an earlier submission to read instead.

    Raises Submission.DoesNotExist where that one is not of this person.
    """
    ids = _records(user, case)
    rows = _rows(user, case, ids)
    people = host().people(list({case.patient_id, case.taken_by_id, *ids, *rows.accounts()} - {None}))
    records = {id_: people[id_].record_number for id_ in ids} if len(ids) > 1 else {}
    chosen = submission_id or case.submission_id
    read_ = _Reading(user, case, rows, people, records, chosen)
    letters = messaging.messages_of(user=user, case=case, patients=ids)
    read = [each for id_ in ids for each in host().reads_of(id_)]
    decisions = historyfile.concluded(rows.decisions, letters.told, people, records)
    counted = rows.reassessment.results if rows.reassessment else []
    definition = read_.sent.definition if read_.sent else None
    return CaseFile(
        case=case,
        person=people[case.patient_id],
        taken_by=people[case.taken_by_id].name if case.taken_by_id else "",
        opening=host().opening(user, case.patient_id),
        covering=host().covering(user, [case.patient_id]).get(case.patient_id, []),
        records=records,
        urgent=_urgent(rows, people, records),
        alerts=alertfile.read(user, rows.alerts),
        sent=read_.sent,
        marks=read_.marks,
        reassessed=read_.again,
        compared=read_.compared(),
        fell=fallen(case, definition),
        elsewhere=read_.elsewhere(),
        submissions=[Listed(row, records.get(row.patient_id, "")) for row in rows.submissions],
        results=rows.results,
        tests=resultfile.shown(rows.results, people, definition, counted),
        decisions=decisions,
        letters=letters,
        reads=historyfile.reads(read, letters.told),
        openings=historyfile.openings(rows.opened, people),
    )


def _records(user: Any, case: Case) -> list[Any]:
    """The accounts that are this person and that the user may see, the case's own first.

    The opening of the case was recorded; that the other accounts' data is read with it is recorded here.
    """
    others = [id_ for id_ in host().records_of(case.patient_id) if id_ != case.patient_id]
    if others:
        seen = host().patients_visible_to(user).filter(pk__in=others).values_list("pk", flat=True)
        others = [id_ for id_ in others if id_ in set(seen)]
        for id_ in others:
            access.record(user, Action.OPENED_CASE, subject=id_, object=case)
    return [case.patient_id, *others]


def _rows(user: Any, case: Case, ids: list[Any]) -> _Rows:
    of_case = {"patient__in": ids, "case__questionnaire": case.questionnaire_id}
    return _Rows(
        submissions=list(
            Submission.objects.visible_to(user)
            .filter(patient__in=ids, questionnaire=case.questionnaire_id)
            .defer("answers", "outcome", "values", "facts")
            .order_by("-submitted_at")
        ),
        alerts=list(Alert.objects.visible_to(user).filter(**of_case).order_by("raised_at")),
        decisions=list(Decision.objects.visible_to(user).filter(**of_case).order_by("-at", "-pk")),
        urgent=list(
            UrgentAnswer.objects.visible_to(user)
            .filter(patient__in=ids, edition__questionnaire=case.questionnaire_id)
            .select_related("edition")
            .defer("edition__content")
            .order_by("-at", "-pk")
        ),
        marks=list(Mark.objects.visible_to(user).filter(**of_case).order_by("-at", "-pk")),
        results=list(InvestigationResult.objects.visible_to(user).filter(**of_case))
        if case.has_results or len(ids) > 1
        else [],
        reassessment=Reassessment.objects.visible_to(user)
        .filter(patient=case.patient_id, pk=case.reassessment_id)
        .first()
        if case.reassessment_id
        else None,
        opened=historyfile.access_records(case),
    )


class _Reading:
    """What was sent, with what it is read beside: all of it in two statements, however much there is."""

    def __init__(
        self,
        user: Any,
        case: Case,
        rows: _Rows,
        people: Mapping[Any, Person],
        records: Mapping[Any, str],
        chosen: UUID | None,
    ) -> None:
        self.case, self.rows, self.people, self.records = case, rows, people, records
        self.chosen = chosen
        self.before = _before(chosen, rows.submissions)
        self.others = _newest_of_others(rows.submissions, case.patient_id) - {chosen}
        wanted = ({chosen, self.before} | self.others) - {None}
        self.read = self._submissions(user, wanted) if wanted else {}
        if chosen is not None and chosen not in self.read:
            raise Submission.DoesNotExist
        self.found = self._findings(user, wanted | {row.submission_id for row in rows.marks})
        self.again = findingfile.reassessed(self._reassessment(), rows.results, people)
        self.marks = (
            findingfile.marked(rows.marks, chosen, self.found, self.again, rows.results, people)
            if chosen
            else {}
        )
        self.sent = self._sent(chosen, again=self.again, marks=self.marks) if chosen else None

    def _submissions(self, user: Any, ids: set[Any]) -> dict[UUID, Submission]:
        mine = {row.pk for row in self.rows.submissions}
        rows = (
            Submission.objects.visible_to(user)
            .filter(pk__in=ids & mine)
            .select_related("edition")
            .defer("edition__content")
        )
        return {row.pk: row for row in rows}

    def _findings(self, user: Any, ids: set[Any]) -> dict[UUID, dict[str, Found]]:
        found: dict[UUID, dict[str, Found]] = {id_: {} for id_ in ids}
        if ids:
            for row in Finding.objects.visible_to(user).filter(submission__in=ids):
                found[row.submission_id][row.criterion] = findingfile.found(row)
        return found

    def _reassessment(self) -> Reassessment | None:
        """Only beside the answers that it was made of."""
        row = self.rows.reassessment
        return row if row and row.submission_id == self.chosen else None

    def _sent(self, id_: UUID, **beside: Any) -> Sent:
        row = self.read[id_]
        return sentfile.read(
            row,
            self.found[id_],
            **beside,
            entered_by=self.people[row.entered_by_id].name if row.entered_by_id else "",
            record=self.records.get(row.patient_id, ""),
        )

    def compared(self) -> Compared | None:
        if self.sent is None or self.before is None:
            return None
        before = self.read[self.before]
        record = self.records.get(before.patient_id, "")
        return sentfile.compare(before, self.found[before.pk], self.sent, record)

    def elsewhere(self) -> list[Elsewhere]:
        """The newest answers of each joined record, where they are not the ones that are read."""
        newest = self.sent.submission.submitted_at if self.sent else None
        rows = []
        for id_ in self.others:
            sent = self._sent(id_)
            rows.append(Elsewhere(sent, newest is None or sent.submission.submitted_at > newest))
        return sorted(rows, key=lambda each: each.sent.submission.submitted_at, reverse=True)


def _before(id_: UUID | None, submissions: list[Submission]) -> UUID | None:
    """What was sent just before."""
    ids = [row.pk for row in submissions]
    older = ids[ids.index(id_) + 1 :] if id_ in ids else []
    return older[0] if older else None


def _newest_of_others(submissions: list[Submission], patient: Any) -> set[Any]:
    """Of each joined record, what it sent last. The rows have the newest first."""
    newest: dict[Any, UUID] = {}
    for row in submissions:
        if row.patient_id != patient:
            newest.setdefault(row.patient_id, row.pk)
    return set(newest.values())


def _urgent(rows: _Rows, people: Mapping[Any, Person], records: Mapping[Any, str]) -> list[Urgent]:
    """All that this patient ever answered so, also what they changed since: an alert once raised stands."""
    raised = {alert.attempt: alert for alert in rows.alerts}
    urgent = []
    for row in rows.urgent:
        definition, alert = definition_of(row.edition), raised.get(row.attempt)
        by = alert.acknowledged_by_id if alert else None
        urgent.append(
            Urgent(
                row=row,
                text=urgent_texts(definition).get(row.reason, row.reason),
                answers=sentfile.answered(definition, loads(row.answers)),
                alert=alert,
                acknowledged_by=people[by].name if by else "",
                record=records.get(row.patient_id, ""),
            )
        )
    # What cannot wait stands first; within a level the newest.
    return sorted(urgent, key=lambda each: -urgency_of(each.row.level))
