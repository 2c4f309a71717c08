"""Reading about attachments: the office's setting, and which materials stand on which file.

Lives here: queries. Must not: the bytes (`files`, `blobs`).
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.files import FileUse, StoreKind, StoreSettings, default_settings
from sanzhi_desktop.persistence.blobs.database import Books
from sanzhi_desktop.persistence.named_files import asking, named_files, once
from sanzhi_desktop.persistence.tables import file_store


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
    """Every file that an office names, once per case. On a server this is for who keeps the
    files, also where he may not read the cases."""
    if engine.dialect.name == "postgresql":
        told = Books(engine, office_id).rows("file_uses")
        return once(FileUse(r.sha256, r.case_id, r.case_name, r.material, r.standing) for r in told)
    return named_files(asking(db), office_id)
