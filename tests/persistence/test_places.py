"""Where a database may stand, and what a URL may say."""

import sys
from pathlib import Path

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import places
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import file_system, refuse_unsafe, target

MOUNTS = """/dev/sda1 / ext4 rw 0 0
//server/share /mnt/office cifs rw 0 0
server:/export /mnt/office/old nfs4 rw 0 0
me@host: /mnt/my\\040files fuse.sshfs rw 0 0
/dev/sdb1 /mnt/office/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/x.db", "ext4"),
        ("/mnt/office/x.db", "cifs"),
        ("/mnt/office/old/x.db", "nfs4"),
        ("/mnt/office/local/x.db", "ext4"),
        ("/mnt/officers/x.db", "ext4"),
        ("/mnt/my files/x.db", "fuse.sshfs"),
    ],
)
def test_the_longest_mount_point_counts(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def _refusal(path: Path) -> DomainError:
    with pytest.raises(DomainError) as caught:
        refuse_unsafe(path)
    return caught.value


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX mounts")
def test_network_shares_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_mounts", lambda: MOUNTS)
    assert _refusal(Path("/mnt/office/x.db")).code is PersistenceFault.NETWORK_SHARE
    assert _refusal(Path("//server/share/x.db")).code is PersistenceFault.NETWORK_SHARE
    refuse_unsafe(Path("/mnt/office/local/x.db"))


@pytest.mark.parametrize("folder", ["OneDrive", "OneDrive - 某局", "坚果云", "Dropbox", "WPS云盘"])
def test_synced_folders_are_refused(tmp_path: Path, folder: str) -> None:
    error = _refusal(tmp_path / folder / "审核" / "x.db")
    assert (error.code, error.facts["folder"]) == (PersistenceFault.SYNCED_FOLDER, folder)


def test_a_synced_folder_named_by_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "工作"))
    assert _refusal(tmp_path / "工作" / "x.db").code is PersistenceFault.SYNCED_FOLDER
    refuse_unsafe(tmp_path / "OneDriveless" / "x.db")


def test_urls_and_paths() -> None:
    assert target("/a/b.db").path == Path("/a/b.db")
    assert target("sqlite:///b.db").path == Path("b.db")
    assert target("sqlite:////a/%E6%A1%88.db").path == Path("/a/案.db")
    server = target("postgresql+psycopg://lead@db.example:6543/office?sslmode=verify-full")
    assert (server.host, server.port, server.database, server.user) == (
        "db.example", 6543, "office", "lead",
    )  # fmt: skip
    assert server.options == (("sslmode", "verify-full"),)
    assert not server.embedded


@pytest.mark.parametrize(
    "name", ["", "mysql://a@b/c", "sqlite://", "postgresql://host", "postgresql://h:x/db"]
)
def test_what_is_no_place(name: str) -> None:
    with pytest.raises(DomainError) as caught:
        target(name)
    assert caught.value.code is PersistenceFault.BAD_URL


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://a:geheim@h/db",
        "postgresql://a:@h/db",
        "postgresql://a@h/db?password=geheim",
    ],
)
def test_a_password_never_stands_in_a_url(url: str) -> None:
    with pytest.raises(DomainError) as caught:
        target(url)
    assert caught.value.code is PersistenceFault.PASSWORD_IN_URL
    assert "geheim" not in str(caught.value)
