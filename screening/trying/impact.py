"""What a draft would have changed: past submissions assessed again, and the two outcomes counted against each other.

A run belongs to the draft as it was when it was asked for. It is worked on in parts: each is claimed, counted and
stored once, so that any number of workers may run, and one that was killed loses a part's work and nothing else.
Nothing is written to submissions, findings or cases.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from editions.canonical import canonical, digest
from screening.engine.answers import clean, loads
from screening.engine.assessment import Outcome, assess
from screening.engine.definition import Definition, DefinitionError, read
from screening.models import ImpactPart, ImpactRun, Questionnaire, past

logger = logging.getLogger(__name__)

State = ImpactRun.State
RUNS_A_DAY = (
    20  # of one author: whoever asks again and again, each time with another rule, could find out too much
)
MOST_PARTS, IN_A_PART = 64, 250
AT_ONCE = 500  # rows a read
CLAIM = timedelta(minutes=5)
EXAMPLES = 20  # of one change in one part
NONE, ABSENT = "none", "absent"


class TooMany(Exception):
    """The author has asked for as many runs as one may in a day."""


class Tally:
    """What was counted. Each count has a name: `about|was|is`, for example `criteria.obesity|relative|none`.

    `about` is headline, urgency, criteria.<key>, could_be.<key> or grade.<key>.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.lacking: Counter[str] = (
            Counter()
        )  # question -> submissions without an answer that the draft takes
        self.totals: Counter[str] = Counter()
        self.examples: dict[tuple[str, ...], list[str]] = {}

    def add(self, sent: past.Sent, definition: Definition) -> None:
        self.totals["all"] += 1
        try:
            old = json.loads(sent.outcome)
            if not old.get("criteria"):  # the practice had the assessment switched off
                self.totals["not_assessed"] += 1
                return
            new, lacking = reassess(sent, definition)
            self._compare(str(sent.id), old, new)
        except Exception as error:  # one that cannot be read must not stop the others
            logger.warning("submission %s was not compared: %s", sent.id, type(error).__name__)
            self.totals["not_compared"] += 1
            return
        self.totals["compared"] += 1
        self.totals["incomplete"] += bool(lacking)
        self.lacking.update(lacking)

    def _compare(self, id_: str, old: Mapping[str, Any], new: Outcome) -> None:
        counted = [
            ("headline", old.get("headline") or NONE, new.headline),
            ("urgency", old.get("urgent") or NONE, new.urgent or NONE),
        ]
        reasons_differ = sorted(old.get("urgent_reasons", ())) != list(new.urgent_reasons)
        before = old["criteria"]
        for key, now in new.criteria.items():
            was = before.get(key)
            if was is None:
                counted.append((f"criteria.{key}", ABSENT, now.category))
                continue
            counted.append((f"criteria.{key}", was["category"], now.category))
            could_be, grade = was.get("could_be") or NONE, str(was.get("grade") or NONE)
            if could_be != (now.could_be or NONE):
                counted.append((f"could_be.{key}", could_be, now.could_be or NONE))
            if grade != str(now.grade or NONE):
                counted.append((f"grade.{key}", grade, str(now.grade or NONE)))
            reasons_differ = reasons_differ or was["reasons"] != list(now.reasons)
        counted += [
            (f"criteria.{key}", before[key]["category"], ABSENT) for key in before.keys() - new.criteria
        ]
        self.counts.update(counted)
        moved = [each for each in counted if each[1] != each[2]]
        self.totals["changed"] += bool(moved)
        self.totals["only_reasons"] += reasons_differ and not moved
        for each in moved:
            ids = self.examples.setdefault(each, [])
            if len(ids) < EXAMPLES:
                ids.append(id_)

    def as_dict(self) -> dict[str, Any]:
        return {
            "totals": dict(self.totals),
            "lacking": dict(self.lacking),
            "counts": {"|".join(name): number for name, number in self.counts.items()},
            "examples": {"|".join(name): ids for name, ids in self.examples.items()},
        }


def reassess(sent: past.Sent, definition: Definition) -> tuple[Outcome, list[str]]:
    """What the answers come to, as far as the draft takes them, on the day that they were sent.

    Returns also the keys of the questions that the draft asks and that lack an answer: these are unknown to it.
    """
    given = loads(sent.answers)
    known = {key: value for key, value in given.items() if key in definition.questions}
    cleaned = clean(definition, known, sent.facts, sent.today)
    return assess(definition, cleaned.answers, sent.facts, sent.today), [*cleaned.missing, *cleaned.errors]


def ask(
    questionnaire: Questionnaire, *, by: Any, since: date | None = None, until: date | None = None
) -> ImpactRun:
    """Put a run of the draft as it is now in the queue. The same, while it waits or runs, is not put twice.

    Raises DefinitionError where the draft does not fit together, and TooMany.
    """
    content = questionnaire.content()
    read(content)
    document = canonical(content)
    of_it = ImpactRun.objects.filter(questionnaire=questionnaire, since=since, until=until)
    waiting = of_it.filter(digest=digest(document), state__in=(State.WAITING, State.RUNNING)).first()
    if waiting is not None:
        return waiting
    day_ago = timezone.now() - timedelta(days=1)
    if ImpactRun.objects.filter(asked_by=by, asked_at__gt=day_ago).count() >= RUNS_A_DAY:
        raise TooMany
    run = ImpactRun(
        questionnaire=questionnaire,
        asked_by=by,
        document=document,
        digest=digest(document),
        since=since,
        until=until,
    )
    run.total = past.count(run)
    parts = max(1, min(MOST_PARTS, run.total // IN_A_PART))
    with transaction.atomic():
        run.save()
        ImpactPart.objects.bulk_create(ImpactPart(run=run, number=number) for number in range(parts))
    return run


def run_waiting(*, seconds: float | None = None) -> int:
    """Work on what was asked for, the first first, for so long or until nothing is free. Returns parts done."""
    began, done = time.monotonic(), 0
    while seconds is None or time.monotonic() - began < seconds:
        part = _claim(timezone.now())
        if part is None:
            break
        _count(part)
        done += 1
    return done


def _claim(now: datetime) -> ImpactPart | None:
    """Take the next part, so that no other worker does."""
    free = ImpactPart.objects.filter(finished_at=None, run__state__in=(State.WAITING, State.RUNNING))
    free = free.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).select_related("run")
    while (part := free.order_by("run", "number").first()) is not None:
        mine = ImpactPart.objects.filter(pk=part.pk, finished_at=None, claimed_until=part.claimed_until)
        if mine.update(claimed_until=now + CLAIM):
            ImpactRun.objects.filter(pk=part.run_id, state=State.WAITING).update(state=State.RUNNING)
            return part
    return None


_definition: dict[str, Definition] = {}  # of the run that is worked on


def _definition_of(run: ImpactRun) -> Definition:
    definition = _definition.get(run.digest)
    if definition is None:
        _definition.clear()
        definition = _definition[run.digest] = read(json.loads(run.document))
    return definition


def _count(part: ImpactPart) -> None:
    """Count the part and store it, unless it was stored by another worker meanwhile."""
    run = part.run
    try:
        definition = _definition_of(run)
    except DefinitionError:  # written by a version that read more
        ImpactRun.objects.filter(pk=run.pk).update(state=State.FAILED, finished_at=timezone.now())
        return
    tally, after = Tally(), None
    rows = past.share(run, part.number, run.parts.count())
    while some := past.some(rows, after, AT_ONCE):
        for sent in some:
            tally.add(sent, definition)
        after = some[-1].id
    with transaction.atomic():
        mine = ImpactPart.objects.filter(pk=part.pk, finished_at=None)
        if mine.update(finished_at=timezone.now(), result=tally.as_dict()):
            ImpactRun.objects.filter(pk=run.pk).update(done=F("done") + tally.totals["all"])
    if not run.parts.filter(finished_at=None).exists():
        _finish(run)


def _finish(run: ImpactRun) -> None:
    """Add up the parts. Two workers may both come here: they come to the same."""
    result = merged(run.parts.values_list("result", flat=True))
    unfinished = ImpactRun.objects.filter(pk=run.pk, state__in=(State.WAITING, State.RUNNING))
    unfinished.update(state=State.DONE, result=result, finished_at=timezone.now())


def merged(results: Any) -> dict[str, Any]:
    """The results of parts, as one."""
    whole: dict[str, Any] = {"totals": {}, "lacking": {}, "counts": {}, "examples": {}}
    for result in results:
        for name in ("totals", "lacking", "counts"):
            for key, number in result[name].items():
                whole[name][key] = whole[name].get(key, 0) + number
        for key, ids in result["examples"].items():
            whole["examples"].setdefault(key, []).extend(ids)
    return whole
