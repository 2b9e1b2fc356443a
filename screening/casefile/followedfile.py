"""How a patient was followed up, as a case's page tells it: asked again, reminded, called; and who was told of the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from screening.host import host
from screening.models import BackupTold, CallNote, Case, Invitation, Reminder, ToCall

MOST = 30  # the newest ones
WORDS = {
    "backup": _("Told that nobody had opened the case"),
    "invited": _("The patient was asked to answer again"),
    "reminded": _("The patient was reminded to finish their answers"),
    "unreached": _("No e-mail reached the patient"),
}


@dataclass(frozen=True)
class Step:
    """`by` is the name of who was told, or who called. `note` is theirs."""

    at: datetime
    what: str
    by: str = ""
    note: str = ""


def read(user: Any, case: Case, patients: Iterable[Any]) -> list[Step]:
    """The newest first, of all records of the person, in one statement; a second one where somebody is named."""
    of_person = {"patient__in": list(patients)}
    kinds = (
        _rows(BackupTold.objects.visible_to(user).filter(case=case), "backup", who="to"),
        _rows(Invitation.objects.visible_to(user).filter(case=case), "invited"),
        _rows(Reminder.objects.visible_to(user).filter(**of_person), "reminded"),
        _rows(ToCall.objects.visible_to(user).filter(**of_person), "unreached", at="since", says="about"),
        _rows(CallNote.objects.visible_to(user).filter(**of_person), "called", "by", "at", "outcome", "note"),
    )
    first, *others = kinds
    rows = list(first.union(*others, all=True).order_by("-moment")[:MOST])
    people = host().people(
        list({who for kind, _at, who, _says, _note in rows if kind in ("backup", "called")})
    )
    return [
        Step(at, _what(kind, says), people[who].name if who in people else "", note)
        for kind, at, who, says, note in rows
    ]


def _rows(rows: Any, kind: str, who: str = "patient", at: str = "at", says: str = "", note: str = "") -> Any:
    """(kind, moment, account, what it says, note): the same columns of every kind."""
    return (
        rows.order_by()
        .annotate(
            kind=Value(kind, CharField()),
            moment=F(at),
            account=F(f"{who}_id"),
            says=Cast(F(says), CharField()) if says else Value("", CharField()),
            words=Cast(F(note), TextField()) if note else Value("", TextField()),
        )
        .values_list("kind", "moment", "account", "says", "words")
    )


def _what(kind: str, says: str) -> str:
    if kind == "called":
        return str(CallNote.Outcome(says).label)
    about = f": {ToCall.About(says).label}" if kind == "unreached" else ""
    return f"{WORDS[kind]}{about}"
