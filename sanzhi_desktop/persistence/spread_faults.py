"""What stands in the way of one database over several servers.

Lives here: codes. Must not: sentences (`resources/sentences/spread.toml`).
"""

from sanzhi_desktop.domain.errors import Code


class SpreadFault(Code):
    """Refusals of spreading a database."""

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
