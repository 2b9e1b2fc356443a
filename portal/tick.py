"""What is due: each part on its own, so that one that fails does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from ledger.outbox import send_due
from portal.accounts.people import care_due
from portal.mail import deliver
from screening import impact
from screening.alerts import escalate_due
from screening.reviewing import return_due

logger = logging.getLogger(__name__)

# In this order: who is to be told is decided before the mails go out. Each may run twice, and in two places at once.
PARTS: tuple[tuple[str, Callable[[datetime], Any]], ...] = (
    ("alerts", escalate_due),
    ("mails", lambda now: send_due(deliver, now=now)),
    ("care", lambda now: care_due()),
    ("cases", lambda now: return_due(today=timezone.localdate(now))),
    # Last, and a little at a time: nobody waits for a mail because an author counts.
    ("impact", lambda now: impact.run_waiting(seconds=5)),
)


def run(parts: tuple[tuple[str, Callable[[datetime], Any]], ...] = PARTS) -> list[str]:
    """Do all that is due. Returns the names of the parts that failed.

    The log names the part and the class of the error: the text of an error may quote what patients wrote.
    """
    failed = []
    for name, part in parts:
        try:
            part(timezone.now())
        except Exception as error:
            logger.error("tick: %s failed: %s", name, type(error).__name__)
            failed.append(name)
    return failed
