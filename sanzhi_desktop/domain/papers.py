"""Content of the papers beside the opinion: 送审表, 补正通知书, 退回函, 期限推算表.

Plain values as they are printed. Laying out, numbering and signing live elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.clock import DeadlineStrip


class MaterialState(StrEnum):
    """Whether a listed material was handed in (送审材料的有、无、不适用)."""

    GIVEN = "given"
    MISSING = "missing"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class ListedMaterial:
    """One line of the list of materials on the submission form."""

    name: str
    state: MaterialState = MaterialState.GIVEN
    pages: int | None = None
    original: bool = True  # 原件, otherwise 复印件
    note: str = ""  # why it is waived, what is wrong with it


@dataclass(frozen=True, slots=True)
class SubmissionPaper:
    """重大执法决定法制审核送审表, signed by the head of the undertaking unit."""

    office: str  # 法制审核机构, to which it is submitted
    submission: Submission
    round: int
    round_reason: str  # 首次 / 再次 / 听证后 …
    criteria: tuple[str, ...] = ()  # 重大情形, in words
    materials: tuple[ListedMaterial, ...] = ()
    number: str = ""  # 送审编号
    submitted: date | None = None
    unit_head: str = ""
    unit_opinion: str = ""
    confirmed: date | None = None  # the day the head of the unit confirmed
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionItem:
    """A material that is missing or not as it must be."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionPaper:
    """补正通知书: what is missing, until when, and what that does to the review period."""

    office: str
    addressee: str
    case_name: str
    submitted: date
    items: tuple[CorrectionItem, ...]
    due: date | None = None  # None: the office's rules set no period
    clock_note: str = ""  # what the office's rules say of the clock; empty: the usual sentence
    number: str = ""  # 文号; empty leaves the place for the field
    dated: date | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ExaminedLine:
    """One criterion of the scope as it was examined: its source, what was found."""

    name: str
    source: str
    finding: str
    met: bool = False


@dataclass(frozen=True, slots=True)
class ReturnPaper:
    """不属于法制审核范围告知书 (退回函), or 不需要法制审核确认书: each criterion examined, the reason,
    who decided and when. `claimed`: by the form as filled in, a criterion is met."""

    office: str
    addressee: str
    case_name: str
    submitted: date
    reason: str
    basis: tuple[str, ...] = ()
    number: str = ""
    dated: date | None = None
    mark: str = ""
    letter: str = "return"  # return | not_needed
    claimed: bool = False
    examined: tuple[ExaminedLine, ...] = ()
    rules: str = ""  # name and edition of the rules that were applied
    decided_by: str = ""
    decided_at: datetime | None = None
    confirmed_by: str = "password"  # password | sample (an office without passwords)


@dataclass(frozen=True, slots=True)
class StripPaper:
    """期限推算表: one deadline of a case with every day that counts or does not, and why."""

    office: str
    case_name: str
    file_number: str
    title: str  # which deadline: 审核期限, 办理期限 …
    state: str  # where it stands, in words
    strip: DeadlineStrip
    notes: tuple[str, ...] = ()  # warnings, as sentences
    dated: date | None = None
    mark: str = ""
    checkpoint: str = ""  # foot line: where the office's history stood


@dataclass(frozen=True, slots=True)
class NumbersPaper:
    """文号登记簿: the register of numbers as shown; each row in the words of its columns."""

    office: str
    scope: str  # which series, year and status, in words
    rows: tuple[tuple[str, ...], ...]  # label, paper, status, case, taken, note
    dated: date | None = None
    mark: str = ""
    checkpoint: str = ""  # foot line: where the office's history stood
