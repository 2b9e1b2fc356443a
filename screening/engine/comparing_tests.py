"""What differs between the tests of two definitions, in words that a clinician can check."""

from __future__ import annotations

from collections.abc import Iterator

from screening.engine.changes import MEMBERS, TITLES, Change, about, all_reworded, altered, moved, plain
from screening.engine.definition import Definition, Fill, Investigation, Question

RANGE, PLACES_AFTER = "from {low} to {high} {unit}", "{limits}, decimals: {decimals}"
FILLED = {"month": "the month of measuring", "date": "the day of measuring"}


def compare_investigations(old: Definition, new: Definition) -> Iterator[Change]:
    """Tests whose results staff enter. What a result does is no wording: it may change a finding."""
    before = {test.key: test for test in old.investigations}
    after = {test.key: test for test in new.investigations}
    yield from moved("investigations", TITLES["order_investigations"], before, after, lambda test: test.label)
    for key, test in after.items():
        where, title = f"investigations.{key}", TITLES["investigation"].format(it=test.label)
        if key not in before:
            yield Change("added", where, title, becomes=tested(test, new))
            continue
        was = before[key]
        yield from all_reworded(where, title, was, test, ("label", "help", "source"))
        for name, says in (("settles", _settles), ("fields", _entered), ("fills", _fills)):
            yield from altered(where, about(title, name), says(was, old), says(test, new))
        yield from altered(where, about(title, "reference"), was.reference, test.reference)
    for key, test in before.items():
        if key not in after:
            title = TITLES["investigation"].format(it=test.label)
            yield Change("removed", f"investigations.{key}", title, was=tested(test, old))


def tested(test: Investigation, definition: Definition) -> str:
    """All that a test is, a line each."""
    lines = [test.help, _entered(test, definition)]
    for name, says in (("settles", _settles), ("fills", _fills)):
        if text := says(test, definition):
            lines.append(f"{MEMBERS[name].capitalize()}: {text}")
    return "\n".join(filter(None, (*lines, test.reference)))


def _settles(test: Investigation, definition: Definition) -> str:
    return ", ".join(f"“{c.label}”" for c in definition.criteria if c.key in test.settles)


def _entered(test: Investigation, definition: Definition) -> str:
    return "\n".join(map(_field, test.fields))


def _field(field: Question) -> str:
    if field.choices:
        return f"“{field.short}”: " + ", ".join(f"“{choice.text}”" for choice in field.choices)
    limits = RANGE.format(low=plain(field.minimum), high=plain(field.maximum), unit=field.unit)
    return f"“{field.short}”: " + PLACES_AFTER.format(limits=limits.strip(), decimals=field.decimals)


def _fills(test: Investigation, definition: Definition) -> str:
    return "\n".join(
        f"“{definition.questions[each.question].short}”: {_with(test, each, definition)}"
        for each in test.fills
    )


def _with(test: Investigation, fill: Fill, definition: Definition) -> str:
    if fill.source in FILLED:
        return FILLED[fill.source]
    if fill.source == "field":
        return next(f"“{field.short}”" for field in test.fields if field.key == fill.value)
    choices = definition.questions[fill.question].choices
    return next(f"“{choice.text}”" for choice in choices if choice.value == fill.value)
