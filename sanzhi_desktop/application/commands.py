"""Commands: the only way anything is written.

A use case builds one `Command`, the gateway carries it out in one transaction and answers with
what changed. On PostgreSQL that is one function call, on SQLite the same steps in one
BEGIN IMMEDIATE. Every command carries a client-made id (UUIDv7), so that a repeat after a lost
answer is recognised ("replayed") and never doubled.

The payload of each action holds plain JSON values (bytes as base64 text under `pdf`):

    register, edit      submission {…domain.case JSON…}, materials [{material_id, code, name, pages,
                        original, sha256, size, file_name, waived}], due_on; register also
                        profile_id, profile_edition
    confirm             declared true, round_reason (a RoundReason)
    ask_correction      missing [text …], due_on, days {number, unit}, document {sha256, kind, pdf}
    accept              scope {…answer…}, received_on (ISO date, only when the paper came earlier)
    return, not_needed  document {…}, scope {…answer…, examined}, confirmed {by, at}
    assign, reassign    reviewer, items [item_id …] that the round is to answer, vetoes [item_id …]
    extend              number, unit, approver
    extend_case         number, unit, approver, approved_on, paper, document {…} (optional)
    move_due            due_on, due_from (ISO date or null), year and edition of the calendar that
                        moves it
    answer              answers [{item_id, answer, note, evidence}]
    draft_opinion       opinion {…}
    certify             opinion {…}, outcome, problems [{number, item_id, dimension, finding, basis,
                        evidence, suggestion}], earlier [{number, solved, note}], materials_digest,
                        document {sha256, kind, pdf}
    send_back           (reason only)
    reserve             year, dated (ISO date)
    issue_pass/_return  document {sha256, kind, pdf}, certified_sha256
    respond             responses [{number, response}]
    new_round           round_reason
    register_decision   number, decided_on, content, kind, party_name, party_number, amount_fen
    materials_changed   materials [material_id …] that are no longer what was reviewed
    adopt               adoptions [{number, adoption, reason}]
    change_transfer_team  at, opened_on, choice "", detail {left, joined}, team [{person_id} …]
    correct_transfer    no, seq, at, opened_on (its day), detail {detail, reason}
    withdraw            (reason only)
    open_consultation   consultation_id, points [{number}]
    say                 consultation_id, entry_id, number, text, files [{sha256, name, size}]
    propose_result      consultation_id, points [{number, agreement, note}]
    close_consultation  consultation_id
    ask_expert          request_id, expert_id, question, materials [{material_id}], due_on
    expert_answer       request_id, answer, files [{sha256, name, size}], due_on
    expert_withdraw     request_id, due_on
    allow_late          (reason only)
    object              points [{number, reasons, basis, evidence}], files [{number, sha256, name,
                        size}]
    reply_objection     points [{number, stance, reply}]
    freeze_record       content (canonical JSON text), content_sha256, document
    certify_record      seen_sha256, document
    sign_record         seen_sha256, document
    escalate            points [{number}]
    withdraw_escalation (reason only)
    discuss(_clear)     meeting_id
    keep_sheet          document
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sanzhi_desktop.domain.workflow import Action, State


class OfficeAction(StrEnum):
    """Commands on the office itself: its people, keys and rules. Their chain is the office's."""

    PUT_PERSON = "put_person"  # {person_id, name, unit, enforcement_certificate,
    #   certificate_valid_to, legal_qualification, first_review_on, active}
    SET_ROLES = "set_roles"  # {person_id, grants: [{role, valid_from, valid_to, basis}]}
    SET_PASSWORD = "set_password"  # {person_id, argon2} (embedded only)
    ADD_RECUSAL = "add_recusal"  # {recusal_id, person_id, unit, party, case_id, reason}
    DROP_RECUSAL = "drop_recusal"  # {recusal_id}
    PUT_CERTIFICATE = "put_certificate"  # {fingerprint, person_id, source, pem, serial,
    #   not_before, not_after} — source: p12 | pkcs11 | office_ca
    REVOKE_CERTIFICATE = "revoke_certificate"  # {fingerprint, reason}
    PUT_SEAL = "put_seal"  # {seal_id, name, custodian, image (base64), media}
    PUT_ROOT = "put_root"  # {fingerprint, pem, name}: a trusted root of the office
    PUBLISH_PROFILE = "publish_profile"  # {profile_id, edition, applied {…}, effective_from}
    PUBLISH_CALENDAR = "publish_calendar"  # {year, edition, number, arrangement (JSON text)}
    RECORD_IRREGULARITY = "record_irregularity"  # {irregularity_id, case_id, agency,
    #   decision_number, decided_on, content, note}
    SET_FILE_STORE = "set_file_store"  # {kind, endpoint, bucket, region, file_limit, quota, sm3,
    #   moved_from {endpoint, bucket} (optional: whose objects were carried there)}
    FREE_FILES = "free_files"  # {before, files: [{sha256 (in capitals), size}]}
    VOID_NUMBER = "void_number"  # {series, year, no, reason}
    PUT_EXPERT = "put_expert"  # {expert_id, name, kind, speciality, unit, person_id, valid_from,
    #   valid_to, conflicts (one party a line), active}
    # A meeting: each of these also names {meeting_id, seen_version}.
    PUT_MEETING = "put_meeting"  # {name, place, held_on, begins, chair, recorder, members:
    #   [{person_id, post}]}; seen_version 0 makes a new one
    PUT_AGENDA = "put_agenda"  # {items: [{case_id}]}
    OPEN_MEETING = "open_meeting"  # {quorum, quorum_rule, members: [{person_id, attendance,
    #   reason}], recusals: [{case_id, person_id, reason}]}
    SPEAK = "speak"  # {case_id, person_id, kind (report | opinion), text}
    VOTE = "vote"  # {case_id, votes: [{number, person_id, choice}]}
    CORRECT_VOTE = "correct_vote"  # {case_id, votes: [{number, person_id, choice}], reason}
    CORRECT_ROLL = "correct_roll"  # {members: [{person_id, attendance, reason}], recusals:
    #   [{case_id, person_id, recused, reason}], reason}: only what changes
    CLOSE_ITEM = "close_item"  # {case_id, rulings: [{number, ruling, content, permits,
    #   against_votes}]}
    DROP_ITEM = "drop_item"  # {case_id, reason}
    CLOSE_MEETING = "close_meeting"
    CANCEL_MEETING = "cancel_meeting"  # {reason}
    CERTIFY_MINUTES = "certify_minutes"  # {content (JSON text), document}
    SIGN_MINUTES = "sign_minutes"  # {seen_sha256, document}


@dataclass(frozen=True, slots=True)
class Command:
    """One change to one case. `seen_version` is the version the user was looking at."""

    command_id: str
    office_id: int
    case_id: str
    seen_version: int
    action: Action
    reason: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfficeCommand:
    """One change to the office itself."""

    command_id: str
    office_id: int
    action: OfficeAction
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to a command. `replayed`: it had been carried out before."""

    case_id: str = ""
    version: int = 0
    state: State | None = None
    number: str = ""  # 文号, when one was reserved
    replayed: bool = False
    kinds: frozenset[str] = frozenset()  # what screens should read again: case, people, keys …


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique without a server, ordered by the time of making."""
    stamp = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10), "big")
    value = stamp << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | (random & ((1 << 62) - 1))
    return str(UUID(int=value))
