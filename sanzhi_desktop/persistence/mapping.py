"""Rows to frozen values of the domain and of the read models.

Lives here: the building of values from mappings of columns. Must not: queries (`reader`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping

from sanzhi_desktop.application.queries import CaseRow, HistoryRow
from sanzhi_desktop.domain.case import (
    Adoption,
    AnswerRow,
    Case,
    Clearance,
    ClockEvent,
    Decision,
    Material,
    ProblemRow,
    Round,
    RoundReason,
)
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.office_life import Opening, Reminder, SecondOpinion
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, ProblemMark
from sanzhi_desktop.domain.people import Person, Role, RoleGrant
from sanzhi_desktop.domain.submission_json import submission_from_json
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.stored_json import read_entry, read_object
from sanzhi_desktop.persistence.told_history import Entry

Row = RowMapping


def outcome(value: str | None) -> Outcome | None:
    """An outcome, or None before the reviewer certified one."""
    return Outcome(value) if value else None


def case_row(row: Row) -> CaseRow:
    """One line of a work list."""
    return CaseRow(
        case_id=row["case_id"],
        version=row["version"],
        state=State(row["state"]),
        round=row["round"],
        name=row["name"],
        kind=Kind(row["kind"]),
        party_name=row["party_name"],
        unit=row["unit"],
        reviewer=row["reviewer"],
        reviewer_name=row["reviewer_name"] or "",
        received_at=row["received_at"],
        due_on=row["due_on"],
        outcome=outcome(row["outcome"]),
        number=row["number"] or "",
    )


def history_row(link: Entry, names: Mapping[str, str]) -> HistoryRow:
    """One entry of a history, read from the hashed text itself."""
    entry = read_entry(link.entry)
    return HistoryRow(
        seq=link.seq,
        at=datetime.fromisoformat(entry["at"]),
        actor=entry["actor"],
        actor_name=names.get(entry["actor"], entry["actor"]),
        action=entry["action"],
        reason=entry["reason"],
        detail=entry["payload"],
        hash=link.hash,
        command_id=str(entry.get("command", "")),
    )


def person(row: Row, grants: Sequence[Row]) -> Person:
    """One person of the register with all grants, also past ones."""
    return Person(
        person_id=row["person_id"],
        name=row["name"],
        unit=row["unit"],
        enforcement_certificate=row["enforcement_certificate"],
        certificate_valid_to=row["certificate_valid_to"],
        legal_qualification=row["legal_qualification"],
        first_review_on=row["first_review_on"],
        active=bool(row["active"]),
        roles=tuple(
            RoleGrant(Role(g["role"]), g["valid_from"], g["valid_to"], g["basis"]) for g in grants
        ),
    )


def case(row: Row, parts: Mapping[str, Sequence[Row]]) -> Case:
    """A whole case; `parts` holds the rows of each table that belongs to it."""
    open_first = sorted(parts["clearance"], key=lambda c: (c["open"], c["round"]), reverse=True)
    return Case(
        case_id=row["case_id"],
        office_id=row["office_id"],
        version=next((h["version"] for h in parts["audit_head"]), row["version"]),
        state=State(row["state"]),
        round=row["round"],
        submission=submission_from_json(read_object(row["submission"])),
        registered_by=row["registered_by"],
        reviewer=row["reviewer"],
        received_at=row["received_at"],
        accepted_at=row["accepted_at"],
        profile_id=row["profile_id"],
        profile_edition=row["profile_edition"],
        edited_round=row["edited_round"],
        marks=tuple(
            ProblemMark(r["round"], r["number"], bool(r["solved"]), r["note"])
            for r in parts["problem_mark"]
        ),
        for_unit=tuple(r["round"] for r in parts["dispute_result"] if r["for_unit"]),
        materials=tuple(_material(m) for m in parts["material"]),
        rounds=tuple(_round(r) for r in parts["round"]),
        answers=tuple(
            AnswerRow(a["item_id"], Answer(a["answer"]), a["note"], a["evidence"])
            for a in parts["answer"]
        ),
        problems=tuple(_problem(p) for p in parts["problem"]),
        clock=tuple(clock_event(e) for e in parts["clock_event"]),
        clearance=_clearance(open_first[0]) if open_first else None,
        decision=_decision(parts["decision"][0]) if parts["decision"] else None,
        sent_from=State(row["sent_from"]) if row["sent_from"] else None,
        openings=tuple(
            Opening(o["version"], o["person_id"], o["opened_at"])
            for o in parts["opening"]
            if o["version"] >= row["sent_version"]
        ),
        reminders=tuple(_reminder(r) for r in parts["reminder"]),
        second_opinions=tuple(_second_opinion(s) for s in parts["second_opinion"]),
    )


def _reminder(row: Row) -> Reminder:
    return Reminder(
        reminder_id=row["reminder_id"],
        sender=row["sender"],
        addressee=row["addressee"],
        text=row["text"],
        until=row["until"],
        sent_at=row["sent_at"],
    )


def _second_opinion(row: Row) -> SecondOpinion:
    return SecondOpinion(
        request_id=row["request_id"],
        asked_by=row["asked_by"],
        asked_of=row["asked_of"],
        question=row["question"],
        until=row["until"],
        asked_at=row["asked_at"],
        opinion=row["opinion"],
        given_at=row["given_at"],
    )


def _material(row: Row) -> Material:
    return Material(
        material_id=row["material_id"],
        code=row["code"],
        name=row["name"],
        pages=row["pages"],
        original=bool(row["original"]),
        sha256=row["sha256"],
        size=row["size"],
        file_name=row["file_name"],
        waived=row["waived"],
    )


def _round(row: Row) -> Round:
    return Round(
        round=row["round"],
        reason=RoundReason(row["reason"]),
        submitted_by=row["submitted_by"],
        submitted_at=row["submitted_at"],
        declared=bool(row["declared"]),
        reviewer=row["reviewer"],
        outcome=outcome(row["outcome"]),
        opinion=read_object(row["opinion"]),
        certified_sha256=row["certified_sha256"],
        certified_at=row["certified_at"],
        signer=row["signer"],
        same_person_reason=row["same_person_reason"],
        number=row["number"],
        dated=row["dated"],
        issued_sha256=row["issued_sha256"],
        issued_at=row["issued_at"],
        submission=submission_from_json(read_object(row["submission"])),
        sent_back=row["sent_back"],
    )


def _problem(row: Row) -> ProblemRow:
    return ProblemRow(
        number=row["number"],
        round=row["round"],
        item_id=row["item_id"],
        dimension=Dimension(row["dimension"]),
        finding=row["finding"],
        basis=row["basis"],
        evidence=row["evidence"],
        suggestion=row["suggestion"],
        response=row["response"],
        responded_by=row["responded_by"],
        adoption=Adoption(row["adoption"]) if row["adoption"] else None,
        adoption_reason=row["adoption_reason"],
    )


def clock_event(row: Row) -> ClockEvent:
    """One event of a clock."""
    return ClockEvent(
        round=row["round"],
        seq=row["seq"],
        event=row["event"],
        at=row["at"],
        cause=row["cause"],
        number=row["number"],
        unit=row["unit"],
        approver=row["approver"],
        reason=row["reason"],
    )


def _clearance(row: Row) -> Clearance:
    return Clearance(
        clearance_id=row["clearance_id"],
        round=row["round"],
        origin=row["origin"],
        open=bool(row["open"]),
        kind=Kind(row["kind"]),
        party_name=row["party_name"],
        party_number=row["party_number"],
        amount_fen=row["amount_fen"],
        materials_digest=row["materials_digest"],
        closed_because=row["closed_because"],
    )


def _decision(row: Row) -> Decision:
    return Decision(
        number=row["number"],
        decided_on=row["decided_on"],
        content=row["content"],
        registered_by=row["registered_by"],
        registered_at=row["registered_at"],
    )
