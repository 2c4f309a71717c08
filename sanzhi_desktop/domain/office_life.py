"""What people do around a case without moving it: look at it, remind (催办), ask one more
opinion (加签).

None of it is ever a signature, and none moves the case: the workflow table keeps its state.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sanzhi_desktop.domain.errors import Code


class OfficeLifeFault(Code):
    """Why a step back, a reminder or a further opinion is refused."""

    OPENED = "office_life.opened"
    NOT_SENT_FROM = "office_life.not_sent_from"
    NOT_ASKED = "office_life.not_asked"
    ASKED_HANDLER = "office_life.asked_handler"
    ASKED_SELF = "office_life.asked_self"
    ALREADY_ASKED = "office_life.already_asked"
    UNTIL_PAST = "office_life.until_past"
    TEXT_MISSING = "office_life.text_missing"
    PERSON_MISSING = "office_life.person_missing"


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody of the receiving side opened the case (查收) when it stood at a version."""

    version: int
    person_id: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """催办: who reminded whom, of what, until when."""

    reminder_id: str
    sender: str
    addressee: str
    text: str
    until: date | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """加签: one more opinion asked of a colleague. It advises; it is no review and no signature."""

    request_id: str
    asked_by: str
    asked_of: str
    question: str
    until: date | None
    asked_at: datetime
    opinion: str = ""
    given_at: datetime | None = None

    def open_for(self, person_id: str) -> bool:
        """Whether this person still owes the answer."""
        return self.asked_of == person_id and self.given_at is None
