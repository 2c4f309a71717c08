"""Which servers this PC knows, and how each is reached.

Lives here: the list and what is wrong with an entry. No secret is ever kept here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.settings import SERVERS_FILE

PORT = 5432
_SECRET_KEYS = ("password", "密码", "口令")
_SECRET = re.compile(r":[^/@]*@|password", re.IGNORECASE)  # of a pasted address
_NO_HOST = re.compile(r"[\s/@?=]")


class ServerFault(Code):
    """What is wrong with the settings of a server."""

    HOST_MISSING = "server.host_missing"
    HOST_WRONG = "server.host_wrong"
    PASSWORD_IN_HOST = "server.password_in_host"  # a code, no secret
    PASSWORD_IN_LIST = "server.password_in_list"  # a code, no secret
    PORT_WRONG = "server.port_wrong"
    DATABASE_MISSING = "server.database_missing"
    NAME_MISSING = "server.name_missing"
    NAME_TAKEN = "server.name_taken"
    ROOT_MISSING = "server.root_missing"
    PAIR_INCOMPLETE = "server.pair_incomplete"
    SECONDS_WRONG = "server.seconds_wrong"
    LIST_UNREADABLE = "server.list_unreadable"
    LIST_NOT_KEPT = "server.list_not_kept"


class Encryption(StrEnum):
    """How the line is protected; libpq's `sslmode`."""

    VERIFY_FULL = "verify-full"
    VERIFY_CA = "verify-ca"
    REQUIRE = "require"
    PREFER = "prefer"
    DISABLE = "disable"


class Wanted(StrEnum):
    """Which of several servers will do; libpq's `target_session_attrs`. READ_WRITE is the one that
    takes writes; while there is none, a desk reads from one that does not."""

    READ_WRITE = "read-write"
    ANY = "any"
    PREFER_STANDBY = "prefer-standby"


@dataclass(frozen=True, slots=True)
class Server:
    """One server's database as this PC reaches it. Several addresses are tried in their order."""

    name: str
    hosts: tuple[tuple[str, int], ...]
    database: str = "sanzhi"
    encryption: Encryption = Encryption.VERIFY_FULL
    root_file: str = ""  # "": the certificate authorities of the operating system
    certificate_file: str = ""
    key_file: str = ""
    wanted: Wanted = Wanted.READ_WRITE
    connect_seconds: int = 5
    answer_seconds: int = 40  # without an answer for so long, a line counts as frozen
    wait_seconds: int = 20  # how long a save waits for a server that went away
    keepalive_idle: int = 5
    keepalive_interval: int = 2
    keepalive_count: int = 3
    office: str = ""  # code of the office; "": the one the person works in

    @property
    def url(self) -> str:
        """The address for `--db` and the database layer, without person and password."""
        options = {
            "host": ",".join(host for host, _ in self.hosts),
            "port": ",".join(str(port) for _, port in self.hosts),
            "sslmode": self.encryption.value,
            "target_session_attrs": self.wanted.value,
            "connect_timeout": str(self.connect_seconds),
            "keepalives_idle": str(self.keepalive_idle),
            "keepalives_interval": str(self.keepalive_interval),
            "keepalives_count": str(self.keepalive_count),
        }
        if self.encryption in {Encryption.VERIFY_FULL, Encryption.VERIFY_CA}:
            options["sslrootcert"] = self.root_file or "system"
        if self.certificate_file:
            options |= {"sslcert": self.certificate_file, "sslkey": self.key_file}
        return f"postgresql+psycopg:///{quote(self.database)}?{urlencode(options)}"

    @property
    def shown(self) -> str:
        """The addresses as people read them."""
        hosts = "、".join(h if port == PORT else f"{h}:{port}" for h, port in self.hosts)
        return f"{hosts}/{self.database}"

    def faults(self) -> dict[str, Code]:
        """What is wrong, by field; empty when the server may be kept."""
        found: dict[str, Code] = {}
        if not self.name.strip():
            found["name"] = ServerFault.NAME_MISSING
        if not self.hosts or any(not host for host, _ in self.hosts):
            found["hosts"] = ServerFault.HOST_MISSING
        elif any(_SECRET.search(host) for host, _ in self.hosts):
            found["hosts"] = ServerFault.PASSWORD_IN_HOST
        elif any(_NO_HOST.search(host) for host, _ in self.hosts):
            found["hosts"] = ServerFault.HOST_WRONG
        elif any(not 0 < port < 65536 for _, port in self.hosts):
            found["hosts"] = ServerFault.PORT_WRONG
        if not self.database.strip():
            found["database"] = ServerFault.DATABASE_MISSING
        if self.root_file and not Path(self.root_file).is_file():
            found["root_file"] = ServerFault.ROOT_MISSING
        if bool(self.certificate_file) != bool(self.key_file):
            missing = "key_file" if self.certificate_file else "certificate_file"
            found[missing] = ServerFault.PAIR_INCOMPLETE
        for field in (f.name for f in fields(self)):
            number = field.endswith("_seconds") or field.startswith("keepalive_")
            if number and not 1 <= getattr(self, field) <= 600:
                found[field] = ServerFault.SECONDS_WRONG
        return found


def parse_hosts(text: str) -> tuple[tuple[str, int], ...]:
    """Addresses as typed: `db1.office:5432, db2.office`. A port that is no number counts as 0."""
    found = []
    for mark in "，、；;\n":
        text = text.replace(mark, ",")
    for part in (p.strip() for p in text.split(",")):
        if not part:
            continue
        if _SECRET.search(part) or "/" in part:  # a pasted address: kept whole, refused by `faults`
            found.append((part, PORT))
            continue
        host, colon, port = part.rpartition(":") if part.count(":") == 1 else (part, "", "")
        found.append(
            (host.strip(), (int(port) if port.strip().isdigit() else 0) if colon else PORT)
        )
    return tuple(found)


def hosts_text(hosts: Sequence[tuple[str, int]]) -> str:
    """The same addresses as one line to edit."""
    return ", ".join(h if port == PORT else f"{h}:{port}" for h, port in hosts)


class ServerList:
    """The servers in `servers.json` of a folder; IT people may hand that file out."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / SERVERS_FILE

    @property
    def known(self) -> bool:
        """Whether there is a list at all; cheap, before anything is read."""
        return self._file.exists()

    def all(self) -> tuple[Server, ...]:
        """The servers, in their order. Raises DomainError when the file is spoilt."""
        if not self._file.exists():
            return ()
        try:
            listed = json.loads(self._file.read_text("utf-8"))["servers"]
            self._refuse_secrets(listed)
            return tuple(_server(entry) for entry in listed)
        except (OSError, ValueError, KeyError, TypeError) as error:
            facts = {"file": str(self._file), "reason": str(error)}
            raise DomainError(ServerFault.LIST_UNREADABLE, **facts) from error

    def _refuse_secrets(self, listed: Sequence[Mapping[str, Any]]) -> None:
        """A file that is handed out must not carry a password, and nobody may get used to it."""
        for entry in listed:
            hosts = entry.get("hosts") or ()
            if any(any(w in key.lower() for w in _SECRET_KEYS) for key in entry) or any(
                _SECRET.search(str(host)) for host, _ in hosts
            ):
                facts = {"file": str(self._file), "entry": entry.get("name", "")}
                raise DomainError(ServerFault.PASSWORD_IN_LIST, **facts)

    def named(self, name: str) -> Server | None:
        """The server of that name."""
        return next((s for s in self.all() if s.name == name), None)

    def keep(self, server: Server, *, instead_of: str = "") -> None:
        """Adds a server, or puts it in the place of one. Raises DomainError."""
        faults = server.faults()
        if faults:
            raise DomainError(next(iter(faults.values())), field=next(iter(faults)))
        listed = list(self.all())
        if server.name != instead_of and any(s.name == server.name for s in listed):
            raise DomainError(ServerFault.NAME_TAKEN, name=server.name)
        at = next((n for n, s in enumerate(listed) if s.name == instead_of), None)
        if at is None:
            listed.append(server)
        else:
            listed[at] = server
        self._write(listed)

    def drop(self, name: str) -> None:
        """Forgets a server."""
        self._write([s for s in self.all() if s.name != name])

    def _write(self, listed: Sequence[Server]) -> None:
        text = json.dumps({"servers": [asdict(s) for s in listed]}, ensure_ascii=False, indent=1)
        unfinished = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(text, "utf-8")
            unfinished.replace(self._file)
        except OSError as error:
            facts = {"file": str(self._file), "reason": error.strerror or ""}
            raise DomainError(ServerFault.LIST_NOT_KEPT, **facts) from error


def _server(entry: dict[str, Any]) -> Server:
    """Keys that this version does not know are left out; a wrong value is refused."""
    known = {f.name for f in fields(Server)}
    values = {name: value for name, value in entry.items() if name in known}
    values["hosts"] = tuple((str(host), int(port)) for host, port in values["hosts"])
    if "encryption" in values:
        values["encryption"] = Encryption(values["encryption"])
    if "wanted" in values:
        values["wanted"] = Wanted(values["wanted"])
    return Server(**values)
