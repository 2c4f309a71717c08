"""What the tables of a transfer refuse by themselves, whoever writes.

Lives here: the conditions, as rows for `walls.Wall`: table, event, name, condition, message. Must
not: making triggers of them (`walls`), or a second copy of the table of steps.
"""

from sanzhi_desktop.domain.transfer import STEPS, TransferDestination
from sanzhi_desktop.domain.workflow import Action

TRANSFER = "SZ-TRANSFER 涉嫌犯罪移送只能按步骤登记，已经登记的内容不得修改或者删除"
_NUMBER = "SZ-NUMBER 文号只能依次取用，取用后不得改动，作废后不得恢复"

KEPT = ("transfer_event",)  # neither changed nor deleted
NEVER_DELETED = ("transfer", "transfer_number", "transfer_member")
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


def _latest(row: str, action: Action) -> str:
    """Whether the newest entry of the transfer, which is not ended, is of this kind."""
    mine = f"t.office_id = {row}.office_id and t.case_id = {row}.case_id and t.no = {row}.no"
    return (
        f"exists (select 1 from transfer t join transfer_event e on e.office_id = t.office_id"
        f" and e.case_id = t.case_id and e.no = t.no where {mine} and t.ended = 0"
        f" and e.action = '{action.value}' and not exists (select 1 from transfer_event x"
        " where x.office_id = t.office_id and x.case_id = t.case_id and x.no = t.no"
        " and x.seq > e.seq))"
    )


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
            f" or NEW.last_at < OLD.last_at and not {_latest('OLD', Action.CORRECT_TRANSFER)}"
            " or NEW.opened_on > OLD.opened_on or {differs opened_on}"
            f" and not {_latest('OLD', Action.CORRECT_TRANSFER)}"
            " or {differs office_id case_id no destination}"
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
            f" and not {_latest('NEW', Action.CHANGE_TRANSFER_TEAM)}"
        ),
        TRANSFER,
    ),
    (
        "transfer_member",
        "update",
        "left",
        (
            "{differs office_id case_id no person_id place name certificate}"
            " or {differs joined_at left_at}"
            f" and not {_latest('OLD', Action.CHANGE_TRANSFER_TEAM)}"
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
