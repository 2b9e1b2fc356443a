"""Made-up answers with the outcome that authors expect of them, tried against a draft. No patient's, ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from editions.canonical import canonical
from screening.engine.answers import clean, clean_facts, dumps, loads
from screening.engine.assessment import assess
from screening.engine.definition import Definition, Problem, read
from screening.models import Questionnaire, Sample
from screening.models.document import CONTENT

AT_ONCE = 200  # samples that are pasted together
LONGEST = 500_000  # letters of what is pasted
MEMBERS = ("name", "note", "answers", "facts", "today", "expected")


class NameTaken(Exception):
    """The questionnaire has a sample of this name."""


class Refused(Exception):
    """What was pasted holds no samples. The text says what is wrong, for the author."""


@dataclass(frozen=True)
class Difference:
    what: str
    expected: str
    now: str


@dataclass(frozen=True)
class Result:
    """A sample under the draft. `problems` are answers that the draft refuses, or misses: these are unknown to it."""

    sample: Sample
    problems: list[str]
    differences: list[Difference]
    outcome: dict[str, Any]

    @property
    def as_expected(self) -> bool:
        return not self.differences


def load(questionnaire: Questionnaire) -> int:
    """The samples that come with the app, where the questionnaire has none. Returns how many were added."""
    if questionnaire.samples.exists():
        return 0
    file = CONTENT / f"{questionnaire.key}.samples.json"
    if not questionnaire.key.replace("-", "").isalnum() or not file.exists():
        return 0
    definition = read(questionnaire.content())
    given = parse(file.read_text(encoding="utf-8"), definition)
    return len(add(questionnaire, given))


def add(questionnaire: Questionnaire, given: list[dict[str, Any]]) -> list[Sample]:
    """Store samples as `parse` returns them: all or none. Raises NameTaken."""
    with transaction.atomic():
        return [keep(questionnaire, **each) for each in given]


def keep(
    questionnaire: Questionnaire,
    *,
    name: str,
    note: str = "",
    answers: Mapping[str, Any],
    facts: dict[str, Any],
    today: date,
    expected: dict[str, Any],
) -> Sample:
    """Store one, behind the others. Raises NameTaken."""
    last = questionnaire.samples.order_by("-position").values_list("position", flat=True).first() or 0
    sample = Sample(questionnaire=questionnaire, position=last + 1)
    replace(sample, name=name, note=note, answers=answers, facts=facts, today=today, expected=expected)
    return sample


def replace(
    sample: Sample,
    *,
    name: str,
    note: str,
    answers: Mapping[str, Any],
    facts: dict[str, Any],
    today: date,
    expected: dict[str, Any],
) -> None:
    """Make the sample say this. Raises NameTaken."""
    sample.name, sample.note, sample.answers = name.strip(), note.strip(), dumps(answers)
    sample.facts, sample.today, sample.expected = facts, today, canonical(expected)
    try:
        with transaction.atomic():
            sample.save()
    except IntegrityError:
        raise NameTaken(name) from None


def answers_of(sample: Sample) -> dict[str, Any]:
    return loads(sample.answers)


def run(questionnaire: Questionnaire, definition: Definition) -> list[Result]:
    """All samples under a draft's definition."""
    return [try_(sample, definition) for sample in questionnaire.samples.all()]


def try_(sample: Sample, definition: Definition) -> Result:
    """What the sample's answers come to now, as far as they fit."""
    answers = answers_of(sample)
    known = {key: value for key, value in answers.items() if key in definition.questions}
    cleaned = clean(definition, known, sample.facts, sample.today)
    outcome = assess(definition, cleaned.answers, sample.facts, sample.today).as_dict()
    return Result(
        sample=sample,
        problems=_problems(answers, cleaned.errors, cleaned.missing, definition),
        differences=differences(json.loads(sample.expected), outcome, definition),
        outcome=outcome,
    )


def _problems(
    answers: Mapping[str, Any],
    errors: Mapping[str, Problem],
    missing: tuple[str, ...],
    definition: Definition,
) -> list[str]:
    gone = [
        _("%(key)s is not asked any more.") % {"key": key} for key in answers.keys() - definition.questions
    ]
    refused = [f"{key}: {problem.message}" for key, problem in errors.items()]
    lacking = [_("%(key)s is asked and has no answer.") % {"key": key} for key in missing]
    return sorted(gone) + refused + lacking


def accept(sample: Sample, outcome: dict[str, Any]) -> None:
    """From now on this outcome is expected."""
    sample.expected = canonical(outcome)
    sample.save(update_fields=["expected"])


def differences(
    expected: Mapping[str, Any], now: Mapping[str, Any], definition: Definition
) -> list[Difference]:
    """Where two outcomes differ, each in words, in the order of an outcome."""
    labels = {criterion.key: criterion.label for criterion in definition.criteria}
    before, after = _lines(expected, labels), _lines(now, labels)
    return [
        Difference(what, before.get(what, "–"), after.get(what, "–"))
        for what in {**before, **after}
        if before.get(what) != after.get(what)
    ]


def _lines(outcome: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """An outcome as lines: what is said, and what is said of it."""
    lines = {
        _("Urgency"): _said(outcome.get("urgent")),
        _("Urgent reasons"): _said(outcome.get("urgent_reasons")),
        _("Headline"): _said(outcome.get("headline")),
    }
    for key, found in (outcome.get("criteria") or {}).items():
        label = labels.get(key, key)
        lines[_("%(criterion)s: category") % {"criterion": label}] = _said(found.get("category"))
        lines[_("%(criterion)s: reasons") % {"criterion": label}] = _said(found.get("reasons"))
        lines[_("%(criterion)s: could be") % {"criterion": label}] = _said(found.get("could_be"))
        lines[_("%(criterion)s: grade") % {"criterion": label}] = _said(found.get("grade"))
    lines[_("Relative criteria")] = _said(outcome.get("relative_count"))
    lines[_("Possibly absolute")] = _said(outcome.get("possible_absolute"))
    lines[_("Also to know")] = _said(outcome.get("extras"))
    for key, value in (outcome.get("derived") or {}).items():
        lines[key] = _said(value)
    return lines


def _said(value: Any) -> str:
    if value is None or value == []:
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def as_text(sample: Sample) -> str:
    """What `parse` reads, for people to change."""
    said = {
        "name": sample.name,
        "note": sample.note,
        "facts": sample.facts,
        "today": sample.today.isoformat(),
        "answers": json.loads(sample.answers),
        "expected": json.loads(sample.expected),
    }
    return json.dumps(said, indent=2, ensure_ascii=False)


def parse(text: str, definition: Definition) -> list[dict[str, Any]]:
    """Samples from JSON: one {name, answers, facts, today, note?, expected?}, or a list of them. Raises Refused.

    Without `expected`, what the answers come to under `definition` is expected.
    """
    if len(text) > LONGEST:
        raise Refused(_("This is longer than %(most)s characters.") % {"most": f"{LONGEST:,}"})
    given = _read(text)
    several = given if isinstance(given, list) else [given]
    if not several or len(several) > AT_ONCE:
        raise Refused(_("Give from 1 to %(most)s samples.") % {"most": AT_ONCE})
    found = []
    for place, member in enumerate(several, 1):
        where = _("Sample %(place)s: ") % {"place": place} if isinstance(given, list) else ""
        found.append(_sample(member, definition, where))
    return found


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Refused(_("This is not JSON: look at line %(line)s, column %(column)s.") % where) from None
    except (RecursionError, ValueError):
        raise Refused(_("This is nested too deeply, or a number in it is too long.")) from None


def _constant(name: str) -> Any:
    raise Refused(_("%(name)s is no number: give a number such as 70.5.") % {"name": name})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(_("%(key)s is there twice: give it once.") % {"key": twice})
    return members


def _sample(given: Any, definition: Definition, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Refused(where + _("give an object with name, answers, facts and today."))
    if unknown := sorted(given.keys() - set(MEMBERS)):
        said = {"key": unknown[0], "known": ", ".join(MEMBERS)}
        raise Refused(where + _("there is no %(key)s in a sample, only %(known)s.") % said)
    name, note = given.get("name"), given.get("note", "")
    if not isinstance(name, str) or not name.strip() or len(name) > 150:
        raise Refused(where + _("name must be a text of 1 to 150 characters."))
    if not isinstance(note, str):
        raise Refused(where + _("note must be a text."))
    today = _today(given.get("today"), where)
    facts, wrong = clean_facts(_object(given, "facts", where))
    for key, problem in wrong.items():
        raise Refused(f"{where}facts.{key}: {problem.message}")
    cleaned = clean(definition, _object(given, "answers", where), facts, today)
    for key, problem in cleaned.errors.items():
        raise Refused(f"{where}answers.{key}: {problem.message}")
    if cleaned.missing:
        said = {"keys": ", ".join(cleaned.missing)}
        raise Refused(where + _("these answers are missing: %(keys)s.") % said)
    expected = given.get("expected")
    if expected is None:
        expected = assess(definition, cleaned.answers, facts, today).as_dict()
    elif not isinstance(expected, dict) or not _is_outcome(expected):
        raise Refused(where + _("expected must be an outcome, as `manage.py assess` prints it."))
    return {
        "name": name,
        "note": note,
        "answers": cleaned.answers,
        "facts": facts,
        "today": today,
        "expected": expected,
    }


def _is_outcome(expected: dict[str, Any]) -> bool:
    criteria, derived = expected.get("criteria"), expected.get("derived", {})
    lists = (expected.get(name, []) for name in ("urgent_reasons", "possible_absolute", "extras"))
    return (
        isinstance(criteria, dict)
        and all(isinstance(found, dict) and _is_plain(found) for found in criteria.values())
        and isinstance(derived, dict)
        and _is_plain(derived)
        and all(isinstance(each, list) for each in lists)
        and "headline" in expected
    )


def _is_plain(members: dict[str, Any]) -> bool:
    """Texts, whole numbers, nothing, and lists of texts: what JSON keeps as it is."""
    return all(
        value is None
        or isinstance(value, str | int)
        or (isinstance(value, list) and all(isinstance(each, str) for each in value))
        for value in members.values()
    )


def _object(given: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    value = given.get(name)
    if not isinstance(value, dict):
        raise Refused(where + _("%(name)s must be an object, such as {}.") % {"name": name})
    return value


def _today(value: Any, where: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused(where + _("today must be a date, such as 2026-11-22."))
