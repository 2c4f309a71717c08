"""The second wall: triggers in the tables of both databases, said once.

Lives here: what the tables refuse by themselves, whoever writes: plain `sqlite3`, `psql`, a bug
in our own functions. Must not: functions that only this program registers (then a foreign tool
would fail by accident and not by the law), or rules that need more than the rows at hand.

A condition is the common SQL of both databases over NEW and OLD; `{differs a b}` is true when
one of the columns changed. Message texts are for people with a database tool in their hands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sanzhi_desktop.domain.workflow import TRANSITIONS, State
from sanzhi_desktop.persistence import dispute_walls, paper_walls, transfer_walls

GATE = "SZ-GATE 未经法制审核或者审核未通过的，不得作出决定（行政处罚法第五十八条）"
GATE_DIFFERS = "SZ-GATE 决定的种类、当事人或者金额与审核通过的不一致，应当重新送审，不得作出决定"
CLEARANCE = "SZ-GATE 只有已签发的同意意见或者依规则可以放行的集体讨论决定才能放行，不得另行写入"
STEP = "SZ-STEP 案件不能这样流转：办理步骤由流程表规定，不得跳过"
VERSION = "SZ-VERSION 案件版本必须逐次加一"
HISTORY = "SZ-HISTORY 历史记录不得修改、替换或者删除"
ISSUED = "SZ-ISSUED 已签发的意见及其审核表、问题不得修改或者删除"
NUMBER = "SZ-NUMBER 文号只能依次取用，取用后不得改动，作废后不得恢复"
DUTY = "SZ-DUTY 承办人不得审核本案、不得签发本案意见；审核人签发本人审核的意见应当写明理由"
FILES = "SZ-FILES 已存入的附件不得修改或者删除"
MOVED = "SZ-MOVED 本单位已经搬到新的数据库，这里只能查看，不能再保存"
CLOCK = "SZ-CLOCK 期限事件不得修改或者删除，收件日期只能按纸质材料提前"


@dataclass(frozen=True, slots=True)
class Wall:
    """One trigger before an event: refuses with the message when the condition is true."""

    table: str
    event: str  # insert | update | delete
    name: str
    when: str
    message: str
    # On a server triggers run in the order of their names: what an earlier one has refused need
    # not be left out here, and the condition gets by with the row itself.
    server: str = ""
    # What a server asks first, and mostly only: without it the condition is never true.
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """One trigger after an event, which writes."""

    table: str
    event: str
    name: str
    statement: str


def _pairs() -> str:
    moves = sorted({(t.source, t.target) for t in TRANSITIONS if t.source is not None})
    return "(" + ", ".join(f"'{a.value}>{b.value}'" for a, b in moves) + ")"


def _starts() -> str:
    return "(" + ", ".join(f"'{t.target.value}'" for t in TRANSITIONS if t.source is None) + ")"


KEPT = ("audit", "document", "decision", "irregularity", "profile_edition",
         "checkpoint", "checkpoint_leaf", "calendar", "opening", "reminder", *transfer_walls.KEPT,
         *dispute_walls.KEPT)  # fmt: skip
NEVER_DELETED = (
    "office", "person", "case_", "round", "clearance", "counter", "number", "audit_head",
    "certificate", "clock_event", "second_opinion", "history_tag", "history_seal",
    *transfer_walls.NEVER_DELETED,
    *dispute_walls.NEVER_DELETED,
)  # fmt: skip
# INSERT OR REPLACE of SQLite deletes the old row without asking any delete trigger.
KEYS: Mapping[str, tuple[str, ...]] = {
    "audit": ("office_id", "case_id", "seq"),
    "audit_head": ("office_id", "case_id"),
    "document": ("office_id", "case_id", "sha256"),
    "decision": ("office_id", "case_id"),
    "checkpoint": ("office_id", "n"),
    "checkpoint_leaf": ("office_id", "n", "chain"),
    "history_tag": ("office_id", "chain"),
    "history_seal": ("office_id",),
    "irregularity": ("office_id", "irregularity_id"),
    "profile_edition": ("office_id", "profile_id", "edition"),
    "calendar": ("office_id", "year", "edition"),
    "office": ("office_id",),
    "case_": ("office_id", "case_id"),
    "round": ("office_id", "case_id", "round"),
    "problem": ("office_id", "case_id", "number"),
    "clearance": ("office_id", "clearance_id"),
    "counter": ("office_id", "series", "year"),
    "number": ("office_id", "series", "year", "no"),
    "certificate": ("office_id", "fingerprint"),
    "clock_event": ("office_id", "case_id", "seq"),
    "opening": ("office_id", "case_id", "version", "person_id"),
    "reminder": ("office_id", "case_id", "reminder_id"),
    "second_opinion": ("office_id", "case_id", "request_id"),
    **transfer_walls.KEYS,
    **dispute_walls.KEYS,
}

_CLEARED = "kind party_name party_number amount_fen"


def _same(alias: str, columns: str) -> str:
    return " and ".join(f"{alias}.{c} = NEW.{c}" for c in columns.split())


_ROUND_PASSED = (
    "exists (select 1 from round r where r.office_id = NEW.office_id and r.case_id = NEW.case_id"
    " and r.round = NEW.round and r.issued = 1 and r.outcome = 'AGREE'"
)
# Another kind than a penalty, a signed meeting that lets the decision stand (`dispute_result`).
_MEETING_PERMITS = (
    "exists (select 1 from dispute_result d where d.permits = 1 and "
    + _same("d", f"office_id case_id round meeting_id {_CLEARED}")
    + ")"
)
_OPEN = "select 1 from clearance k where k.open = 1 and " + _same("k", "office_id case_id")
_EXACT = f"{_OPEN} and " + _same("k", f"clearance_id open {_CLEARED}")


def _round_issued(row: str) -> str:
    return (
        f"exists (select 1 from round r where r.office_id = {row}.office_id"
        f" and r.case_id = {row}.case_id and r.round = {row}.round and r.issued = 1)"
    )


# Deciding without a registered decision is answered by the gate's own sentence, not as a step.
_DECIDED_BARE = (
    f"NEW.state = '{State.DECIDED}' and OLD.state <> '{State.DECIDED}' and not exists"
    " (select 1 from decision d where d.office_id = NEW.office_id and d.case_id = NEW.case_id)"
)
_PASSED_BARE = (
    f"NEW.state = '{State.PASSED}' and OLD.state <> NEW.state and not {_ROUND_PASSED})"
    " and not exists (select 1 from clearance k where k.open = 1"
    " and k.origin = 'collective_decision' and " + _same("k", "office_id case_id round") + ")"
)

_NEXT_VERSION = (
    "exists (select 1 from audit_head h where NEW.version = h.version + 1 and "
    + _same("h", "office_id case_id")
    + ")"
)

_CASE = (
    Wall("case_", "insert", "start", f"NEW.state not in {_starts()} or NEW.version <> 1", STEP),
    Wall("case_", "update", "version", "NEW.version <= OLD.version", VERSION),
    # The head of the chain knows the version; it moves with the entry, at the end of the command.
    Wall("case_", "update", "head", f"not {_NEXT_VERSION}", VERSION),
    Wall("case_", "update", "decided", _DECIDED_BARE, GATE, guard="NEW.state <> OLD.state"),
    Wall(
        "case_",
        "update",
        "step",
        f"(OLD.state || '>' || NEW.state not in {_pairs()}"
        f" and not ({_DECIDED_BARE}) and not ({_PASSED_BARE}))"
        " or {differs office_id case_id registered_by registered_at}",
        STEP,
        f"OLD.state || '>' || NEW.state not in {_pairs()}"
        " or {differs office_id case_id registered_by registered_at}",
    ),
    Wall("case_", "update", "passed", _PASSED_BARE, GATE, guard="NEW.state <> OLD.state"),
)

_ROUND = (
    Wall("round", "insert", "fresh", "NEW.issued <> 0 or NEW.certified_sha256 <> ''", ISSUED),
    Wall("round", "update", "kept", "OLD.issued = 1", ISSUED),
    Wall(
        "round",
        "update",
        "issue",
        "NEW.issued = 1 and (OLD.certified_sha256 = '' or {differs outcome certified_sha256"
        " number dated reviewer handler_codes items vetoes opinion materials_digest"
        " same_person_reason override_reason " + _CLEARED + "})",
        ISSUED,
    ),
    Wall("round", "update", "key", "{differs office_id case_id round}", ISSUED),
    Wall("answer", "insert", "issued", _round_issued("NEW"), ISSUED),
    Wall(
        "answer",
        "update",
        "issued",
        "{differs office_id case_id round item_id} or " + _round_issued("OLD"),
        ISSUED,
    ),
    Wall("answer", "delete", "issued", _round_issued("OLD"), ISSUED),
    Wall("problem", "insert", "issued", _round_issued("NEW"), ISSUED),
    Wall("problem", "delete", "issued", _round_issued("OLD"), ISSUED),
    Wall(
        "problem",
        "update",
        "issued",
        "{differs office_id case_id number round} or ({differs item_id dimension finding basis"
        " evidence suggestion} and " + _round_issued("OLD") + ")",
        ISSUED,
    ),
)


def _handles(column: str) -> str:
    return (
        f"(NEW.{column} <> '' and"
        f" replace(NEW.handler_codes, ',' || NEW.{column} || ',', '') <> NEW.handler_codes)"
    )


_SAME_PERSON = (
    "(NEW.signer <> '' and NEW.signer = NEW.reviewer and (trim(NEW.same_person_reason) = ''"
    " or NEW.outcome = 'AGREE' and trim(NEW.override_reason) <> ''))"
)
# The CHECKs of the tables say the same; the triggers say it in words.
_DUTIES = tuple(
    Wall(table, event, "duty", when, DUTY)
    for table, when in (
        ("case_", _handles("reviewer")),
        ("round", " or ".join((_handles("reviewer"), _handles("signer"), _SAME_PERSON))),
    )
    for event in ("insert", "update")
)

_GATE = (
    Wall(
        "clearance",
        "insert",
        "gate",
        f"NEW.open <> 1 or NEW.origin = 'opinion' and not {_ROUND_PASSED} and "
        + _same("r", _CLEARED)
        + f") or NEW.origin <> 'opinion' and (NEW.kind = 'penalty' or not {_MEETING_PERMITS})",
        CLEARANCE,
    ),
    Wall(
        "clearance",
        "update",
        "gate",
        "NEW.open <> 0 or OLD.open <> 1 or {differs office_id clearance_id case_id round origin"
        f" outcome issued {_CLEARED} materials_digest opened_at}}",
        CLEARANCE,
    ),
    Wall("decision", "insert", "gate", f"not exists ({_OPEN})", GATE),
    Wall(
        "decision",
        "insert",
        "gate_same",
        f"exists ({_OPEN}) and not exists ({_EXACT})",
        GATE_DIFFERS,
    ),
)

_NUMBERS = (
    Wall("counter", "insert", "first", "NEW.last_no <> 0", NUMBER),
    Wall(
        "counter",
        "update",
        "next",
        "NEW.last_no <> OLD.last_no + 1 or {differs office_id series year}",
        NUMBER,
    ),
    Wall(
        "number",
        "insert",
        "next",
        "NEW.status <> 'reserved' or not exists (select 1 from counter k"
        " where k.office_id = NEW.office_id and k.series = NEW.series and k.year = NEW.year"
        " and k.last_no = NEW.no)",
        NUMBER,
    ),
    Wall(
        "number",
        "update",
        "kept",
        "OLD.status <> 'reserved' or NEW.status = 'reserved' or {differs office_id series year no"
        " label case_id round reserved_by reserved_at}",
        NUMBER,
    ),
)

_OTHERS = (
    Wall(
        "audit_head",
        "update",
        "next",
        # one entry more, or a checkpoint that took note of the end as it stands
        "NEW.seq <> OLD.seq + 1 and (NEW.moved <> 0 or {differs seq hash version})"
        " or NEW.seq = OLD.seq + 1 and (NEW.moved <> 1"
        " or NEW.version not in (OLD.version, OLD.version + 1))",
        HISTORY,
        guard="NEW.seq <> OLD.seq + 1 or NEW.moved <> 1 or NEW.version - OLD.version not in (0, 1)",
    ),
    Wall("audit_head", "update", "key", "{differs office_id case_id}", HISTORY),
    Wall("audit_head", "insert", "first", "NEW.seq not in (0, 1)", HISTORY),
    Wall("history_tag", "update", "on", "{differs office_id chain} or NEW.seq < OLD.seq", HISTORY),
    Wall(
        "clock_event",
        "update",
        "kept",
        "OLD.event <> 'start_receipt' or NEW.at > OLD.at or {differs office_id case_id seq round"
        " event number unit approver reason}",
        CLOCK,
    ),
    Wall(
        "certificate",
        "update",
        "revoke",
        "NEW.revoked <> 1 or OLD.revoked <> 0 or {differs office_id fingerprint person_id source"
        " pem serial not_before not_after}",
        HISTORY,
    ),
    Wall(
        "second_opinion",
        "update",
        "given_once",
        "OLD.given_at is not null or {differs office_id case_id request_id asked_by asked_of"
        " question until asked_at}",
        HISTORY,
    ),
    Wall("person", "update", "code", "{differs office_id person_id}", HISTORY),
    Wall("office", "update", "moved", "OLD.moved_to <> '' and {differs moved_to}", MOVED),
)

_FILES = (
    Wall(
        "blob",
        "update",
        "kept",
        # Begun anew: somebody uploads it again. No longer complete: it is being freed, in the one
        # command that first asks whether anything ever named it.
        "{differs office_id sha256 size chunk_size place} or NEW.begun_at < OLD.begun_at"
        " or OLD.complete = 1 and ({differs sm3 stored_by completed_at})",
        FILES,
    ),
    Wall("blob", "delete", "kept", "OLD.complete = 1", FILES),
    Wall("blob_chunk", "update", "kept", "", FILES),
    Wall("file_store", "delete", "history", "", HISTORY),
)

WALLS: tuple[Wall, ...] = (
    *(Wall(*row) for row in paper_walls.WALLS),  # SQLite asks the last first: the gate's own words
    *_CASE,
    *_ROUND,
    *_DUTIES,
    *_GATE,
    *_NUMBERS,
    *_OTHERS,
    *(Wall(*row) for row in transfer_walls.WALLS),
    *(Wall(*row) for row in dispute_walls.WALLS),
    *_FILES,
    *(Wall(t, event, "history", "", HISTORY) for t in KEPT for event in ("update", "delete")),
    *(Wall(t, "delete", "history", "", HISTORY) for t in NEVER_DELETED),
)

# Where nobody but the file's owner writes, a trigger may look at other rows: a case goes on by one
# from where its history stands, and an office that moved to a server never comes back.
EMBEDDED_WALLS: tuple[Wall, ...] = (
    Wall(
        "case_",
        "update",
        "version_next",
        "NEW.version <> (select h.version + 1 from audit_head h"
        " where h.office_id = NEW.office_id and h.case_id = NEW.case_id)",
        VERSION,
    ),
    # INSERT OR REPLACE through the other key (see KEYS).
    Wall(
        "audit",
        "insert",
        "command",
        "exists (select 1 from audit a where " + _same("a", "office_id command_id") + ")",
        HISTORY,
    ),
    Wall(
        "audit",
        "insert",
        "moved",
        "exists (select 1 from office o where o.office_id = NEW.office_id and o.moved_to <> '')",
        MOVED,
    ),
)

_CLOSE = (
    "update clearance set open = 0, closed_at = {now}, closed_because = '材料已变'"
    " where office_id = {row}.office_id and case_id = {row}.case_id and open = 1"
)
# Changed materials shut the gate and leave the opinion as it is.
FOLLOWS: tuple[Follow, ...] = tuple(
    Follow("material", event, "shuts_gate", _CLOSE.replace("{row}", row))
    for event, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
)
