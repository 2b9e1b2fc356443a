"""How long a draft's impact takes to count: invented submissions, each assessed by the live edition, then by a draft.

`python -m bench.impact 100000` measures so many, on a throwaway SQLite file: once with one worker, once with two.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import django

NUMBER = 10_000  # in `make bench`
TARGET = 60  # seconds for 100,000 on two cores
AT_ONCE = 5_000
HERE = "here"


def take(number: int = NUMBER) -> None:
    """Fill the database of DATABASE_URL, which a questionnaire is live in, and print how long a run takes."""
    from bench import report
    from screening.models import ImpactRun, QuestionnaireEdition, Threshold
    from screening.trying import impact

    edition = QuestionnaireEdition.objects.current().select_related("questionnaire").get()
    draft = edition.questionnaire
    fill(edition, number)
    asked_by = edition.published_by
    seconds, cpu, run = {}, {}, ImpactRun()
    for workers, grade in ((1, "31"), (2, "32")):
        Threshold.objects.filter(questionnaire=draft, key="bmi_class_1").update(value=grade)
        run = impact.ask(draft, by=asked_by)
        began, used = time.monotonic(), _cpu_of_workers()
        _work(workers)
        seconds[workers], cpu[workers] = time.monotonic() - began, _cpu_of_workers() - used
        run.refresh_from_db()
        assert run.state == ImpactRun.State.DONE, run.state
        assert run.result["totals"]["compared"] == run.total, run.result["totals"]
    print(
        f"Impact of a draft on {run.total:,} submissions: {report.up(seconds[1], 1)} s with one worker,"
        f" {report.up(seconds[2], 1)} s with two ({run.total / seconds[2]:,.0f} a second);"
        f" {run.result['totals']['changed']:,} would change.\n"
        f"CPU time of the workers: {report.up(cpu[1], 1)} s, and {report.up(cpu[2], 1)} s together;"
        f" {report.up(1e6 * cpu[1] / run.total, 0)} us a submission, their start included."
    )
    at_target = seconds[2] * 100_000 / run.total
    said = f"{report.up(at_target, 0)} s for 100,000" + ("" if run.total >= 100_000 else ", by proportion")
    print(report.verdict("impact, two workers", said, f"under {TARGET} s", at_target < TARGET))


def _cpu_of_workers() -> float:
    """Of all that have ended: what else runs on the machine is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _work(workers: int) -> None:
    """Processes of their own, as `tick` is one in practice; their start is counted."""
    command = [sys.executable, "-m", "bench.impact", HERE]
    running = [subprocess.Popen(command) for _each in range(workers)]
    for worker in running:
        assert worker.wait() == 0


def fill(edition: Any, number: int) -> None:
    """So many patients, and what they sent: no two sheets alike, with findings as often as not."""
    from django.db import transaction

    from bench.cases import _user
    from portal.accounts.models import User
    from screening.models import Submission

    choose = Random(number)
    for start in range(0, number, AT_ONCE):
        with transaction.atomic():
            patients = User.objects.bulk_create(
                _user(choose) for _each in range(min(AT_ONCE, number - start))
            )
            Submission.unscoped.bulk_create(_sent(edition, patient, choose) for patient in patients)


def _sent(edition: Any, patient: Any, choose: Random) -> Any:
    from django.utils import timezone

    from editions.canonical import canonical
    from screening.engine.answers import clean, dumps
    from screening.engine.assessment import assess
    from screening.models import Submission

    at = timezone.now() - timedelta(seconds=choose.randrange(1, 700 * 86_400))
    facts = {
        "age": choose.randrange(18, 90),
        "sex": choose.choice(("female", "male")),
        "on_duty_contact": True,
    }
    definition, today = edition.definition, timezone.localdate(at)
    answers = clean(definition, _answers(choose), facts, today).answers
    outcome = assess(definition, answers, facts, today)
    return Submission(
        id=uuid.UUID(int=choose.getrandbits(128), version=4),
        patient=patient,
        questionnaire_id=edition.questionnaire_id,
        edition=edition,
        facts=facts,
        answers=dumps(answers),
        digest=f"{choose.getrandbits(256):064x}",
        today=today,
        outcome=canonical(outcome.as_dict()),
        values=dumps(outcome.values),
        started_at=at,
        submitted_at=at,
    )


def _answers(choose: Random) -> dict[str, Any]:
    from portal.demo.answers import CALM

    answers = {
        **CALM,
        "height_cm": str(choose.randrange(150, 200)),
        "weight_kg": str(choose.randrange(450, 1500) / 10),
        "smoking": choose.choice(("never", "former", "daily", "some_days", "not_sure")),
        "spine_surgery": choose.choice(("no", "no", "yes", "not_sure")),
        "spine_surgery_count": str(choose.randrange(1, 6)),
        **dict.fromkeys(("spine_surgery_same_area", "spine_metal", "spine_surgery_problem"), "no"),
        "diabetes": choose.choice(("no", "no", "yes")),
        "hba1c": str(choose.randrange(50, 110) / 10),
    }
    if choose.random() < 0.5:
        answers |= {"bone_scan": "yes", "bone_t_score": str(choose.randrange(-45, 5) / 10)}
    if choose.random() < 0.2:
        answers |= {
            "phq_1": "2",
            "phq_2": "2",
            **{f"phq_{n}": str(choose.randrange(4)) for n in range(3, 10)},
        }
    return answers


def measure(number: int) -> int:
    """On a file of its own."""
    with tempfile.TemporaryDirectory(prefix="spine-portal-bench-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        django.setup()
        from bench import practice
        from bench.report import machine

        print(machine().partition("\n\n")[0], flush=True)
        practice.prepare()
        take(number)
    return 0


def _as_worker() -> int:
    django.setup()
    from screening.trying import impact

    impact.run_waiting()
    return 0


if __name__ == "__main__":
    sys.exit(
        _as_worker() if sys.argv[1:] == [HERE] else measure(int(sys.argv[1]) if sys.argv[1:] else NUMBER)
    )
