"""确认: a step signed by a logged confirmation, the password asked for again.

Lives here: what the history keeps of it. Must not: asking for the password (the desk does, against
the log-in of the database), or signatures with a key (`application.signing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop.domain.errors import Code, DomainError


class ConfirmationFault(Code):
    """Why a step is not taken as confirmed by the person himself."""

    MISSING = "confirmation.missing"
    REFUSED = "confirmation.refused"


BY_PASSWORD = "password"
BY_SAMPLE = "sample"  # a sample office, where people are chosen by a click


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who confirmed, and how. The databases refuse `sample` outside a sample office."""

    person_id: str
    by: str = BY_PASSWORD

    def as_payload(self, actor: str) -> Mapping[str, Any]:
        """Raises DomainError(REFUSED) when somebody else confirmed than acts."""
        if self.person_id != actor or self.by not in (BY_PASSWORD, BY_SAMPLE):
            raise DomainError(ConfirmationFault.REFUSED)
        return {"by": self.by}
