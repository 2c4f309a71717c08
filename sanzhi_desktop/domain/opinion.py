"""The review opinion (法制审核意见): outcomes, problems and the content of the printed paper.

The wording of each outcome is data (`resources/templates/`); nothing here renders or signs.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sanzhi_desktop.domain.dispute_papers import MatrixRow


class Outcome(StrEnum):
    """Conclusion of one round. Which of them an office may use is a rule of its profile."""

    AGREE = "AGREE"  # 同意 / 审核通过
    CORRECT = "CORRECT"  # 纠正
    PROBLEM = "PROBLEM"  # 存在问题
    SUPPLEMENT = "SUPPLEMENT"  # 建议补充调查
    CHANGE = "CHANGE"  # 变更
    NO_PENALTY = "NO_PENALTY"  # 建议不予行政处罚
    DROP = "DROP"  # 建议撤销案件
    TRANSFER_ADMIN = "TRANSFER_ADMIN"  # 移送有管辖权的机关
    TRANSFER_CRIME = "TRANSFER_CRIME"  # 涉嫌犯罪移送
    NOT_PASS = "NOT_PASS"  # 不予通过
    OTHER = "OTHER"  # 其他意见和建议

    @property
    def passes(self) -> bool:
        """Only 同意 opens the gate (行政处罚法 art. 58: 未经审核或者审核未通过的，不得作出决定)."""
        return self is Outcome.AGREE


class Answer(StrEnum):
    """Answer to one checklist item."""

    CONFORMS = "CONFORMS"  # 符合
    MINOR = "MINOR"  # 基本符合（有瑕疵）
    FAILS = "FAILS"  # 不符合
    NOT_APPLICABLE = "NOT_APPLICABLE"  # 不适用


class Dimension(StrEnum):
    """Heads of the checklist, in the order in which they are reviewed and printed."""

    SUBJECT = "SUBJECT"  # 主体
    POWERS = "POWERS"  # 权限
    PROCEDURE = "PROCEDURE"  # 程序
    EVIDENCE = "EVIDENCE"  # 事实证据
    LAW = "LAW"  # 法律适用
    DISCRETION = "DISCRETION"  # 裁量
    DOCUMENTS = "DOCUMENTS"  # 文书与权利
    TRANSFER = "TRANSFER"  # 移送


class Weight(StrEnum):
    """What a failed item does: a veto rules out 同意."""

    VETO = "VETO"  # ◎
    SERIOUS = "SERIOUS"  # ●
    FORMAL = "FORMAL"  # ○


@dataclass(frozen=True, slots=True)
class Problem:
    """A numbered problem (问题). Numbers run on through the rounds and are never reused."""

    number: int
    item_id: str
    dimension: Dimension
    finding: str
    basis: str
    evidence: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One answered item as it is printed in the annex (审核表)."""

    item_id: str
    dimension: Dimension
    text: str
    basis: str
    weight: Weight
    answer: Answer
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class DimensionReview:
    """What the review found on one dimension (审核情况), one paragraph."""

    dimension: Dimension
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One submitted material with its page count and SHA-256 (hex; empty when not a file)."""

    name: str
    pages: int | None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class EarlierProblem:
    """A problem of an earlier round with the undertaking unit's answer (处理情况)."""

    round: int
    number: int
    finding: str
    answer: str
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class ProblemMark:
    """Whether the review of a later round found an earlier problem solved (已解决/未解决)."""

    round: int  # the later round
    number: int
    solved: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class OpinionPaper:
    """Everything the opinion (法制审核意见书) says, except number and date.

    Number (文号) and date (成文日期) are form fields: empty when the reviewer certifies, filled
    before the head signs, so that no number is lost over a cancelled PIN (ARCHITECTURE, signing).
    """

    office: str  # 法制审核机构
    addressee: str  # 主送承办机构
    title: str  # e.g. 关于×××案的法制审核意见书
    case_name: str
    kind_name: str  # 行政处罚 …
    party: str
    party_number: str
    facts: str
    proposed_decision: str
    round: int
    round_reason: str  # 首次 / 再次 / 听证后 …
    received: date
    accepted: date | None
    materials: tuple[MaterialLine, ...]
    dimensions: tuple[DimensionReview, ...]
    outcome: Outcome
    outcome_name: str  # the profile's own word: 同意 / 纠正 / 存在问题 …
    opening: str
    reasons: str
    problems: tuple[Problem, ...]
    closing: str
    reminders: tuple[str, ...]  # article-58 reminder, collective discussion, publicity period
    deadline_basis: str  # 审核期限 and its working, one paragraph
    reviewer: str
    head: str
    seal_name: str  # 落款单位, equal to the seal
    checklist: tuple[ChecklistLine, ...]
    earlier: tuple[EarlierProblem, ...] = ()
    same_person_reason: str = ""  # why reviewer and signer are one person; printed, never faked
    transfer_to: str = ""  # 拟移送机关
    mark: str = ""  # 样例 / 演示, printed on every page; empty for a real office
    audit_root: str = ""  # checkpoint of the office's history, hex
    matrix: tuple[MatrixRow, ...] = ()  # every problem through all rounds (问题处理表)
