"""The tables of attachments: what is stored, its chunks, and where an office keeps them.

Lives here: columns, keys, CHECKs. Must not: the functions that fill them (`blobs.functions`).
A file stands once per office, never across offices: whether another office has the same file is
nobody's business.
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.files import LARGEST_IN_DATABASE, StoreKind
from sanzhi_desktop.persistence.columns import at, flag, key, one_of, table, text, to, whole

_SHA256 = "length(sha256) = 64 and sha256 = lower(sha256)"


def _size(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


# One row per office, written when it is founded.
file_store = table(
    "file_store",
    key("kind"),
    text("endpoint"),
    text("bucket"),
    text("region"),
    _size("file_limit"),
    _size("quota"),
    flag("sm3"),
    one_of("kind", StoreKind),
    sa.CheckConstraint("file_limit >= 0 and quota >= 0", name="limits"),
    sa.CheckConstraint(
        f"kind <> 'database' or (file_limit > 0 and file_limit <= {LARGEST_IN_DATABASE})",
        name="largest",
    ),
    to("office"),
    key=(),
)

blob = table(
    "blob",
    key("sha256"),
    text("sm3"),
    _size("size"),
    whole("chunk_size", None),
    key("place"),
    # Where in `objects` it is: the office's setting may name another place by now.
    text("endpoint"),
    text("bucket"),
    text("region"),
    flag("complete"),
    text("stored_by"),
    at("begun_at", nullable=False),
    at("completed_at"),
    one_of("place", StoreKind),
    sa.CheckConstraint(_SHA256, name="sha256"),
    sa.CheckConstraint("size >= 0 and chunk_size > 0", name="sizes"),
    to("office"),
    key=("sha256",),
)

# Compressing what is nearly always compressed already only costs time: see STORAGE EXTERNAL in
# `blobs.functions`.
blob_chunk = table(
    "blob_chunk",
    key("sha256"),
    whole("n", None),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("n >= 0", name="n"),
    to("blob", "sha256"),
    key=("sha256", "n"),
)

# Which chunks somebody has sent, and -1 when it was the whole file: from then on he may read it.
blob_proof = table(
    "blob_proof",
    key("sha256"),
    key("person_id"),
    whole("n", None),
    sa.CheckConstraint("n >= -1", name="n"),
    to("blob", "sha256"),
    key=("sha256", "person_id", "n"),
)
