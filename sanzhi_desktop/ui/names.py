"""Codes as an officer says them: one look-up in the sentence table, made when it is shown."""

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.resources.sentences import sentence

# The People's Republic has one time zone and no summer time; no zone database is needed.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_AREAS = {
    "State": "state",
    "Action": "action",
    "OfficeAction": "action",
    "Role": "role",
    "Outcome": "outcome",
    "Answer": "answer",
    "Dimension": "dimension",
    "Weight": "weight",
    "PartyType": "party_type",
    "RoundReason": "round_reason",
    "Adoption": "adoption",
    "TransferStage": "transfer_stage",
    "TransferChoice": "transfer_choice",
    "TransferDestination": "transfer_destination",
    "NumberStatus": "number_status",
    "NumberKind": "number_kind",
    "Side": "side",
    "Agreement": "agreement",
    "Stance": "stance",
    "Ruling": "ruling",
    "ExpertKind": "expert_kind",
    "Choice": "choice",
    "MeetingState": "meeting_state",
    "Attendance": "attendance",
    "ItemState": "item_state",
    "LinkState": "link_state",
    "Encryption": "encryption",
    "Wanted": "wanted",
}


def name(code: StrEnum) -> str:
    """The Chinese name of a state, an action, a role, an outcome, an answer …"""
    if isinstance(code, Kind | Procedure):
        return code.chinese
    return sentence(f"{_AREAS[type(code).__name__]}.{code.value}")


def named(area: str, code: str) -> str:
    """The Chinese name of a code that is plain text, e.g. `named("paper", "opinion")`."""
    return sentence(f"{area}.{code}")


def day(value: date | None) -> str:
    """2026-09-18, or nothing."""
    return value.isoformat() if value else ""


def moment(value: datetime | None) -> str:
    """2026-09-18 14:30 in Beijing time, or nothing."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def yuan(fen: int) -> str:
    """¥1,234.50 from fen."""
    return f"¥{fen / 100:,.2f}"
