"""What stands beside each other of one criterion: the finding, what results made of it, and marks."""

from __future__ import annotations

from typing import Any

import pytest

from screening.casefile import findingfile
from screening.casefile.findingfile import Found, Reported
from screening.engine.definition import Definition, read
from screening.models.document import shipped
from tests.screening.factories import DOCUMENT

SMALL = read(DOCUMENT)


def found(category: str, could_be: str = "", *reasons: str) -> Found:
    return Found(category, could_be, None, [{"reason": reason} for reason in reasons])


def reported(finding: Found | None, **beside: Any) -> Reported:
    return Reported(SMALL.criteria[0], finding, [], marks=[], **beside)


@pytest.mark.parametrize(
    ("finding", "weight"),
    [
        (found("absolute"), "absolute"),
        (found("relative", "absolute"), "possible"),
        (found("clarify", "absolute"), "possible"),
        (found("clarify", "relative"), "clarify"),
        (found("relative"), "relative"),
        (found("info"), "info"),
        (None, "none"),
    ],
)
def test_what_could_be_absolute_weighs_more_than_what_it_was_found_to_be(
    finding: Found | None, weight: str
) -> None:
    assert reported(finding).weight == weight


def test_the_heaviest_stands_first_and_equal_ones_as_they_are_asked() -> None:
    definition = read(shipped("spinal-fusion"))
    findings = {
        "obesity": found("relative"),
        "infection": found("clarify", "absolute"),
        "cancer": found("info"),
        "bone": found("absolute"),
        "nicotine": found("relative"),
        "systemic": found("clarify", "relative"),
    }
    rows = findingfile.reported(definition, findings, None, {})
    assert [(row.criterion.key, row.weight) for row in rows if row.weight != "none"] == [
        ("bone", "absolute"),
        ("infection", "possible"),
        ("nicotine", "relative"),
        ("obesity", "relative"),
        ("systemic", "clarify"),
        ("cancer", "info"),
    ]


def test_a_result_takes_nothing_out_of_sight() -> None:
    row = reported(found("absolute", "", "bone_low"), reassessed=True, again=None)
    assert (row.weight, row.turned, row.standing, row.is_open) == ("absolute", True, None, True)


def test_what_a_result_brought_up_weighs_as_such() -> None:
    row = reported(None, reassessed=True, again=found("relative", "", "bone_low"))
    assert (row.weight, row.turned, row.unsettled) == ("relative", True, False)


def test_the_same_with_results_is_the_same() -> None:
    row = reported(found("relative", "", "a", "b"), reassessed=True, again=found("relative", "", "b", "a"))
    assert not row.turned


def test_what_a_result_settled_needs_no_settling() -> None:
    open_ = found("clarify", "absolute", "bone_unknown")
    assert reported(open_).unsettled
    assert not reported(open_, reassessed=True, again=found("info", "", "bone_osteopenia")).unsettled


def thresholds(definition: Definition, criterion: str, **said: str) -> list[str]:
    """The keys of those that a reason's rule names."""
    row = next(each for each in definition.criteria if each.key == criterion)
    reasons = findingfile.reasons(definition, row, Found("relative", "", None, [said]))
    return [threshold.key for threshold in reasons[0].thresholds]


def test_a_reason_shows_the_thresholds_of_its_rule() -> None:
    assert thresholds(SMALL, "bone", reason="bone_low") == ["osteoporosis_t"]
    assert thresholds(SMALL, "bone", reason="bone_unknown") == []


def test_of_several_rules_with_one_reason_the_words_tell_which() -> None:
    definition = read(shipped("spinal-fusion"))
    bone = next(each for each in definition.criteria if each.key == "bone")
    fractures = [rule for rule in bone.rules if rule.reason == "bone_fracture"]
    said = [findingfile.in_words(rule.when, definition) for rule in fractures]
    assert [thresholds(definition, "bone", reason="bone_fracture", rule=words) for words in said] == [
        ["bone_osteoporosis_t"],
        ["bone_osteoporosis_t"],
        [],
    ]


def test_every_threshold_of_the_shipped_rules_is_shown_with_some_finding() -> None:
    definition = read(shipped("spinal-fusion"))
    shown = {
        key
        for criterion in definition.criteria
        for rule in criterion.rules
        for key in thresholds(definition, criterion.key, reason=rule.reason)
    }
    # How old answers may be stands in no rule.
    assert definition.thresholds.keys() - shown == {"answers_stale_days"}
