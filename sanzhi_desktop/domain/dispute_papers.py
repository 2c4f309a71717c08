"""Content of the papers of a disagreement: 双方意见对照表, 集体讨论笔录, 问题处理表, 责任清单.

Plain values as they are printed, frozen before the first signature. Who may meet, vote or decide,
laying out, numbering and signing live elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person who signs a paper: the name as registered, the post as printed, the role by which
    the register must know the signer (a role code)."""

    name: str
    post: str
    role: str


@dataclass(frozen=True, slots=True)
class CitedRule:
    """A rule as a paper cites it: its own words, the document and the article they stand in."""

    text: str
    source: str  # e.g. 舒应急〔2019〕85号 二、主要任务（三）4


@dataclass(frozen=True, slots=True)
class DisputedCase:
    """The case as every paper of a disagreement heads it. `opinion_*`: the opinion objected to."""

    case_name: str
    file_number: str
    kind_name: str  # 行政处罚 …
    party: str
    unit: str  # 承办机构
    handlers: tuple[str, ...]
    review_body: str  # 法制审核机构
    reviewer: str
    facts: str
    proposed_decision: str
    opinion_number: str
    opinion_dated: date | None
    outcome_name: str  # the profile's own word: 纠正 / 存在问题 …


@dataclass(frozen=True, slots=True)
class ReviewerView:
    """What the reviewer holds on one problem (审核机构意见)."""

    finding: str
    basis: str
    evidence: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class UnitView:
    """What the undertaking unit holds against it (承办机构意见)."""

    reasons: str
    basis: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class DisputedPoint:
    """One numbered problem with both opinions side by side.

    `objection` None: the unit does not object to this problem. `reply` is the reviewer's answer to
    the objection. `agreed` None: nothing was consulted on, or nothing agreed.
    """

    number: int
    item_id: str
    item: str  # the check item in words
    article: str  # its article
    review: ReviewerView
    objection: UnitView | None = None
    reply: str = ""
    reply_name: str = ""  # 维持审核意见 / 接受异议, in words
    consultation: str = ""  # summary of what was said, with dates
    agreed: str = ""  # what both sides agreed on
    remaining: str = ""  # what remains; empty: settled


@dataclass(frozen=True, slots=True)
class DisagreementPaper:
    """双方意见对照表: kind "record". The handler certifies, then the reviewer signs."""

    case: DisputedCase
    edition: int  # of this record, from 1
    frozen_on: date
    route: tuple[CitedRule, ...]  # the steps of the profile, in order
    meeting_name: str  # as the profile names it; empty when no meeting follows
    points: tuple[DisputedPoint, ...]
    handler: Signatory
    reviewer: Signatory
    expert_advice: tuple[str, ...] = ()  # one line each: who, when, on what, in short
    number: str = ""
    mark: str = ""
    checkpoint: str = ""  # foot line: where the office's history stood


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the meeting. `acting_*`: basis and period of an acting head (代理)."""

    signatory: Signatory
    acting_basis: str = ""
    acting_from: date | None = None
    acting_to: date | None = None

    @property
    def name(self) -> str:
        """The registered name."""
        return self.signatory.name

    @property
    def post(self) -> str:
        """The post as printed."""
        return self.signatory.post


@dataclass(frozen=True, slots=True)
class Absence:
    """A member who was not there, with the reason."""

    name: str
    post: str
    reason: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who reports or listens and has no vote (列席): handlers, reviewer."""

    name: str
    post: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one member said (发表意见), as recorded; the order of a sequence is that of speaking."""

    name: str
    post: str
    text: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """The names behind one choice of a vote: 维持审核意见, 采纳承办意见, 弃权 …"""

    choice: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecidedPoint:
    """One point of a case as the meeting dealt with it."""

    number: int  # of the problem
    subject: str  # the check item or the question, in words
    review: str  # the reviewer's opinion in short
    unit: str  # the unit's opinion in short
    ballots: tuple[Ballot, ...]
    decision_name: str  # 维持审核意见 / 采纳承办意见 / 其他
    decision: str = ""  # content, required for 其他


class GateEffect(StrEnum):
    """What the meeting's decision does to the gate of one case."""

    UPHELD = "upheld"  # the review stands: treat the problems, submit again
    PENALTY = "penalty"  # 行政处罚法 art. 58: never replaces the review; a new round
    AGAIN = "again"  # other kinds, where the rules want the review to pass all the same
    CLEARS = "clears"  # other kinds, where the rules let the meeting decide


@dataclass(frozen=True, slots=True)
class MeetingCase:
    """One item of the agenda (议题) with all that was said and decided."""

    case: DisputedCase
    record: str  # the signed two-sided record it rests on: edition and date, in words
    reporters: tuple[Guest, ...]  # who reported; they have no vote
    report: str
    recused: tuple[Absence, ...]  # 回避 on this item
    statements: tuple[Statement, ...]
    points: tuple[DecidedPoint, ...]
    minority: tuple[Statement, ...]
    effect: GateEffect
    effect_source: str  # document and article the effect rests on
    expert_advice: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()  # votes and recusals put right, one sentence each


@dataclass(frozen=True, slots=True)
class MinutesPaper:
    """集体讨论笔录: kind "minutes". The recorder certifies, members sign in any order, the chair
    locks. `members` are those present besides the chair, in the order of the roster."""

    agency: str  # 行政机关
    meeting_name: str  # as the profile names it: 局长办公会 …
    meeting_rule: CitedRule
    began: datetime
    ended: datetime
    place: str
    chair: Member
    recorder: Signatory
    members: tuple[Member, ...]
    absent: tuple[Absence, ...]
    guests: tuple[Guest, ...]
    entitled: int  # members of the roster on that day, with the chair
    quorum: int  # how many must be present
    quorum_rule: str  # in words, with its source
    items: tuple[MeetingCase, ...]
    corrections: tuple[str, ...] = ()  # of the roll call, one sentence each
    dropped: tuple[str, ...] = ()  # cases taken off, one sentence each
    number: str = ""  # 文号 of its own series; printed when given
    mark: str = ""
    checkpoint: str = ""  # foot line: where the office's history stood


@dataclass(frozen=True, slots=True)
class RoundTreatment:
    """What became of a problem in one later round. `accepted` None: not judged (not submitted)."""

    round: int
    action: str  # what the unit did
    where: str = ""  # place in the file
    accepted: bool | None = None
    note: str = ""  # the reviewer's word on it


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One problem through all rounds (问题处理表), annex of the final opinion."""

    number: int
    item_id: str
    raised_in: int  # round
    finding: str
    treatments: tuple[RoundTreatment, ...] = ()
    meeting: str = ""  # the meeting's decision on it with number and date; empty: none


@dataclass(frozen=True, slots=True)
class ResponsibleAct:
    """One act of the log that grounds a responsibility."""

    at: datetime
    name: str
    act: str  # 报送送审材料 …


@dataclass(frozen=True, slots=True)
class ResponsiblePart:
    """One side's answer: who it is, for what, by which rule, shown by which acts.

    `source` empty: the rules leave it open; then `duties` is what the office set, or nothing.
    """

    title: str  # 承办机构 / 法制审核机构 / 行政机关负责人
    body: str  # the unit or office by name
    people: tuple[str, ...]  # name with post
    duties: tuple[str, ...]  # the profile's own words
    source: str
    acts: tuple[ResponsibleAct, ...]


@dataclass(frozen=True, slots=True)
class ResponsibilityPaper:
    """责任清单: kind "responsibility". The head signs."""

    office: str
    case: DisputedCase
    parts: tuple[ResponsiblePart, ...]
    punishable: tuple[str, ...]  # 可以追究责任的人员, the profile's words
    punishable_source: str
    made_on: date
    head: Signatory
    chain_head: str = ""  # hex, of the case's history when it was made
    number: str = ""
    mark: str = ""
    checkpoint: str = ""  # foot line: where the office's history stood


def record_signatories(paper: DisagreementPaper) -> tuple[tuple[str, Signatory], ...]:
    """Field and signer in signing order: the handler certifies, the reviewer locks."""
    return (("Handler", paper.handler), ("Reviewer", paper.reviewer))


def minutes_signatories(paper: MinutesPaper) -> tuple[tuple[str, Signatory], ...]:
    """Field and signer: recorder first, "Member1" … in any order, the chair last."""
    members = tuple(
        (f"Member{place}", member.signatory) for place, member in enumerate(paper.members, 1)
    )
    return (("Recorder", paper.recorder), *members, ("Chair", paper.chair.signatory))


def responsibility_signatories(paper: ResponsibilityPaper) -> tuple[tuple[str, Signatory], ...]:
    """The head alone."""
    return (("Head", paper.head),)
