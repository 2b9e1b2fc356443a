"""lift_before_flush is called once, in a conftest: here is what every test can count on after it."""

from django.db import connection
from django.test import TestCase, TransactionTestCase

from ledger.protect import missing
from ledger.testing import lift_before_flush
from tests.editions.app.models import NoteEdition
from tests.ledger.kept_rows import KEPT, an_edition, refusal


class FlushedTests(TransactionTestCase):
    def test_a_test_that_flushes_meets_the_triggers(self) -> None:
        an_edition()
        assert KEPT in refusal("DELETE FROM notes_noteedition")

    def test_a_test_after_a_flush_meets_them_again_and_finds_no_row(self) -> None:
        assert NoteEdition.objects.count() == 0
        assert missing(connection) == []


class RolledBackTests(TestCase):
    def test_a_test_that_rolls_back_meets_the_triggers(self) -> None:
        an_edition()
        assert KEPT in refusal("DELETE FROM notes_noteedition")


def test_calling_it_again_changes_nothing() -> None:
    before = TransactionTestCase._fixture_teardown
    lift_before_flush()
    assert TransactionTestCase._fixture_teardown is before
