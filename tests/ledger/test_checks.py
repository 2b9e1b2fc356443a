from collections.abc import Iterator

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection

from ledger.protect import install, remove


def found() -> list[str | None]:
    messages = run_checks(tags=[Tags.database], databases=["default"])
    return [message.id for message in messages if message.id and message.id.startswith("ledger.")]


@pytest.fixture
def unprotected(transactional_db: None) -> Iterator[None]:
    remove(connection)
    yield
    install(connection)


def test_the_check_finds_nothing_where_all_is_in_place(db: None) -> None:
    assert found() == []


def test_the_check_says_when_rows_are_not_protected(unprotected: None) -> None:
    assert found() == ["ledger.W001"]


def test_migrate_runs_though_the_check_complains_and_mends_it(unprotected: None) -> None:
    call_command("migrate", verbosity=0)
    assert found() == []


def test_the_check_says_when_sqlite_lets_replace_pass_delete_triggers(db: None) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=OFF")
            expected = ["ledger.W002"]
    else:
        expected = []
    try:
        assert found() == expected
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA recursive_triggers=ON")
