"""What the tables of a transfer refuse by themselves, whoever writes.

Lives here: the conditions, as rows for `walls.Wall`: table, event, name, condition, message. Must
not: making triggers of them (`walls`), or a second copy of the table of steps.
"""

from sanzhi_desktop.domain.transfer import STEPS, TransferDestination

TRANSFER = "SZ-TRANSFER 涉嫌犯罪移送只能按步骤登记，已经登记的内容不得修改或者删除"
_NUMBER = "SZ-NUMBER 文号只能依次取用，取用后不得改动，作废后不得恢复"

KEPT = ("transfer_event", "transfer_member")  # neither changed nor deleted
NEVER_DELETED = ("transfer", "transfer_number")
KEYS: dict[str, tuple[str, ...]] = {
    "transfer": ("office_id", "case_id", "no"),
    "transfer_member": ("office_id", "case_id", "no", "person_id"),
    "transfer_event": ("office_id", "case_id", "no", "seq"),
    "transfer_number": ("office_id", "series", "year", "no"),
}

_FIRST = next(row.target for row in STEPS if row.stage is None)
_MOVES = sorted(
    {
        f"{destination}:{row.stage}>{target}"
        for row in STEPS
        for destination in TransferDestination
        for target in (row.target, row.stage)
        if row.stage is not None and row.destination in ("", destination)
    }
)
_LEGAL = "(" + ", ".join(f"'{move}'" for move in _MOVES) + ")"

WALLS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "transfer",
        "insert",
        "start",
        f"NEW.stage <> '{_FIRST}' or NEW.number <> '' or NEW.letter_sha256 <> ''",
        TRANSFER,
    ),
    (
        "transfer",
        "update",
        "step",
        (
            "OLD.ended = 1"
            f" or OLD.destination || ':' || OLD.stage || '>' || NEW.stage not in {_LEGAL}"
            " or NEW.last_at < OLD.last_at"
            " or {differs office_id case_id no destination opened_on}"
            " or NEW.stage = 'signed' and NEW.letter_sha256 = ''"
        ),
        TRANSFER,
    ),
    (
        "transfer",
        "update",
        "letter",
        "OLD.letter_sha256 <> '' and {differs attachments number dated letter_sha256}",
        TRANSFER,
    ),
    (
        "transfer_member",
        "insert",
        "start",
        (
            "not exists (select 1 from transfer t where t.office_id = NEW.office_id"
            f" and t.case_id = NEW.case_id and t.no = NEW.no and t.stage = '{_FIRST}')"
        ),
        TRANSFER,
    ),
    (
        "transfer_number",
        "insert",
        "next",
        (
            "NEW.status <> 'reserved' or not exists (select 1 from counter k"
            " where k.office_id = NEW.office_id and k.series = NEW.series and k.year = NEW.year"
            " and k.last_no = NEW.no)"
        ),
        _NUMBER,
    ),
    (
        "transfer_number",
        "update",
        "kept",
        (
            "OLD.status <> 'reserved' or NEW.status = 'reserved'"
            " or {differs office_id series year no label case_id transfer_no reserved_by"
            " reserved_at}"
        ),
        _NUMBER,
    ),
)
