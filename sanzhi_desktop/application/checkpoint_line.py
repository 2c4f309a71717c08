"""The foot line of lists and reports: which checkpoint of the office's history holds them.

Lives here: keeping a checkpoint and saying it in one line. Must not: what a checkpoint is
(`domain.audit`), or where a line stands on a page.

Papers in other people's cabinets are what a rewritten history contradicts; so every list that
leaves the program names the checkpoint of its moment, as `sanzhi audit verify --printed` takes it.
"""

from contextlib import suppress

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.audit import PrintedRoot
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workdays import SHANGHAI

NAME = "历史检查点"


def checkpoint_line(session: Session) -> str:
    """Keeps a checkpoint and returns its line; where nothing can be written at the moment, that of
    the last one kept. "" before the first. In the database lane.
    """
    root = ""
    with suppress(DomainError):  # a server that only reads: the line shows the time of the last
        root = session.gateway.checkpoint(session.actor.office_id)
    kept = session.reader.checkpoint(root)
    if kept is None:
        return ""
    at = kept.made_at.astimezone(SHANGHAI)
    code = PrintedRoot(kept.n, kept.root).code()
    return f"{NAME} {code}（{at:%Y-%m-%d %H:%M}）"
