"""What differs between two definitions, in words that a clinician can check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from screening.engine.changes import (
    ALWAYS,
    MEMBERS,
    NONE,
    TITLES,
    Change,
    about,
    all_reworded,
    altered,
    moved,
    plain,
    reworded,
    yes_or_no,
)  # fmt: skip
from screening.engine.comparing_tests import compare_investigations
from screening.engine.definition import Criterion, Definition, Question, Rule, Section, read
from screening.engine.expressions import Expression
from screening.engine.pairing import decides, pairs
from screening.engine.wording import in_words, number_in_words

TYPES = {
    "yes_no": "yes, no or not sure",
    "choice": "one of several",
    "several": "any of several",
    "scale": "one of several that count as numbers",
    "number": "a number",
    "date": "a date",
    "month": "a month and year",
    "text": "free text",
}
CATEGORIES = {
    "absolute": "absolute",
    "relative": "relative",
    "clarify": "to clarify",
    "info": "for information",
}
LEVELS = {"now": "now", "same_day": "the same day"}
RULE_LINES = {
    "reason": "Name: {it}",
    "category": "Category: {it}",
    "could_be": "Could be: {it}",
    "grade": "Grade: {it}",
    "level": "How fast: {it}",
    "notice": "Notice: {it}",
    "when": "When: {it}",
    "meaning": "Means: {it}",
}
TEXTS_CHANGED = {
    "one": "1 text differs: {places}",
    "several": "{count} texts differ: {places}",
    "states": "{checked} checked, {waiting} to be checked",
}

# What people read, as the document names it. All the rest decides something.
WORDING = frozenset(
    {"title", "summary", "intro", "sent", "text", "short", "help", "why", "credit", "label", "source", "sources"}
    | {"about", "modifiable_note", "next_steps", "settled_by", "body", "actions", "texts"}
)  # fmt: skip

HEAD = "questionnaire"  # the place of its own texts
NOTHING: dict[str, Any] = {"language": 1, "key": "", "title": "", "sections": [], "criteria": []}


def compare(old: Definition | None, new: Definition) -> tuple[Change, ...]:
    """In the order of the questionnaire. Without an old one, all of it is new."""
    return tuple(_Comparison(old, new).changes())


def compare_documents(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The same of two documents, with their translations. Raises DefinitionError where one does not fit together."""
    return (*compare(read(old or NOTHING), read(new)), *compare_translations(old or NOTHING, new))


def wording_only(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether only texts that people read differ: no rule, threshold, key, type, order or choice value."""
    return bool(_bare(old) == _bare(new))


def _bare(value: Any) -> Any:
    """The document without its wording."""
    if isinstance(value, Mapping):
        return {name: _bare(member) for name, member in value.items() if name not in WORDING}
    return [_bare(row) for row in value] if isinstance(value, list | tuple) else value


class _Comparison:
    def __init__(self, old: Definition | None, new: Definition) -> None:
        self.old, self.new = old or read(NOTHING), new

    def changes(self) -> Iterator[Change]:
        yield from self.head()
        yield from self.sections()
        yield from self.thresholds()
        yield from self.calculations()
        yield from self.criteria()
        yield from self.in_order("urgent", "urgent", self.old.urgent, self.new.urgent)
        yield from self.in_order("extras", "extra", self.old.extras, self.new.extras)
        yield from self.notices()
        yield from compare_investigations(self.old, self.new)

    # What each part says

    def head(self) -> Iterator[Change]:
        for name in ("title", "summary", "intro"):
            yield from reworded(HEAD, TITLES[name], getattr(self.old, name), getattr(self.new, name))
        for name in ("minutes", "source_language"):
            was, becomes = str(getattr(self.old, name)), str(getattr(self.new, name))
            yield from altered(HEAD, TITLES[name], was, becomes)
        for name in ("title", "body"):
            was = self.old.sent.get(name, "")
            yield from reworded(HEAD, TITLES[f"sent.{name}"], was, self.new.sent.get(name, ""))

    def sections(self) -> Iterator[Change]:
        old = {section.key: section for section in self.old.sections}
        new = {section.key: section for section in self.new.sections}
        yield from moved("sections", TITLES["order_sections"], old, new, lambda section: section.title)
        for key, section in new.items():
            where, title = f"sections.{key}", TITLES["section"].format(it=section.title)
            if key not in old:
                yield Change("added", where, title, becomes=section.intro)
            else:
                yield from all_reworded(where, title, old[key], section, ("title", "intro"))
            yield from self.questions(old.get(key), section)
        asked = self.new.questions
        for key, section in old.items():
            if key not in new:
                title = TITLES["section"].format(it=section.title)
                yield Change("removed", f"sections.{key}", title, was=section.intro)
            for question in section.questions:
                if question.key not in asked:
                    yield self.removed(question)

    def questions(self, old: Section | None, new: Section) -> Iterator[Change]:
        before = self.old.questions
        stayed = {q.key: q for q in old.questions} if old else {}
        title = TITLES["order_questions"].format(it=new.title)
        here = {q.key: q for q in new.questions}
        yield from moved(f"sections.{new.key}", title, stayed, here, lambda question: question.short)
        for key, question in here.items():
            if key in before:
                yield from self.question(before[key], question)
            else:
                where = f"sections.{new.key}.{key}"
                title = TITLES["question"].format(it=question.short)
                yield Change("added", where, title, becomes=_described(question, self.new))

    def removed(self, question: Question) -> Change:
        where, title = (
            f"sections.{question.section}.{question.key}",
            TITLES["question"].format(it=question.short),
        )
        return Change("removed", where, title, was=_described(question, self.old))

    def question(self, old: Question, new: Question) -> Iterator[Change]:
        where, title = f"sections.{new.section}.{new.key}", TITLES["question"].format(it=new.short)
        if old.section != new.section:
            was, becomes = self.old.section(old.section).title, self.new.section(new.section).title
            yield Change("order", where, about(title, "section"), was, becomes)
        yield from all_reworded(where, title, old, new, ("text", "short", "help", "why", "credit"))
        yield from altered(where, about(title, "type"), TYPES[old.type], TYPES[new.type])
        for name in ("optional", "ask_anew"):
            yield from altered(where, about(title, name), yes_or_no(old, name), yes_or_no(new, name))
        for name in ("minimum", "maximum", "decimals", "unit", "measure", "max_length"):
            was, becomes = plain(getattr(old, name)), plain(getattr(new, name))
            yield from altered(where, about(title, name), was, becomes)
        yield from self.condition(
            f"{where}.shown_when", about(title, "shown_when"), old.shown_when, new.shown_when
        )
        yield from self.choices(where, title, old, new)

    def condition(
        self, where: str, title: str, old: Expression | None, new: Expression | None
    ) -> Iterator[Change]:
        if (old and old.source()) != (new and new.source()):
            yield Change("other", where, title, *self.said(old, new))

    def said(self, old: Expression | None, new: Expression | None) -> tuple[str, str]:
        """Both in words, each with the names that its own definition gives; as typed, should the words be the same."""
        was = in_words(old, self.old) if old else ALWAYS
        becomes = in_words(new, self.new) if new else ALWAYS
        return (old.source(), new.source()) if old and new and was == becomes else (was, becomes)

    def choices(self, where: str, title: str, old: Question, new: Question) -> Iterator[Change]:
        was = {choice.value: choice for choice in old.choices}
        becomes = {choice.value: choice for choice in new.choices}
        name = TITLES["order_choices"].format(it=new.short)
        yield from moved(where, name, was, becomes, lambda choice: choice.text)
        for value, choice in becomes.items():
            about = f"{title}: {TITLES['choice'].format(it=choice.text)}"
            if value not in was:
                yield Change("added", where, about, becomes=choice.text)
            else:
                yield from reworded(where, about, was[value].text, choice.text)
        for value, choice in was.items():
            if value not in becomes:
                about = f"{title}: {TITLES['choice'].format(it=choice.text)}"
                yield Change("removed", where, about, was=choice.text)

    def thresholds(self) -> Iterator[Change]:
        old: Mapping[str, Any] = self.old.thresholds
        for key, threshold in self.new.thresholds.items():
            where, title = f"thresholds.{key}", TITLES["threshold"].format(it=threshold.label)
            if key not in old:
                yield Change("added", where, title, becomes=_amount(threshold))
                continue
            was = old[key]
            if (was.value, was.unit) != (threshold.value, threshold.unit):
                yield Change("threshold", where, title, _amount(was), _amount(threshold))
            yield from all_reworded(where, title, was, threshold, ("label", "source"))
            for name in ("minimum", "maximum"):
                limits = plain(getattr(was, name)), plain(getattr(threshold, name))
                yield from altered(where, about(title, name), *limits)
            above = _labelled(was.above, self.old), _labelled(threshold.above, self.new)
            yield from altered(where, about(title, "above"), *above)
        for key, threshold in old.items():
            if key not in self.new.thresholds:
                title = TITLES["threshold"].format(it=threshold.label)
                yield Change("removed", f"thresholds.{key}", title, was=_amount(threshold))

    def calculations(self) -> Iterator[Change]:
        old = {row.key: row for row in self.old.calculations}
        new = {row.key: row for row in self.new.calculations}
        for key, row in new.items():
            where, title = f"calculations.{key}", TITLES["calculation"].format(it=row.label)
            if key not in old:
                yield Change("added", where, title, becomes=in_words(row.expression, self.new))
                continue
            was = old[key]
            yield from self.condition(where, about(title, "expression"), was.expression, row.expression)
            yield from all_reworded(where, title, was, row, ("label",))
            for name in ("decimals", "unit"):
                before, after = plain(getattr(was, name)), plain(getattr(row, name))
                yield from altered(where, about(title, name), before, after)
            yield from altered(
                where, about(title, "outcome"), yes_or_no(was, "outcome"), yes_or_no(row, "outcome")
            )
        for key, row in old.items():
            if key not in new:
                title = TITLES["calculation"].format(it=row.label)
                yield Change("removed", f"calculations.{key}", title, was=in_words(row.expression, self.old))

    def criteria(self) -> Iterator[Change]:
        old = {criterion.key: criterion for criterion in self.old.criteria}
        new = {criterion.key: criterion for criterion in self.new.criteria}
        yield from moved("criteria", TITLES["order_criteria"], old, new, lambda criterion: criterion.label)
        for key, criterion in new.items():
            where, title = f"criteria.{key}", TITLES["criterion"].format(it=criterion.label)
            if key not in old:
                yield Change("added", where, title, becomes=criterion.about)
                yield from self.rules(criterion, (), criterion.rules)
                continue
            yield from self.criterion(where, title, old[key], criterion)
            yield from self.rules(criterion, old[key].rules, criterion.rules)
        for key, criterion in old.items():
            if key not in new:
                title = TITLES["criterion"].format(it=criterion.label)
                yield Change("removed", f"criteria.{key}", title, was=criterion.about)
                yield from self.rules(criterion, criterion.rules, ())

    def criterion(self, where: str, title: str, old: Criterion, new: Criterion) -> Iterator[Change]:
        yield from all_reworded(where, title, old, new, ("label", "about", "modifiable_note", "settled_by"))
        steps = "\n".join(old.next_steps), "\n".join(new.next_steps)
        yield from reworded(where, about(title, "next_steps"), *steps)
        for name in ("topic", "modifiable"):
            yield from altered(where, about(title, name), getattr(old, name), getattr(new, name))
        sources = _sources(old), _sources(new)
        yield from reworded(where, about(title, "sources"), *sources)

    def rules(self, criterion: Criterion, old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Change]:
        def named(rule: Any) -> str:
            return TITLES["rule"].format(it=rule.reason, criterion=criterion.label)

        order = TITLES["order_rules"].format(it=criterion.label)
        yield from self.matched(f"criteria.{criterion.key}.rules", old, new, named, order)

    def in_order(self, part: str, name: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
        """Urgent rules and extras."""
        yield from self.matched(
            part, old, new, lambda row: TITLES[name].format(it=row.reason), TITLES[f"order_{part}"]
        )

    def matched(
        self, where: str, old: Sequence[Any], new: Sequence[Any], named: Callable[[Any], str], order: str
    ) -> Iterator[Change]:
        """Rules that are the same ones, though a word or a condition of theirs may differ; then the rest."""
        same = pairs(old, new)
        stayed = {same[place]: new[place].reason for place in sorted(same)}
        yield from moved(where, order, dict(sorted(stayed.items())), stayed, str)
        for place, rule in enumerate(new):
            here = f"{where}.{place}"
            if place not in same:
                yield Change("added", here, named(rule), becomes=self.ruled(rule, self.new, meaning=True))
                continue
            was = old[same[place]]
            if decides(was) != decides(rule):
                yield self.rule(here, named(rule), was, rule)
            yield from reworded(here, about(named(rule), "meaning"), was.text, rule.text)
            yield from reworded(
                here, about(named(rule), "source"), getattr(was, "source", ""), getattr(rule, "source", "")
            )
        for place, rule in enumerate(old):
            if place not in same.values():
                was = self.ruled(rule, self.old, meaning=True)
                yield Change("removed", f"{where}.{place}", named(rule), was=was)

    def rule(self, where: str, title: str, old: Any, new: Any) -> Change:
        was, becomes = self.ruled(old, self.old), self.ruled(new, self.new)
        if was == becomes:  # in words; as typed they differ
            was = f"{was}\n{RULE_LINES['when'].format(it=old.when.source())}"
            becomes = f"{becomes}\n{RULE_LINES['when'].format(it=new.when.source())}"
        return Change("rule", where, title, was, becomes)

    def ruled(self, rule: Any, definition: Definition, meaning: bool = False) -> str:
        """All that decides when a rule holds and what it then says, a line each."""
        lines = [RULE_LINES["reason"].format(it=rule.reason)]
        if hasattr(rule, "category"):
            grade = NONE if rule.grade is None else str(rule.grade)
            lines += [
                RULE_LINES["category"].format(it=CATEGORIES[rule.category]),
                RULE_LINES["could_be"].format(it=CATEGORIES.get(rule.could_be, NONE)),
                RULE_LINES["grade"].format(it=grade),
            ]
        if hasattr(rule, "level"):
            notice = definition.notices[rule.notice].title
            lines += [
                RULE_LINES["level"].format(it=LEVELS[rule.level]),
                RULE_LINES["notice"].format(it=f"“{notice}”"),
            ]
        lines.append(RULE_LINES["when"].format(it=in_words(rule.when, definition)))
        if meaning:
            lines.append(RULE_LINES["meaning"].format(it=rule.text))
        return "\n".join(lines)

    def notices(self) -> Iterator[Change]:
        old: Mapping[str, Any] = self.old.notices
        yield from moved(
            "notices", TITLES["order_notices"], old, self.new.notices, lambda notice: notice.title
        )
        for key, notice in self.new.notices.items():
            where, title = f"notices.{key}", TITLES["notice"].format(it=notice.title)
            if key not in old:
                yield Change("added", where, title, becomes="\n".join((notice.body, *notice.actions)))
                continue
            yield from all_reworded(where, title, old[key], notice, ("title", "body"))
            actions = "\n".join(old[key].actions), "\n".join(notice.actions)
            yield from reworded(where, about(title, "actions"), *actions)
        for key, notice in old.items():
            if key not in self.new.notices:
                title = TITLES["notice"].format(it=notice.title)
                yield Change(
                    "removed", f"notices.{key}", title, was="\n".join((notice.body, *notice.actions))
                )


def compare_translations(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """A line for each language: how many of its texts differ, and how many a clinician has checked."""
    was, becomes = _by_language(old), _by_language(new)
    for language in (*becomes, *(each for each in was if each not in becomes)):
        before, after = was.get(language, {}), becomes.get(language, {})
        changed = [part for part in {**after, **before} if before.get(part) != after.get(part)]
        if not changed:
            continue
        kind = "added" if not before else "removed" if not after else "other"
        count = TEXTS_CHANGED["one" if len(changed) == 1 else "several"]
        title = f"{TITLES['translation'].format(it=language)}: " + count.format(
            count=len(changed), places=", ".join(changed[:5]) + (", …" if len(changed) > 5 else "")
        )
        yield Change(kind, f"translations.{language}", title, _states(before), _states(after))


def _by_language(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    languages: dict[str, dict[str, Any]] = {}
    for row in document.get("translations", ()):
        languages.setdefault(row["language"], {})[row["part"]] = row
    return languages


def _states(parts: Mapping[str, Any]) -> str:
    if not parts:
        return ""
    checked = sum(row.get("state") == "checked" for row in parts.values())
    return TEXTS_CHANGED["states"].format(checked=checked, waiting=len(parts) - checked)


def _labelled(above: str, definition: Definition) -> str:
    """The threshold that another must be above, by its label; a number as it is."""
    return f"“{definition.thresholds[above].label}”" if above in definition.thresholds else above


def _amount(threshold: Any) -> str:
    return f"{number_in_words(threshold.value)} {threshold.unit}".strip()


def _sources(criterion: Criterion) -> str:
    return "\n".join(" ".join(filter(None, (s["text"], s.get("address", "")))) for s in criterion.sources)


def _described(question: Question, definition: Definition) -> str:
    """A question that is there in one of the two only, with all that decides how it is asked."""
    lines = [question.text, question.help, question.why]
    lines.append(f"{TYPES[question.type].capitalize()}.")
    if question.choices and question.type != "yes_no":
        lines.append(", ".join(f"“{choice.text}”" for choice in question.choices))
    shown = in_words(question.shown_when, definition) if question.shown_when else ALWAYS
    lines.append(f"{MEMBERS['shown_when'].capitalize()}: {shown}")
    lines.append(f"{MEMBERS['optional'].capitalize()}: {yes_or_no(question, 'optional')}")
    return "\n".join(filter(None, lines))
