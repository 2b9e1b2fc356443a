"""The demo practice lives through its last weeks: everything really happens there, on a clock that is set back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.apps import apps
from django.utils import timezone

_real = timezone.now


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Whoever asks Django for the time is told that it is `moment`, and the clock runs on from there.

    A field whose default is the time now holds the function itself: these are given the other one too.
    """
    began = _real()

    def now() -> datetime:
        return moment + (_real() - began)

    stamps = [
        field for model in apps.get_models() for field in model._meta.local_fields if field.default is _real
    ]
    with mock.patch.object(timezone, "now", now):
        for field in stamps:
            field.__dict__["_get_default"] = now  # a cached property of the field
        try:
            yield
        finally:
            for field in stamps:
                del field.__dict__["_get_default"]
