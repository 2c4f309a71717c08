"""Content of the letter that transfers a suspected crime (涉嫌犯罪案件移送书).

Plain values as they are printed. Laying out, numbering and signing live elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sanzhi_desktop.domain.transfer import Attachment, TeamMember


@dataclass(frozen=True, slots=True)
class TransferPaper:
    """移送书 with its list of attachments and the receipt to be signed (arts. 6, 7)."""

    agency: str  # 行政执法机关, which transfers
    addressee: str
    case_name: str
    file_number: str
    party: str
    party_number: str
    party_address: str
    representative: str
    filing_date: date | None
    offence: str
    facts: str
    circumstances: str
    amount_fen: int
    approver: str
    approved: datetime | None  # Beijing time
    team: tuple[TeamMember, ...]
    attachments: tuple[Attachment, ...]  # in the order of the rules, the letter itself first
    supervisory: bool = False  # to the 监察机关 (art. 19)
    mark: str = ""
