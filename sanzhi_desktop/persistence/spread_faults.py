"""What stands in the way of one database over several servers, and what is not done on one.

Lives here: codes. Must not: sentences (`resources/sentences/spread.toml`).
"""

from sanzhi_desktop.domain.errors import Code


class SpreadFault(Code):
    """Refusals of spreading a database, and of what a spread one cannot do."""

    EMBEDDED = "spread.embedded"
    NO_EXTENSION = "spread.no_extension"
    TOO_OLD = "spread.too_old"
    NOT_SUPERUSER = "spread.not_superuser"
    NO_COORDINATOR = "spread.no_coordinator"
    NO_WORKERS = "spread.no_workers"
    ROLES_FIRST = "spread.roles_first"
    DESKS_OPEN = "spread.desks_open"
    OWNER_REFUSED = "spread.owner_refused"
    STEP_FAILED = "spread.step_failed"
    WORKER_FAILED = "spread.worker_failed"
    MOVE_IN = "spread.move_in"
    UPGRADE = "spread.upgrade"
    NO_SNAPSHOT = "spread.no_snapshot"
