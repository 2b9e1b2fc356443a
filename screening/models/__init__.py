"""What editors write (authoring), what patients send (answers), what surgeons do (cases)."""

from screening.models.answers import AnswersInProgress, Entered, Finding, Submission, UrgentAnswer
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
    Translation,
    UrgentRule,
)
from screening.models.cases import Alert, AlertNote, Case, Decision, Notified
from screening.models.trying import ImpactPart, ImpactRun, Sample

__all__ = [
    "Alert",
    "AlertNote",
    "AnswersInProgress",
    "Calculation",
    "Case",
    "Choice",
    "Criterion",
    "Decision",
    "Entered",
    "Extra",
    "Finding",
    "ImpactPart",
    "ImpactRun",
    "Notice",
    "Notified",
    "Question",
    "Questionnaire",
    "QuestionnaireEdition",
    "Rule",
    "Sample",
    "Section",
    "Source",
    "Submission",
    "Threshold",
    "Translation",
    "UrgentAnswer",
    "UrgentRule",
]
