"""What commands write about attachments: the office's setting, and that a material's file is there.

Lives here: effects in the language of `writes`, what frees a file too. Must not: bytes (`blobs`).
"""

from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.persistence.effect_parts import insert
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

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
        # Somebody carried the objects to another place and says so; the hashes tell whether he did.
        Run(
            "update blob set endpoint = {p.endpoint}, bucket = {p.bucket}, region = {p.region}"
            " where office_id = {office} and place = 'objects'"
            " and endpoint = {p.moved_from.endpoint} and bucket = {p.moved_from.bucket}",
            when="{p.kind} = 'objects' and {p.moved_from|has}",
        ),
        Run(
            "update blob set region = {p.region} where office_id = {office} and place = 'objects'"
            " and endpoint = {p.endpoint} and bucket = {p.bucket} and region <> {p.region}",
            when="{p.kind} = 'objects'",
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

# The command names a file in capitals: else its own entry would be a use of it for ever after.
_SHA256 = "lower({i.sha256})"
_FILE = f"office_id = {{office}} and sha256 = {_SHA256}"


def _named_in(table: str, column: str) -> str:
    return (
        f"exists (select 1 from {table} where office_id = {{office}}"
        f" and replace({column}, {_SHA256}, '') <> {column})"
    )


# What the law wants kept: every byte that a submission, a round, an opinion or a paper was made
# on. All of them came by commands, and the history holds the hash that each command named; so what
# no entry and no row names was uploaded and never used. The first step holds the row against an
# upload of the same file, which would find it complete.
FREE_FILES = Effect(
    steps=(
        Each(
            "files",
            (
                Run(
                    f"update blob set complete = 0 where {_FILE}"
                    " and begun_at < {p.before|instant}"
                ),
                Refuse(
                    f"length({_SHA256}) <> 64 or exists (select 1 from blob where {_FILE}"
                    " and begun_at >= {p.before|instant}) or {p.before} = ''",
                    AttachmentFault.TOO_YOUNG,
                    {"sha256": _SHA256},
                ),
                Refuse(
                    f"exists (select 1 from material where {_FILE})"
                    f" or exists (select 1 from dispute_file where {_FILE}) or "
                    + " or ".join(
                        _named_in(table, column)
                        for table, column in (
                            ("transfer", "attachments"),
                            ("transfer_event", "detail"),
                            ("audit", "entry"),
                        )
                    ),
                    AttachmentFault.IN_USE,
                    {"sha256": _SHA256},
                ),
                Run(f"delete from blob_chunk where {_FILE}"),
                Run(f"delete from blob_proof where {_FILE}"),
                Run(f"delete from blob where {_FILE}"),
            ),
        ),
    ),
    kinds=frozenset({"files"}),
)
