"""The case and its parts: what was submitted, what happened in each round, what was decided.

Frozen values only. Deadlines are computed (`domain.deadline`) from the events kept here; the
gate is decided by the database and explained by `domain.gate`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.office_life import Opening, Reminder, SecondOpinion
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, ProblemMark
from sanzhi_desktop.domain.transfer import Transfer
from sanzhi_desktop.domain.workflow import State


class CaseFault(Code):
    """Why a submission, a decision or an answer cannot be taken."""

    STALE = "case.stale"
    NOT_FOUND = "case.not_found"
    FIELD_MISSING = "case.field_missing"
    DATE_ORDER = "case.date_order"
    NOT_DECLARED = "case.not_declared"
    UNCONFIRMED = "case.unconfirmed"
    MATERIALS_MISSING = "case.materials_missing"
    GATE_SHUT = "case.gate_shut"
    DIFFERS_FROM_CLEARED = "case.differs_from_cleared"
    ANSWERS_INCOMPLETE = "case.answers_incomplete"
    ANSWERS_UNEXPLAINED = "case.answers_unexplained"
    OUTCOME_UNKNOWN = "case.outcome_unknown"
    PROBLEMS_NONE = "case.problems_none"
    OUTCOME_RULED_OUT = "case.outcome_ruled_out"
    PROBLEM_INCOMPLETE = "case.problem_incomplete"
    REASONS_MISSING = "case.reasons_missing"
    SAME_PERSON_REASON = "case.same_person_reason"
    SAME_PERSON_OTHER = "case.same_person_other"
    OVERRIDE_BY_TWO = "case.override_by_two"
    RESPONSE_MISSING = "case.response_missing"
    NUMBER_NOT_RESERVED = "case.number_not_reserved"
    NOT_VERIFIED = "case.not_verified"
    SIGNED_OTHER = "case.signed_other"
    PARTY_NUMBER_WRONG = "case.party_number_wrong"
    AMOUNT_WRONG = "case.amount_wrong"
    IN_FUTURE = "case.in_future"
    ADOPTION_REASON = "case.adoption_reason"
    READ_ONLY_HISTORY = "case.read_only_history"


class PartyType(StrEnum):
    """Type of the party (当事人类型)."""

    PERSON = "person"  # 公民（自然人）
    SOLE_TRADER = "sole_trader"  # 个体工商户
    ORGANISATION = "organisation"  # 法人、非法人组织


class RoundReason(StrEnum):
    """Why a round of review takes place (送审轮次原因)."""

    FIRST = "first"  # 首次
    AGAIN = "again"  # 处理后再次送审
    AFTER_HEARING = "after_hearing"  # 听证后
    MATERIALS_CHANGED = "materials_changed"  # 材料或者拟作决定变化
    REVIEW_OF_REVIEW = "review_of_review"  # 复审
    SECOND_TIER = "second_tier"  # 本级政府决定的第二层审核
    AFTER_MEETING = "after_meeting"  # 集体讨论后再次送审


class Adoption(StrEnum):
    """What became of a problem in the decision actually made (采纳情况)."""

    FULL = "full"  # 采纳
    PARTLY = "partly"  # 部分采纳
    NOT = "not"  # 未采纳


@dataclass(frozen=True, slots=True)
class Party:
    """当事人. `number` is a USCC for organisations and traders, a resident ID for persons."""

    type: PartyType = PartyType.ORGANISATION
    name: str = ""
    number: str = ""
    number_override: str = ""  # why a number with a wrong check digit is taken as it is
    legal_representative: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """One 承办人 as named on the submission."""

    person_id: str
    name: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a prefilled value was read and whether a person confirmed it."""

    where: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """送审表: what the undertaking unit asks to be reviewed. Money in fen, dates as written."""

    kind: Kind = Kind.PENALTY
    procedure: Procedure = Procedure.ORDINARY
    catalogue_item: str = ""
    name: str = ""  # 案由/事项名称
    file_number: str = ""  # 案号（立案号或者拟作决定文号）
    agency: str = ""  # 作出决定的机关
    decider: str = "department"  # department | government | authorised
    unit: str = ""  # 承办机构
    party: Party = Party()
    filing_date: date | None = None
    inspection_date: date | None = None
    notice_number: str = ""
    notice_date: date | None = None
    hearing_date: date | None = None
    period_ends_on: date | None = None  # 办理期限届满日
    sector: str = ""  # whose rule sets the period: a key ending of clock.<kind>.decision
    facts: str = ""
    violated_provisions: tuple[str, ...] = ()
    penalty_basis: tuple[str, ...] = ()
    proposed_decision: str = ""
    penalty_kinds: tuple[str, ...] = ()
    amount_fen: int = 0
    discretion_basis: str = ""
    discretion_tier: str = ""
    defence: str = ""  # 陈述申辩情况及复核意见
    hearing: str = ""  # 听证情况
    coercion: str = ""  # 强制措施情况
    criteria: tuple[str, ...] = ()  # 重大情形
    handlers: tuple[Handler, ...] = ()
    provenance: dict[str, Provenance] = field(default_factory=dict)

    def unconfirmed(self) -> tuple[str, ...]:
        """Names of prefilled fields that no person has confirmed yet."""
        return tuple(sorted(k for k, p in self.provenance.items() if not p.confirmed))

    def confirmed(self, *names: str) -> "Submission":
        """The same submission with some prefilled fields confirmed."""
        return replace(
            self,
            provenance={
                k: Provenance(p.where, confirmed=p.confirmed or k in names)
                for k, p in self.provenance.items()
            },
        )


REQUIRED_FIELDS: tuple[str, ...] = (
    "name",
    "agency",
    "unit",
    "party.name",
    "facts",
    "proposed_decision",
)


def check_submission(submission: Submission) -> None:
    """What must be true before the unit's head may confirm (确认送审).

    Raises DomainError naming the first field that is missing or not confirmed. Dates out of
    order are marked on the screen and fail their checklist item; real files do carry them.
    """
    for name in REQUIRED_FIELDS:
        value: Any = submission
        for part in name.split("."):
            value = getattr(value, part)
        if not str(value).strip():
            raise DomainError(CaseFault.FIELD_MISSING, field=name)
    if submission.unconfirmed():
        raise DomainError(CaseFault.UNCONFIRMED, fields=submission.unconfirmed())


def check_dates(submission: Submission) -> None:
    """Filing ≤ notice ≤ hearing (行政处罚法 arts. 44, 54, 64). Raises DomainError on disorder."""
    chain = [
        ("filing_date", submission.filing_date),
        ("notice_date", submission.notice_date),
        ("hearing_date", submission.hearing_date),
    ]
    known = [(name, day) for name, day in chain if day is not None]
    for (first, earlier), (second, later) in pairwise(known):
        if later < earlier:
            raise DomainError(
                CaseFault.DATE_ORDER,
                first=first,
                second=second,
                earlier=earlier.isoformat(),
                later=later.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Material:
    """One submitted material (送审材料), addressed by the SHA-256 of its bytes."""

    material_id: str
    code: str  # key of the profile's material list; empty for an extra one
    name: str
    pages: int | None = None
    original: bool = True  # 原件, otherwise 复印件
    sha256: str = ""
    size: int = 0
    file_name: str = ""
    waived: str = ""  # 不适用的理由, when the list asks for it and this case has none


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One saved answer of the checklist in one round."""

    item_id: str
    answer: Answer
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem with everything that happened to it through the rounds."""

    number: int
    round: int
    item_id: str
    dimension: Dimension
    finding: str
    basis: str
    evidence: str
    suggestion: str
    response: str = ""
    responded_by: str = ""
    adoption: Adoption | None = None
    adoption_reason: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of review with its own opinion and number."""

    round: int
    reason: RoundReason
    submitted_by: str = ""
    submitted_at: datetime | None = None
    declared: bool = False
    reviewer: str = ""
    outcome: Outcome | None = None
    opinion: dict[str, Any] = field(default_factory=dict)
    certified_sha256: str = ""
    certified_at: datetime | None = None
    signer: str = ""
    same_person_reason: str = ""
    number: str = ""
    dated: date | None = None
    issued_sha256: str = ""
    issued_at: datetime | None = None
    submission: Submission | None = None  # as it stood when the round was submitted
    sent_back: str = ""  # the head's reasons when the opinion came back to the reviewer


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One event of the review clock; dates are Asia/Shanghai days of the server's instants."""

    round: int
    seq: int
    event: str  # start_receipt | start_acceptance | suspend | resume | extend | stop
    at: datetime
    cause: str = ""
    number: int = 0
    unit: str = ""
    approver: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Clearance:
    """What opens the gate: an open clearance for exactly this kind, party and amount."""

    clearance_id: str
    round: int
    origin: str  # opinion | collective_decision
    open: bool
    kind: Kind
    party_name: str
    party_number: str
    amount_fen: int
    materials_digest: str
    closed_because: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision actually made, fed back by the undertaking unit."""

    number: str
    decided_on: date
    content: str
    registered_by: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case as read from the database; `version` is what the next command must name."""

    case_id: str
    office_id: int
    version: int
    state: State
    round: int
    submission: Submission
    registered_by: str
    reviewer: str
    received_at: datetime | None
    accepted_at: datetime | None
    profile_id: str
    profile_edition: str
    edited_round: int = 0  # the round after whose opinion the submission was last edited
    marks: tuple[ProblemMark, ...] = ()  # what later rounds found of earlier problems
    for_unit: tuple[int, ...] = ()  # rounds in which a meeting decided for the undertaking unit
    materials: tuple[Material, ...] = ()
    rounds: tuple[Round, ...] = ()
    answers: tuple[AnswerRow, ...] = ()  # of the current round
    problems: tuple[ProblemRow, ...] = ()
    clock: tuple[ClockEvent, ...] = ()
    clearance: Clearance | None = None
    decision: Decision | None = None
    sent_from: State | None = None  # where a step back (撤回) leads to
    openings: tuple[Opening, ...] = ()  # since it was last sent on
    reminders: tuple[Reminder, ...] = ()
    second_opinions: tuple[SecondOpinion, ...] = ()
    transfers: tuple[Transfer, ...] = ()  # of a suspected crime, oldest first

    @property
    def current(self) -> Round | None:
        """The running round; None before the first submission."""
        return next((r for r in self.rounds if r.round == self.round), None)
