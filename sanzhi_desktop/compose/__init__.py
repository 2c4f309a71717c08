"""Composes the program: fonts, rules, papers, keys and the reader behind their ports.

Imports no window. Everything heavy is imported when it is first used.
"""

import os

from sanzhi_desktop.application.ports import Reader
from sanzhi_desktop.application.signing import PaperRecord
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.documents.fonts import FaceSet, bundled_faces, find_faces, system_folders
from sanzhi_desktop.documents.keydesk import Keys
from sanzhi_desktop.documents.paper_desk import PaperDesk
from sanzhi_desktop.documents.prefill import PrefillReader
from sanzhi_desktop.documents.press import Press
from sanzhi_desktop.documents.sheets.catalogue import CatalogueWorkbooks
from sanzhi_desktop.documents.transfer_press import LetterPress
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.rulebook import ShippedBook


def work(*, bundled_fonts: bool = False, demonstration: bool = False) -> Work:
    """The ports of a running office. `bundled_fonts`: leave this PC's own fonts aside;
    `demonstration`: papers say 演示."""
    faces: FaceSet = (
        bundled_faces() if bundled_fonts else find_faces(system_folders(dict(os.environ)))
    )
    press = Press(faces)
    return Work(
        book=ShippedBook(demonstration=demonstration),
        press=press,
        sheets=press,
        keys=Keys(faces),
        reader=PrefillReader(),
        catalogues=CatalogueWorkbooks(),
        papers=PaperDesk(faces),
        letters=LetterPress(faces),
    )


def paper_record(name: str, sha256: str, *, number: str = "", content: str = "") -> PaperRecord:
    """What a database knows of a paper, for `sanzhi verify --db`. Raises DomainError.

    `name` is whatever `--db` takes; reading papers needs no person at work. A paper that is not
    stored is compared with the opinion issued under its `number` (文号), else with the record,
    the minutes or the responsibility sheet of its `content` (the hash that it names itself), if
    there is one.
    """
    from sanzhi_desktop.application.signoff import record_of
    from sanzhi_desktop.persistence.open import open_database

    opened = open_database(name)
    try:
        reader = opened.reader()
        stored = reader.has_document(sha256) is not None or _minutes(reader, sha256)
        issued = sha256 if stored else reader.issued_under(number)
        if issued is None and content:
            issued = reader.stored_of_content(content) or _sheet(reader, content)
        return record_of(reader, sha256=issued)
    finally:
        opened.close()


def _minutes(reader: Reader, sha256: str) -> bool:
    """Whether the office stored minutes with this hash; they belong to a meeting, not to a case."""
    try:
        reader.meeting_document(sha256)
    except DomainError:
        return False
    return True


def _sheet(reader: Reader, content: str) -> str | None:
    """SHA-256 of the stored 责任清单 that names this content. It stands in no row of its own, so
    each stored one is opened: a few milliseconds, for a paper that nobody knows."""
    from sanzhi_desktop.documents.verify import content_named

    kept = reader.kept_of_kind("responsibility")
    return next((one for one in kept if content_named(reader.document(one)) == content), None)
