"""The record that is written before a patient's data is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, router, transaction

from ledger.models import AccessRecord


def record(
    actor: Any,
    action: AccessRecord.Action,
    *,
    subject: Any = None,
    object: models.Model | None = None,
    kind: str = "",
    id: Any = "",
    ids: Iterable[Any] = (),
    reason: str = "",
) -> AccessRecord:
    """Store that `actor` is about to see data, and return once it is stored for good.

    `actor` and `subject` (the patient) are users, or their ids. The object is given itself, or as kind and
    id; a list as kind and `ids`. If the record cannot be stored this raises, and nothing may be shown.

    It is a transaction of its own: inside an atomic block, which might take the record back, it raises
    RuntimeError. Tests that wrap themselves in a transaction (TestCase, pytest's `db`) are let through by
    Django.
    """
    if object is not None:
        kind, id = object._meta.label_lower, object.pk
    with transaction.atomic(using=router.db_for_write(AccessRecord), durable=True):
        return AccessRecord.objects.create(
            actor_id=_id(actor),
            subject_id="" if subject is None else _id(subject),
            action=AccessRecord.Action(action),
            object_kind=kind,
            object_id=str(id),
            object_ids=[str(each) for each in ids],
            reason=reason,
        )


def _id(user: Any) -> str:
    return str(user.pk if isinstance(user, models.Model) else user)
