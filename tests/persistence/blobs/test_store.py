"""Attachments of an office on both databases: stored, resumed, kept once, read by other desks."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.attachments import check_office, set_store
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    FILE_LIMIT,
    MIB,
    QUOTA,
    AttachmentFault,
    FileState,
    StoreKind,
    StoreSettings,
)
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.blobs.chunked import ChunkedStore
from sanzhi_desktop.persistence.blobs.database import Books, ServerChunks
from sanzhi_desktop.persistence.blobs.upload_functions import CHUNK
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk, submission

postgres = pytest.mark.postgres
CONTENT = os.urandom(2 * CHUNK + 12345)  # three chunks, the last one short


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "讯问录像.mp4"
    path.write_bytes(CONTENT)
    return path


def material(content: bytes, **changes: Any) -> dict[str, Any]:
    made = {
        "material_id": "m9",
        "code": "record",
        "name": "讯问录像",
        "pages": None,
        "original": True,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "file_name": "讯问录像.mp4",
    }
    return made | changes


def register(desk: Desk, content: bytes, *, who: str = "h1") -> str:
    case_id = os.urandom(8).hex()
    desk.send(
        who,
        case_id,
        Action.REGISTER,
        seen=0,
        submission=submission(),
        materials=[material(content)],
        unit="执法一科",
        profile_id="shucheng",
        profile_edition="2026-1",
    )
    return case_id


class Calls(list[str]):
    """Which functions of the server are called, in order."""

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real: Callable[..., Any] = Books.call

        def call(books: Books, function: str, *values: Any) -> Any:
            self.append(function)
            return real(books, function, *values)

        monkeypatch.setattr(Books, "call", call)


class StoppedError(Exception):
    """What a cancelled job raises."""


def test_a_file_comes_back_as_it_was_with_its_progress(desk: Desk, source: Path) -> None:
    files = desk.sessions["h1"].files
    steps: list[tuple[int, int]] = []
    put = files.put(source, progress=lambda done, total: steps.append((done, total)))
    assert put == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert steps == sorted(steps)
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert len({done for done, _ in steps}) >= 3
    assert files.path(put[0]).read_bytes() == CONTENT
    assert files.state(put[0]) is FileState.INTACT
    assert files.put(source) == put, "again is nothing new"


@pytest.mark.parametrize("content", [b"", b"x", bytes(CHUNK), bytes(CHUNK + 1)])
def test_every_size_fits(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    sha256, size = desk.sessions["h1"].files.put(path)
    assert size == len(content)
    assert desk.sessions["h1"].files.path(sha256).read_bytes() == content


def test_people_of_the_case_read_it_on_other_desks(desk: Desk, source: Path) -> None:
    sha256, _ = desk.sessions["h1"].files.put(source)
    case_id = register(desk, CONTENT)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", case_id, Action.ACCEPT, scope={"needs_review": True}, due_on="2026-09-24")
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    for who in ("h2", "uh", "ck", "r1", "hd"):
        assert desk.sessions[who].files.path(sha256).read_bytes() == CONTENT, who


@postgres
def test_nobody_reads_a_file_of_a_case_he_does_not_see(server_desk: Desk, source: Path) -> None:
    sha256, _ = server_desk.sessions["h1"].files.put(source)
    register(server_desk, CONTENT)
    with pytest.raises(DomainError) as refused:
        server_desk.sessions["r2"].files.path(sha256)
    assert refused.value.code is PersistenceFault.FILE_MISSING
    with pytest.raises(DomainError) as refused:
        server_desk.sessions["r2"].files.state(sha256)
    assert refused.value.code is PersistenceFault.NOT_ALLOWED


@postgres
@pytest.mark.parametrize("who", ["h1", "ld", ADMIN, "au"])
def test_the_tables_themselves_are_closed(
    server_desk: Desk, server_database: str, cluster: Cluster, source: Path, who: str
) -> None:
    import psycopg

    from tests.persistence.offices import PASSWORD

    server_desk.sessions["h1"].files.put(source)
    with cluster.connect(server_database, who, PASSWORD) as db:
        for table in ("blob", "blob_chunk"):
            for statement in (
                f"select * from app.{table}",
                f"delete from app.{table}",
                f"update app.{table} set sha256 = sha256",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    db.execute(statement)
        for call in ("app.file_digest(7, 'x')", "app.file_state(7, 'x')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(f"select {call}")


@postgres
def test_whoever_is_no_member_learns_nothing(
    server_desk: Desk, server_database: str, cluster: Cluster, source: Path
) -> None:
    import psycopg

    sha256, _ = server_desk.sessions["h1"].files.put(source)
    zero = "0" * 64
    with cluster.connect(server_database) as owner:
        owner.execute("grant sanzhi_officer to outsider")
        try:
            with cluster.connect(server_database, "outsider", "outsider password") as db:
                said = set()
                for address in (sha256, zero):
                    for call in (
                        f"begin_file(7, '{address}', 5)",
                        f"put_chunk(7, '{address}', 0, 'x'::bytea, 'x')",
                        f"complete_file(7, '{address}', '')",
                        f"file_info(7, '{address}')",
                        f"file_size(7, '{address}')",
                        f"get_chunk(7, '{address}', 0)",
                        f"file_state(7, '{address}')",
                        "sm3_wanted(7)",
                        "files(7)",
                        "file_uses(7)",
                    ):
                        with pytest.raises(psycopg.Error) as refused:
                            db.execute(f"select api.{call}")
                        said.add((refused.value.sqlstate, refused.value.diag.message_primary))
            assert said == {("SZ001", CaseFault.NOT_FOUND.value)}
        finally:
            owner.execute("revoke sanzhi_officer from outsider")


@postgres
def test_an_upload_goes_on_where_it_was_stopped(
    server_desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = server_desk.sessions["h1"].files

    def stop(done: int, total: int) -> None:
        if done >= CHUNK:
            raise StoppedError

    with pytest.raises(StoppedError):
        files.put(source, progress=stop)
    calls = Calls()
    calls.watch(monkeypatch)
    sha256, _ = files.put(source)
    assert calls.count("put_chunk") == 2, "the first chunk is there already"
    assert files.path(sha256).read_bytes() == CONTENT


@postgres
def test_the_same_file_is_kept_once_per_office(
    server_desk: Desk,
    server_database: str,
    cluster: Cluster,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server_desk.sessions["h1"].files.put(source)
    calls = Calls()
    calls.watch(monkeypatch)
    server_desk.sessions["h1"].files.put(source)
    assert "put_chunk" not in calls
    server_desk.sessions["h2"].files.put(source)
    assert calls.count("put_chunk") == 3, "knowing a hash is not having the bytes"
    server_desk.sessions["h2"].files.put(source)
    assert calls.count("put_chunk") == 3
    with cluster.connect(server_database) as owner:
        rows = owner.execute("select size, complete, place from app.blob").fetchall()
        assert rows == [(len(CONTENT), 1, "database")]
        assert owner.execute(
            "select count(*), sum(length(data)) from app.blob_chunk"
        ).fetchone() == (
            3,
            len(CONTENT),
        )
        stored = owner.execute(
            "select attstorage from pg_attribute where attrelid = 'app.blob_chunk'::regclass"
            " and attname = 'data'"
        ).fetchone()
        assert stored == ("e",), "not compressed"


@postgres
def test_wrong_bytes_under_somebodys_hash_do_no_harm(server_desk: Desk, source: Path) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    foe = _chunks(server_desk, "h2")
    place = foe.begin(sha256, len(CONTENT)).place
    foe.put(sha256, 1, bytes(CHUNK), place=place)
    assert server_desk.sessions["h1"].files.put(source)[0] == sha256
    assert server_desk.sessions["h1"].files.path(sha256).read_bytes() == CONTENT
    wrong_size = hashlib.sha256(b"other").hexdigest()
    foe.begin(wrong_size, 10**6)
    source.write_bytes(b"other")
    assert server_desk.sessions["h1"].files.put(source) == (wrong_size, 5)


def _chunks(desk: Desk, who: str) -> ServerChunks:
    files = desk.sessions[who].files
    assert isinstance(files, ChunkedStore)
    assert isinstance(files.chunks, ServerChunks)
    return files.chunks


@postgres
@pytest.mark.parametrize(
    ("n", "data"), [(3, b"x"), (-1, bytes(CHUNK)), (0, bytes(5)), (0, bytes(CHUNK + 1))]
)
def test_a_chunk_that_does_not_belong_is_refused(server_desk: Desk, n: int, data: bytes) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    chunks = _chunks(server_desk, "h1")
    place = chunks.begin(sha256, len(CONTENT)).place
    with pytest.raises(DomainError) as refused:
        chunks.put(sha256, n, data, place=place)
    assert refused.value.code is AttachmentFault.BAD_CHUNK
    with pytest.raises(DomainError) as refused:
        chunks.books.call("put_chunk", sha256, 0, bytes(CHUNK), "0" * 64)
    assert refused.value.code is AttachmentFault.BAD_CHUNK


@postgres
def test_a_material_must_name_a_complete_file(server_desk: Desk, source: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise StoppedError

    for _ in range(2):  # nothing of it is there, then a part of it
        with pytest.raises(DomainError) as refused:
            register(server_desk, CONTENT)
        assert refused.value.code is AttachmentFault.NOT_STORED
        assert refused.value.facts == {"name": "讯问录像"}
        with pytest.raises(StoppedError):
            server_desk.sessions["h1"].files.put(source, progress=stop)
    server_desk.sessions["h1"].files.put(source)
    register(server_desk, CONTENT)


def test_a_new_office_starts_with_the_store_of_its_database(desk: Desk) -> None:
    found = desk.sessions["h1"].reader.file_store()
    if isinstance(desk.sessions["h1"].files, ChunkedStore):
        assert found == StoreSettings(StoreKind.DATABASE, file_limit=FILE_LIMIT, quota=QUOTA)
        assert FILE_LIMIT == 200 * MIB
    else:
        assert found == StoreSettings(StoreKind.FOLDER)


def _with(desk: Desk, **changes: Any) -> StoreSettings:
    now = desk.sessions[ADMIN].reader.file_store()
    return replace(now, **changes)


def test_the_limits_of_the_office_hold(desk: Desk, source: Path, tmp_path: Path) -> None:
    admin, files = desk.sessions[ADMIN], desk.sessions["h1"].files
    set_store(admin, _with(desk, file_limit=MIB))
    with pytest.raises(DomainError) as refused:
        files.put(source)
    assert refused.value.code is AttachmentFault.TOO_LARGE
    facts = {name: float(value) for name, value in refused.value.facts.items()}
    assert facts == {"size_mb": 8.0, "limit_mb": 1.0}
    set_store(admin, _with(desk, file_limit=FILE_LIMIT, quota=10 * MIB))
    put = files.put(source)
    other = tmp_path / "other"
    other.write_bytes(os.urandom(4 * MIB))
    with pytest.raises(DomainError) as refused:
        files.put(other)
    assert refused.value.code is AttachmentFault.QUOTA
    facts = {name: float(value) for name, value in refused.value.facts.items()}
    assert facts == {"size_mb": 4.0, "used_mb": 8.0, "quota_mb": 10.0}
    assert files.put(source) == put, "what is there already costs nothing"


def test_the_setting_is_the_administrators_and_stands_in_the_history(desk: Desk) -> None:
    with pytest.raises(DomainError) as refused:
        set_store(desk.sessions["ld"], _with(desk, quota=5 * MIB))
    assert refused.value.code is PersistenceFault.NOT_ALLOWED
    set_store(desk.sessions[ADMIN], _with(desk, quota=5 * MIB))
    assert desk.sessions["h1"].reader.file_store() == _with(desk, quota=5 * MIB)
    last = desk.sessions[ADMIN].reader.history("")[-1]
    assert last.action == "set_file_store"
    assert last.detail["quota"] == 5 * MIB


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quota": -1}, AttachmentFault.LIMIT_WRONG),
        ({"kind": StoreKind.FOLDER, "sm3": True}, AttachmentFault.SM3_IN_FOLDER),
        ({"kind": StoreKind.DATABASE, "file_limit": 0}, AttachmentFault.LIMIT_WRONG),
        ({"kind": StoreKind.DATABASE, "file_limit": 501 * MIB}, AttachmentFault.LIMIT_WRONG),
        ({"kind": StoreKind.OBJECTS, "endpoint": "store.local"}, AttachmentFault.ENDPOINT_WRONG),
        ({"kind": StoreKind.OBJECTS, "endpoint": "https://"}, AttachmentFault.ENDPOINT_WRONG),
        (
            {"kind": StoreKind.OBJECTS, "endpoint": "https://k:s@store.local"},
            AttachmentFault.SECRET_IN_ENDPOINT,
        ),
        (
            {"kind": StoreKind.OBJECTS, "endpoint": "https://store.local"},
            AttachmentFault.BUCKET_MISSING,
        ),
    ],
)
def test_a_setting_that_cannot_work_is_refused(
    embedded_desk: Desk, changes: dict[str, Any], code: AttachmentFault
) -> None:
    with pytest.raises(DomainError) as refused:
        set_store(embedded_desk.sessions[ADMIN], _with(embedded_desk, **changes))
    assert refused.value.code is code


def test_a_folder_is_for_one_pc_and_the_database_for_many(desk: Desk) -> None:
    shared = isinstance(desk.sessions["h1"].files, ChunkedStore)
    other = StoreKind.FOLDER if shared else StoreKind.DATABASE
    with pytest.raises(DomainError) as refused:
        set_store(desk.sessions[ADMIN], StoreSettings(other, file_limit=MIB))
    assert refused.value.code is AttachmentFault.STORE_KIND


@postgres
def test_sm3_stands_beside_when_the_office_wants_it(
    server_desk: Desk, server_database: str, cluster: Cluster, tmp_path: Path
) -> None:
    set_store(server_desk.sessions[ADMIN], _with(server_desk, sm3=True))
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    server_desk.sessions["h1"].files.put(path)
    with cluster.connect(server_database) as owner:
        (sm3,) = owner.execute("select sm3 from app.blob").fetchone()
    # The example of GB/T 32905-2016, A.1.
    assert sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@postgres
def test_files_beside_a_case_are_read_and_checked_like_its_materials(
    server_desk: Desk, server_database: str, cluster: Cluster, source: Path
) -> None:
    """Of a disagreement and of a transfer; put there as their own commands put them."""
    case_id = server_desk.reviewing()
    sha256, size = server_desk.sessions["uh"].files.put(source)
    small = source.with_name("回执.pdf")
    small.write_bytes(b"receipt")
    receipt, _ = server_desk.sessions["uh"].files.put(small)
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")
        (readers,) = owner.execute(
            "select readers from app.case_ where case_id = %s", (case_id,)
        ).fetchone()
        owner.execute(
            "insert into app.dispute_file (office_id, case_id, owner_id, place, sha256, name, size,"
            " readers) values (7, %s, 'o1', 0, %s, '录像', %s, %s)",
            (case_id, sha256, size, readers),
        )
        owner.execute(
            "insert into app.transfer_event (office_id, case_id, no, seq, action, at, recorded_at,"
            " recorded_by, detail, readers)"
            " values (7, %s, 1, 1, 'receipt_transfer', now(), now(), 'h1', %s, %s)",
            (case_id, f'{{"sha256": "{receipt}", "file_name": "回执.pdf"}}', readers),
        )
    for address in (sha256, receipt):
        assert server_desk.sessions["r1"].files.state(address) is FileState.INTACT
        assert server_desk.sessions["r1"].files.path(address).is_file()
        with pytest.raises(DomainError) as refused:
            server_desk.sessions["r2"].files.path(address)
        assert refused.value.code is PersistenceFault.FILE_MISSING
    report = check_office(server_desk.sessions[ADMIN])
    assert (report.checked, report.sound, report.unreferenced) == (3, True, ())
