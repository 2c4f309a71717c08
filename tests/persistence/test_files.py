"""The folder of attachments: by content, once, read-only, checked when handed out."""

import hashlib
import os
from pathlib import Path

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.files import FolderStore


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "office.db.files")


def source(tmp_path: Path, content: bytes = b"evidence") -> Path:
    path = tmp_path / "证据.pdf"
    path.write_bytes(content)
    return path


def test_a_file_comes_back_as_it_was(store: FolderStore, tmp_path: Path) -> None:
    content = os.urandom(3 << 20) + b"end"
    digest, size = store.put(source(tmp_path, content))
    assert (digest, size) == (hashlib.sha256(content).hexdigest(), len(content))
    kept = store.path(digest)
    assert kept.read_bytes() == content
    assert kept == store.root / digest[:2] / digest
    assert not kept.stat().st_mode & 0o222, "read-only"
    assert list((store.root / "incoming").iterdir()) == []


def test_the_same_bytes_are_kept_once(store: FolderStore, tmp_path: Path) -> None:
    first = store.put(source(tmp_path))
    before = store.path(first[0]).stat().st_ino
    assert store.put(source(tmp_path)) == first
    assert store.path(first[0]).stat().st_ino == before


def test_changed_and_missing_files_are_named(store: FolderStore, tmp_path: Path) -> None:
    digest, _ = store.put(source(tmp_path))
    kept = store.path(digest)
    kept.chmod(0o644)
    kept.write_bytes(b"forged")
    with pytest.raises(DomainError) as caught:
        store.path(digest)
    assert caught.value.code is PersistenceFault.FILE_CHANGED
    assert store.put(source(tmp_path))[0] == digest, "putting the right bytes again repairs it"
    assert store.path(digest).read_bytes() == b"evidence"
    for unknown in ("0" * 64, "", "../../etc/passwd", "Z" * 64):
        with pytest.raises(DomainError) as caught:
            store.path(unknown)
        assert caught.value.code is PersistenceFault.FILE_MISSING


def test_what_cannot_be_read_is_named(store: FolderStore, tmp_path: Path) -> None:
    for bad in (tmp_path / "none.pdf", tmp_path):
        with pytest.raises(DomainError) as caught:
            store.put(bad)
        assert caught.value.code is PersistenceFault.FILE_UNREADABLE
    assert list((store.root / "incoming").iterdir()) == []


def test_what_a_killed_copy_left_is_taken_away_and_a_running_one_stays(
    store: FolderStore, tmp_path: Path
) -> None:
    store.put(source(tmp_path))
    work = store.root / "incoming"
    abandoned, running = work / "abandoned", work / "running"
    for part in (abandoned, running):
        part.write_bytes(b"half of a file")
    long_ago = running.stat().st_mtime - 25 * 60 * 60
    os.utime(abandoned, (long_ago, long_ago))
    store.put(source(tmp_path, b"another"))
    assert list(work.iterdir()) == [running]
