"""Where a database may stand: reading what `--db` says, and refusing what would lose data.

Lives here: URLs, paths, network shares and synced folders. Must not: opening anything.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import parse_qsl, unquote, urlsplit

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault

_NETWORK = {
    "9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.sshfs", "fuse.rclone", "lustre",
    "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "fuse.glusterfs",
}  # fmt: skip
_SYNCED = (
    "onedrive", "dropbox", "google drive", "googledrive", "icloud", "坚果云", "nutstore",
    "百度网盘", "baidunetdisk", "微云", "weiyun", "阿里云盘", "wps云盘", "wpsdrive", "syncthing",
    "nextcloud", "seafile",
)  # fmt: skip
_DRIVE_REMOTE = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A database as named on the command line: a file, or a server's database."""

    path: Path | None = None
    host: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def embedded(self) -> bool:
        """Whether this is the one-PC database."""
        return self.path is not None

    def shown(self) -> str:
        """How the target is named to people."""
        if self.path is not None:
            return str(self.path)
        given = dict(self.options)
        hosts = (self.host or given.get("host") or "localhost").split(",")
        ports = str(self.port or given.get("port") or 5432).split(",")
        ports += ports[-1:] * (len(hosts) - len(ports))
        listed = ",".join(f"{h}:{p}" for h, p in zip(hosts, ports, strict=False))
        who = f"{self.user}@" if self.user else ""
        return f"{who}{listed}/{self.database}"


def target(name: str | Path) -> Target:
    """Reads a path or a SQLAlchemy URL. Raises DomainError; a password in a URL is refused, for
    URLs stand in scripts, histories and logs."""
    text = str(name).strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        if not text:
            raise DomainError(PersistenceFault.BAD_URL, url=text)
        return Target(path=Path(text).expanduser())
    if scheme.partition("+")[0] == "sqlite":
        if not rest.startswith("/") or len(rest) < 2:
            raise DomainError(PersistenceFault.BAD_URL, url=text)
        return Target(path=Path(unquote(rest[1:].partition("?")[0])).expanduser())
    if scheme not in {"postgresql", "postgresql+psycopg", "postgres"}:
        raise DomainError(PersistenceFault.BAD_URL, url=f"{scheme}://…")
    return _server(f"postgresql://{rest}")


def _server(url: str) -> Target:
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError as error:
        raise DomainError(PersistenceFault.BAD_URL, url="postgresql://…") from error
    options = _options(parts.query)
    if parts.password is not None or options.keys() & {"password", "sslpassword"}:
        raise DomainError(PersistenceFault.PASSWORD_IN_URL)
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise DomainError(PersistenceFault.BAD_URL, url=url)
    return Target(
        host=parts.hostname or "",
        port=port,
        database=database,
        user=unquote(parts.username or options.pop("user", "")),
        options=tuple(sorted(options.items())),
    )


def _options(query: str) -> dict[str, str]:
    """What follows the question mark. Several addresses, `host=a:5432&host=b:5432`, become the
    two lists that libpq reads."""
    pairs = parse_qsl(query)
    options = dict(pairs)
    hosts = [value for name, value in pairs if name == "host"]
    several = [h for value in hosts for h in value.split(",")]
    if len(hosts) > 1 or any(h.count(":") == 1 for h in several):  # more colons: IPv6
        ends = [h.rpartition(":") if h.count(":") == 1 else (h, "", "") for h in several]
        options["host"] = ",".join(end[0] for end in ends)
        if any(end[2] for end in ends):
            options["port"] = ",".join(end[2] or "5432" for end in ends)
    return options


def refuse_unsafe(path: Path) -> None:
    """Raises DomainError for a network share or a synced folder: write-ahead logging needs one
    computer, and a synchroniser copies half-written files (sqlite.org/howtocorrupt.html)."""
    full = path if path.is_absolute() else Path.cwd() / path
    if _on_share(full):
        raise DomainError(PersistenceFault.NETWORK_SHARE, path=str(path))
    folder = _synced(full)
    if folder:
        raise DomainError(PersistenceFault.SYNCED_FOLDER, path=str(path), folder=folder)


def _synced(path: PurePath) -> str:
    for part in path.parent.parts:
        name = part.lower()
        if any(name == sign or name.startswith((f"{sign} ", f"{sign}-")) for sign in _SYNCED):
            return part
    for variable in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        root = os.environ.get(variable)
        if root and path.is_relative_to(root):
            return root
    return ""


def _on_share(path: Path) -> bool:
    if str(path).startswith(("\\\\", "//")):
        return True
    if sys.platform == "win32":
        import ctypes

        drive: int = ctypes.windll.kernel32.GetDriveTypeW(path.anchor)
        return drive == _DRIVE_REMOTE
    return file_system(path, _mounts()) in _NETWORK


def _mounts() -> str:
    try:
        return Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, by the longest mount point; "" unknown."""
    best, found = -1, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= best:
            best, found = len(point), fields[2]
    return found
