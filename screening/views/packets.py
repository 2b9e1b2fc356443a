"""Reads what a script sends, strictly: anything but one plain JSON object is refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from screening.answering import Seen


class Refused(Exception):
    """What was sent cannot be read. Its text is for people, `status` for the answer."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def read(request: HttpRequest) -> dict[str, Any]:
    """The object that was sent. Raises Refused."""
    if request.content_type != "application/json":
        raise Refused(_("Send the answers as JSON."), 415)
    try:
        packet = json.loads(
            request.body.decode("utf-8"),
            object_pairs_hook=_once,
            parse_float=Decimal,
            parse_constant=_no_constant,
        )
    except RequestDataTooBig:
        raise Refused(_("This is too long to be saved."), 413) from None
    except UnicodeDecodeError:
        raise Refused(_("What was sent is not UTF-8 text.")) from None
    except RecursionError:
        raise Refused(_("What was sent is nested too deeply.")) from None
    except ValueError:
        raise Refused(_("What was sent is not JSON.")) from None
    if not isinstance(packet, dict):
        raise Refused(_("Send one JSON object with the answers."))
    return packet


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Refused(_("What was sent names the same thing twice."))
    return members


def _no_constant(name: str) -> NoReturn:
    raise Refused(_("What was sent holds a number that is none."))


def answers_in(packet: dict[str, Any], known: Collection[str]) -> tuple[dict[str, Any], dict[str, Seen]]:
    """The answers by question key, and what the sender knew of each: its revision, 0 where it is not told.

    Shape: {"answers": {key: value}, "revisions": {key: number}}. Raises Refused.
    """
    answers, revisions = packet.get("answers"), packet.get("revisions", {})
    if not isinstance(answers, dict) or not isinstance(revisions, dict):
        raise Refused(_("Send the answers by question, and their revisions."))
    if not answers.keys() <= set(known):
        raise Refused(_("There is no such question on this page."), 422)
    if not all(type(number) is int for number in revisions.values()):
        raise Refused(_("A revision is a whole number."))
    return answers, {key: Seen(revisions.get(key, 0)) for key in answers}
