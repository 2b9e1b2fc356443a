"""What authors are told before they submit a draft."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editions.readability import grade
from screening.engine import gaps, trying
from screening.engine.definition import problems
from screening.engine.review import Check, review
from screening.engine.translating import parts, source_of
from tests.screening.engine.questionnaires import choices, criterion, document, question, rule

SHIPPED = tomllib.loads(
    (Path(__file__).parents[3] / "screening" / "content" / "spinal-fusion.toml").read_text(encoding="utf-8")
)
Change = Callable[[dict[str, Any]], object]


HARD = "Instrumentation immobilises vertebral segments until arthrodesis consolidates radiographically."


def told(text: str) -> float:
    """A grade by ear: the small questionnaire's texts are too short for a formula."""
    return 12 if HARD in text else 1


def found(change: Change, *codes: str) -> list[tuple[str, str]]:
    altered = document()
    change(altered)
    assert problems(altered) == ()
    return [(each.code, each.where) for each in review(altered, told) if each.code in codes]


def rules(*rows: dict[str, Any], **more: list[dict[str, Any]]) -> Change:
    """Only these rules, and these other members."""

    def change(d: dict[str, Any]) -> None:
        d.update(criteria=[criterion("tumour", *rows)], urgent=[], extras=[], calculations=[])
        d["sections"][1]["questions"] = [question("note", "text", optional=True)]
        d.update(more)

    return change


@pytest.mark.parametrize(
    ("when", "dead"),
    [
        ('cancer == "yes" and in_spine == "yes"', False),
        ('cancer == "no" and in_spine == "yes"', True),  # shown only after yes or not sure
        ('cancer == "no" and places == "one"', True),  # through the question between
        ('in_spine == "no" and places == "many"', True),
        ('in_spine == "yes" and not answered(places)', True),  # shown then, and not optional
        ('in_spine == "no" and not answered(places)', False),
        ("not answered(weight)", False),
        ("not answered(cancer)", True),
        ("t_score <= low_t and t_score > high_t - 5", False),
    ],
)
def test_a_rule_is_dead_when_no_answers_that_fit_together_make_it_hold(when: str, dead: bool) -> None:
    at = [("dead_rule", "criteria.tumour.rules.0.when")]
    assert found(rules(rule("tried", "relative", when)), "dead_rule", "not_checked") == (at if dead else [])


def test_a_dead_rule_blocks_and_so_do_problems_and_contradictions() -> None:
    altered = document()
    rules(rule("tried", "relative", 'cancer == "no" and in_spine == "yes"'))(altered)
    dead = [each for each in review(altered, grade) if each.code == "dead_rule"]
    assert dead == [
        Check(
            "dead_rule",
            "criteria.tumour.rules.0.when",
            "The rule tried never holds, whatever is answered and whichever questions are shown.",
            blocking=True,
        )
    ]
    altered = document()
    altered["extras"][0]["when"] = 'cancer == "yes" and cancer == "no"'
    altered["urgent"][0]["notice"] = "nowhere"
    assert [(each.code, each.where, each.blocking) for each in review(altered, grade)] == [
        ("problem", "urgent.0.notice", True),
        ("contradiction", "extras.0.when", True),
    ]


def test_a_question_that_is_never_shown_and_an_urgent_rule_that_never_holds_are_dead() -> None:
    def change(d: dict[str, Any]) -> None:
        d["sections"][1]["questions"].append(
            question("late", shown_when='cancer == "no" and places == "one"')
        )
        d["urgent"][0]["when"] = 'cancer == "no" and in_spine == "no"'

    assert found(change, "dead_rule") == [
        ("dead_rule", "sections.mood.late.shown_when"),
        ("dead_rule", "urgent.0.when"),
    ]


CANCER, IN_SPINE, WEIGHT = "sections.body.cancer", "sections.body.in_spine", "sections.body.weight"


@pytest.mark.parametrize(
    ("rows", "gaps"),
    [
        ([rule("a", "relative", 'cancer == "yes"')], [CANCER]),
        ([rule("a", "relative", 'cancer == "yes"'), rule("b", "clarify", 'cancer == "not_sure"')], []),
        ([rule("a", "relative", 'cancer == "yes"'), rule("b", "info", 'cancer == "not_sure"')], [CANCER]),
        ([rule("a", "relative", 'cancer in ("yes", "not_sure")')], []),
        ([rule("a", "info", 'cancer == "yes"')], []),
        ([rule("a", "relative", 'cancer == "yes"'), rule("b", "clarify", "age > 17")], [CANCER]),
        ([rule("a", "clarify", 'cancer == "yes"'), rule("b", "clarify", "age > 17")], []),  # told all the same
        ([rule("a", "relative", 'cancer == "yes"'), rule("b", "clarify", 'cancer == "not_sure" and age > 40')], [CANCER]),
        ([rule("a", "relative", "weight > 100")], [WEIGHT]),
        ([rule("a", "relative", "weight > 100"), rule("b", "clarify", "not answered(weight)")], []),
        # A follow-up that the unknown answer hides.
        ([rule("a", "absolute", 'places == "many"'), rule("b", "clarify", 'cancer == "not_sure"')], [IN_SPINE]),
        ([rule("a", "absolute", 'places == "many"'), rule("b", "clarify", 'in_spine == "not_sure"')], []),
    ],
)  # fmt: skip
def test_an_unknown_answer_that_nobody_notices_is_a_gap(rows: list[dict[str, Any]], gaps: list[str]) -> None:
    assert found(rules(*rows), "gap", "not_checked") == [("gap", where) for where in gaps]


def test_a_gap_names_the_worst_that_it_hides_and_may_stand_with_a_reason() -> None:
    altered = document()
    rules(
        rule("milder", "clarify", 'cancer == "yes"'),
        rule("worst", "absolute", 'cancer == "yes" and age > 60'),
    )(altered)
    assert [each for each in review(altered, grade) if each.code == "gap"] == [
        Check(
            "gap",
            CANCER,
            "“cancer” answered “Not sure”: no rule notices it, though a clear answer could mean an absolute "
            "criterion (worst).",
        )
    ]


def test_a_calculation_of_unknown_answers_is_looked_through() -> None:
    bmi = {"key": "bmi", "expression": "weight * 10000 / (height * height)", "decimals": 1, "label": "BMI"}
    heavy = rule("heavy", "relative", "bmi > 30")
    height = "sections.body.height"
    assert found(rules(heavy, calculations=[bmi]), "gap") == [("gap", height), ("gap", WEIGHT)]
    unknown = rule("unknown", "clarify", "not answered(bmi)")
    assert found(rules(heavy, unknown, calculations=[bmi]), "gap", "not_checked") == []


def test_an_urgent_rule_raises_and_notices() -> None:
    now = {"level": "now", "notice": "today", "text": "x"}
    yes = {"reason": "a", "when": 'cancer == "yes"', **now}
    unsure = {"reason": "b", "when": 'cancer == "not_sure"', **now}
    assert found(rules(rule("x", "info", "age > 18"), urgent=[yes]), "gap") == [("gap", CANCER)]
    assert found(rules(rule("x", "info", "age > 18"), urgent=[yes, unsure]), "gap") == []


def test_questions_that_no_rule_uses_are_listed() -> None:
    used = {
        "cancer", "in_spine", "places", "height", "weight", "t_score", "stopped_on", "problems", "phq_1", "phq_2"
    }  # fmt: skip
    keys = [(s["key"], q["key"]) for s in document()["sections"] for q in s["questions"]]
    assert found(lambda d: None, "unused_question") == [
        ("unused_question", f"sections.{section}.{key}") for section, key in keys if key not in used
    ]


def test_what_names_no_source_is_listed() -> None:
    def change(d: dict[str, Any]) -> None:
        d["criteria"][0]["sources"] = [{"text": "A guideline"}]
        d["criteria"][1]["rules"] = [rule("a", "info", "age > 18", source="A book")]
        d["thresholds"][0]["source"] = "A book"

    assert found(change, "no_source") == [
        ("no_source", where)
        for where in (
            *("criteria.bone", "criteria.weight", "criteria.weight.rules.0"),
            *("thresholds.high_t", "thresholds.positive"),
        )
    ]


def test_questions_that_do_not_say_why_are_listed_by_section() -> None:
    altered = document()
    for each in altered["sections"][0]["questions"][2:]:
        each["why"] = "We plan with it."
    messages = [each.message for each in review(altered, grade) if each.code == "no_why"]
    assert messages[0] == "In “Body”, patients are not told why this is asked: “cancer” and “in spine”."
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.update(intro=HARD), "questionnaire"),
        (lambda d: d["sent"].update(body=HARD), "questionnaire"),
        (lambda d: d["sections"][0].update(intro=HARD), "sections.body"),
        (lambda d: d["sections"][0]["questions"][0].update(text=HARD), CANCER),
        (lambda d: d["sections"][0]["questions"][0].update(help=HARD), CANCER),
        (lambda d: d["sections"][0]["questions"][0].update(why=HARD), CANCER),
        (lambda d: d["notices"][0].update(actions=[HARD]), "notices.emergency"),
    ],
)
def test_patients_texts_that_are_hard_to_read_are_listed(change: Change, where: str) -> None:
    assert found(change, "reading_grade") == [("reading_grade", where)]


def test_published_words_and_other_languages_have_no_grade() -> None:
    published = {"text": HARD, "help": HARD, "credit": "By its authors."}
    assert found(lambda d: d["sections"][0]["questions"][0].update(published), "reading_grade") == []
    assert found(lambda d: d.update(intro=HARD, source_language="de"), "reading_grade") == []


def test_translations_are_told_by_language_and_standing() -> None:
    altered = document()
    texts = parts(altered)
    whole = {part: members for part, members in texts.items() if part.startswith("notices")}
    altered["translations"] = [
        {
            "language": "es",
            "part": part,
            "state": "needs_check",
            "source": source_of(members),
            "texts": members,
        }
        for part, members in whole.items()
    ]
    checks = [each for each in review(altered, grade) if each.code == "translation"]
    rest = len(texts) - len(whole)
    assert [each.message.partition(".")[0] for each in checks] == [
        f"es: {rest} of {len(texts)} parts are not translated",
        f"es: 2 of {len(texts)} parts are waiting for a clinical check",
    ]
    assert [each.where for each in checks][1] == "translations.es.notices.emergency"


def test_too_much_to_try_is_said_and_blocks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "MOST", 300)
    keys = [f"item_{place}" for place in range(12)]
    asked = [question(key, "scale", choices=choices("0", "1", "2", "3")) for key in keys]
    sums = " + ".join(f"{key} * {key}" for key in keys)

    def change(d: dict[str, Any]) -> None:
        rules(rule("far", "info", f"{sums} == 71.5"))(d)
        d["sections"][1]["questions"] = asked

    assert found(change, "not_checked", "dead_rule") == [("not_checked", "criteria.tumour.rules.0.when")]


def test_the_shipped_questionnaire_has_three_gaps_which_its_specification_leaves_open_and_nothing_that_blocks() -> (
    None
):
    checks = review(SHIPPED, grade)
    assert [
        each for each in checks if each.blocking or each.code in ("not_checked", "no_source", "reading_grade")
    ] == []
    assert [(each.where, each.message.rpartition("(")[2]) for each in checks if each.code == "gap"] == [
        ("sections.cancer.cancer_night_pain", "cancer_night_pain)."),
        ("sections.bone.osteoporosis_told", "bone_scan_disagrees)."),
        ("sections.bone.bone_scan", "bone_severe_t)."),
    ]
    assert [each.where.rpartition(".")[2] for each in checks if each.code == "unused_question"] == [
        "infection_site",
        "anything_else",
    ]


@pytest.mark.parametrize(
    ("key", "unnoticed"),
    [
        ("fever_or_chills", 'fever_or_chills != "not_sure"'),
        ("spine_metal", 'spine_metal != "not_sure"'),
        ("steroids_long_term", 'steroids_long_term != "not_sure"'),
    ],
)
def test_a_shipped_question_whose_not_sure_is_no_longer_noticed_is_found(key: str, unnoticed: str) -> None:
    def quieter(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "when": f"({row['when']}) and {unnoticed}"} if '"not_sure"' in row["when"] else row

    altered = {
        **SHIPPED,
        "criteria": [
            {**each, "rules": [quieter(row) for row in each["rules"]]} for each in SHIPPED["criteria"]
        ],
        "extras": [row for row in SHIPPED["extras"] if key not in row["when"]],
    }
    places = [each.where.rpartition(".")[2] for each in review(altered, grade) if each.code == "gap"]
    assert key in places


def test_what_is_left_when_too_much_was_tried_altogether_is_said_not_to_be_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gaps, "ALTOGETHER", 40)
    altered = document()
    codes = {each.code for each in review(altered, told)}
    assert "not_checked" in codes
    assert "dead_rule" not in codes
