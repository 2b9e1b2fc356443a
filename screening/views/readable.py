"""Answers as a patient reads them."""

from screening.readable import answered, in_words

__all__ = ["answered", "in_words"]
