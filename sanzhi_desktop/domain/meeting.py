"""A collective discussion (集体讨论) as values: roster, agenda, speeches, votes, rulings.

Lives here: frozen values and the codes of refusals. Must not: the rules of who may speak and vote
(`domain.meeting_rules`), what a case's dispute is made of (`domain.dispute`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sanzhi_desktop.domain.dispute import RuledPoint
from sanzhi_desktop.domain.errors import Code, DomainError


class MeetingFault(Code):
    """Why a step of a meeting is refused."""

    UNKNOWN = "meeting.unknown"
    STALE = "meeting.stale"
    WRONG_STATE = "meeting.wrong_state"
    FIELD_MISSING = "meeting.field_missing"
    MEMBER_TWICE = "meeting.member_twice"
    MEMBERS_TOO_FEW = "meeting.members_too_few"
    NOT_HEAD = "meeting.not_head"
    CHAIR_NOT_MEMBER = "meeting.chair_not_member"
    RECORDER_UNFIT = "meeting.recorder_unfit"
    CASE_NOT_ESCALATED = "meeting.case_not_escalated"
    CASE_TWICE = "meeting.case_twice"
    AGENDA_EMPTY = "meeting.agenda_empty"
    ON_OTHER_AGENDA = "meeting.on_other_agenda"
    BEFORE_ESCALATION = "meeting.before_escalation"
    IN_FUTURE = "meeting.in_future"
    ATTENDANCE_MISSING = "meeting.attendance_missing"
    ABSENCE_REASON = "meeting.absence_reason"
    CHAIR_ABSENT = "meeting.chair_absent"
    NO_QUORUM = "meeting.no_quorum"
    RECUSAL_REASON = "meeting.recusal_reason"
    CHAIR_RECUSED = "meeting.chair_recused"
    ITEM_UNKNOWN = "meeting.item_unknown"
    ITEM_CLOSED = "meeting.item_closed"
    REPORTER_UNFIT = "meeting.reporter_unfit"
    REPORT_MISSING = "meeting.report_missing"
    NOT_PRESENT = "meeting.not_present"
    RECUSED = "meeting.recused"
    HANDLER = "meeting.handler"
    SPOKEN = "meeting.spoken"
    CHAIR_LAST = "meeting.chair_last"
    CHAIR_SPOKE = "meeting.chair_spoke"
    NOT_ALL_SPOKEN = "meeting.not_all_spoken"
    TEXT_MISSING = "meeting.text_missing"
    POINT_UNKNOWN = "meeting.point_unknown"
    VOTED = "meeting.voted"
    NOT_VOTED = "meeting.not_voted"
    VOTE_DECIDED = "meeting.vote_decided"
    CORRECTION_REASON = "meeting.correction_reason"
    NOTHING_CORRECTED = "meeting.nothing_corrected"
    NOT_MEMBER = "meeting.not_member"
    TOOK_PART = "meeting.took_part"
    MISSED_OUT = "meeting.missed_out"
    QUORUM_LOST = "meeting.quorum_lost"
    VOTES_MISSING = "meeting.votes_missing"
    RULING_MISSING = "meeting.ruling_missing"
    CONTENT_MISSING = "meeting.content_missing"
    AGAINST_VOTES = "meeting.against_votes"
    ITEMS_OPEN = "meeting.items_open"
    NOT_RECORDER = "meeting.not_recorder"
    NOT_SIGNER = "meeting.not_signer"
    ACTING_ENDED = "meeting.acting_ended"
    SIGNED_ALREADY = "meeting.signed_already"
    SIGNED_MEANWHILE = "meeting.signed_meanwhile"
    CHAIR_SIGNS_LAST = "meeting.chair_signs_last"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"  # 待召开
    OPEN = "open"  # 进行中
    CLOSED = "closed"  # 已散会，待制作笔录
    SIGNING = "signing"  # 笔录签名中
    SIGNED = "signed"  # 笔录已全部签名
    CANCELLED = "cancelled"  # 取消


class Attendance(StrEnum):
    """Whether a member was there."""

    EXPECTED = "expected"  # 未点名
    PRESENT = "present"  # 出席
    ABSENT = "absent"  # 缺席


class ItemState(StrEnum):
    """Where one case of the agenda stands."""

    WAITING = "waiting"  # 待讨论 or in discussion
    CLOSED = "closed"  # 已作出决定
    DROPPED = "dropped"  # 未讨论，退出议程


class MyPart(StrEnum):
    """What a meeting waits for from the person who looks at the list."""

    NONE = "none"
    CERTIFY = "certify"  # 待您制作笔录
    SIGN = "sign"  # 待您签名


class Choice(StrEnum):
    """A member's vote on one point."""

    UPHOLD = "uphold"  # 维持审核意见
    ADOPT = "adopt"  # 采纳承办意见
    OTHER = "other"  # 其他
    ABSTAIN = "abstain"  # 弃权


@dataclass(frozen=True, slots=True)
class MeetingMember:
    """One member with the post he sat for, as on the meeting's day. `acting`: basis and period of
    a head who acts (代理); empty basis: he holds the post himself."""

    person_id: str
    name: str
    post: str
    basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    attendance: Attendance = Attendance.EXPECTED
    absence_reason: str = ""
    signed_at: datetime | None = None

    @property
    def present(self) -> bool:
        """Whether he was there."""
        return self.attendance is Attendance.PRESENT


@dataclass(frozen=True, slots=True)
class ItemRecusal:
    """A member who stays out of one case (回避)."""

    person_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What a member said on a case, in the order spoken."""

    seq: int
    person_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A report on the case by somebody who has no vote in it: a handler or the reviewer."""

    seq: int
    person_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's vote on one point."""

    number: int
    person_id: str
    choice: Choice
    at: datetime


@dataclass(frozen=True, slots=True)
class VoteCorrection:
    """A vote that was recorded wrongly (更正表决): what stood first stays beside what counts."""

    number: int
    person_id: str
    was: Choice
    choice: Choice
    reason: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecusalCorrection:
    """A recusal entered or lifted after the roll call; `recusal` empty: he takes part."""

    person_id: str
    recusal: str
    reason: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RollCorrection:
    """An attendance that was called wrongly (更正点名)."""

    person_id: str
    was: Attendance
    was_because: str
    attendance: Attendance
    absence_reason: str
    reason: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One escalated case on the agenda with all that was said and decided.

    `handlers`: the case's handlers, who may report but not vote. `votes` are those that count;
    what was recorded first stands in `corrections`, in the order made.
    """

    case_id: str
    case_name: str
    round: int
    place: int
    points: tuple[int, ...]
    handlers: tuple[str, ...] = ()
    state: ItemState = ItemState.WAITING
    recusals: tuple[ItemRecusal, ...] = ()
    reports: tuple[Report, ...] = ()
    speeches: tuple[Speech, ...] = ()
    votes: tuple[Vote, ...] = ()
    rulings: tuple[RuledPoint, ...] = ()
    dropped_because: str = ""
    closed_at: datetime | None = None
    corrections: tuple[VoteCorrection, ...] = ()
    recusal_corrections: tuple[RecusalCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting; `version` is what the next command must name."""

    meeting_id: str
    version: int
    state: MeetingState
    name: str
    place: str
    held_on: date
    begins: str  # planned time of day, e.g. 09:30
    chair: str
    recorder: str
    members: tuple[MeetingMember, ...]
    items: tuple[AgendaItem, ...] = ()
    quorum: int = 0  # how many had to be present; 0 before the meeting was opened
    quorum_rule: str = ""  # in words, with its source
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    minutes_sha256: str = ""  # the latest, with as many signatures as there are
    cancelled_because: str = ""
    corrections: tuple[RollCorrection, ...] = ()

    def member(self, person_id: str) -> MeetingMember | None:
        """A member by his code."""
        return next((m for m in self.members if m.person_id == person_id), None)

    def item(self, case_id: str) -> AgendaItem:
        """One case of the agenda. Raises DomainError(ITEM_UNKNOWN)."""
        for item in self.items:
            if item.case_id == case_id:
                return item
        raise DomainError(MeetingFault.ITEM_UNKNOWN)

    @property
    def present(self) -> tuple[MeetingMember, ...]:
        """The members who were there, in the order of the roster."""
        return tuple(m for m in self.members if m.present)


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One line of the list of meetings."""

    meeting_id: str
    version: int
    state: MeetingState
    name: str
    held_on: date
    begins: str
    place: str
    cases: int
    my_part: MyPart = MyPart.NONE  # of the person who asks


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """An escalated case that waits for a meeting; `meeting_id` names the agenda it stands on."""

    case_id: str
    case_name: str
    party_name: str
    unit: str
    round: int
    points: tuple[int, ...]
    escalated_at: datetime
    meeting_id: str = ""
