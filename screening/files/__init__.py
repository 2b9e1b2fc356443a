"""A questionnaire as one readable file, and back into a draft. See docs/decisions/questionnaire-files.md."""

from screening.files.drafts import Imported, becomes, bring_in, destination, unproven
from screening.files.layout import written
from screening.files.reading import LARGEST, Fault, Refused, document_of

__all__ = [
    "LARGEST",
    "Fault",
    "Imported",
    "Refused",
    "becomes",
    "bring_in",
    "destination",
    "document_of",
    "unproven",
    "written",
]
