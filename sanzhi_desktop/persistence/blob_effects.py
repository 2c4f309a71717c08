"""What commands write about attachments: the office's setting, and that a material's file is there.

Lives here: effects in the language of `writes`. Must not: the bytes (`blobs`).
"""

from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.persistence.effect_parts import insert
from sanzhi_desktop.persistence.writes import Effect, Refuse

# Whoever shares a database finds every file through it; the folder of one PC keeps its own books.
STORED = Refuse(
    "{i.sha256} <> '' and exists (select 1 from file_store where office_id = {office}"
    " and kind <> 'folder') and not exists (select 1 from blob where office_id = {office}"
    " and sha256 = {i.sha256} and complete = 1)",
    AttachmentFault.NOT_STORED,
    {"name": "{i.name}"},
)

_VALUES = {
    "kind": "{p.kind}",
    "endpoint": "{p.endpoint}",
    "bucket": "{p.bucket}",
    "region": "{p.region}",
    "file_limit": "{p.file_limit|int}",
    "quota": "{p.quota|int}",
    "sm3": "{p.sm3|flag}",
}

SET_FILE_STORE = Effect(
    steps=(
        # A folder belongs to one PC, the other stores to a shared database.
        Refuse(
            "not exists (select 1 from file_store where office_id = {office}"
            " and (kind = 'folder' and {p.kind} = 'folder'"
            " or kind <> 'folder' and {p.kind} in ('database', 'objects')))",
            AttachmentFault.STORE_KIND,
        ),
        insert(
            "file_store",
            _VALUES,
            after="on conflict (office_id) do update set "
            + ", ".join(f"{column} = excluded.{column}" for column in _VALUES),
        ),
    ),
    kinds=frozenset({"files"}),
)
