"""Who was told again, or has to be called: what is kept so that nobody is forgotten, and nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.protect import kept
from ledger.scoped import Scoped
from screening.models.answers import AnswersInProgress, PatientRows, Submission, UrgentAnswer
from screening.models.authoring import QuestionnaireEdition
from screening.models.cases import Case
from screening.models.messages import Invitation, Message

ABSOLUTE_FROM, ABSOLUTE_BELOW = 200_000, 300_000  # the ranks that an absolute criterion gives, see placing
ENOUGH = 4  # times as long as a case may lie unopened: by then everyone was told of it who can be
FORGOTTEN = timedelta(days=30)  # for so long after it was due a reminder may still go out


@kept()
class Reminder(models.Model):
    """A patient who has begun and not sent was reminded. `number` is the how manieth, of these answers."""

    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attempt = models.UUIDField()  # the answers in progress, later the submission
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="screening_reminded_once"),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="screening_reminded_twice_at_most"),
        ]

    def __str__(self) -> str:
        return f"Reminder {self.pk}"

    @classmethod
    def count_of(cls, attempt: AnswersInProgress) -> int:
        return cls.unscoped.filter(attempt=attempt.pk).count()


@kept()
class BackupTold(models.Model):
    """Somebody was told that nobody had opened a case with an absolute criterion: once each version of the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    case_version = models.PositiveIntegerField()
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [models.Index(fields=["to", "case"], name="screening_backup_of")]
        constraints = [
            models.UniqueConstraint(fields=["case", "case_version", "to"], name="screening_backup_told_once"),
        ]

    def __str__(self) -> str:
        return f"Backup told {self.pk}"

    @classmethod
    def of_version(cls, case: Case) -> Any:
        """Who was told of the case as it is now, the first one first; for the worker that tells the next one."""
        return cls.unscoped.filter(case=case, case_version=case.version).order_by("at", "pk")

    @classmethod
    def unopened(cls, told: Any) -> Any:
        """Those that this account was told of and that nobody has opened since: for their desk, without a name."""
        rows = cls.unscoped.filter(to=told, case__awaiting=True, case_version=F("case__version"))
        return rows.filter(case__opened_version__lt=F("case__version")).order_by("at", "pk")


class ToCallRows(PatientRows):
    def open(self) -> ToCallRows:
        """Not dealt with, and nobody has tried in vain today. A closed account is called no more."""
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        tried = CallNote.unscoped.filter(
            patient=OuterRef("patient"), outcome=CallNote.Outcome.NOT_REACHED, at__gte=today
        )
        return self.filter(~Exists(tried), settled_at=None, patient__is_active=True)

    def by_patient(self, *, after: int = 0) -> Any:
        """{"patient", "first"}: each patient once, who has waited longest in front."""
        grouped = self.open().values("patient").annotate(first=Min("pk"))
        return grouped.filter(first__gt=after).order_by("first")


@kept(set_once=("settled_at",))
class ToCall(models.Model):
    """Something that an e-mail could not tell a patient: there is no address, or none that works."""

    class About(models.TextChoices):
        MESSAGE = "message", _("a message from the care team waits in the portal")
        INVITATION = "invitation", _("the day has come to answer the questionnaire again")
        REMINDER = "reminder", _("answers were begun and not sent")
        SOMETHING = "something", _("something new waits in the portal")

    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    message = models.BigIntegerField(unique=True)  # the id of the outbox message that failed
    about = models.CharField(max_length=10, choices=About)
    subject = models.CharField(max_length=64, blank=True)  # the id of the message, invitation or answers
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = Scoped.from_queryset(ToCallRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["pk"]
        indexes = [
            models.Index(
                fields=["patient", "id"], condition=Q(settled_at=None), name="screening_to_call_open"
            ),
        ]

    def __str__(self) -> str:
        return f"To call {self.pk}"

    @classmethod
    def noted(cls) -> Any:
        """All that ever stood on the list: for the worker, which asks for ids alone."""
        return cls.unscoped.values("message")

    @classmethod
    def add(cls, *, message: int, patient: Any, about: str, subject: str, since: datetime) -> bool:
        """Once for each message. Whether it was new."""
        if cls.unscoped.filter(message=message).exists():
            return False
        cls.unscoped.create(message=message, patient_id=patient, about=about, subject=subject, since=since)
        return True

    @classmethod
    def settle_moot(cls, now: datetime) -> int:
        """Those that are no news any more: what waited was read, answered or sent meanwhile. Returns how many."""
        open_ = cls.unscoped.filter(settled_at=None)
        moot: list[int] = []
        for about, gone in (
            (cls.About.MESSAGE, cls._read), (cls.About.INVITATION, cls._answered), (cls.About.REMINDER, cls._sent),
        ):  # fmt: skip
            rows = list(open_.filter(about=about).values_list("pk", "subject"))
            moot += [pk for pk, subject in rows if subject in gone([subject for _pk, subject in rows])]
        return int(open_.filter(pk__in=moot).update(settled_at=now))

    @staticmethod
    def _read(ids: list[str]) -> set[str]:
        rows = Message.unscoped.filter(pk__in=ids).exclude(read_at=None)
        return {str(pk) for pk in rows.values_list("pk", flat=True)}

    @staticmethod
    def _answered(ids: list[str]) -> set[str]:
        waiting = {
            str(pk) for pk in unanswered(Invitation.unscoped.filter(pk__in=ids)).values_list("pk", flat=True)
        }
        return set(ids) - waiting

    @staticmethod
    def _sent(ids: list[str]) -> set[str]:
        begun = AnswersInProgress.unscoped.filter(pk__in=ids).values_list("pk", flat=True)
        return set(ids) - {str(pk) for pk in begun}


@kept()
class CallNote(models.Model):
    """What came of a call or a letter to a patient whom no e-mail reaches."""

    class Outcome(models.TextChoices):
        CALLED = "called", _("Spoke with the patient or their helper")
        LETTER = "letter", _("Sent a letter")
        NOT_REACHED = "not_reached", _("Could not reach them")

    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=11, choices=Outcome)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [models.Index(fields=["patient", "at"], name="screening_call_of_patient")]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("patient")), name="screening_call_is_by_another"),
        ]

    def __str__(self) -> str:
        return f"Call note {self.pk}"


# Rows for the worker that tells people: no page shows them so


def cases_to_ask_again(today: date) -> Any:
    """Whose day to be asked again has come, by the practice's day."""
    return Case.unscoped.filter(rescreen_on__lte=today)


def cases_by_id(ids: Iterable[str]) -> Any:
    return Case.unscoped.filter(pk__in=list(ids))


def to_tell_of(now: datetime, after: timedelta) -> Any:
    """Cases that lay unopened for `after`, where it is somebody's turn to be told.

    It is nobody's while the last one was told just now, nor once the first was told so long ago that everyone has been.
    """
    told = BackupTold.unscoped.filter(case=OuterRef("pk"), case_version=OuterRef("version"))
    lately, long_ago = told.filter(at__gt=now - after), told.filter(at__lte=now - ENOUGH * after)
    return absolute_unopened(now - after).filter(~Exists(lately), ~Exists(long_ago))


def absolute_unopened(since: datetime) -> Any:
    """Cases with an absolute criterion that nobody has opened as they are now, and that came before `since`.

    One that a correction lowered keeps its place until a surgeon decides, so it counts as well.
    """
    absolute = Q(headline=Case.Headline.ABSOLUTE) | Q(rank__gte=ABSOLUTE_FROM)
    sent = Q(submission=None) | Q(submission__submitted_at__lte=since)
    entered = Q(reassessment=None) | Q(reassessment__at__lte=since)
    rows = Case.unscoped.filter(absolute, sent, entered, awaiting=True, rank__lt=ABSOLUTE_BELOW)
    return rows.filter(opened_version__lt=F("version"), waiting_since__lte=since)


def unfinished(now: datetime, after: Sequence[timedelta]) -> Any:
    """What patients began themselves and left lying, and could go on with, where a reminder is due at `now`.

    `after` says how long after the last answer each one is due. The second waits as long behind the first as was
    meant, also where the first came late; nothing is dug out that has lain long since. Those who gave an urgent
    answer on the way are not among them: they are called.
    """
    reminded = Reminder.unscoped.filter(attempt=OuterRef("pk"))
    due = Q(~Exists(reminded), saved_at__lte=now - after[0])
    if len(after) > 1:
        first = reminded.filter(at__lte=now - (after[1] - after[0]))
        due |= Q(Exists(first), ~Exists(reminded.filter(number=2)), saved_at__lte=now - after[1])
    urgent = UrgentAnswer.unscoped.filter(attempt=OuterRef("pk"))
    open_ = QuestionnaireEdition.objects.current(now).filter(questionnaire=OuterRef("questionnaire"))
    rows = AnswersInProgress.unscoped.filter(due, ~Exists(urgent), Exists(open_), entered_by=None)
    return rows.filter(saved_at__gt=now - after[-1] - FORGOTTEN, patient__is_active=True)


def unanswered(invitations: Any) -> Any:
    """Those after which nothing was sent anew. A correction of what was sent before is no new answer."""
    sent = Submission.unscoped.filter(
        patient=OuterRef("patient"),
        questionnaire=OuterRef("case__questionnaire"),
        submitted_at__gte=OuterRef("at"),
        amends=None,
    )
    return invitations.filter(~Exists(sent))
