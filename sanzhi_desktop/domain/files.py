"""Attachments as values: where an office keeps them, and whether one is still what it was.

Lives here: the kinds of store, an office's setting, the state of a stored file, and what refuses
one. Must not: reading or writing bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sanzhi_desktop.domain.errors import Code, DomainError

MIB = 1 << 20
FILE_LIMIT = 200 * MIB  # of one file in the database, unless the office sets another
QUOTA = 20 * 1024 * MIB
# The server hashes a file in one piece; beyond this it would need more memory than a row may have.
LARGEST_IN_DATABASE = 500 * MIB


class AttachmentFault(Code):
    """Why a file is not taken, not handed out, or no longer counts."""

    CHANGED = "files.changed"
    MISSING = "files.missing"
    INTACT = "files.intact"
    NOT_STORED = "files.not_stored"
    TOO_LARGE = "files.too_large"
    QUOTA = "files.quota"
    IN_USE = "files.in_use"
    TOO_YOUNG = "files.too_young"
    BAD_CHUNK = "files.bad_chunk"
    CHANGED_WHILE_READ = "files.changed_while_read"
    STORE_KIND = "files.store_kind"
    SM3_IN_FOLDER = "files.sm3_in_folder"
    LIMIT_WRONG = "files.limit_wrong"
    ENDPOINT_WRONG = "files.endpoint_wrong"
    BUCKET_MISSING = "files.bucket_missing"
    SECRET_IN_ENDPOINT = "files.secret_in_endpoint"  # a code, no secret
    NOT_OBJECTS = "files.not_objects"
    NO_CREDENTIALS = "files.no_credentials"
    NO_KEYRING = "files.no_keyring"
    NO_BUCKET = "files.no_bucket"
    OBJECTS_REFUSED = "files.objects_refused"
    OBJECTS_AWAY = "files.objects_away"


class StoreKind(StrEnum):
    """Where the bytes of an office's attachments are."""

    FOLDER = "folder"  # beside the database of one PC
    DATABASE = "database"  # in the shared database, in chunks
    OBJECTS = "objects"  # in an S3-compatible object store


class FileState(StrEnum):
    """What a look at the stored bytes found."""

    INTACT = "intact"
    CHANGED = "changed"  # 材料已变
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where an office keeps its attachments, and how much. Sizes in bytes, 0 is no limit.

    Credentials of an object store are never part of it.
    """

    kind: StoreKind
    endpoint: str = ""
    bucket: str = ""
    region: str = ""
    file_limit: int = 0
    quota: int = 0
    sm3: bool = False  # SM3 (GB/T 32905) is kept beside SHA-256


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as the store's own books have it."""

    sha256: str
    sm3: str
    size: int
    complete: bool
    place: StoreKind
    since: datetime  # when somebody last began to store it
    endpoint: str = ""  # of an object store, which need not be the one of the office's setting
    bucket: str = ""
    region: str = ""

    @property
    def where(self) -> StoreSettings:
        """The place as a setting would name it."""
        return StoreSettings(self.place, self.endpoint, self.bucket, self.region)


@dataclass(frozen=True, slots=True)
class FileUse:
    """A material of a case that stands on a stored file. `now`: it does so today; otherwise an
    earlier round did, or an expert was shown it, as the history tells."""

    sha256: str
    case_id: str
    case: str
    material: str
    now: bool = True


def mib(size: int) -> float:
    """Bytes as MB (2²⁰) with one decimal, as people are told."""
    return round(size / MIB, 1)


def default_settings(kind: StoreKind) -> StoreSettings:
    """What an office starts with."""
    if kind is StoreKind.FOLDER:
        return StoreSettings(kind)
    return StoreSettings(kind, file_limit=FILE_LIMIT, quota=QUOTA)


def check_settings(settings: StoreSettings) -> None:
    """Raises DomainError(AttachmentFault): limits that cannot be kept, an endpoint that is none,
    what the kind of store does not do."""
    if settings.kind is StoreKind.FOLDER and settings.sm3:
        raise DomainError(AttachmentFault.SM3_IN_FOLDER)
    if min(settings.file_limit, settings.quota) < 0 or (
        settings.kind is StoreKind.DATABASE and not 0 < settings.file_limit <= LARGEST_IN_DATABASE
    ):
        raise DomainError(AttachmentFault.LIMIT_WRONG, largest=LARGEST_IN_DATABASE // MIB)
    if settings.kind is not StoreKind.OBJECTS:
        return
    scheme, _, rest = settings.endpoint.partition("://")
    if scheme not in {"http", "https"} or not rest or any(c.isspace() for c in rest):
        raise DomainError(AttachmentFault.ENDPOINT_WRONG, endpoint=settings.endpoint)
    if "@" in rest or "?" in rest:
        raise DomainError(AttachmentFault.SECRET_IN_ENDPOINT)
    if not settings.bucket.strip():
        raise DomainError(AttachmentFault.BUCKET_MISSING)
