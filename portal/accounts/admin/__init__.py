"""The administration of people and of the practice."""

from portal.accounts.admin import people, practice, whose

__all__ = ["people", "practice", "whose"]
