from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from screening import answering
from screening.models import AnswersInProgress, QuestionnaireEdition
from screening.models.document import shipped
from tests.screening.factories import make_edition


@pytest.fixture
def fusion(db: None) -> QuestionnaireEdition:
    """The live edition of the default questionnaire."""
    return make_edition(shipped("spinal-fusion"))


@pytest.fixture
def begun(fusion: QuestionnaireEdition, patient: Any) -> AnswersInProgress:
    """Begun with nobody on duty, so that the questions about mood are not asked."""
    return answering.start(patient=patient, edition=fusion)


@pytest.fixture
def phone(patient: Any, login: Callable[..., Client]) -> Client:
    """The patient's."""
    return login(patient)
