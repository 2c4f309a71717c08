"""A disagreement between the undertaking unit and the reviewers, and how it is settled.

Lives here: the frozen values of consultation, expert advice, objection, two-sided record,
escalation and the meeting's result, and the codes of refusals. Must not: rules
(`domain.dispute_rules`), the meeting itself (`domain.meeting`), reading, writing or printing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sanzhi_desktop.domain.errors import Code


class DisputeFault(Code):
    """Why a step of a disagreement is refused."""

    POINTS_MISSING = "dispute.points_missing"
    POINT_UNKNOWN = "dispute.point_unknown"
    TEXT_MISSING = "dispute.text_missing"
    CONSULTATION_UNKNOWN = "dispute.consultation_unknown"
    CONSULTATION_CLOSED = "dispute.consultation_closed"
    CONSULTATION_OPEN = "dispute.consultation_open"
    NOT_PROPOSED = "dispute.not_proposed"
    OWN_PROPOSAL = "dispute.own_proposal"
    NOTE_MISSING = "dispute.note_missing"
    CONSULT_FIRST = "dispute.consult_first"
    NOTHING_OPEN = "dispute.nothing_open"
    REASONS_MISSING = "dispute.reasons_missing"
    BASIS_MISSING = "dispute.basis_missing"
    ALREADY_OBJECTED = "dispute.already_objected"
    NO_OBJECTION = "dispute.no_objection"
    OBJECTION_LATE = "dispute.objection_late"
    REPLY_MISSING = "dispute.reply_missing"
    ALREADY_REPLIED = "dispute.already_replied"
    NOT_REPLIED = "dispute.not_replied"
    NO_RECORD = "dispute.no_record"
    RECORD_NOT_SIGNED = "dispute.record_not_signed"
    RECORD_OUTDATED = "dispute.record_outdated"
    RECORD_CHANGED = "dispute.record_changed"
    RECORD_SIGNED = "dispute.record_signed"
    RECORD_NOT_CERTIFIED = "dispute.record_not_certified"
    ALREADY_ESCALATED = "dispute.already_escalated"
    NOT_ESCALATED = "dispute.not_escalated"
    PENDING = "dispute.pending"
    ON_AGENDA = "dispute.on_agenda"
    NOT_DECIDED = "dispute.not_decided"
    ALREADY_RECORDED = "dispute.already_recorded"
    DOES_NOT_CLEAR = "dispute.does_not_clear"
    CLEARS = "dispute.clears"
    CHANGED_SINCE = "dispute.changed_since"
    MEETING_AFTER_DECISION = "dispute.meeting_after_decision"
    EARLIER_UNMARKED = "dispute.earlier_unmarked"
    SAME_REVIEWER = "dispute.same_reviewer"
    RECHECK_NOT_PROVIDED = "dispute.recheck_not_provided"


class ExpertFault(Code):
    """Why an expert cannot be registered or asked, or advice not taken."""

    UNKNOWN = "expert.unknown"
    OUT_OF_TERM = "expert.out_of_term"
    CONFLICT = "expert.conflict"
    NAME_MISSING = "expert.name_missing"
    TERM_ORDER = "expert.term_order"
    QUESTION_MISSING = "expert.question_missing"
    ANSWER_MISSING = "expert.answer_missing"
    NOT_OPEN = "expert.not_open"
    STILL_OPEN = "expert.still_open"
    MATERIAL_UNKNOWN = "expert.material_unknown"


class Side(StrEnum):
    """The two sides of a disagreement."""

    UNIT = "unit"  # 承办机构
    REVIEW = "review"  # 法制审核机构


class Agreement(StrEnum):
    """What a consultation gave on one point."""

    UNIT_ACTS = "unit_acts"  # 达成一致：承办机构按审核意见处理
    REVIEW_YIELDS = "review_yields"  # 达成一致：审核机构接受承办机构意见
    OPEN = "open"  # 未达成一致


class Stance(StrEnum):
    """The reviewer's answer to an objection on one point."""

    MAINTAINED = "maintained"  # 维持审核意见
    ACCEPTED = "accepted"  # 接受异议


class Ruling(StrEnum):
    """What the meeting decides on one point."""

    UPHOLD = "uphold"  # 维持审核意见
    ADOPT = "adopt"  # 采纳承办意见
    OTHER = "other"  # 其他


class ExpertKind(StrEnum):
    """Whose advice may be asked (专家咨询、论证)."""

    ADVISER = "adviser"  # 法律顾问
    PUBLIC_LAWYER = "public_lawyer"  # 公职律师
    COMMITTEE = "committee"  # 专家委员会委员


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody added, addressed by the SHA-256 of its bytes."""

    sha256: str
    name: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One contribution to a consultation, tied to the problem it speaks to; never changed."""

    entry_id: str
    number: int
    side: Side
    author: str
    at: datetime
    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsultedPoint:
    """One problem of a consultation and what came out of it; None while nobody proposed."""

    number: int
    agreement: Agreement | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Consultation:
    """协商沟通 on one or more numbered problems."""

    consultation_id: str
    round: int
    opened_by: str
    opened_side: Side
    opened_at: datetime
    points: tuple[ConsultedPoint, ...]
    entries: tuple[Entry, ...] = ()
    proposed_by: str = ""
    proposed_side: Side | None = None
    proposed_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may still speak."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Expert:
    """One entry of the register of experts. `conflicts`: parties he may not be asked about."""

    expert_id: str
    name: str
    kind: ExpertKind
    speciality: str = ""
    unit: str = ""
    person_id: str = ""  # his code, where he is one of the office's own people (公职律师)
    valid_from: date | None = None
    valid_to: date | None = None
    conflicts: tuple[str, ...] = ()
    active: bool = True

    def serves_on(self, day: date) -> bool:
        """Whether the term (聘期) covers a day; open ends are unlimited."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.active and begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ReleasedMaterial:
    """A material of the case that the expert was given."""

    material_id: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ExpertRequest:
    """专家咨询: a question to one expert and his advice, which is never an opinion."""

    request_id: str
    round: int
    expert_id: str
    expert_name: str
    expert_kind: ExpertKind
    question: str
    asked_by: str
    asked_at: datetime
    materials: tuple[ReleasedMaterial, ...] = ()
    answer: str = ""
    answered_at: datetime | None = None
    recorded_by: str = ""
    files: tuple[Attachment, ...] = ()
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the advice is still awaited."""
        return self.answered_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class ObjectionPoint:
    """The unit's objection to one problem, and the reviewer's answer."""

    number: int
    reasons: str
    basis: str = ""
    evidence: str = ""
    stance: Stance | None = None
    reply: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """异议: one per round, in writing, problem by problem."""

    round: int
    raised_by: str
    raised_at: datetime
    points: tuple[ObjectionPoint, ...]
    late_reason: str = ""
    replied_by: str = ""
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LateLeave:
    """Leave to object after the last day, given by the review body with its reason."""

    round: int
    given_by: str
    given_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RecordEdition:
    """双方意见对照表: content frozen as canonical JSON, then signed by both sides."""

    round: int
    edition: int
    content: str
    content_sha256: str
    prepared_sha256: str
    frozen_by: str
    frozen_at: datetime
    certified_sha256: str = ""
    certified_by: str = ""
    certified_at: datetime | None = None
    signed_sha256: str = ""
    signed_by: str = ""
    signed_at: datetime | None = None

    @property
    def latest_sha256(self) -> str:
        """The paper as it stands: with as many signatures as it has."""
        return self.signed_sha256 or self.certified_sha256 or self.prepared_sha256

    @property
    def complete(self) -> bool:
        """Whether both sides have signed."""
        return self.signed_at is not None


@dataclass(frozen=True, slots=True)
class Escalation:
    """提请集体讨论: the points that go to the meeting, resting on a signed record."""

    round: int
    edition: int
    points: tuple[int, ...]
    escalated_by: str
    escalated_at: datetime
    reason: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuledPoint:
    """The meeting's decision on one point. `permits`: it lets the proposed decision stand."""

    number: int
    ruling: Ruling
    content: str = ""
    permits: bool = False
    against_votes: str = ""  # why it departs from the votes, when it does


@dataclass(frozen=True, slots=True)
class DisputeResult:
    """The meeting's result as it came back to the case."""

    round: int
    meeting_id: str
    meeting_name: str
    held_on: date
    points: tuple[RuledPoint, ...]
    permits: bool
    recorded_by: str
    recorded_at: datetime
    minutes_sha256: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """Everything of a case's disagreements, all rounds, oldest first."""

    consultations: tuple[Consultation, ...] = ()
    requests: tuple[ExpertRequest, ...] = ()
    objections: tuple[Objection, ...] = ()
    late_leaves: tuple[LateLeave, ...] = ()
    records: tuple[RecordEdition, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    results: tuple[DisputeResult, ...] = ()

    def objection(self, round_: int) -> Objection | None:
        """The objection of a round."""
        return next((o for o in self.objections if o.round == round_), None)

    def record(self, round_: int) -> RecordEdition | None:
        """The newest edition of a round's two-sided record."""
        return next((r for r in reversed(self.records) if r.round == round_), None)

    def escalation(self, round_: int) -> Escalation | None:
        """The standing escalation of a round."""
        found = (e for e in self.escalations if e.round == round_ and e.withdrawn_at is None)
        return next(found, None)

    def result(self, round_: int) -> DisputeResult | None:
        """The meeting's result on a round."""
        return next((r for r in self.results if r.round == round_), None)

    def pending(self, round_: int) -> bool:
        """Whether a meeting is to decide on the round and has not."""
        return self.escalation(round_) is not None and self.result(round_) is None

    def agreed(self, round_: int) -> dict[int, ConsultedPoint]:
        """What closed consultations of a round gave, the latest word on each point."""
        closed = [c for c in self.consultations if c.round == round_ and not c.is_open]
        return {
            p.number: p
            for c in sorted(closed, key=lambda c: (c.closed_at is None, c.closed_at))
            for p in c.points
        }
