"""Reads meetings, their agendas and what was said and decided, and the cases that wait for one.

Lives here: queries and the building of values out of their rows. Must not: writing anything.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import (
    AgendaItem,
    Attendance,
    Choice,
    ItemRecusal,
    ItemState,
    Meeting,
    MeetingFault,
    MeetingMember,
    MeetingRow,
    MeetingState,
    MyPart,
    RecusalCorrection,
    Report,
    RollCorrection,
    Speech,
    Vote,
    VoteCorrection,
    WaitingCase,
)
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.case_tables import case_
from sanzhi_desktop.persistence.dispute_reader import ruled
from sanzhi_desktop.persistence.dispute_tables import escalation, escalation_point
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.meeting_tables import (
    agenda_item,
    dispute_result,
    item_recusal,
    meeting_member,
    minutes,
    recusal_correction,
    roll_correction,
    ruling,
    speech,
    vote,
    vote_correction,
)
from sanzhi_desktop.persistence.meeting_tables import meeting as meeting_
from sanzhi_desktop.persistence.tables import person

Rows = Sequence[sa.RowMapping]
_PARTS: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "recusal": (item_recusal, ("person_id",)),
    "speech": (speech, ("seq",)),
    "vote": (vote, ("number", "cast_at", "person_id")),
    "ruling": (ruling, ("number",)),
    "correction": (vote_correction, ("place",)),
    "outside": (recusal_correction, ("version", "person_id")),
}


def meetings(db: sa.Connection, office_id: int, me: str) -> tuple[MeetingRow, ...]:
    """Every meeting: first those that wait for me, then the latest day first."""
    k = meeting_.c
    cases = (
        sa.select(sa.func.count())
        .select_from(agenda_item)
        .where(agenda_item.c.office_id == k.office_id, agenda_item.c.meeting_id == k.meeting_id)
        .scalar_subquery()
    )
    part = _my_part(me).label("my_part")
    query = sa.select(
        k.meeting_id, k.version, k.state, k.name, k.held_on, k.begins, k.place,
        cases.label("cases"), part,
    ).where(k.office_id == office_id)  # fmt: skip
    ordered = query.order_by(k.held_on.desc(), k.meeting_id.desc())
    found = [
        MeetingRow(
            **{**row, "state": MeetingState(row["state"]), "my_part": MyPart(row["my_part"])}
        )
        for row in db.execute(ordered).mappings()
    ]
    return tuple(sorted(found, key=lambda row: row.my_part is MyPart.NONE))


def _my_part(me: str) -> sa.ColumnElement[str]:
    """Making the minutes is the recorder's, signing them each present member's, the chair last."""
    k, member = meeting_.c, meeting_member.c

    def unsigned(*held: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            member.office_id == k.office_id,
            member.meeting_id == k.meeting_id,
            member.attendance == Attendance.PRESENT.value,
            member.signed_at.is_(None),
            *held,
        )

    certify = (k.state == MeetingState.CLOSED.value) & (k.recorder == me)
    sign = (
        (k.state == MeetingState.SIGNING.value)
        & unsigned(member.person_id == me)
        & ((k.chair != me) | ~unsigned(member.person_id != me))
    )
    return sa.case(
        (certify, sa.literal(MyPart.CERTIFY.value)),
        (sign, sa.literal(MyPart.SIGN.value)),
        else_=sa.literal(MyPart.NONE.value),
    )


def meeting(db: sa.Connection, office_id: int, meeting_id: str) -> Meeting:
    """One meeting whole. Raises DomainError(MeetingFault.UNKNOWN)."""

    def of(table: sa.Table, *order: str) -> Rows:
        query = sa.select(table).where(
            table.c.office_id == office_id, table.c.meeting_id == meeting_id
        )
        return list(db.execute(query.order_by(*order)).mappings())

    found = of(meeting_)
    if not found:
        raise DomainError(MeetingFault.UNKNOWN)
    row = found[0]
    parts = {name: of(table, *order) for name, (table, order) in _PARTS.items()}
    return Meeting(
        meeting_id=meeting_id,
        version=row["version"],
        state=MeetingState(row["state"]),
        name=row["name"],
        place=row["place"],
        held_on=row["held_on"],
        begins=row["begins"],
        chair=row["chair"],
        recorder=row["recorder"],
        members=_members(db, office_id, meeting_id),
        items=tuple(_item(db, office_id, i, parts) for i in of(agenda_item, "place")),
        quorum=row["quorum"],
        quorum_rule=row["quorum_rule"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        minutes_sha256=row["minutes_sha256"],
        cancelled_because=row["cancelled_because"],
        corrections=tuple(_roll(r) for r in of(roll_correction, "version", "person_id")),
    )


def last_posts(db: sa.Connection, office_id: int) -> Mapping[str, str]:
    """The post each member sat for in his latest meeting that was not called off."""
    k, member = meeting_.c, meeting_member.c
    query = (
        sa.select(member.person_id, member.post)
        .join(meeting_, (k.office_id == member.office_id) & (k.meeting_id == member.meeting_id))
        .where(member.office_id == office_id, k.state != MeetingState.CANCELLED.value)
        .order_by(k.held_on, k.meeting_id)
    )
    return {row.person_id: row.post for row in db.execute(query)}


def _members(db: sa.Connection, office_id: int, meeting_id: str) -> tuple[MeetingMember, ...]:
    k = meeting_member.c
    query = (
        sa.select(meeting_member, person.c.name)
        .join(person, (person.c.office_id == k.office_id) & (person.c.person_id == k.person_id))
        .where(k.office_id == office_id, k.meeting_id == meeting_id)
        .order_by(k.place)
    )
    return tuple(
        MeetingMember(
            person_id=row["person_id"],
            name=row["name"],
            post=row["post"],
            basis=row["basis"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            attendance=Attendance(row["attendance"]),
            absence_reason=row["absence_reason"],
            signed_at=row["signed_at"],
        )
        for row in db.execute(query).mappings()
    )


def _roll(row: sa.RowMapping) -> RollCorrection:
    return RollCorrection(
        person_id=row["person_id"],
        was=Attendance(row["was"]),
        was_because=row["was_because"],
        attendance=Attendance(row["attendance"]),
        absence_reason=row["absence_reason"],
        reason=row["reason"],
        made_by=row["made_by"],
        at=row["made_at"],
    )


def _corrected(row: sa.RowMapping) -> VoteCorrection:
    return VoteCorrection(
        number=row["number"],
        person_id=row["person_id"],
        was=Choice(row["was"]),
        choice=Choice(row["choice"]),
        reason=row["reason"],
        made_by=row["made_by"],
        at=row["made_at"],
    )


def _item(
    db: sa.Connection, office_id: int, row: sa.RowMapping, parts: Mapping[str, Rows]
) -> AgendaItem:
    case_id = row["case_id"]
    mine = {name: [r for r in rows if r["case_id"] == case_id] for name, rows in parts.items()}
    case = db.execute(
        sa.select(case_.c.name, case_.c.handler_codes).where(
            case_.c.office_id == office_id, case_.c.case_id == case_id
        )
    ).one_or_none()
    corrections = tuple(_corrected(r) for r in mine["correction"])
    counts = {(c.number, c.person_id): c.choice for c in corrections}
    return AgendaItem(
        case_id=case_id,
        case_name=case.name if case else "",
        round=row["round"],
        place=row["place"],
        points=_points(db, office_id, case_id, row["round"], row["escalation"]),
        handlers=tuple(c for c in case.handler_codes.split(",") if c) if case else (),
        state=ItemState(row["state"]),
        recusals=tuple(ItemRecusal(r["person_id"], r["reason"]) for r in mine["recusal"]),
        reports=tuple(
            Report(s["seq"], s["person_id"], s["text"], s["said_at"])
            for s in mine["speech"]
            if s["kind"] == "report"
        ),
        speeches=tuple(
            Speech(s["seq"], s["person_id"], s["text"], s["said_at"])
            for s in mine["speech"]
            if s["kind"] == "opinion"
        ),
        votes=tuple(
            Vote(
                v["number"],
                v["person_id"],
                counts.get((v["number"], v["person_id"]), Choice(v["choice"])),
                v["cast_at"],
            )
            for v in mine["vote"]
        ),
        rulings=tuple(ruled(r) for r in mine["ruling"]),
        dropped_because=row["dropped_because"],
        closed_at=row["closed_at"],
        corrections=corrections,
        recusal_corrections=tuple(
            RecusalCorrection(r["person_id"], r["recusal"], r["reason"], r["made_by"], r["made_at"])
            for r in mine["outside"]
        ),
    )


def _points(
    db: sa.Connection, office_id: int, case_id: str, round_: int, place: int
) -> tuple[int, ...]:
    k = escalation_point.c
    query = (
        sa.select(k.number)
        .where(k.office_id == office_id, k.case_id == case_id, k.round == round_, k.place == place)
        .order_by(k.number)
    )
    return tuple(db.execute(query).scalars())


def waiting(db: sa.Connection, office_id: int) -> tuple[WaitingCase, ...]:
    """Escalated cases without a result, in the order of escalation."""
    e, k = escalation.c, case_.c
    decided = sa.exists().where(
        dispute_result.c.office_id == e.office_id,
        dispute_result.c.case_id == e.case_id,
        dispute_result.c.round == e.round,
    )
    agenda = (
        sa.select(sa.func.max(agenda_item.c.meeting_id))
        .join(
            meeting_,
            (meeting_.c.office_id == agenda_item.c.office_id)
            & (meeting_.c.meeting_id == agenda_item.c.meeting_id),
        )
        .where(
            agenda_item.c.office_id == e.office_id,
            agenda_item.c.case_id == e.case_id,
            agenda_item.c.round == e.round,
            agenda_item.c.state != ItemState.DROPPED.value,
            meeting_.c.state != MeetingState.CANCELLED.value,
        )
        .scalar_subquery()
    )
    query = (
        sa.select(
            e.case_id, k.name, k.party_name, k.unit, e.round, e.place, e.escalated_at,
            agenda.label("meeting_id"),
        )
        .join(case_, (k.office_id == e.office_id) & (k.case_id == e.case_id))
        .where(
            e.office_id == office_id,
            e.withdrawn_at.is_(None),
            k.state == State.RESPONDING.value,
            k.round == e.round,
            ~decided,
        )
        .order_by(e.escalated_at, e.case_id)
    )  # fmt: skip
    return tuple(
        WaitingCase(
            case_id=row.case_id,
            case_name=row.name,
            party_name=row.party_name,
            unit=row.unit,
            round=row.round,
            points=_points(db, office_id, row.case_id, row.round, row.place),
            escalated_at=row.escalated_at,
            meeting_id=row.meeting_id or "",
        )
        for row in db.execute(query).all()
    )


def document(db: sa.Connection, office_id: int, sha256: str) -> bytes:
    """Minutes by their hash. Raises DomainError when there are none."""
    query = sa.select(minutes.c.content).where(
        minutes.c.office_id == office_id, minutes.c.sha256 == sha256
    )
    content = db.execute(query).scalar_one_or_none()
    if content is None:
        raise DomainError(PersistenceFault.NO_SUCH_ROW)
    return bytes(content)
