"""For the tests of any project that keeps rows."""

from __future__ import annotations

from contextlib import ExitStack
from functools import wraps
from typing import Any

from django.db import connections
from django.test import TransactionTestCase

from ledger.protect import disabled


def lift_before_flush() -> None:
    """Let TransactionTestCase and live_server empty their tables. Call it once, in tests/conftest.py.

    They flush the database when a test ends, which is just what the triggers refuse. From now on the triggers
    are dropped around that flush, and only there; a test itself meets them in place. Tests that roll back
    never flush.
    """
    test_case: Any = TransactionTestCase  # Django has no public name for what is wrapped here
    original = test_case._fixture_teardown
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def _fixture_teardown(self: Any) -> Any:
        with ExitStack() as stack:
            for alias in self._databases_names(include_mirrors=False):
                stack.enter_context(disabled(connections[alias]))
            return original(self)

    test_case._fixture_teardown = _fixture_teardown
