"""Where a database may stand: reading what `--db` says, and refusing what would lose data.

Lives here: URLs, paths, network shares and synced folders. Must not: opening anything.
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import url_options
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.synced_folders import synced

# File systems that another computer writes too: it sees neither our locks nor our shared memory.
# A local one is often "fuse.something" as well (NTFS, encrypted folders), so they stand by name.
_NETWORK = frozenset({
    # shares
    "afs", "cifs", "coda", "davfs", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "sshfs",
    "fuse.curlftpfs", "fuse.davfs", "fuse.davfs2", "fuse.fusesmb", "fuse.smbnetfs", "fuse.sshfs",
    # shares that were opened in the file window: GNOME, deepin, KDE
    "fuse.gvfs-fuse-daemon", "fuse.gvfsd-fuse", "fuse.kio-fuse",
    # several computers on one store
    "beegfs", "beegfs_nodev", "ceph", "cpfs", "cvfs", "gfs2", "glusterfs", "gpfs", "lustre",
    "ocfs2", "orangefs", "panfs", "pvfs2", "wekafs", "fuse.beegfs", "fuse.ceph", "fuse.ceph-fuse",
    "fuse.glusterfs", "fuse.juicefs", "fuse.lizardfs", "fuse.mfs", "fuse.moosefs", "fuse.seaweedfs",
    # object stores and drives of the cloud
    "fuse.blobfuse", "fuse.blobfuse2", "fuse.clouddrive", "fuse.cosfs", "fuse.gcsfuse",
    "fuse.geesefs", "fuse.goofys", "fuse.google-drive-ocamlfuse", "fuse.mount-s3", "fuse.obsfs",
    "fuse.onedriver", "fuse.ossfs", "fuse.ossfs2", "fuse.pcloud", "fuse.rclone", "fuse.s3fs",
    "fuse.seadrive",
    # a folder of the host, seen from a virtual machine
    "9p", "drvfs", "prl_fs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse", "fuse.prl_fsd",
})  # fmt: skip
_DRIVE_REMOTE = 4
_LOCAL_DISK = re.compile(r"\\\\[?.]\\[A-Za-z]:")  # how Windows writes a long path
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+]{1,30}")
# A server's address typed wrong: one slash, another program's manner, a person before a host.
_WITH_SECRET = re.compile(
    r"\b(ssl)?(password|passwd|pwd)\s*=|^[^/\\@]+:[^/\\@]*@|^[A-Za-z+]{2,30}:/*[^/@]*:.*@",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(jdbc:)?(postgres\w*|pgsql|psql|pg|sqlite|mysql|https?)(\+\w+)?:"
    r"|(host|hostaddr|dbname|user|port|service)\s*=|[\w.-]+@[\w.-]+(:\d+)?/\w+$",
    re.IGNORECASE,
)
_OCTAL = re.compile(r"\\([0-7]{3})")


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
    URLs stand in scripts, histories and logs. What looks like an address and is none is no path
    either: it would found an office on this PC where one on a server is wanted."""
    text = str(name).strip()
    scheme, mark, rest = text.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        _refuse_address(text)
        if not text:
            raise DomainError(PersistenceFault.BAD_URL, url=text)
        return Target(path=Path(text).expanduser())
    if scheme.partition("+")[0] == "sqlite":
        if not rest.startswith("/") or len(rest) < 2:
            raise DomainError(PersistenceFault.BAD_URL, url="sqlite://…")
        return Target(path=Path(unquote(rest[1:].partition("?")[0])).expanduser())
    if scheme not in {"postgresql", "postgresql+psycopg", "postgres"}:
        raise DomainError(PersistenceFault.BAD_URL, url=f"{scheme}://…")
    return _server(f"postgresql://{rest}")


def _refuse_address(text: str) -> None:
    """Nothing of it is repeated: a password may stand in it. Raises DomainError."""
    if _WITH_SECRET.search(text):
        raise DomainError(PersistenceFault.PASSWORD_IN_URL)
    if _ADDRESS.match(text) and not Path(text).expanduser().exists():
        raise DomainError(PersistenceFault.BAD_URL, url="…")


def _server(url: str) -> Target:
    """Refusals repeat nothing of the address: what was typed wrong may be a password."""
    parts = urlsplit(url)
    if "@" in parts.path or "@" in parts.fragment:  # a password with a / or a # in it
        raise DomainError(PersistenceFault.PASSWORD_IN_URL)
    if parts.password is not None:
        raise DomainError(PersistenceFault.PASSWORD_IN_URL)
    try:
        port = parts.port
    except ValueError as error:
        raise DomainError(
            PersistenceFault.URL_OPTION_WRONG, option="port", expected=url_options.PORTS
        ) from error
    if port == 0:
        raise DomainError(
            PersistenceFault.URL_OPTION_WRONG, option="port", expected=url_options.PORTS
        )
    options = url_options.read(parts.query)
    named = options.pop("dbname", "")
    database = unquote(parts.path.lstrip("/")) or named
    if not database:
        raise DomainError(PersistenceFault.BAD_URL, url="postgresql+psycopg://…")
    host = parts.hostname or ""
    return Target(
        host=host,
        port=port or 0,
        database=database,
        user=unquote(parts.username or options.pop("user", "")),
        options=tuple(sorted(url_options.secured(host, options).items())),
    )


def refuse_unsafe(path: Path) -> None:
    """Raises DomainError for a network share or a synced folder: write-ahead logging needs one
    computer, and a synchroniser copies half-written files (sqlite.org/howtocorrupt.html). Asked of
    the path as it is named and of where its links lead."""
    for full in dict.fromkeys((_named(path), _followed(path))):
        if _on_share(full):
            raise DomainError(PersistenceFault.NETWORK_SHARE, path=str(path))
        folder = synced(full)
        if folder:
            raise DomainError(PersistenceFault.SYNCED_FOLDER, path=str(path), folder=folder)


def _named(path: Path) -> Path:
    """The path in full without following a link: where one stands counts too."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve follows


def _followed(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle lead nowhere; opening says so
        return _named(path)


def _on_share(path: Path) -> bool:
    named = str(path)
    if named.startswith(("\\\\", "//")) and not _LOCAL_DISK.match(named):
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
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1])
        if path.is_relative_to(point) and len(point) >= best:
            best, found = len(point), fields[2]
    return found
