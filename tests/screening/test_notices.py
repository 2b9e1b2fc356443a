"""A notice with the practice's numbers in it: nothing in braces, and no sentence about a number that we lack."""

from __future__ import annotations

import pytest

from screening.host import Contacts
from screening.notices import filled, unknown_placeholders

WRITTEN = {
    "title": "Call {practice_name}",
    "body": "Call us.\n\nAt night call {medical_line}.\n\nWe are glad {to} help.",
    "actions": ["Call {emergency_number} now.", "{crisis_help}.", "Call {practice_phone} or {medical_line}."],
}


def test_the_numbers_are_filled_in() -> None:
    contacts = Contacts(practice_name="Harbor", practice_phone="555 1", medical_line="111", country="GB")
    words = filled(WRITTEN, contacts)
    assert words["title"] == "Call Harbor"
    assert words["body"] == "Call us.\n\nAt night call 111.\n\nWe are glad {to} help."
    assert words["actions"] == ["Call 911 now.", "Call or text 988.", "Call 555 1 or 111."]
    assert words["numbers"]["country"] == "GB"


def test_what_needs_a_number_that_we_lack_is_left_out() -> None:
    words = filled(WRITTEN, Contacts(practice_name="Harbor", crisis_line=""))
    assert words["body"] == "Call us.\n\nWe are glad {to} help."
    assert words["actions"] == ["Call 911 now."]


def test_a_number_cannot_smuggle_in_another_placeholder() -> None:
    words = filled({"title": "{practice_name}", "body": "", "actions": []}, Contacts("{emergency_number}"))
    assert words["title"] == "{emergency_number}"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Call {emergency_number}.", []),
        ("Call {number}.", ["{number}"]),
        ("Call {}.", ["{}"]),
        ("Call {Emergency_Number}.", ["{Emergency_Number}"]),
        ("Call {emergency_number", ["{"]),
        ("Call {{emergency_number}}", ["{", "}"]),
    ],
)
def test_what_is_not_filled_in_is_named(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text) == unknown
