"""Every table. Class names end in Row; rows never leave `storage`."""

from storage.tables.box import BallotRow, DialogueRow, InboxRow, OutboxRow, TimerRow
from storage.tables.people import (
    AccountRow,
    AssignmentRow,
    CodeRow,
    LinkRow,
    MemberRow,
    OrganisationRow,
    PartnershipRow,
    PersonRow,
    PlaceRow,
    RoleRow,
    SettingRow,
)
from storage.tables.reviews import (
    OpenMessageRow,
    ReceiptRow,
    ResultRow,
    ReviewRow,
    RosterRow,
    RoundRow,
)

__all__ = [
    "AccountRow",
    "AssignmentRow",
    "BallotRow",
    "CodeRow",
    "DialogueRow",
    "InboxRow",
    "LinkRow",
    "MemberRow",
    "OpenMessageRow",
    "OrganisationRow",
    "OutboxRow",
    "PartnershipRow",
    "PersonRow",
    "PlaceRow",
    "ReceiptRow",
    "ResultRow",
    "ReviewRow",
    "RoleRow",
    "RosterRow",
    "RoundRow",
    "SettingRow",
    "TimerRow",
]
