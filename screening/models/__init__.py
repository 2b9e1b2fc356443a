"""What editors write (authoring), what patients send (answers), what surgeons do (cases)."""

from screening.models.answers import AnswersInProgress, Finding, Submission, UrgentAnswer
from screening.models.authoring import (
    Calculation,
    Choice,
    Criterion,
    Extra,
    Notice,
    Question,
    Questionnaire,
    QuestionnaireEdition,
    Rule,
    Section,
    Source,
    Threshold,
    UrgentRule,
)
from screening.models.cases import Alert, Case, Decision

__all__ = [
    "Alert",
    "AnswersInProgress",
    "Calculation",
    "Case",
    "Choice",
    "Criterion",
    "Decision",
    "Extra",
    "Finding",
    "Notice",
    "Question",
    "Questionnaire",
    "QuestionnaireEdition",
    "Rule",
    "Section",
    "Source",
    "Submission",
    "Threshold",
    "UrgentAnswer",
    "UrgentRule",
]
