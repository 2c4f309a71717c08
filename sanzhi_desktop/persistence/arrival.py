"""Getting in: connects to a server and says, when that fails, which of many reasons it was.

Lives here: libpq's words and the look at a server's certificate. Must not: anything after log-in.
libpq tells a failed log-in by text alone; both its English and PostgreSQL's Chinese are read.
"""

import re
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from sanzhi_desktop.application.link import LinkFault, passing
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.persistence import own_certificate
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.link import Patience, WatchedConnection

if TYPE_CHECKING:
    import sqlalchemy as sa

# What libpq or the server says, and which reason that is. The first match over the words of all
# addresses counts: what only a person can mend stands before what passes by itself.
_SIGNS: tuple[tuple[str, Code], ...] = (
    ("does not match host name", LinkFault.CERTIFICATE_NAME),
    ("root certificate file", LinkFault.ROOT_MISSING),
    ("certificate authentication failed", LinkFault.CLIENT_CERTIFICATE_OTHER),
    ("private key file", LinkFault.CLIENT_CERTIFICATE),
    ("alert certificate required", LinkFault.CLIENT_CERTIFICATE_WANTED),
    # What a server says of somebody's own certificate; which of its faults it is, the file tells.
    ("alert certificate expired", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert bad certificate", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert certificate revoked", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert certificate unknown", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert unsupported certificate", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert unknown ca", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("alert decrypt error", LinkFault.CLIENT_CERTIFICATE_UNTRUSTED),
    ("certificate file", LinkFault.CLIENT_CERTIFICATE),
    ("valid client certificate", LinkFault.CLIENT_CERTIFICATE_WANTED),
    ("certificate verify failed", LinkFault.CERTIFICATE_UNTRUSTED),
    ("does not support SSL", LinkFault.NO_TLS),
    ("no encryption", LinkFault.TLS_ONLY),
    ("unrecognized configuration parameter", PersistenceFault.SERVER_TOO_OLD),
    ("no password supplied", LinkFault.NO_PASSWORD),
    ("authentication failed", PersistenceFault.LOG_IN_REFUSED),
    ("认证失败", PersistenceFault.LOG_IN_REFUSED),
    ("not permitted to log in", PersistenceFault.LOG_IN_REFUSED),
    ("进行登录", PersistenceFault.LOG_IN_REFUSED),
    ("permission denied for database", PersistenceFault.LOG_IN_REFUSED),
    ("pg_hba.conf", LinkFault.NOT_ADMITTED),
    ("too many", PersistenceFault.TOO_MANY),
    ("remaining connection slots", PersistenceFault.TOO_MANY),
    ("太多的客户", PersistenceFault.TOO_MANY),
    ("database \"", LinkFault.NO_DATABASE),
    ("数据库 \"", LinkFault.NO_DATABASE),
    ("overtaken by a promotion", LinkFault.OVERTAKEN),
    ("session is read-only", LinkFault.NO_PRIMARY),
    ("hot standby mode", LinkFault.NO_PRIMARY),
    ("database system is", LinkFault.STARTING),
    ("数据库系统", LinkFault.STARTING),
    ("timeout expired", LinkFault.SILENT),
    ("timed out", LinkFault.SILENT),
    ("Connection refused", LinkFault.REFUSED),
    ("0x0000274D", LinkFault.REFUSED),
    ("0x0000274C", LinkFault.SILENT),
    ("No route to host", LinkFault.UNREACHABLE),
    ("unreachable", LinkFault.UNREACHABLE),
    ("0x00002743", LinkFault.UNREACHABLE),
    ("0x00002751", LinkFault.UNREACHABLE),
    ("translate host name", LinkFault.NO_HOST),
    ("resolve host", LinkFault.NO_HOST),
)  # fmt: skip
_AT = re.compile(r'connection to server at "([^"]+)"(?: \([^)]*\))?, port (\d+)')
_NAMES = re.compile(r'certificate for "([^"]+)".* does not match host name "([^"]+)"')
_QUOTED = re.compile(r'root certificate file "([^"]+)"')
_HOST = re.compile(r"host(?: name)? [\"']([^\"']+)[\"']")
_TLS_REQUEST = struct.pack("!ii", 8, 80877103)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server's certificate says about itself."""

    names: tuple[str, ...]
    since: datetime
    until: datetime


def arrange(made: "sa.Engine", patience: Patience, *, reads_on: bool) -> None:
    """Makes an engine connect with watched connections, wait out breaks, and name its trouble.

    `reads_on`: where a server that can be written is wanted and none is there, one that can only
    be read will do meanwhile.
    """
    import sqlalchemy

    def connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> Any:
        generation = patience.generation
        if patience.password is not None:
            named["password"] = patience.password
        once = partial(arrive, given, named, reads_on=reads_on, patience=patience)
        connection = patience.connect(once, passing)
        connection.patience, connection.generation = patience, generation
        return connection

    ping = made.dialect.do_ping

    def still_good(connection: Any) -> bool:
        """Asked before every use; a line of before the servers changed places is not even tried."""
        return connection.generation >= patience.generation and ping(connection)

    sqlalchemy.event.listen(made, "do_connect", connect)
    made.dialect.do_ping = still_good  # type: ignore[method-assign, assignment]


def arrive(
    given: list[Any],
    named: Mapping[str, Any],
    *,
    reads_on: bool = False,
    patience: Patience | None = None,
) -> WatchedConnection:
    """One attempt on all addresses, in their order; each is tried once. Raises DomainError.

    The driver would connect to every address for itself, with `target_session_attrs` judged for
    each alone: a standby that is only preferred could not be told from one that is needed.
    """
    named = own_certificate.unlocked(named)
    wanted = str(named.get("target_session_attrs") or "any")
    ours = wanted in _CHOICES
    said: list[str] = []
    good: list[WatchedConnection] = []
    spare: list[WatchedConnection] = []
    addresses = _addresses(named)
    watched = patience if reads_on or len(addresses) > 1 else None
    # A desk that was just started may meet a primary of before first: it looks at all of them.
    around = reads_on and patience is not None and patience.fresh and wanted != "prefer-standby"
    for address in addresses:
        each = {**named, **address} | ({"target_session_attrs": "any"} if ours else {})
        try:
            made = _reach(given, each | ({"connect_timeout": _GLANCE} if good else {}), watched)
        except psycopg.OperationalError as error:
            said.append(str(error))
            continue
        fits = not ours or wanted == "any" or made.still == (wanted == "prefer-standby")
        if fits and not made.overtaken:
            good.append(made)
            if not around:
                break
        elif reads_on or (wanted == "prefer-standby" and not made.overtaken):
            spare.append(made)
        else:
            said.append(_left(made))
            made.close()
    if not good and not spare:
        raise refusal("\n".join(said), named)
    best = _latest(good) if good else min(spare, key=lambda one: one.overtaken)
    for one in (*good, *spare):
        if one is not best:
            one.close()
    return best


_GLANCE = "2"  # seconds for an address that is only looked at; the least that libpq knows


def _reach(
    given: list[Any], named: Mapping[str, Any], watched: Patience | None
) -> WatchedConnection:
    """Connects to one address. A primary that comes back after its standby was promoted takes
    writes all the same, which would be missing where everybody else works: with `watched` it is
    recognised. Raises psycopg.OperationalError."""
    made = WatchedConnection.connect(*given, **named)
    if watched is not None and not made.still:
        made.patience = watched
        try:
            made.look(watched)
        except psycopg.Error as error:
            made.close()
            raise psycopg.OperationalError(str(error)) from error
    return made


def _latest(good: list[WatchedConnection]) -> WatchedConnection:
    """The first, unless another has the same data and more promotions behind it."""
    system = good[0].identity.system
    return max(
        (one for one in good if one.identity.system == system),
        key=lambda one: one.identity.timeline,
    )


def _left(made: WatchedConnection) -> str:
    """Why a connection is not used, in the driver's manner."""
    why = "overtaken by a promotion" if made.overtaken else "session is read-only"
    return f'connection to server at "{made.info.host}", port {made.info.port} failed: {why}'


_CHOICES = {"any", "read-write", "prefer-standby"}


def _addresses(named: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Host and port of each address; one without either where libpq's own defaults count."""
    hosts = str(named.get("host") or "").split(",")
    ports = str(named.get("port") or "").split(",")
    ports += ports[-1:] * (len(hosts) - len(ports))
    pairs = zip(hosts, ports, strict=False)
    return [
        {name: value for name, value in (("host", host), ("port", port)) if value}
        for host, port in pairs
    ]


def refusal(words: str, named: Mapping[str, Any]) -> DomainError:
    """Why a connection did not come about, out of the words of libpq and the server."""
    for sign, code in _SIGNS:
        line = next((text for text in words.splitlines() if sign in text), None)
        if line is not None:
            return _told(code, line, named)
    # In TLS 1.3 a server may hang up before its word about a certificate is read.
    worn = own_certificate.worn(named) if "SSL" in words or "closed" in words else None
    if worn is not None:
        return worn
    return DomainError(PersistenceFault.AWAY, message=words.splitlines()[0] if words else "")


def _told(code: Code, line: str, named: Mapping[str, Any]) -> DomainError:
    host, port = _where(line, named)
    facts: dict[str, Any] = {"host": host, "port": port, "message": line.strip()}
    if code is LinkFault.CERTIFICATE_UNTRUSTED:
        return _untrusted(facts, named)
    if code is LinkFault.CLIENT_CERTIFICATE_UNTRUSTED:
        return own_certificate.worn(named) or DomainError(code, **facts)
    if code is LinkFault.CLIENT_CERTIFICATE and own_certificate.sealed(named):
        return DomainError(LinkFault.CLIENT_KEY_PASSPHRASE, file=str(named.get("sslkey")))
    if code is LinkFault.CERTIFICATE_NAME and (names := _NAMES.search(line)):
        facts |= {"found": names[1], "host": names[2]}
    elif code is LinkFault.ROOT_MISSING and (file := _QUOTED.search(line)):
        facts["file"] = file[1]
    elif code is PersistenceFault.SERVER_TOO_OLD:  # it does not know what we set for a session
        return DomainError(code, found="11 或者更早", expected=16)
    elif code is LinkFault.NO_DATABASE and "exist" not in line and "不存在" not in line:
        return DomainError(PersistenceFault.AWAY, message=line.strip())
    elif code is LinkFault.CLIENT_CERTIFICATE:
        facts["message"] = line.strip().rpartition(" failed: ")[2]
    facts["user"] = named.get("user", "")
    facts |= {"database": named.get("dbname", ""), "seconds": named.get("connect_timeout", "")}
    return DomainError(code, **facts)


def _where(line: str, named: Mapping[str, Any]) -> tuple[str, int]:
    found = _AT.search(line)
    if found:
        return found[1], int(found[2])
    other = _HOST.search(line)
    host = other[1] if other else str(named.get("host") or "localhost").split(",")[0]
    port = str(named.get("port") or 5432).split(",")[0]
    return host, int(port) if port.isdigit() else 5432


def _untrusted(facts: dict[str, Any], named: Mapping[str, Any]) -> DomainError:
    """OpenSSL's "verify failed" has many reasons; the certificate itself tells the common ones."""
    try:
        shown = certificate(facts["host"], facts["port"], seconds=5.0)
    except OSError:
        shown = None
    now = datetime.now(UTC)
    if shown is not None and shown.until < now:
        until = f"{shown.until.astimezone():%Y-%m-%d}"
        return DomainError(LinkFault.CERTIFICATE_EXPIRED, until=until, **facts)
    if shown is not None and shown.since > now:
        since = f"{shown.since.astimezone():%Y-%m-%d}"
        return DomainError(LinkFault.CERTIFICATE_EARLY, since=since, **facts)
    root = str(named.get("sslrootcert") or "")
    if root and root != "system" and not Path(root).is_file():
        return DomainError(LinkFault.ROOT_MISSING, file=root, **facts)
    return DomainError(LinkFault.CERTIFICATE_UNTRUSTED, **facts)


def certificate(host: str, port: int, *, seconds: float) -> Shown | None:
    """The certificate that a PostgreSQL server shows, unverified; None without TLS.

    Raises OSError.
    """
    from cryptography import x509

    look = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    look.check_hostname = False
    look.verify_mode = ssl.CERT_NONE  # only looked at, to say what is wrong with it
    with socket.create_connection((host, port), seconds) as plain:
        plain.settimeout(seconds)
        plain.sendall(_TLS_REQUEST)
        if plain.recv(1) != b"S":
            return None
        with look.wrap_socket(plain, server_hostname=host) as secured:
            der = secured.getpeercert(binary_form=True)
    if der is None:
        return None
    found = x509.load_der_x509_certificate(der)
    names = [str(a.value) for a in found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    try:
        more = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(n.value) for n in more] or names
    except x509.ExtensionNotFound:
        pass
    return Shown(tuple(names), found.not_valid_before_utc, found.not_valid_after_utc)
