"""What the history screen reads, in one go, and the checks it asks for."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.application.ports import OpinionPress, Reader, Session
from sanzhi_desktop.application.queries import DocumentRow, HistoryRow
from sanzhi_desktop.application.signing import PaperRecord
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import TagState
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.ui.history.words import (
    Told,
    chain_told,
    plain_told,
    rows_told,
    tags_told,
    verdict_told,
)
from sanzhi_desktop.ui.names import name

SIGNED = frozenset({"opinion", "opinion_certified"})  # kinds that carry signatures


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The history of one case, or of the office's own business (`case_id` empty)."""

    case_id: str
    title: str
    about: str
    entries: Sequence[HistoryRow]
    documents: Sequence[DocumentRow]
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper with what the verifier needs to know about it."""

    row: DocumentRow
    data: bytes
    record: PaperRecord


def read_history(session: Session, case_id: str) -> HistoryPage:
    """In the database lane."""
    reader = session.reader
    people = reader.people()
    if not case_id:
        office = reader.office()
        return HistoryPage("", "单位事务", office.name, reader.history(""), (), people)
    case = reader.case(case_id)
    about = "，".join(
        part
        for part in (case.submission.party.name, case.submission.unit, name(case.state))
        if part
    )
    return HistoryPage(
        case_id,
        case.submission.name,
        about,
        reader.history(case_id),
        reader.documents(case_id),
        people,
    )


def read_paper(reader: Reader, row: DocumentRow) -> StoredPaper:
    """In the database lane."""
    return StoredPaper(row, reader.document(row.sha256), record_of(reader, sha256=row.sha256))


def check_paper(press: OpinionPress, paper: StoredPaper) -> Told:
    """In the document lane: signatures where the kind carries them, else the stored hash."""
    if paper.row.kind in SIGNED:
        return verdict_told(press.verify(paper.data, record=paper.record), kind=paper.row.kind)
    return plain_told(same=hashlib.sha256(paper.data).hexdigest() == paper.row.sha256)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check says of the chains, of the rows and of the tags (None on a server), and the
    root over all chains with its short form as lists print it."""

    chains: Told
    rows: Told | None
    tags: Told | None
    root: str
    line: str


def check_chains(session: Session, case_id: str | None, *, report: Report) -> Checked:
    """In the database lane: the answer for one chain or all.

    The root that is shown may be copied down, so it is kept as a checkpoint; where nothing can be
    written at the moment, it is the one that would be kept. `report` may raise to stop it.
    """
    reader = session.reader
    told = chain_told(reader.verify_chains(report, case_id=case_id), case_id)
    rows = reader.verify_rows(report)
    fits = None if rows is None else rows_told(rows, case_id)
    tags = reader.history_tags()
    tagged = None if tags.state is TagState.SERVER else tags_told(tags, case_id)
    try:
        root = session.gateway.checkpoint(session.actor.office_id)
    except DomainError:
        root = reader.chain_root()
    return Checked(told, fits, tagged, root, checkpoint_line(session))
