"""Reading about attachments: the office's setting, and which materials stand on which file.

Lives here: queries. Must not: the bytes (`files`, `blobs`).
"""

import re

import sqlalchemy as sa

from sanzhi_desktop.domain.files import FileUse, StoreKind, StoreSettings, default_settings
from sanzhi_desktop.persistence.blobs.database import Books
from sanzhi_desktop.persistence.blobs.functions import NAMED, TRANSFER_FILE
from sanzhi_desktop.persistence.dispute_tables import dispute_file
from sanzhi_desktop.persistence.tables import case_, file_store, material
from sanzhi_desktop.persistence.transfer_tables import transfer, transfer_event


def file_store_of(db: sa.Connection, office_id: int) -> StoreSettings:
    """Where an office keeps its attachments."""
    query = sa.select(file_store).where(file_store.c.office_id == office_id)
    row = db.execute(query).mappings().one_or_none()
    if row is None:
        return default_settings(StoreKind.FOLDER)
    return StoreSettings(
        kind=StoreKind(row["kind"]),
        endpoint=row["endpoint"],
        bucket=row["bucket"],
        region=row["region"],
        file_limit=row["file_limit"],
        quota=row["quota"],
        sm3=bool(row["sm3"]),
    )


def files_used(engine: sa.Engine, db: sa.Connection, office_id: int) -> tuple[FileUse, ...]:
    """Every file that a material stands on. On a server this is for who keeps the files, also
    where he may not read the cases."""
    if engine.dialect.name == "postgresql":
        found = Books(engine, office_id).rows("file_uses")
        return tuple(FileUse(r.sha256, r.case_id, r.case_name, r.material) for r in found)
    m, k = material.c, case_.c
    query = (
        sa.select(m.sha256, m.case_id, k.name.label("case"), m.name.label("material"))
        .join(case_, (k.office_id == m.office_id) & (k.case_id == m.case_id))
        .where(m.office_id == office_id, m.sha256 != "")
        .order_by(m.case_id, m.place)
    )
    found = [FileUse(**row) for row in db.execute(query).mappings()]
    d = dispute_file.c
    added = (
        sa.select(d.sha256, d.case_id, k.name.label("case"), d.name.label("material"))
        .join(case_, (k.office_id == d.office_id) & (k.case_id == d.case_id))
        .where(d.office_id == office_id)
        .order_by(d.case_id, d.owner_id, d.place)
    )
    found += [FileUse(**row) for row in db.execute(added).mappings()]
    for table, text in (
        (transfer, transfer.c.attachments),
        (transfer_event, transfer_event.c.detail),
    ):
        t = table.c
        told = (
            sa.select(t.case_id, k.name, text)
            .join(case_, (k.office_id == t.office_id) & (k.case_id == t.case_id))
            .where(t.office_id == office_id)
        )
        found += [
            FileUse(sha256, case_id, case, TRANSFER_FILE)
            for case_id, case, words in db.execute(told)
            for sha256 in re.findall(NAMED, words)
        ]
    return tuple(found)
