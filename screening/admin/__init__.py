"""Where authors write questionnaires: a page for the whole, forms for its rows, and pages to try and compare it."""

from screening.admin import messages, questionnaire, rows

__all__ = ["messages", "questionnaire", "rows"]
