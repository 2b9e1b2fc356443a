"""What is due: each part on its own, so that one that fails does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from ledger.outbox import send_due
from portal.accounts.people import care_due
from portal.mail import deliver
from screening.alerts import escalate_due
from screening.calling import note_failed
from screening.following import remind_due, return_due, tell_backup_due
from screening.trying import impact

logger = logging.getLogger(__name__)

Part = tuple[str, Callable[[datetime], Any]]

# In this order: who is to be told is decided before the mails go out, and what they could not tell is put on the list
# of those to call after that. Each may run twice, and in two places at once.
PARTS: tuple[Part, ...] = (
    ("alerts", escalate_due),
    ("unopened", tell_backup_due),
    ("cases", lambda now: return_due(today=timezone.localdate(now))),
    ("reminders", remind_due),
    ("mails", lambda now: send_due(deliver, now=now)),
    ("calls", note_failed),
    ("care", lambda now: care_due()),
    # Last, and a little at a time: nobody waits for a mail because an author counts.
    ("impact", lambda now: impact.run_waiting(seconds=5)),
)


def run(parts: tuple[Part, ...] = PARTS, say: Callable[[str], Any] | None = None) -> list[str]:
    """Do all that is due. Returns the names of the parts that failed; `say` hears what was done, in counts.

    The log names the part and the class of the error: the text of an error may quote what patients wrote.
    """
    failed = []
    for name, part in parts:
        try:
            done = in_counts(part(timezone.now()))
        except Exception as error:
            logger.error("tick: %s failed: %s", name, type(error).__name__)
            failed.append(name)
        else:
            if done and say is not None:
                say(f"{name}: {done}")
    return failed


def in_counts(done: Any) -> str:
    """What a part returned, in words: a number, or several by name. Empty where nothing was done."""
    counts = asdict(done) if is_dataclass(done) and not isinstance(done, type) else {"": done}
    said = [f"{count} {name.replace('_', ' ')}".strip() for name, count in counts.items() if count]
    return ", ".join(said)
