"""A patient's place on the surgeons' list, and what surgeons conclude."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ledger.protect import kept
from ledger.scoped import Scoped
from screening.models.answers import PatientRows, Submission
from screening.models.authoring import Questionnaire

# Why a case came back, in the source language; pages that show it translate it.
DUE = gettext_noop("the day to ask again has come")


class Place(NamedTuple):
    """Where a case stands on the list. Smaller stands sooner, in Python and in the database alike."""

    rank: int
    waiting_since: datetime
    id: uuid.UUID


class _Row(Func):
    """A row value, `(a, b, c)`: the comparison that seeks in the index among thousands of equal ranks."""

    template = "(%(expressions)s)"
    output_field = models.BooleanField()


class CaseRows(PatientRows):
    def in_order(self) -> CaseRows:
        return self.order_by(*Place._fields)

    def after(self, place: Place) -> CaseRows:
        return self.filter(GreaterThan(_Row(*Place._fields), _place(place)))

    def before(self, place: Place) -> CaseRows:
        return self.filter(LessThan(_Row(*Place._fields), _place(place)))

    def to(self, place: Place) -> CaseRows:
        """None behind that place, which itself is in."""
        return self.filter(LessThanOrEqual(_Row(*Place._fields), _place(place)))

    def down_to(self, place: Place) -> CaseRows:
        """None ahead of that place, which itself is in."""
        return self.filter(GreaterThanOrEqual(_Row(*Place._fields), _place(place)))

    def stretch(self, begin: int, end: int) -> list[Place]:
        return [Place(*values) for values in self.values_list(*Place._fields)[begin:end]]


def practice(awaiting: bool | None) -> Q:
    """Of whomever, those that await a decision, or those that do not. None: both."""
    return Q() if awaiting is None else Q(awaiting__in=[awaiting])


def first_places(queries: Iterable[CaseRows], number: int) -> set[Place]:
    """The first places of each query, in one statement.

    Django's union() puts no limit on its parts where SQLite does not; as tables both databases take them.
    """
    connection = connections[router.db_for_read(Case)]
    sql: list[str] = []
    values: list[Any] = []
    compiler: Any = None
    for rows in queries:
        part = rows.values_list(*Place._fields)[:number].query.get_compiler(connection=connection)
        with suppress(EmptyResultSet):
            text, given = part.as_sql()
            sql.append(f"SELECT * FROM ({text}) part_{len(sql)}")  # noqa: S608  Django wrote the text
            values += given
            compiler = part
    if compiler is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql), values)
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        return {Place(*row) for row in compiler.apply_converters(cursor.fetchall(), converters)}


def end_of(condition: Q, number: int, *, after: Place | None, before: Place | None) -> Place | None:
    """The last of so many places that the index holds, unless that is the end of it: how far to look, not at whom."""
    rows = CaseRows(Case).filter(condition).in_order()
    if after is not None:
        rows = rows.after(after)
    if before is not None:
        rows = rows.before(before).reverse()
    ends = rows.stretch(number - 1, number + 1)
    return ends[0] if len(ends) == 2 else None


def _place(place: Place) -> _Row:
    return _Row(
        Value(place.rank, models.IntegerField()),
        Value(place.waiting_since, models.DateTimeField()),
        Value(place.id, models.UUIDField()),
    )


class Case(models.Model):
    """One a patient and questionnaire. `rank` puts the list in order: the lower, the sooner.

    `submission` is empty where a patient gave an urgent answer and has not sent the questionnaire.
    """

    class State(models.TextChoices):
        NEW = "new", _("new")
        IN_REVIEW = "in_review", _("in review")
        NEEDS_TESTS = "needs_tests", _("needs tests")
        OPTIMISE = "optimise", _("optimise first")
        DISCUSS = "discuss", _("discuss surgery")
        NOT_NOW = "not_now", _("not now")
        CLOSED = "closed", _("closed")

    class Urgency(models.IntegerChoices):
        NONE = 0, _("none")
        SAME_DAY = 1, _("same day")
        NOW = 2, _("now")

    class Headline(models.TextChoices):
        UNSENT = "", _("not sent")
        ABSOLUTE = "absolute", _("absolute")
        RELATIVE = "relative", _("relative")
        CLARIFY = "clarify", _("to clarify")
        NONE = "none", _("nothing reported")
        STORED = "stored", _("not assessed")  # the practice has switched the assessment off

    AWAITING = (State.NEW, State.IN_REVIEW)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="+")
    # Where results of tests were entered since: what the answers came to together with them
    reassessment = models.ForeignKey(
        "screening.Reassessment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    has_results = models.BooleanField(default=False)  # of tests: what is sent anew is assessed with them
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    version = models.PositiveIntegerField(default=1)
    opened_version = models.PositiveIntegerField(default=0)  # the newest version that a reviewer has opened
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_because = models.CharField(max_length=200, blank=True)
    rescreen_on = models.DateField(null=True, blank=True)

    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.NONE)
    urgent_reasons = models.JSONField(default=list)
    unacknowledged = models.BooleanField(default=False)  # an alert of it waits for somebody to acknowledge it
    headline = models.CharField(max_length=8, choices=Headline, blank=True, default=Headline.UNSENT)
    possible_absolute = models.BooleanField(default=False)
    relative_count = models.PositiveSmallIntegerField(default=0)
    grade = models.PositiveSmallIntegerField(default=0)
    # criterion key -> {"category", "reasons", "could_be"?, "grade"?} of criteria with findings, as in the outcome
    criteria = models.JSONField(default=dict)
    # criterion key, or "urgency" -> {"was", "is"}: what a later submission lowered since a surgeon last decided
    fallen = models.JSONField(default=dict)
    rank = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(default=timezone.now)
    awaiting = models.BooleanField(default=True)  # state is new or in review; kept equal by a constraint
    unassigned = models.BooleanField(
        default=True
    )  # no surgeon has the patient in care; the host keeps it true

    objects = Scoped.from_queryset(CaseRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        permissions = [
            ("answer_questionnaire", _("Can answer questionnaires for oneself")),
            ("review_cases", _("Can list and open the cases of patients in one's care, and unassigned ones")),
            ("review_practice", _("Can list and open the cases of all patients of the practice")),
            ("decide_case", _("Can decide on a case that one may open")),
            ("assign_case", _("Can give a case to a colleague, and take one over")),
            ("enter_results", _("Can enter results of tests")),
            ("export_cases", _("Can print, download and list cases that one may open")),
            ("view_figures", _("Can see the practice's figures, in which no patient is named")),
            ("acknowledge_alert", _("Can open and acknowledge an alert")),
            ("enter_answers", _("Can type in answers for patients that one may see")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["patient", "questionnaire"], name="screening_one_case"),
            models.CheckConstraint(
                condition=Q(awaiting=True, state__in=["new", "in_review"])
                | (Q(awaiting=False) & ~Q(state__in=["new", "in_review"])),
                name="screening_case_awaiting_is_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rank", "waiting_since", "id"],
                condition=Q(unassigned=True, awaiting=True),
                name="screening_case_waiting",
            ),
            models.Index(
                fields=["state", "rank", "waiting_since", "id"],
                condition=Q(unassigned=True),
                name="screening_case_by_state",
            ),
            models.Index(
                fields=["headline", "rank", "waiting_since", "id"],
                condition=Q(unassigned=True, awaiting=True),
                name="screening_case_by_headline",
            ),
            models.Index(
                fields=["rank", "waiting_since", "id"],
                condition=Q(unassigned=True),
                name="screening_case_any_state",
            ),
            models.Index(
                fields=["returned_because", "rank", "waiting_since", "id"],
                condition=Q(unassigned=True, awaiting=True),
                name="screening_case_by_return",
            ),
            # The same once more for those who may see the whole practice. `awaiting` leads, and only `practice()` asks
            # for it in a way that uses it: without statistics SQLite could not tell these from the small ones above.
            models.Index(fields=["awaiting", "rank", "waiting_since", "id"], name="screening_all_waiting"),
            models.Index(
                fields=["awaiting", "state", "rank", "waiting_since", "id"], name="screening_all_by_state"
            ),
            models.Index(
                fields=["awaiting", "headline", "rank", "waiting_since", "id"],
                name="screening_all_by_headline",
            ),
            models.Index(
                fields=["awaiting", "returned_because", "rank", "waiting_since", "id"],
                name="screening_all_by_return",
            ),
            models.Index(fields=["rank", "waiting_since", "id"], name="screening_all_any_state"),
            models.Index(
                fields=["rescreen_on"], condition=Q(rescreen_on__isnull=False), name="screening_case_rescreen"
            ),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}"

    @property
    def place(self) -> Place:
        return Place(self.rank, self.waiting_since, self.id)

    @property
    def opened(self) -> bool:
        """Whether a reviewer has opened it since it last changed: not yet, after each new submission."""
        return self.opened_version >= self.version

    @classmethod
    def set_unassigned(cls, patient: Any, unassigned: bool) -> None:
        """Keep the patient's cases in step with who has them in care."""
        cls.unscoped.filter(patient=patient).update(unassigned=unassigned)


@kept()
class Decision(models.Model):
    """What a surgeon concluded. A wrong one is superseded, never changed. What the patient is told is a Message."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="+")
    case_version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=Case.State)
    reason = models.TextField(blank=True)  # why; needed where the answer is "not now" or the case is closed
    plan = models.TextField(blank=True)  # what comes next; needed to optimise and to discuss
    tests = models.JSONField(default=list)  # which tests, in words, one text each
    note = models.TextField(blank=True)  # for staff
    rescreen_on = models.DateField(null=True, blank=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    wrong_because = models.TextField(blank=True)  # why the one that it supersedes was wrong
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = Scoped.from_queryset(PatientRows)()
    unscoped = models.Manager()

    class Meta:
        default_manager_name = "unscoped"
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            # The version that the surgeon saw: two people deciding on the same one is refused by the database too.
            models.UniqueConstraint(
                fields=["case", "case_version"], name="screening_decision_once_a_version"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["new", "in_review"]), name="screening_decision_decides"
            ),
            models.CheckConstraint(
                condition=~Q(state="optimise") | Q(rescreen_on__isnull=False),
                name="screening_optimise_has_a_date",
            ),
            models.CheckConstraint(condition=~Q(by=F("patient")), name="screening_decision_is_by_another"),
            models.UniqueConstraint(
                fields=["supersedes"], condition=Q(supersedes__isnull=False), name="screening_superseded_once"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | Q(wrong_because__gt=""),
                name="screening_superseded_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Decision {self.pk}"
