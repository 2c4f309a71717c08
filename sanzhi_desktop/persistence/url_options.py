"""What may follow the question mark of a server's address, and what counts where it says nothing.

Lives here: libpq's options and their values. Must not: connecting; libpq would answer a misspelt
option in English, and look for the network where the address is wrong.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault

SSL_MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")
_YES_NO = ("0", "1")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "sslmode": SSL_MODES,
    "target_session_attrs": (
        "read-write", "any", "prefer-standby", "read-only", "primary", "standby",
    ),
    "channel_binding": ("prefer", "require", "disable"),
    "gssencmode": ("prefer", "require", "disable"),
    "sslnegotiation": ("postgres", "direct"),
    "load_balance_hosts": ("disable", "random"),
    "sslcertmode": ("allow", "require", "disable"),
    "sslcompression": _YES_NO,
    "sslsni": _YES_NO,
    "keepalives": _YES_NO,
}  # fmt: skip
_NUMBERS = frozenset({
    "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout",
})  # fmt: skip
_WORDS = frozenset({
    "host", "hostaddr", "port", "user", "dbname", "service", "passfile", "application_name",
    "fallback_application_name", "client_encoding", "options", "sslrootcert", "sslcert", "sslkey",
    "sslcrl", "sslcrldir", "sslkeylogfile", "ssl_min_protocol_version",
    "ssl_max_protocol_version", "require_auth", "requirepeer", "krbsrvname", "gsslib",
    "gssdelegation", "replication", "min_protocol_version", "max_protocol_version",
    "scram_client_key", "scram_server_key", "oauth_issuer", "oauth_client_id",
    "oauth_client_secret", "oauth_scope",
    "servicefile", "authtype", "tty",
})  # fmt: skip
SECRETS = frozenset({"password", "sslpassword"})
PORTS = "1 到 65535 的数字"


def read(query: str) -> dict[str, str]:
    """The options. Several addresses, `host=a:5432&host=b:5432`, become the two lists that libpq
    reads. Raises DomainError naming the option that is wrong, never its value."""
    pairs = parse_qsl(query)
    options = dict(pairs)
    if options.keys() & SECRETS:
        raise DomainError(PersistenceFault.PASSWORD_IN_URL)
    hosts = [value for name, value in pairs if name == "host"]
    several = [h for value in hosts for h in value.split(",")]
    if len(hosts) > 1 or any(h.count(":") == 1 for h in several):  # more colons: IPv6
        ends = [h.rpartition(":") if h.count(":") == 1 else (h, "", "") for h in several]
        options["host"] = ",".join(end[0] for end in ends)
        if any(end[2] for end in ends):
            options["port"] = ",".join(end[2] or "5432" for end in ends)
    for name, value in options.items():
        _check(name, value)
    return options


def _check(name: str, value: str) -> None:
    expected = ""
    if name in _CHOICES:
        expected = "、".join(_CHOICES[name]) if value not in _CHOICES[name] else ""
    elif name in _NUMBERS:
        expected = "整数" if not (value.isascii() and value.isdigit()) else ""
    elif name == "port":
        expected = PORTS if not all(map(_is_port, value.split(","))) else ""
    elif name not in _WORDS:
        raise DomainError(PersistenceFault.URL_OPTION_UNKNOWN, option=name)
    if expected:
        raise DomainError(PersistenceFault.URL_OPTION_WRONG, option=name, expected=expected)


def _is_port(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and 0 < int(text) < 65536)


def secured(host: str, options: Mapping[str, str]) -> dict[str, str]:
    """The options with the protection of the line that counts where nothing is said: away from
    this computer the server has to prove who it is. libpq's own `prefer` goes without encryption
    to whoever answers, and says nothing."""
    found = dict(options)
    hosts = found.get("hostaddr") or host or found.get("host") or os.environ.get("PGHOST", "")
    said = found.keys() & {"sslmode", "service"} or os.environ.keys() & {"PGSSLMODE", "PGSERVICE"}
    if not said and not all(map(_near, hosts.split(","))):
        found["sslmode"] = "verify-full"
    if found.get("sslmode") == "verify-full" and not (
        "sslrootcert" in found or "PGSSLROOTCERT" in os.environ or _own_root().is_file()
    ):
        found["sslrootcert"] = "system"
    return found


def _near(host: str) -> bool:
    """Whether what is said to this host leaves the computer not at all."""
    return host in {"", "localhost", "::1"} or host.startswith(("/", "@", "127."))


def own_folder() -> Path:
    """Where libpq looks for certificates that nobody named."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "")) / "postgresql"
    return Path("~/.postgresql").expanduser()


def _own_root() -> Path:
    return own_folder() / "root.crt"
