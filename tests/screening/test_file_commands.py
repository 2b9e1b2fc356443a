"""Files from the command line: what goes out comes in again, and mistakes are all said."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from screening.files import document_of, written
from screening.models import Questionnaire
from tests.screening.factories import DOCUMENT, make_edition
from tests.screening.test_files import FIVE


def called(*args: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_a_draft_goes_out_and_comes_in_again(editor: Any, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(written(DOCUMENT))

    assert called("import_questionnaire", file, "--by", editor.email).startswith(
        "small: the draft is written."
    )
    called("export_questionnaire", "small", "-o", tmp_path / "out.toml")
    assert called("import_questionnaire", tmp_path / "out.toml", "--by", editor.email) == (
        "small: nothing to change.\n"
    )
    assert (tmp_path / "out.toml").read_text() == called("export_questionnaire", "small")


def test_an_edition_goes_out_by_its_number(db: None) -> None:
    make_edition()

    assert document_of(called("export_questionnaire", "small", "--edition", "1")) == DOCUMENT
    with pytest.raises(CommandError, match="small has no edition 2"):
        called("export_questionnaire", "small", "--edition", "2")


def test_all_mistakes_are_said_and_nothing_is_stored(editor: Any, tmp_path: Path) -> None:
    file = tmp_path / "five.toml"
    file.write_text(FIVE)
    with pytest.raises(CommandError) as error:
        called("import_questionnaire", file, "--by", editor.email)

    assert [line.partition(":")[0] for line in str(error.value).split("\n")] == [
        f"Line {line}" for line in (4, 14, 19, 21, 30, 38, 43)
    ]
    assert not Questionnaire.objects.exists()


def test_an_unknown_account_or_file_is_named(editor: Any, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(written(DOCUMENT))

    with pytest.raises(CommandError, match="There is no account nobody@example"):
        called("import_questionnaire", file, "--by", "nobody@example.org")
    with pytest.raises(CommandError, match="cannot be read"):
        called("import_questionnaire", tmp_path / "none.toml", "--by", editor.email)
    with pytest.raises(CommandError, match="There is no questionnaire 'none'"):
        called("export_questionnaire", "none")


def test_the_questionnaire_that_comes_with_the_app_is_loaded_by_the_same_way(editor: Any) -> None:
    assert called("load_questionnaire", "--by", editor.email).startswith(
        "spinal-fusion: the draft is written."
    )
    assert called("load_questionnaire", "--by", editor.email) == "spinal-fusion: nothing to change.\n"
