"""What is found in a questionnaire before somebody is asked to approve it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from editions.checks import Check
from screening.admin.pages import Pages
from screening.admin.places import link, row_at
from screening.engine.definition import problems


class Checked(Pages):
    def checks(self, request: HttpRequest, draft: Any) -> list[Check]:
        return [
            *super().checks(request, draft),
            *(
                Check(
                    code="problem",
                    message=said(draft, problem.where, problem.message),
                    blocking=True,
                    url=link(draft, problem.where),
                    where=problem.where,
                    title=_("It does not fit together"),
                )
                for problem in problems(draft.content())
            ),
        ]


def said(draft: Any, where: str, message: str) -> str:
    """What was found, and in which row, by the name that authors know."""
    row = row_at(draft, where)
    return f"{row}: {message}" if row is not None else message
