"""Finds what the office stored of a paper by the content that the paper says it has.

Lives here: queries. Must not: reading a paper, or comparing it (`documents.verify`).
"""

import hashlib

import sqlalchemy as sa

from sanzhi_desktop.persistence.case_tables import document
from sanzhi_desktop.persistence.dispute_tables import record_edition
from sanzhi_desktop.persistence.meeting_tables import meeting


def stored_of_content(db: sa.Connection, office_id: int, content_sha256: str) -> str | None:
    """SHA-256 of the latest stored form of a two-sided record or of minutes with this content, or
    None. An altered file still names its content: it is then another one than what is stored."""
    r = record_edition.c
    query = sa.select(r.signed_sha256, r.certified_sha256, r.prepared_sha256).where(
        r.office_id == office_id, r.content_sha256 == content_sha256
    )
    row = db.execute(query.order_by(r.frozen_at.desc()).limit(1)).one_or_none()
    if row is not None:
        return next((sha256 for sha256 in row if sha256), None)
    # Meetings are few, and their content stands there as text alone.
    m = meeting.c
    held = sa.select(m.content, m.minutes_sha256).where(m.office_id == office_id, m.content != "")
    for content, minutes_sha256 in db.execute(held):
        if hashlib.sha256(content.encode()).hexdigest() == content_sha256:
            return str(minutes_sha256)
    return None


def kept_of_kind(db: sa.Connection, office_id: int, kind: str) -> tuple[str, ...]:
    """SHA-256 of every stored paper of a kind, the latest first."""
    d = document.c
    query = sa.select(d.sha256).where(d.office_id == office_id, d.kind == kind)
    return tuple(db.execute(query.order_by(d.stored_at.desc(), d.sha256)).scalars())
