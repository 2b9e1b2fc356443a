"""What patients are told, and what they write back. Nothing is released without a person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator

from ledger import outbox
from screening.host import Read, host
from screening.models import Case, Decision, Message, Reply
from screening.models.answers import REVIEW
from screening.reviewing import not_of

SOMETHING_NEW = "something_new"  # the kind of message that tells somebody so, and nothing else
MOST_WAITING = 20  # questions of one patient that nobody has read yet
BEGINNING = 20  # words of a message that stand on the home page


@dataclass(frozen=True)
class ToRead:
    """Something that was chosen to read. Without an address it cannot be opened any more."""

    title: str
    url: str
    live: bool  # shown to everyone today: what was withdrawn opens only for those who met it
    read: Read | None = None  # the latest edition of it that the patient has met

    @property
    def changed(self) -> bool:
        """There is a newer edition than the one that the patient has met."""
        return self.live and self.read is not None and not self.read.is_current


@dataclass(frozen=True)
class Asked:
    """A question of a patient. `read_by` is a name, `answer` the message that was written to it."""

    reply: Reply
    read_by: str = ""
    answer: Message | None = None


@dataclass(frozen=True)
class Told:
    """A message, with what was asked about it. `answers` is the question that it was written to."""

    message: Message
    surgeon: str
    asked: tuple[Asked, ...] = ()
    answers: Reply | None = None
    reading: tuple[ToRead, ...] = ()

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def at(self) -> datetime:
        return self.message.at

    @property
    def rescreen_on(self) -> date | None:
        return self.message.rescreen_on

    @property
    def is_new(self) -> bool:
        return self.message.read_at is None

    @property
    def beginning(self) -> str:
        """The first words, on one line."""
        return Truncator(self.message.text).words(BEGINNING)


@transaction.atomic
def release(
    *,
    user: Any,
    case: Case,
    text: str,
    decision: Decision | None = None,
    tests: Iterable[str] = (),
    reading: Iterable[dict[str, str]] = (),
    rescreen_on: date | None = None,
    answers: Reply | None = None,
    language: str = "",
    id: uuid.UUID | None = None,
) -> Message:
    """Put a message on the patient's home page, and tell them that something is new.

    `answers` is the question that it is written to: who answers it has read it. `id` is what it will be known by.
    """
    not_of(user, case)
    if answers is not None:
        if answers.case_id != case.pk:
            raise ValueError("The question is of another case.")
        read_questions(user=user, questions=[answers])
    message = Message.objects.create(
        id=id or uuid.uuid4(),
        case=case,
        patient_id=case.patient_id,
        decision=decision,
        answers=answers,
        text=text,
        language=language,
        tests=list(tests),
        reading=list(reading),
        rescreen_on=rescreen_on,
        by=user,
    )
    outbox.put(SOMETHING_NEW, f"message:{message.pk}", to=case.patient, payload={"message": message.pk})
    return message


class TooManyWait(Exception):
    """So many questions of the patient wait that one more would help nobody."""


@transaction.atomic
def reply(*, patient: Any, message: Message, text: str, form: str = "") -> Reply:
    """Keep a question to a message, and tell those who have the patient in care that something is new.

    The same words from the same form (any name for it) are one question, however often they arrive.
    Raises TooManyWait where MOST_WAITING of the patient's were read by nobody yet.
    """
    if not _own(patient, Message).filter(pk=message.pk).exists():
        raise PermissionDenied("The message is somebody else's.")
    id_ = uuid.uuid5(message.pk, f"{form} {text}")
    find = partial(_own(patient, Reply).get, pk=id_)
    try:
        question: Reply = find()
    except Reply.DoesNotExist:
        if _own(patient, Reply).filter(read_at=None).count() >= MOST_WAITING:
            raise TooManyWait from None
        try:
            with transaction.atomic():
                question = Reply.objects.create(
                    pk=id_,
                    message=message,
                    case_id=message.case_id,
                    patient_id=message.patient_id,
                    text=text,
                )
        except IntegrityError:  # the other click of two came first
            return find()
        for surgeon in host().carers(message.patient):
            key = f"reply:{question.pk}:{surgeon.pk}"
            outbox.put(SOMETHING_NEW, key, to=surgeon, payload={"reply": question.pk})
    return question


@transaction.atomic
def mark_read(*, patient: Any, message: Message) -> None:
    """Note when the patient first opened the message."""
    unread = _own(patient, Message).filter(pk=message.pk, read_at__isnull=True)
    unread.update(read_at=timezone.now())


@transaction.atomic
def read_questions(*, user: Any, questions: Iterable[Reply]) -> None:
    """Note who first read these questions, and when: the patient sees that."""
    ids = [question.pk for question in questions if question.read_at is None]
    if ids:
        unread = Reply.objects.visible_to(user).filter(pk__in=ids, read_at__isnull=True)
        unread.update(read_at=timezone.now(), read_by=user)


def messages_for(user: Any) -> list[Told]:
    """What surgeons wrote to this patient, the newest first: no notes, and no state of the case."""
    return _told(_own(user, Message), _own(user, Reply))


def message_for(user: Any, id_: uuid.UUID) -> Told:
    """One of these, with what was chosen to read. Raises Message.DoesNotExist where it is not the patient's."""
    for told in messages_for(user):
        if told.message.pk == id_:
            return _with_reading([told], host().records_of(user.pk))[0]
    raise Message.DoesNotExist


@dataclass(frozen=True)
class Letters:
    """All that was written to and fro about a case, the newest first."""

    told: list[Told]

    @property
    def unread(self) -> list[Reply]:
        """The questions that nobody has read."""
        return [asked.reply for asked in self.unanswered if asked.reply.read_at is None]

    @property
    def unanswered(self) -> list[Asked]:
        """Questions that wait for an answer: those that nobody has read first, then the oldest."""
        waiting = [asked for told in self.told for asked in told.asked if asked.answer is None]
        return sorted(waiting, key=lambda asked: (asked.reply.read_at is not None, asked.reply.at))


def messages_of(*, user: Any, case: Case, patients: Iterable[Any] = ()) -> Letters:
    """What the patient of a case was told, what they asked, and what of it was read. The opening was recorded.

    `patients` are the ids of all accounts that are this patient, where there are several.
    """
    ids = list(patients) or [case.patient_id]
    mine = {"case__questionnaire": case.questionnaire_id, "patient__in": ids}
    messages, questions = (model.objects.visible_to(user).filter(**mine) for model in (Message, Reply))
    return Letters(_with_reading(_told(messages, questions), ids))


def _own(user: Any, model: Any) -> Any:
    """The rows that are about the user: who reviews too sees others' beside them."""
    rows = model.objects.visible_to(user)
    return rows.filter(patient=user) if user.has_perm(REVIEW) else rows


def _told(of_messages: Any, of_questions: Any) -> list[Told]:
    messages = list(of_messages.order_by("-at", "-pk"))
    if not messages:
        return []
    questions = list(of_questions.order_by("at", "pk"))
    ids = {message.by_id for message in messages} | {question.read_by_id for question in questions}
    names = {id_: person.name for id_, person in host().people(list(ids - {None})).items()}
    by_id = {question.pk: question for question in questions}
    answers = {message.answers_id: message for message in messages if message.answers_id}
    return [
        Told(
            message=message,
            surgeon=names[message.by_id],
            asked=tuple(
                Asked(each, names.get(each.read_by_id, ""), answers.get(each.pk))
                for each in questions
                if each.message_id == message.pk
            ),
            answers=by_id.get(message.answers_id) if message.answers_id else None,
        )
        for message in messages
    ]


def _with_reading(told: list[Told], patients: list[Any]) -> list[Told]:
    """The same, with each thing to read: whether it can still be opened, and whether it was."""
    if not any(each.message.reading for each in told):
        return told
    live = {reading.key: reading for reading in host().reading()}
    reads = [read for patient in patients for read in host().reads_of(patient)]
    met = {read.key: read for read in sorted(reads, key=lambda read: read.at)}

    def to_read(key: str, title: str) -> ToRead:
        now, read = live.get(key), met.get(key)
        url = now.url if now else read.url if read else ""
        return ToRead(now.title if now else title, url, now is not None, read)

    return [
        replace(each, reading=tuple(to_read(row["key"], row["title"]) for row in each.message.reading))
        for each in told
    ]
