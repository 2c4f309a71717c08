"""Finds what the office stored of a paper by the content that the paper says it has.

Lives here: queries, and the function a server is asked by. Must not: reading a paper, or comparing
it (`documents.verify`).
"""

import hashlib

import sqlalchemy as sa

from sanzhi_desktop.application.queries import DocumentRow
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.case_tables import document
from sanzhi_desktop.persistence.dispute_tables import record_edition
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.meeting_tables import meeting

# No member's question by a hash has an index (`server_tables`): which of his cases keep the paper
# is asked of this function, and the paper itself by its case.
_DOOR = """create index ix_document__sha256 on app.document (office_id, app.kept(sha256));

create function api.cases_of_paper(p_office integer, p_sha256 text) returns text[]
language plpgsql %DEFINER% as $$
declare v_cases text[];
begin
  select array_agg(case_id) into v_cases from document
   where office_id = p_office and app.kept(sha256) = p_sha256
     and app.reads_case(p_office, readers);
  return coalesce(v_cases, '{}');
end $$;"""


def paper_function(definer: str) -> str:
    """CREATE FUNCTION of `api.cases_of_paper`; `definer` is how `api` functions run."""
    return _DOOR.replace("%DEFINER%", definer)


def with_hash(db: sa.Connection, office_id: int, sha256: str) -> sa.ColumnElement[bool]:
    """The condition that a stored paper has this hash."""
    d = document.c
    if db.dialect.name != "postgresql":
        return d.sha256 == sha256
    asked = "select api.cases_of_paper(%s::integer, %s)"
    cases = db.exec_driver_sql(asked, (office_id, sha256)).scalar_one()
    return (d.sha256 == sha256) & d.case_id.in_(cases)


def papers(
    db: sa.Connection, office_id: int, held: sa.ColumnElement[bool]
) -> tuple[DocumentRow, ...]:
    """The papers for which a condition holds, oldest first; without their bytes."""
    d = document.c
    columns = (d.sha256, d.case_id, d.round, d.kind, d.size, d.stored_at)
    query = sa.select(*columns).where(d.office_id == office_id, held)
    found = db.execute(query.order_by(d.stored_at, d.kind)).mappings()
    return tuple(DocumentRow(**row) for row in found)


def content(db: sa.Connection, office_id: int, sha256: str) -> bytes:
    """The stored bytes of a paper. Raises DomainError when there is no such paper."""
    d = document.c
    held = with_hash(db, office_id, sha256)
    query = sa.select(d.content).where(d.office_id == office_id, held)
    found = db.execute(query.limit(1)).scalar_one_or_none()
    if found is None:
        raise DomainError(PersistenceFault.NO_SUCH_ROW)
    return bytes(found)


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
