"""The rules of a collective discussion: quorum, who may speak and vote, what closes a case.

Lives here: pure rules over `domain.meeting`. Must not: values, reading, writing or printing. The
database asks the same again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sanzhi_desktop.domain.dispute import RuledPoint, Ruling
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import (
    AgendaItem,
    Attendance,
    Choice,
    ItemState,
    Meeting,
    MeetingFault,
    MeetingMember,
    Speech,
    Vote,
)
from sanzhi_desktop.domain.people import Person, Role

MAJORITY = "majority"  # 过半数
TWO_THIRDS = "two_thirds"  # 三分之二以上
ALL = "all"  # 全体
QUORUM_WORDS: Mapping[str, str] = {
    MAJORITY: "成员过半数出席方可开会",
    TWO_THIRDS: "成员三分之二以上出席方可开会",
    ALL: "全体成员出席方可开会",
}


def quorum(members: int, rule: str = MAJORITY) -> int:
    """How many of so many members must be present: more than half unless the office asks more."""
    if rule == ALL:
        return members
    if rule == TWO_THIRDS:
        return -(-2 * members // 3)
    return members // 2 + 1


def check_members(people: Sequence[tuple[Person, str]], *, chair: str, day: date) -> None:
    """The roster of a meeting on its day: heads of the agency (行政机关负责人, 行政处罚法 art.
    57), each once, each with his post; acting heads within their period.

    Raises DomainError with the first fault.
    """
    seen: set[str] = set()
    for person, post in people:
        if person.person_id in seen:
            raise DomainError(MeetingFault.MEMBER_TWICE, name=person.name)
        seen.add(person.person_id)
        if not post.strip():
            raise DomainError(MeetingFault.FIELD_MISSING, field="meeting.post")
        if not person.has(Role.AGENCY_HEAD, day):
            raise DomainError(MeetingFault.NOT_HEAD, name=person.name, date=day.isoformat())
    if len(seen) < 2:
        raise DomainError(MeetingFault.MEMBERS_TOO_FEW, count=len(seen))
    if chair not in seen:
        raise DomainError(MeetingFault.CHAIR_NOT_MEMBER)


def outside(item: AgendaItem) -> frozenset[str]:
    """Members without voice and vote on one case: recused, or handling it."""
    return frozenset({r.person_id for r in item.recusals} | set(item.handlers))


def eligible(meeting: Meeting, item: AgendaItem) -> tuple[MeetingMember, ...]:
    """Who speaks and votes on a case: present, not recused, not handling it."""
    out = outside(item)
    return tuple(m for m in meeting.present if m.person_id not in out)


def check_open(meeting: Meeting) -> None:
    """The roll call: everybody named, absent ones with a reason, the chair there, a quorum.

    Raises DomainError with the first fault.
    """
    for member in meeting.members:
        if member.attendance is Attendance.EXPECTED:
            raise DomainError(MeetingFault.ATTENDANCE_MISSING, name=member.name)
        if member.attendance is Attendance.ABSENT and not member.absence_reason.strip():
            raise DomainError(MeetingFault.ABSENCE_REASON, name=member.name)
    chair = meeting.member(meeting.chair)
    if chair is None or not chair.present:
        raise DomainError(MeetingFault.CHAIR_ABSENT)
    needed = max(meeting.quorum, quorum(len(meeting.members)))
    if len(meeting.present) < needed:
        raise DomainError(
            MeetingFault.NO_QUORUM,
            present=len(meeting.present),
            members=len(meeting.members),
            needed=needed,
        )
    for item in meeting.items:
        if meeting.chair in outside(item):
            raise DomainError(MeetingFault.CHAIR_RECUSED, case=item.case_name)


def check_member(meeting: Meeting, item: AgendaItem, person_id: str) -> MeetingMember:
    """Who may speak or vote on a case. Raises DomainError with why this person may not."""
    member = meeting.member(person_id)
    if person_id in item.handlers:
        raise DomainError(MeetingFault.HANDLER, name=member.name if member else person_id)
    if member is None or not member.present:
        raise DomainError(MeetingFault.NOT_PRESENT, name=member.name if member else person_id)
    if person_id in {r.person_id for r in item.recusals}:
        raise DomainError(MeetingFault.RECUSED, name=member.name)
    return member


def next_speakers(meeting: Meeting, item: AgendaItem) -> tuple[MeetingMember, ...]:
    """Who may still speak on a case now: everybody once, the chair when all others have."""
    spoken = {s.person_id for s in item.speeches}
    if meeting.chair in spoken:
        return ()
    left = [m for m in eligible(meeting, item) if m.person_id not in spoken]
    others = tuple(m for m in left if m.person_id != meeting.chair)
    return others or tuple(left)


def check_speech(meeting: Meeting, item: AgendaItem, person_id: str) -> None:
    """Each member once, the chair last (主要负责人末位发言). Raises DomainError."""
    member = check_member(meeting, item, person_id)
    if not item.reports:
        raise DomainError(MeetingFault.REPORT_MISSING)
    if person_id in {s.person_id for s in item.speeches}:
        raise DomainError(MeetingFault.SPOKEN, name=member.name)
    allowed = {m.person_id for m in next_speakers(meeting, item)}
    if person_id not in allowed:
        left = [m.name for m in next_speakers(meeting, item)]
        raise DomainError(MeetingFault.CHAIR_LAST, names="、".join(left))


def missing_votes(meeting: Meeting, item: AgendaItem) -> tuple[tuple[int, str], ...]:
    """(point, name) of every vote still to be cast."""
    cast = {(v.number, v.person_id) for v in item.votes}
    return tuple(
        (number, m.name)
        for number in item.points
        for m in eligible(meeting, item)
        if (number, m.person_id) not in cast
    )


def check_vote_correction(
    item: AgendaItem, votes: Iterable[tuple[int, str, Choice]], reason: str
) -> None:
    """Before the case is decided, with the reason, votes that were cast, each to another choice.

    Raises DomainError with the first fault.
    """
    if item.state is not ItemState.WAITING:
        raise DomainError(MeetingFault.VOTE_DECIDED)
    if not reason.strip():
        raise DomainError(MeetingFault.CORRECTION_REASON)
    cast: Mapping[tuple[int, str], Vote] = {(v.number, v.person_id): v for v in item.votes}
    changed = 0
    for number, person_id, choice in votes:
        vote = cast.get((number, person_id))
        if vote is None:
            raise DomainError(MeetingFault.NOT_VOTED, name=person_id, number=number)
        changed += vote.choice is not choice
    if not changed:
        raise DomainError(MeetingFault.NOTHING_CORRECTED)


def check_roll_correction(meeting: Meeting) -> None:
    """What must still hold of a meeting after its roll call or a recusal was put right: the chair
    there, the quorum kept, nobody outside who spoke or voted, nobody inside whom the chair's last
    word left out.

    Raises DomainError with the first fault.
    """
    chair = meeting.member(meeting.chair)
    if chair is None or not chair.present:
        raise DomainError(MeetingFault.CHAIR_ABSENT)
    needed = max(meeting.quorum, quorum(len(meeting.members)))
    if len(meeting.present) < needed:
        raise DomainError(
            MeetingFault.QUORUM_LOST,
            present=len(meeting.present),
            members=len(meeting.members),
            needed=needed,
        )
    for item in meeting.items:
        if meeting.chair in outside(item):
            raise DomainError(MeetingFault.CHAIR_RECUSED, case=item.case_name)
        if item.state is ItemState.DROPPED:
            continue
        voices = {m.person_id for m in eligible(meeting, item)}
        spoken = {s.person_id for s in item.speeches}
        active = spoken | {v.person_id for v in item.votes}
        for member in meeting.members:
            facts = {"name": member.name, "case": item.case_name}
            if member.person_id in active - voices:
                raise DomainError(MeetingFault.TOOK_PART, **facts)
            if meeting.chair in spoken and member.person_id in voices - spoken:
                raise DomainError(MeetingFault.MISSED_OUT, **facts)


def tally(item: AgendaItem, number: int) -> Counter[Choice]:
    """The votes on one point."""
    return Counter(v.choice for v in item.votes if v.number == number)


def carried(item: AgendaItem, number: int, ruling: Ruling) -> bool:
    """Whether more than half of the votes cast on a point (abstentions count as cast) are for a
    ruling."""
    votes = tally(item, number)
    return 2 * votes[Choice(ruling.value)] > votes.total()


def minority(item: AgendaItem) -> tuple[Speech, ...]:
    """What those said who voted otherwise than decided on any point; kept word for word."""
    ruled = {r.number: r.ruling.value for r in item.rulings}
    others = {
        v.person_id for v in item.votes if v.number in ruled and v.choice.value != ruled[v.number]
    }
    return tuple(s for s in item.speeches if s.person_id in others)


def check_rulings(meeting: Meeting, item: AgendaItem, rulings: Iterable[RuledPoint]) -> None:
    """What closes a case: all spoke, all voted, every point decided, 其他 with its content, a
    ruling without the majority with the reason of the head who decides.

    Raises DomainError with the first fault.
    """
    left = next_speakers(meeting, item)
    if left:
        raise DomainError(MeetingFault.NOT_ALL_SPOKEN, names="、".join(m.name for m in left))
    missing = missing_votes(meeting, item)
    if missing:
        number, name = missing[0]
        raise DomainError(MeetingFault.VOTES_MISSING, number=number, name=name)
    given = {r.number: r for r in rulings}
    for number in item.points:
        if number not in given:
            raise DomainError(MeetingFault.RULING_MISSING, number=number)
        ruled = given.pop(number)
        if ruled.ruling is Ruling.OTHER and not ruled.content.strip():
            raise DomainError(MeetingFault.CONTENT_MISSING, number=number)
        if not carried(item, number, ruled.ruling) and not ruled.against_votes.strip():
            raise DomainError(MeetingFault.AGAINST_VOTES, number=number)
    if given:
        raise DomainError(MeetingFault.POINT_UNKNOWN, number=min(given))


def waiting_signers(meeting: Meeting) -> tuple[str, ...]:
    """Who still has to sign the minutes, in an order that is allowed: the chair last."""
    left = [m for m in meeting.present if m.signed_at is None]
    return tuple(m.person_id for m in sorted(left, key=lambda m: m.person_id == meeting.chair))
