"""An entry of the history as a row of its table.

Lives here: what stands beside the entry's text, read from the text itself, so that no writer can
say two things. Must not: what an entry says, or its hash (`domain.audit`).
"""

import json
from datetime import datetime
from typing import Any


def entry_row(entry: str, digest: str) -> dict[str, Any]:
    """The columns of `audit` for an entry in canonical text with its hash."""
    said = json.loads(entry)
    return {
        "office_id": said["office"],
        "case_id": said["case"],
        "seq": said["seq"],
        "command_id": said["command"],
        "at": datetime.fromisoformat(said["at"]),
        "hash": digest,
        "entry": entry,
    }
