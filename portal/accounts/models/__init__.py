"""Accounts, the practice and its people on duty."""

from portal.accounts.models.care import Cover, EmergencyAccess, JoinedRecord
from portal.accounts.models.countries import Country
from portal.accounts.models.people import (
    Care,
    PatientProfile,
    Region,
    Sex,
    Units,
    User,
    UserManager,
)
from portal.accounts.models.practice import Contact, NobodyOnDuty, NoticeText, Practice

__all__ = [
    "Care",
    "Contact",
    "Country",
    "Cover",
    "EmergencyAccess",
    "JoinedRecord",
    "NobodyOnDuty",
    "NoticeText",
    "PatientProfile",
    "Practice",
    "Region",
    "Sex",
    "Units",
    "User",
    "UserManager",
]
