"""What editors write (authoring), what patients send (answers), what surgeons do (cases)."""

from screening.models.alerts import Alert, AlertNote, Notified
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
from screening.models.cases import Case, Decision
from screening.models.desk import Export, SavedView
from screening.models.following import BackupTold, CallNote, Reminder, ToCall
from screening.models.investigations import Investigation, InvestigationField
from screening.models.marks import InvestigationResult, Mark, Reassessment
from screening.models.messages import Invitation, Message, MessageTemplate, Reply
from screening.models.trying import ImpactPart, ImpactRun, Sample

__all__ = [
    "Alert",
    "AlertNote",
    "AnswersInProgress",
    "BackupTold",
    "Calculation",
    "CallNote",
    "Case",
    "Choice",
    "Criterion",
    "Decision",
    "Entered",
    "Export",
    "Extra",
    "Finding",
    "ImpactPart",
    "ImpactRun",
    "Investigation",
    "InvestigationField",
    "InvestigationResult",
    "Invitation",
    "Mark",
    "Message",
    "MessageTemplate",
    "Notice",
    "Notified",
    "Question",
    "Questionnaire",
    "QuestionnaireEdition",
    "Reassessment",
    "Reminder",
    "Reply",
    "Rule",
    "Sample",
    "SavedView",
    "Section",
    "Source",
    "Submission",
    "Threshold",
    "ToCall",
    "Translation",
    "UrgentAnswer",
    "UrgentRule",
]
