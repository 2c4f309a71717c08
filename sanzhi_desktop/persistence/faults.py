"""Codes of everything the database layer refuses by itself.

Lives here: codes only; their sentences stand in `resources/sentences/persistence.toml`.
Must not: rules of a case or of people; those are declared beside the rule in `domain`.
"""

from collections.abc import Mapping
from typing import Any

from sanzhi_desktop.application.confirmation import ConfirmationFault
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.case_period import CasePeriodFault
from sanzhi_desktop.domain.dispute import DisputeFault, ExpertFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.domain.meeting import MeetingFault
from sanzhi_desktop.domain.office_life import OfficeLifeFault
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.transfer import TransferFault
from sanzhi_desktop.domain.workflow import WorkflowFault


class PersistenceFault(Code):
    """Why the database cannot be opened, or does not take a command."""

    AWAY = "persistence.away"
    BUSY = "persistence.busy"
    TOO_MANY = "persistence.too_many"
    DISK_FULL = "persistence.disk_full"
    DISK_TROUBLE = "persistence.disk_trouble"
    SERVER_LIMIT = "persistence.server_limit"
    READ_ONLY = "persistence.read_only"
    NOT_A_DATABASE = "persistence.not_a_database"
    EXISTS = "persistence.exists"
    OFFICE_THERE = "persistence.office_there"
    MISSING = "persistence.missing"
    NETWORK_SHARE = "persistence.network_share"
    SYNCED_FOLDER = "persistence.synced_folder"
    BAD_URL = "persistence.bad_url"
    URL_OPTION_UNKNOWN = "persistence.url_option_unknown"
    URL_OPTION_WRONG = "persistence.url_option_wrong"
    NO_USER_IN_URL = "persistence.no_user_in_url"
    PASSWORD_IN_URL = "persistence.password_in_url"  # a code, no secret
    LOG_IN_REFUSED = "persistence.log_in_refused"
    SERVER_TOO_OLD = "persistence.server_too_old"
    DATABASE_NEWER = "persistence.database_newer"
    DATABASE_OLDER = "persistence.database_older"
    NOT_INITIALISED = "persistence.not_initialised"
    WALL_CHANGED = "persistence.wall_changed"
    PREPARED_TRANSACTIONS = "persistence.prepared_transactions"
    REFUSED_BY_TABLE = "persistence.refused_by_table"
    COMMAND_TAKEN = "persistence.command_taken"
    CASE_EXISTS = "persistence.case_exists"
    OLD_SNAPSHOT = "persistence.old_snapshot"
    BAD_PAYLOAD = "persistence.bad_payload"
    ENTRY_TOO_LARGE = "persistence.entry_too_large"
    NOT_ALLOWED = "persistence.not_allowed"
    DIGEST_MISMATCH = "persistence.digest_mismatch"
    NOT_A_PDF = "persistence.not_a_pdf"
    ITEMS_UNANSWERED = "persistence.items_unanswered"
    MATERIALS_DIFFER = "persistence.materials_differ"
    DOCUMENT_MISSING = "persistence.document_missing"
    PROBLEM_NUMBERS = "persistence.problem_numbers"
    NO_SUCH_PROBLEM = "persistence.no_such_problem"
    OUTCOME_MISMATCH = "persistence.outcome_mismatch"
    YEAR_MISMATCH = "persistence.year_mismatch"
    RECEIVED_LATER = "persistence.received_later"
    NUMBER_NOT_VOIDABLE = "persistence.number_not_voidable"
    CALENDAR_EDITION_TAKEN = "persistence.calendar_edition_taken"
    CALENDAR_UNKNOWN = "persistence.calendar_unknown"
    LAST_ADMIN = "persistence.last_admin"
    SUPERUSER_NEEDED = "persistence.superuser_needed"
    OWNER_HAS_MEMBERS = "persistence.owner_has_members"
    OFFICE_ON_SERVER = "persistence.office_on_server"
    LOGIN_BY_DBA = "persistence.login_by_dba"
    LOGIN_TAKEN = "persistence.login_taken"
    HISTORY_BY_AUDITOR = "persistence.history_by_auditor"
    ROLE_BY_DBA = "persistence.role_by_dba"
    NO_SUCH_PERSON = "persistence.no_such_person"
    NO_SUCH_ROW = "persistence.no_such_row"
    PASSWORD_BY_DBA = "persistence.password_by_dba"  # a code, no secret
    PERSON_DISABLED = "persistence.person_disabled"
    PASSWORD_BY_SERVER = "persistence.password_by_server"  # a code, no secret
    PASSWORD_NOT_ASKED = "persistence.password_not_asked"  # a code, no secret
    PASSWORD_TOO_SHORT = "persistence.password_too_short"  # a code, no secret
    PASSWORD_NEEDED = "persistence.password_needed"  # a code, no secret
    PASSWORDS_DIFFER = "persistence.passwords_differ"  # a code, no secret
    NO_SUCH_ROLE = "persistence.no_such_role"
    NO_SUCH_OFFICE = "persistence.no_such_office"
    BAD_ROOT = "persistence.bad_root"
    NO_KEY_STORE = "persistence.no_key_store"
    TAGS_ON_SERVER = "persistence.tags_on_server"
    TAGS_ON_BROKEN = "persistence.tags_on_broken"
    TAGS_WRONG = "persistence.tags_wrong"
    TAGS_MOVED = "persistence.tags_moved"
    TAGS_COMPLETE = "persistence.tags_complete"
    NO_TAGS = "persistence.no_tags"
    TAG_KEY_MISSING = "persistence.tag_key_missing"
    TAG_REASON = "persistence.tag_reason"
    OTHER_TAG_KEY = "persistence.other_tag_key"
    BAD_KEY_FILE = "persistence.bad_key_file"
    PASSPHRASE_TOO_SHORT = "persistence.passphrase_too_short"  # a code, no secret
    WRONG_PASSPHRASE = "persistence.wrong_passphrase"  # a code, no secret
    BAD_CHECKPOINT_FILE = "persistence.bad_checkpoint_file"
    OTHER_OFFICE = "persistence.other_office"
    CANNOT_WRITE = "persistence.cannot_write"
    FILE_UNREADABLE = "persistence.file_unreadable"
    FILE_MISSING = "persistence.file_missing"
    FILE_CHANGED = "persistence.file_changed"


# The areas whose codes stand in effects, functions and walls.
_AREAS: tuple[type[Code], ...] = (
    CaseFault,
    AttachmentFault,
    CasePeriodFault,
    ConfirmationFault,
    DisputeFault,
    ExpertFault,
    MeetingFault,
    OfficeLifeFault,
    PeopleFault,
    TransferFault,
    WorkflowFault,
    PersistenceFault,
)


def code_of(value: str) -> Code | None:
    """The member whose value this is; None when none of the database's areas declares it."""
    return next((area(value) for area in _AREAS if value in area._value2member_map_), None)


def fault(value: str, facts: Mapping[str, Any]) -> DomainError:
    """The error a table, a function or the executor named by its code."""
    code = code_of(value)
    if code is None:
        return DomainError(PersistenceFault.REFUSED_BY_TABLE, message=value)
    return DomainError(code, **{k: v for k, v in facts.items() if k != "code"})
