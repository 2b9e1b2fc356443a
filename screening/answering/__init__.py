"""What patients do: start, save, move to a newer edition, ask for a call, send. Each is one transaction."""

from screening.answering.held import AmendedBefore, Changed, Incomplete, TooYoung, check_age, is_stale
from screening.answering.moving import Late, Moved, look_ahead, move, save_late
from screening.answering.saving import Saved, Seen, save
from screening.answering.sending import RECEIVED, ask_for_call, digest_of, notice_at_sending, submit
from screening.answering.starting import start, stop_amending

__all__ = [
    "RECEIVED",
    "AmendedBefore",
    "Changed",
    "Incomplete",
    "Late",
    "Moved",
    "Saved",
    "Seen",
    "TooYoung",
    "ask_for_call",
    "check_age",
    "digest_of",
    "is_stale",
    "look_ahead",
    "move",
    "notice_at_sending",
    "save",
    "save_late",
    "start",
    "stop_amending",
    "submit",
]
