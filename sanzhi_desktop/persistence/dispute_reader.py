"""Reads a disagreement and the register of experts.

Lives here: queries and the building of values out of their rows. Must not: writing anything.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from sanzhi_desktop.domain.dispute import (
    Agreement,
    Attachment,
    Consultation,
    ConsultedPoint,
    Dispute,
    DisputeResult,
    Entry,
    Escalation,
    Expert,
    ExpertKind,
    ExpertRequest,
    LateLeave,
    Objection,
    ObjectionPoint,
    RecordEdition,
    ReleasedMaterial,
    RuledPoint,
    Ruling,
    Side,
    Stance,
)
from sanzhi_desktop.persistence import dispute_tables as d
from sanzhi_desktop.persistence import meeting_tables as m

Rows = Sequence[sa.RowMapping]

_OF_CASE: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "consultation": (d.consultation, ("opened_at", "consultation_id")),
    "consultation_point": (d.consultation_point, ("number",)),
    "consultation_entry": (d.consultation_entry, ("said_at", "entry_id")),
    "dispute_file": (d.dispute_file, ("place",)),
    "expert_request": (d.expert_request, ("asked_at", "request_id")),
    "expert_material": (d.expert_material, ("name", "material_id")),
    "late_leave": (d.late_leave, ("round",)),
    "objection": (d.objection, ("round",)),
    "objection_point": (d.objection_point, ("number",)),
    "record_edition": (d.record_edition, ("round", "edition")),
    "escalation": (d.escalation, ("round", "place")),
    "escalation_point": (d.escalation_point, ("number",)),
    "dispute_result": (m.dispute_result, ("round",)),
    "ruling": (m.ruling, ("number",)),
}


def dispute(db: sa.Connection, office_id: int, case_id: str) -> Dispute:
    """Everything of a case's disagreements."""
    rows: dict[str, Rows] = {}
    for name, (table, order) in _OF_CASE.items():
        query = sa.select(table).where(table.c.office_id == office_id, table.c.case_id == case_id)
        rows[name] = list(db.execute(query.order_by(*order)).mappings())
    files: dict[str, list[Attachment]] = {}
    for row in rows["dispute_file"]:
        files.setdefault(row["owner_id"], []).append(
            Attachment(row["sha256"], row["name"], row["size"])
        )
    owned = {owner: tuple(found) for owner, found in files.items()}
    held = {row["meeting_id"] for row in rows["dispute_result"]}
    names: dict[str, str] = {}
    if held:
        query = sa.select(m.meeting.c.meeting_id, m.meeting.c.name).where(
            m.meeting.c.office_id == office_id, m.meeting.c.meeting_id.in_(sorted(held))
        )
        names = {row.meeting_id: row.name for row in db.execute(query)}
    return Dispute(
        consultations=tuple(_consultation(r, rows, owned) for r in rows["consultation"]),
        requests=tuple(_request(r, rows, owned) for r in rows["expert_request"]),
        objections=tuple(_objection(r, rows, owned) for r in rows["objection"]),
        late_leaves=tuple(
            LateLeave(r["round"], r["given_by"], r["given_at"], r["reason"])
            for r in rows["late_leave"]
        ),
        records=tuple(_record(r) for r in rows["record_edition"]),
        escalations=tuple(_escalation(r, rows) for r in rows["escalation"]),
        results=tuple(_result(r, rows, names) for r in rows["dispute_result"]),
    )


Files = Mapping[str, tuple[Attachment, ...]]


def _consultation(row: sa.RowMapping, rows: Mapping[str, Rows], files: Files) -> Consultation:
    key = row["consultation_id"]
    return Consultation(
        consultation_id=key,
        round=row["round"],
        opened_by=row["opened_by"],
        opened_side=Side(row["opened_side"]),
        opened_at=row["opened_at"],
        points=tuple(
            ConsultedPoint(
                p["number"], Agreement(p["agreement"]) if p["agreement"] else None, p["note"]
            )
            for p in rows["consultation_point"]
            if p["consultation_id"] == key
        ),
        entries=tuple(
            Entry(
                e["entry_id"],
                e["number"],
                Side(e["side"]),
                e["author"],
                e["said_at"],
                e["text"],
                files.get(e["entry_id"], ()),
            )
            for e in rows["consultation_entry"]
            if e["consultation_id"] == key
        ),
        proposed_by=row["proposed_by"],
        proposed_side=Side(row["proposed_side"]) if row["proposed_side"] else None,
        proposed_at=row["proposed_at"],
        closed_by=row["closed_by"],
        closed_at=row["closed_at"],
    )


def _request(row: sa.RowMapping, rows: Mapping[str, Rows], files: Files) -> ExpertRequest:
    key = row["request_id"]
    return ExpertRequest(
        request_id=key,
        round=row["round"],
        expert_id=row["expert_id"],
        expert_name=row["expert_name"],
        expert_kind=ExpertKind(row["expert_kind"]),
        question=row["question"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        materials=tuple(
            ReleasedMaterial(x["material_id"], x["name"], x["sha256"])
            for x in rows["expert_material"]
            if x["request_id"] == key
        ),
        answer=row["answer"],
        answered_at=row["answered_at"],
        recorded_by=row["recorded_by"],
        files=files.get(key, ()),
        withdrawn_at=row["withdrawn_at"],
        withdrawn_because=row["withdrawn_because"],
    )


def _objection(row: sa.RowMapping, rows: Mapping[str, Rows], files: Files) -> Objection:
    round_ = row["round"]
    late = next((x["reason"] for x in rows["late_leave"] if x["round"] == round_), "")
    return Objection(
        round=round_,
        raised_by=row["raised_by"],
        raised_at=row["raised_at"],
        points=tuple(
            ObjectionPoint(
                number=p["number"],
                reasons=p["reasons"],
                basis=p["basis"],
                evidence=p["evidence"],
                stance=Stance(p["stance"]) if p["stance"] else None,
                reply=p["reply"],
                files=files.get(f"objection-{round_}-{p['number']}", ()),
            )
            for p in rows["objection_point"]
            if p["round"] == round_
        ),
        late_reason=late,
        replied_by=row["replied_by"],
        replied_at=row["replied_at"],
    )


def _record(row: sa.RowMapping) -> RecordEdition:
    left_out = ("office_id", "case_id", "readers", "complete")
    return RecordEdition(**{k: v for k, v in row.items() if k not in left_out})


def _escalation(row: sa.RowMapping, rows: Mapping[str, Rows]) -> Escalation:
    return Escalation(
        round=row["round"],
        edition=row["edition"],
        points=tuple(
            p["number"]
            for p in rows["escalation_point"]
            if (p["round"], p["place"]) == (row["round"], row["place"])
        ),
        escalated_by=row["escalated_by"],
        escalated_at=row["escalated_at"],
        reason=row["reason"],
        withdrawn_at=row["withdrawn_at"],
    )


def ruled(row: sa.RowMapping) -> RuledPoint:
    """One ruling of a meeting."""
    return RuledPoint(
        row["number"],
        Ruling(row["ruling"]),
        row["content"],
        bool(row["permits"]),
        row["against_votes"],
    )


def _result(
    row: sa.RowMapping, rows: Mapping[str, Rows], names: Mapping[str, str]
) -> DisputeResult:
    return DisputeResult(
        round=row["round"],
        meeting_id=row["meeting_id"],
        meeting_name=names.get(row["meeting_id"], ""),
        held_on=row["held_on"],
        points=tuple(ruled(r) for r in rows["ruling"] if r["meeting_id"] == row["meeting_id"]),
        permits=bool(row["permits"]),
        recorded_by=row["recorded_by"],
        recorded_at=row["recorded_at"],
        minutes_sha256=row["minutes_sha256"],
    )


def experts(db: sa.Connection, office_id: int) -> tuple[Expert, ...]:
    """The register of experts, by name."""
    query = sa.select(d.expert).where(d.expert.c.office_id == office_id)
    return tuple(
        Expert(
            expert_id=row["expert_id"],
            name=row["name"],
            kind=ExpertKind(row["kind"]),
            speciality=row["speciality"],
            unit=row["unit"],
            person_id=row["person_id"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            conflicts=tuple(c for c in row["conflicts"].split("\n") if c),
            active=bool(row["active"]),
        )
        for row in db.execute(query.order_by("name", "expert_id")).mappings()
    )
