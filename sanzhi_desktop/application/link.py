"""What a desk knows of its way to a shared database: 在线, 重连中, 只读, and why it cannot get in.

Lives here: states, codes and the port. Must not: sockets and drivers (`persistence.link`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sanzhi_desktop.application.tagging import COMPLETE, TagMark
from sanzhi_desktop.domain.errors import Code, DomainError


class LinkState(StrEnum):
    """How the desk stands to the database."""

    ONLINE = "online"
    RECONNECTING = "reconnecting"
    READ_ONLY = "read_only"
    REFUSED = "refused"  # the server is there, and does not let this person work any more


class LinkFault(Code):
    """Why a server cannot be reached or used, each with its own next step."""

    NO_HOST = "link.no_host"
    REFUSED = "link.refused"
    SILENT = "link.silent"
    UNREACHABLE = "link.unreachable"
    STARTING = "link.starting"
    NO_TLS = "link.no_tls"
    TLS_ONLY = "link.tls_only"
    ROOT_MISSING = "link.root_missing"
    CERTIFICATE_EXPIRED = "link.certificate_expired"
    CERTIFICATE_EARLY = "link.certificate_early"
    CERTIFICATE_NAME = "link.certificate_name"
    CERTIFICATE_UNTRUSTED = "link.certificate_untrusted"
    CLIENT_CERTIFICATE = "link.client_certificate"
    CLIENT_CERTIFICATE_OTHER = "link.client_certificate_other"
    CLIENT_CERTIFICATE_WANTED = "link.client_certificate_wanted"
    CLIENT_CERTIFICATE_EXPIRED = "link.client_certificate_expired"
    CLIENT_CERTIFICATE_EARLY = "link.client_certificate_early"
    CLIENT_CERTIFICATE_UNTRUSTED = "link.client_certificate_untrusted"
    CLIENT_KEY_PASSPHRASE = "link.client_key_passphrase"  # a code, no secret
    NO_PRIMARY = "link.no_primary"
    OVERTAKEN = "link.overtaken"
    NO_DATABASE = "link.no_database"
    NOT_ADMITTED = "link.not_admitted"
    NO_PASSWORD = "link.no_password"  # a code, no secret
    CLOCK_WRONG = "link.clock_wrong"
    CLOCK_APART = "link.clock_apart"
    CLOCK_BEHIND = "link.clock_behind"
    DISABLED = "link.disabled"
    PASSWORD_CHANGED = "link.password_changed"  # a code, no secret
    READ_ONLY = "link.read_only"
    STANDBY = "link.standby"
    REVISION_MOVED = "link.revision_moved"
    ASLEEP = "link.asleep"
    WRITES_LOST = "link.writes_lost"
    FILES_LOST = "link.files_lost"
    SAVES_MISSING = "link.saves_missing"
    RESENDING = "link.resending"


# Trouble that passes by itself: worth another try with the same command. The last one is the
# database layer's own word for a connection that broke.
_PASSING = frozenset(
    {LinkFault.NO_HOST, LinkFault.REFUSED, LinkFault.SILENT, LinkFault.UNREACHABLE,
     LinkFault.STARTING, LinkFault.NO_PRIMARY, LinkFault.OVERTAKEN, LinkFault.READ_ONLY,
     "persistence.away"}
)  # fmt: skip


def passing(error: BaseException) -> bool:
    """Whether an error means that nothing can be saved for now, and nothing worse: the server is
    away, or there is only one that can be read."""
    return isinstance(error, DomainError) and error.code.value in _PASSING


@dataclass(frozen=True, slots=True)
class Beat:
    """One look at the server. `news` moves whenever anything was written that concerns the
    person; `present` are the others who have the case open; `fault` says why not online."""

    state: LinkState
    news: int = 0
    present: tuple[str, ...] = ()
    fault: DomainError | None = None
    at: datetime | None = None
    untagged: TagMark = COMPLETE  # of a database on this PC


class Link(Protocol):
    """The connection of one desk to a server."""

    def beat(self, case_id: str) -> Beat:
        """Asks the server once, at most for some seconds, and tells it which case is open here
        ("" for none). Never raises for a server that is away. Any thread but the GUI's."""
        ...

    @property
    def resending(self) -> bool:
        """Whether a beat takes long because files go out again to a server that took over."""
        ...

    @property
    def waiting(self) -> Sequence[Mapping[str, Any]]:
        """The saves that wait for files to be chosen again, as JSON values, for this PC to keep
        sealed until they are sent. From any thread; waits for nobody."""
        ...

    def take_back(self, kept: Sequence[Mapping[str, Any]]) -> None:
        """What `waiting` said at an earlier log-in. Before the first beat."""
        ...

    def give_up_waiting(self) -> None:
        """The person has not got the files any more. Any thread but the GUI's."""
        ...

    def close(self) -> None:
        """The desk is left: nobody waits for the server any more. Does not wait itself."""
        ...

    def dispose(self) -> None:
        """Gives the connection back; may wait for a beat that is under way."""
        ...
