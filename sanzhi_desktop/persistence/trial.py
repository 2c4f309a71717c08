"""Trying a server before anybody logs in: each address by itself, with what its answer means.

Lives here: the trial. Must not: keep a connection, or change anything on the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import server
from sanzhi_desktop.persistence.arrival import certificate
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import Target

_STRANGER = "sanzhi"  # asks to be let in where nobody has typed a code; nobody has that login


@dataclass(frozen=True, slots=True)
class Answer:
    """One address. `fault` None: reached, and logged in where a password was given."""

    host: str
    port: int
    fault: DomainError | None
    logged_in: bool = False
    certificate_days: int | None = None  # None: no TLS, or not reached


def answers(where: Target, *, user: str, password: str) -> Sequence[Answer]:
    """Tries all addresses, one after the other. Never raises for what a server says."""
    given = dict(where.options)
    hosts = (where.host or given.get("host") or "localhost").split(",")
    ports = str(where.port or given.get("port") or 5432).split(",")
    ports += ports[-1:] * (len(hosts) - len(ports))
    found = []
    for host, port in zip(hosts, ports, strict=False):
        options = given | {"host": host, "port": port, "target_session_attrs": "any"}
        one = replace(where, host="", port=0, options=tuple(sorted(options.items())))
        found.append(_one(one, host, int(port), user=user, password=password))
    return found


def _one(where: Target, host: str, port: int, *, user: str, password: str) -> Answer:
    made = server.engine(where, user=user or _STRANGER, password=password or None, most=1)
    fault: DomainError | None = None
    try:
        server.check(made, where)
    except DomainError as error:
        fault = error
    finally:
        made.dispose()
    reached = fault is None or fault.code in {
        LinkFault.NO_PASSWORD, PersistenceFault.LOG_IN_REFUSED, LinkFault.CERTIFICATE_NAME,
        LinkFault.CERTIFICATE_EXPIRED, LinkFault.CERTIFICATE_UNTRUSTED,
    }  # fmt: skip
    days = _days(host, port) if reached else None
    nobody = not user or not dict(where.options).get("sslcert")
    if fault is not None and not password and nobody:
        # Asked for a password by a server that passed every check of its certificate: that is all
        # a trial without one can show. Where nobody is named, a certificate is not his either.
        asked = {LinkFault.NO_PASSWORD, PersistenceFault.LOG_IN_REFUSED}
        asked |= set() if user else {LinkFault.CLIENT_CERTIFICATE_OTHER}
        fault = None if fault.code in asked else fault
        return Answer(host, port, fault, certificate_days=days)
    return Answer(host, port, fault, logged_in=fault is None, certificate_days=days)


def _days(host: str, port: int) -> int | None:
    try:
        shown = certificate(host, port, seconds=5.0)
    except OSError:
        return None
    return (shown.until - datetime.now(UTC)).days if shown is not None else None
