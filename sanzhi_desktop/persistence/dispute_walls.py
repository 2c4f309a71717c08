"""What the tables of a disagreement and of its meeting refuse by themselves, whoever writes.

Lives here: the conditions, as rows for `walls.Wall`: table, event, name, condition, message. Must
not: making triggers of them (`walls`), or a second copy of the guards of a command.
"""

from sanzhi_desktop.domain.meeting import MeetingState

DISPUTE = "SZ-HISTORY 协商、异议、专家咨询和双方意见对照表，登记或者签名后不得修改、删除"
MEETING = "SZ-HISTORY 集体讨论只能按次序记录，笔录从第一个签名起不得改动"

KEPT = (
    "consultation_entry", "dispute_file", "expert_material", "late_leave", "escalation_point",
    "speech", "vote", "ruling", "minutes", "dispute_result", "vote_correction", "roll_correction",
    "recusal_correction",
)  # fmt: skip
NEVER_DELETED = (
    "consultation", "consultation_point", "expert", "expert_request", "objection",
    "objection_point", "record_edition", "escalation", "meeting",
)  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "problem_mark": ("office_id", "case_id", "round", "number"),
    "consultation": ("office_id", "case_id", "consultation_id"),
    "consultation_point": ("office_id", "case_id", "consultation_id", "number"),
    "consultation_entry": ("office_id", "case_id", "entry_id"),
    "dispute_file": ("office_id", "case_id", "owner_id", "place"),
    "expert_request": ("office_id", "case_id", "request_id"),
    "expert_material": ("office_id", "case_id", "request_id", "material_id"),
    "late_leave": ("office_id", "case_id", "round"),
    "objection": ("office_id", "case_id", "round"),
    "objection_point": ("office_id", "case_id", "round", "number"),
    "record_edition": ("office_id", "case_id", "round", "edition"),
    "escalation": ("office_id", "case_id", "round", "place"),
    "escalation_point": ("office_id", "case_id", "round", "place", "number"),
    "meeting": ("office_id", "meeting_id"),
    "meeting_member": ("office_id", "meeting_id", "person_id"),
    "agenda_item": ("office_id", "meeting_id", "case_id"),
    "item_recusal": ("office_id", "meeting_id", "case_id", "person_id"),
    "speech": ("office_id", "meeting_id", "case_id", "seq"),
    "vote": ("office_id", "meeting_id", "case_id", "number", "person_id"),
    "vote_correction": ("office_id", "meeting_id", "case_id", "place"),
    "roll_correction": ("office_id", "meeting_id", "version", "person_id"),
    "recusal_correction": ("office_id", "meeting_id", "version", "case_id", "person_id"),
    "ruling": ("office_id", "meeting_id", "case_id", "number"),
    "minutes": ("office_id", "meeting_id", "place"),
    "dispute_result": ("office_id", "case_id", "round"),
}


def _meeting_is(row: str, *states: MeetingState) -> str:
    listed = ", ".join(f"'{s.value}'" for s in states)
    return (
        f"exists (select 1 from meeting m where m.office_id = {row}.office_id"
        f" and m.meeting_id = {row}.meeting_id and m.state in ({listed}))"
    )


# Before the minutes are certified the roll call is put right, with an entry that says why.
_BEFORE_MINUTES = (MeetingState.OPEN, MeetingState.CLOSED)


def _corrected(table: str, row: str, *same: str) -> str:
    """Whether the correction in work, the one of the meeting's present version, names the row."""
    named = "".join(f" and x.{c} = {row}.{c}" for c in ("person_id", *same))
    return (
        f"exists (select 1 from {table} x join meeting m on m.office_id = x.office_id"
        " and m.meeting_id = x.meeting_id and m.version = x.version"
        f" where x.office_id = {row}.office_id and x.meeting_id = {row}.meeting_id{named})"
    )


def _may_correct(table: str, row: str, *same: str) -> str:
    return f"{_meeting_is(row, *_BEFORE_MINUTES)} and {_corrected(table, row, *same)}"


_CLOSED = (
    "exists (select 1 from consultation k where k.office_id = {row}.office_id"
    " and k.case_id = {row}.case_id and k.consultation_id = {row}.consultation_id"
    " and k.closed_at is not null)"
)
_S = MeetingState
_MOVES = (
    (_S.PLANNED, _S.PLANNED),
    (_S.PLANNED, _S.OPEN),
    (_S.PLANNED, _S.CANCELLED),
    (_S.OPEN, _S.OPEN),
    (_S.OPEN, _S.CLOSED),
    (_S.CLOSED, _S.CLOSED),
    (_S.CLOSED, _S.SIGNING),
    (_S.SIGNING, _S.SIGNING),
    (_S.SIGNING, _S.SIGNED),
)
_LEGAL = "(" + ", ".join(f"'{a.value}>{b.value}'" for a, b in _MOVES) + ")"
_ALL_SIGNED = (
    "exists (select 1 from meeting_member b where b.office_id = NEW.office_id"
    " and b.meeting_id = NEW.meeting_id and b.attendance = 'present' and b.signed_at is null)"
)

_ISSUED = (
    "exists (select 1 from round r where r.office_id = {row}.office_id"
    " and r.case_id = {row}.case_id and r.round = {row}.round and r.issued = 1)"
)

WALLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("problem_mark", "insert", "issued", _ISSUED.replace("{row}", "NEW"), DISPUTE),
    ("problem_mark", "update", "kept", "", DISPUTE),
    ("problem_mark", "delete", "issued", _ISSUED.replace("{row}", "OLD"), DISPUTE),
    (
        "consultation",
        "update",
        "kept",
        (
            "OLD.closed_at is not null"
            " or {differs office_id case_id consultation_id round opened_by opened_side opened_at}"
        ),
        DISPUTE,
    ),
    ("consultation_entry", "insert", "closed", _CLOSED.replace("{row}", "NEW"), DISPUTE),
    (
        "consultation_point",
        "update",
        "kept",
        _CLOSED.replace("{row}", "OLD") + " or {differs office_id case_id consultation_id number}",
        DISPUTE,
    ),
    (
        "expert_request",
        "update",
        "kept",
        (
            "OLD.answered_at is not null or OLD.withdrawn_at is not null"
            " or {differs office_id case_id request_id round expert_id expert_name question"
            " asked_by"
            " asked_at}"
        ),
        DISPUTE,
    ),
    (
        "objection",
        "update",
        "kept",
        "OLD.replied_at is not null or {differs office_id case_id round raised_by raised_at}",
        DISPUTE,
    ),
    (
        "objection_point",
        "update",
        "kept",
        "OLD.stance is not null or {differs office_id case_id round number reasons basis evidence}",
        DISPUTE,
    ),
    (
        "record_edition",
        "update",
        "kept",
        (
            "OLD.complete = 1 or {differs office_id case_id round edition content content_sha256"
            " prepared_sha256 frozen_by frozen_at}"
            " or OLD.certified_sha256 <> ''"
            " and {differs certified_sha256 certified_by certified_at}"
        ),
        DISPUTE,
    ),
    (
        "escalation",
        "update",
        "kept",
        (
            "OLD.withdrawn_at is not null or {differs office_id case_id round place edition"
            " escalated_by escalated_at escalated_on}"
        ),
        DISPUTE,
    ),
    (
        "meeting",
        "update",
        "step",
        (
            f"NEW.version not in (OLD.version, OLD.version + 1)"
            f" or OLD.state || '>' || NEW.state not in {_LEGAL}"
            " or OLD.state <> 'planned' and {differs office_id meeting_id name place held_on begins"
            " chair recorder}"
            " or OLD.state not in ('planned', 'open') and {differs quorum quorum_rule opened_at"
            " closed_at}"
            " or OLD.content <> '' and {differs content}"
            f" or NEW.state = 'signed' and {_ALL_SIGNED}"
        ),
        MEETING,
    ),
    *(
        (
            "meeting_member",
            event,
            "planned",
            f"not {_meeting_is(row, MeetingState.PLANNED)}",
            MEETING,
        )
        for event, row in (("insert", "NEW"), ("delete", "OLD"))
    ),
    (
        "meeting_member",
        "update",
        "kept",
        (
            "OLD.signed_at is not null or {differs office_id meeting_id person_id place post basis"
            " valid_from valid_to}"
            f" or not {_meeting_is('OLD', MeetingState.PLANNED)}"
            f" and not ({_may_correct('roll_correction', 'OLD')}) and"
            " {differs attendance absence_reason}"
            f" or NEW.signed_at is not null and not {_meeting_is('OLD', MeetingState.SIGNING)}"
        ),
        MEETING,
    ),
    *(
        (
            "agenda_item",
            event,
            "planned",
            f"not {_meeting_is(row, MeetingState.PLANNED)}",
            MEETING,
        )
        for event, row in (("insert", "NEW"), ("delete", "OLD"))
    ),
    (
        "agenda_item",
        "update",
        "kept",
        (
            "OLD.state = 'dropped' or OLD.state = 'closed' and NEW.state <> 'dropped'"
            " or {differs office_id meeting_id case_id place round escalation}"
            f" or not {_meeting_is('OLD', *_BEFORE_MINUTES)}"
        ),
        MEETING,
    ),
    (
        "item_recusal",
        "insert",
        "planned",
        (
            f"not {_meeting_is('NEW', MeetingState.PLANNED)}"
            f" and not ({_may_correct('recusal_correction', 'NEW', 'case_id')})"
        ),
        MEETING,
    ),
    ("item_recusal", "update", "kept", "", MEETING),
    (
        "item_recusal",
        "delete",
        "kept",
        f"not ({_may_correct('recusal_correction', 'OLD', 'case_id')})",
        MEETING,
    ),
    *(
        (table, "insert", "before", f"not {_meeting_is('NEW', *_BEFORE_MINUTES)}", MEETING)
        for table in ("roll_correction", "recusal_correction")
    ),
    *(
        (table, "insert", "open", f"not {_meeting_is('NEW', MeetingState.OPEN)}", MEETING)
        for table in ("speech", "vote", "ruling", "vote_correction")
    ),
    (
        "minutes",
        "insert",
        "signing",
        f"not {_meeting_is('NEW', MeetingState.CLOSED, MeetingState.SIGNING)}",
        MEETING,
    ),
)
