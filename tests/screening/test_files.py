"""A questionnaire as a file: nothing is lost on the way out and in, and what is wrong is said at its line."""

from __future__ import annotations

import json
import time
import tomllib
from typing import Any

import pytest

from editions.models import Change
from editions.publishing import NotAllowed, Stale, approve, save_draft, submit
from screening.engine.definition import read
from screening.files import Refused, becomes, bring_in, document_of, unproven, written
from screening.files.counting import Count, count
from screening.models import Question, Questionnaire, Translation
from screening.models.document import shipped, shipped_file
from tests.screening.factories import DOCUMENT

SECONDS = 2


def faults(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as refused:
        document_of(text)
    return [(fault.line, fault.message) for fault in refused.value.faults]


def maybe_faults(text: str) -> list[tuple[int, str]]:
    try:
        document_of(text)
    except Refused as refused:
        return [(fault.line, fault.message) for fault in refused.faults]
    return []


def small(**members: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(DOCUMENT)), **members}


def line_of(text: str, start: str, nth: int = 1) -> int:
    found = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start)]
    return found[nth - 1]


# Out, and in again


@pytest.mark.parametrize("document", [shipped("spinal-fusion"), DOCUMENT], ids=["shipped", "small"])
def test_reading_gives_back_what_was_written_and_writing_that_the_same_bytes(
    document: dict[str, Any],
) -> None:
    text = written(document)

    assert document_of(text) == document
    assert written(document_of(text)) == text


def test_the_order_of_members_in_storage_makes_no_difference() -> None:
    document = shipped("spinal-fusion")

    assert written(json.loads(json.dumps(document, sort_keys=True))) == written(document)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        'with "quotes" and a back\\slash',
        'it\'s "both"',
        "two\nlines",
        "\nfirst line empty, last one too\n",
        'ends with a quote"\nand again"',
        'three """ in\na row """" and four',
        "tab\tand\rreturn",
        "return\r\nand line",
        "ends with a backslash\\",
        "a\\\nb",
        "  blanks around  ",
        "\x01\x1f\x7f",
        "ü “quoted” ≥ \u2028 \U0001f600",
        "# no remark",
        "'single'",
        "'''",
    ],
)
def test_every_text_survives(text: str) -> None:
    document = small(intro=text, sent={"title": text, "body": text})
    document["criteria"][0]["next_steps"] = [text]
    document["sections"][0]["questions"][1]["choices"] = [{"value": "yes", "text": text}]

    assert tomllib.loads(written(document)) == document


@pytest.mark.parametrize(
    "expression",
    [
        'a == "and so on" and ' * 9 + "b",
        " a and b" * 30,
        "a  and  b + c" * 20,
        "(a or b) and (c or d)" * 9 + '"',
        "a and\tb" * 40,
        "a and b" * 40 + "\\",
        "a and b" * 40 + " ",
        "))((" * 40 + " and b",
    ],
)
def test_a_long_expression_is_laid_out_and_stays_what_it_is(expression: str) -> None:
    document = small(extras=[{"reason": "r", "when": expression, "text": "t"}])

    assert tomllib.loads(written(document)) == document


def test_empty_lists_and_unknown_members_are_written_too() -> None:
    document = small(thresholds=[], later={"on": True}, more=[{"key": "a"}])
    document["sections"][0]["questions"] = []

    assert tomllib.loads(written(document)) == document


def test_translations_stand_at_the_end_and_their_choices_in_the_order_of_the_question() -> None:
    text = written(shipped("spinal-fusion"))
    tables = [line for line in text.split("\n") if line.startswith("[[")]
    spanish = text[text.index('part = "questions.cancer_spine_places"') :]
    choices = spanish[spanish.index("choices]") :].split("\n")[1:5]

    assert {*tables[tables.index("[[translations]]") :]} == {"[[translations]]"}
    assert [line.partition(" ")[0] for line in choices] == ["one", "few_adjacent", "many", "not_sure"]


def test_one_changed_word_changes_one_line() -> None:
    document = small()
    before = written(document).split("\n")
    document["sections"][0]["questions"][1]["text"] = "Do you smoke now?"
    after = written(document).split("\n")

    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ('text = "Do you smoke?"', 'text = "Do you smoke now?"')
    ]


@pytest.mark.django_db
def test_the_shipped_file_taken_in_and_written_again_means_the_same(editor: Any) -> None:
    imported = bring_in(document_of(shipped_file("spinal-fusion").read_bytes()), by=editor)
    again = document_of(written(imported.questionnaire.content()))

    assert again == imported.questionnaire.content()
    assert read(again) == read(shipped("spinal-fusion"))


# What is wrong, and where

FIVE = """\
language = 1
key = "small"
title = "Small"
title = "Twice"

[[sections]]
key = "one"
title = "One"

[[sections.questions]]
key = "smoking"
type = "yes_no"
text = "Do you smoke?"
shrot = "Smokes"

[[sections.questions]]
key = "pipe"
type = "yes_no"
optional = "yes"
text = "A pipe?"
shown_when = 'smokin == "yes"'

[[thresholds]]
key = "low"
value = "3"
label = "Low"

[[thresholds]]
key = "high"
value = "2"
label = "High"
above = "low"

[[criteria]]
key = "nicotine"
label = "Nicotine"

[[criteria.rules]]
reason = "smokes"
category = "relative"
when = '''
smoking == "yes"
and smoking == "maybe"'''
"""


def test_every_mistake_is_said_at_once_with_its_line() -> None:
    assert faults(FIVE) == [
        (4, "title is there twice: it stands in line 3 already."),
        (14, "There is no member shrot here. Did you mean short?"),
        (19, "optional has to be true or false, without quotation marks."),
        (
            21,
            "There is no question, calculation, threshold or fact named smokin. Did you mean smoking?",
        ),
        (30, "high must be above low."),
        (38, "text is missing."),
        (43, 'smoking has no choice "maybe": it has "yes", "no" and "not_sure".'),
    ]


def test_a_fault_names_the_column_and_shows_the_line() -> None:
    with pytest.raises(Refused) as refused:
        document_of(FIVE)
    fault = next(fault for fault in refused.value.faults if fault.line == 21)

    assert (fault.column, fault.text) == (15, "shown_when = 'smokin == \"yes\"'")
    assert str(fault).startswith("Line 21: There is no question")


@pytest.mark.django_db
def test_a_file_with_mistakes_changes_no_row(editor: Any) -> None:
    with pytest.raises(Refused):
        bring_in(document_of(FIVE), by=editor)

    assert not Questionnaire.objects.exists()
    assert not Question.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("was", "becomes", "line", "message"),
    [
        ('minutes = 5', 'minutes = "5"', "minutes", "minutes has to be a whole number, without quotation marks."),
        ("minutes = 5", "minutes = 99999", "minutes", "minutes has to be a whole number from 0 to 32,767."),
        ("language = 1", "language = 2", "language", "This version of the rule language is not known."),
        ('value = "-2.5"', "value = -2.5", 'value',
         'value has to be a number in quotation marks, such as "7.5": it stays exact like this.'),
        ('value = "-2.5"', 'value = "low"', "value", "value: 'low' is no number."),
        ('key = "small"', 'key = "Small one"', "key",
         "key: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        ('title = "Before your operation"', f'title = "{"a" * 151}"', "title",
         "title: Ensure this value has at most 150 characters (it has 151)."),
        ('title = "Before your operation"', 'title = ""', "title", "title is empty."),
        ('title = "Before your operation"', 'title = "a\\u0000"', "title", "title holds a character that cannot be stored."),
        ('title = "Before your operation"', "title = 2026-11-24", "title", "title has to be a text in quotation marks."),
        ('  "Stop",', "  1,", "next_steps", "next_steps has to be a list of texts."),
        ('notice = "emergency"', 'notice = "emergncy"', "notice", "There is no notice named emergncy."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_at_its_line(was: str, becomes: str, line: str, message: str) -> None:
    text = written(small())
    assert was in text
    text = text.replace(was, becomes)
    found = faults(text)
    at = [number for number, each in enumerate(text.split("\n"), 1) if each.startswith(line)]

    assert [each[1].split(" Did you")[0] for each in found] == [message]
    assert found[0][0] in at


def test_what_stands_under_two_keys_of_one_name_is_named_at_the_second() -> None:
    document = small()
    document["sections"][1]["questions"][1]["key"] = "smoking"
    text = written(document)

    line, message = faults(text)[0]
    assert message == "smoking is used twice."
    assert line == line_of(text, "[[sections.questions]]", 5) + 1


def test_a_list_that_is_missing_is_named() -> None:
    document = small()
    del document["criteria"], document["investigations"]

    assert [message for _line, message in faults(written(document))] == [
        "criteria is missing. Where there is none, write criteria = []."
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('key = "a"\ntitle = oops\n', 2, "This is not TOML"),
        ('key = "a"\ntitle = "open\n', 2, "This is not TOML"),
        ('key = "a"\n\ntitle\n', 3, "This is not TOML"),
        ('key = """open\n\n', 1, "This is not TOML"),
        ("", 0, "The file is empty."),
        ("\ufeff", 0, "The file is empty."),
    ],
)
def test_what_is_no_toml_is_said_at_its_line(text: str, line: int, said: str) -> None:
    found = faults(text)

    assert [each[0] for each in found] == [line]
    assert found[0][1].startswith(said)


def test_other_encodings_are_refused_at_their_line_and_a_byte_order_mark_is_not() -> None:
    assert faults('key = "a"\ntitle = "Größe"'.encode("latin-1"))[0][0] == 2
    assert document_of(b"\xef\xbb\xbf" + written(small()).encode()) == small()


def test_windows_line_ends_mean_the_same() -> None:
    text = written(shipped("spinal-fusion")).replace("\n", "\r\n")

    assert document_of(text) == shipped("spinal-fusion")


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n" * 200_000,
        "a = " + "[" * 100_000,
        "a = " + "{a=" * 100_000,
        ".".join("a" * 100_000) + " = 1",
        "[" + ".".join("a" * 100_000) + "]",
        "[[a]]\n" * 100_000,
        "a = [" + "1," * 300_000 + "]",
        "a = " + "9" * 500_000,
        'a = "' + "\\" * 500_000,
        'a = """' + '"' * 500_000,
        "a = '''" + "'" * 500_000,
        "x" * 999_999,
        "#" * 999_999,
        " " * 900_000 + "=",
        'language = "' + "9" * 900_000 + '"',
        written(small()) + "\n[[later]]\n" * 15_000,
        written(small(extras=[{"reason": "r", "when": "x and " * 300 + "x", "text": "t"}] * 300)),
        written(
            small(extras=[{"reason": "r", "when": " + ".join(f"n{i}" for i in range(250)), "text": "t"}] * 300)
        ),
        written(small(extras=[{"reason": "r", "when": "(" * 900 + "1", "text": "t"}] * 300)),
        written(small(extras=[{"reason": "r", "when": "not " * 400 + "1", "text": "t"}] * 300)),
        written(
            small(
                calculations=[
                    {"key": f"c{i}", "expression": f"c{i + 1} + c{i + 2}", "label": "c"} for i in range(3_000)
                ]
            )
        ),
        written(small(thresholds=[{"key": f"k{i}", "value": "1e9", "label": "k"} for i in range(4_000)])),
        written(small(translations=[{"part": f"p{i}"} for i in range(8_000)])),
        "\udcff",
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_files_are_answered_with_sentences_in_time(text: str) -> None:
    begun = time.monotonic()
    found = faults(text)

    assert found
    assert len(found) <= 200
    assert time.monotonic() - begun < SECONDS


def test_a_megabyte_is_the_most() -> None:
    assert faults("#" * 1_000_001) == [(0, "The file is larger than 1 MB. A questionnaire is much smaller.")]


@pytest.mark.parametrize("value", ["1", '"text"', "true", "[]", "{}", "[1]", "[{}]", "1979-05-27", "nan"])
@pytest.mark.parametrize(
    "member", ["language", "sent", "sections", "thresholds", "criteria", "notices", "translations", "urgent"]
)
def test_any_kind_in_place_of_another_is_answered_with_a_sentence(member: str, value: str) -> None:
    document = small()
    document.pop(member, None)
    text = f"{member} = {value}\n{written(document)}"

    assert all(message.endswith((".", "?")) for _line, message in maybe_faults(text))


@pytest.mark.parametrize("taken", range(0, 60))
def test_any_line_may_be_missing_or_turned_around(taken: int) -> None:
    lines = written(small()).split("\n")
    place = taken * len(lines) // 60
    for line in ("", f"x{lines[place]}", lines[place][::-1]):
        text = "\n".join([*lines[:place], line, *lines[place + 1 :]])
        assert maybe_faults(text) is not None


# Into a draft


@pytest.fixture
def draft(editor: Any) -> Questionnaire:
    return bring_in(small(), by=editor).questionnaire


@pytest.mark.django_db
def test_a_new_file_becomes_a_new_draft_of_whoever_imported_it(editor: Any, draft: Questionnaire) -> None:
    submit(draft, by=editor)

    assert draft.content()["title"] == "Before your operation"
    with pytest.raises(NotAllowed):
        approve(draft, by=editor, digest=draft.digest())


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(editor: Any, draft: Questionnaire) -> None:
    imported = bring_in(small(), by=editor)

    assert (imported.created, imported.written) == (False, False)
    assert imported.questionnaire.version == draft.version


@pytest.mark.django_db
def test_another_file_is_the_next_version(editor: Any, draft: Questionnaire) -> None:
    imported = bring_in(small(title="Another"), by=editor, version=draft.version)

    assert (imported.created, imported.written) == (False, True)
    assert imported.questionnaire.version == draft.version + 1
    assert imported.questionnaire.content()["title"] == "Another"


@pytest.mark.django_db
def test_what_somebody_saved_in_between_is_not_lost(editor: Any, approver: Any, draft: Questionnaire) -> None:
    seen = draft.version
    draft.title = "Saved in between"
    save_draft(draft, by=approver)

    with pytest.raises(Stale):
        bring_in(small(title="Another"), by=editor, version=seen)
    assert Questionnaire.objects.get().title == "Saved in between"


@pytest.mark.django_db
def test_a_draft_that_has_come_meanwhile_is_not_replaced(editor: Any, draft: Questionnaire) -> None:
    with pytest.raises(Stale):
        bring_in(small(title="Another"), by=editor, version=0)


@pytest.mark.django_db
def test_what_the_file_leaves_out_is_open_again(editor: Any, draft: Questionnaire) -> None:
    draft.summary, draft.minutes = "Old", 7
    save_draft(draft, by=editor)
    document = small()
    del document["summary"], document["minutes"]

    content = bring_in(document, by=editor).questionnaire.content()
    assert ("summary" in content, content["minutes"]) == (False, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("document", [shipped("spinal-fusion"), DOCUMENT], ids=["shipped", "small"])
def test_what_an_author_is_shown_is_what_the_draft_says_afterwards(
    document: dict[str, Any], editor: Any
) -> None:
    shown = becomes({**document, "title": "New"}, None)

    assert bring_in({**document, "title": "New"}, by=editor).questionnaire.content() == shown


def test_rows_are_counted_by_what_they_are() -> None:
    document = small()
    document["sections"][0]["questions"][1]["text"] = "Do you smoke now?"
    document["criteria"][0]["rules"].pop()
    document["extras"] = [{"reason": "r", "when": "1 == 1", "text": "t"}]
    document["sections"].reverse()

    assert count(small(), document) == Count(added=1, removed=1, changed=1)


SPANISH = {"language": "es", "part": "sections.bone", "state": "checked", "source": "0" * 16,
           "texts": {"title": "Huesos"}}  # fmt: skip


@pytest.mark.django_db
def test_a_file_cannot_say_that_somebody_checked_a_translation(editor: Any) -> None:
    document = small(translations=[SPANISH])
    imported = bring_in(document, by=editor)

    assert imported.unproven == 1
    assert imported.questionnaire.content()["translations"][0]["state"] == "needs_check"


@pytest.mark.django_db
def test_what_was_checked_here_stays_checked(editor: Any) -> None:
    questionnaire = bring_in(small(translations=[SPANISH]), by=editor).questionnaire
    questionnaire.translations.update(state=Translation.State.CHECKED)
    other = {**SPANISH, "part": "sections.safety"}

    assert unproven(small(translations=[SPANISH, other]), questionnaire) == [1]
    assert unproven(small(translations=[{**SPANISH, "texts": {"title": "Otro"}}]), questionnaire) == [0]
