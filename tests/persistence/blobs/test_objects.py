"""Attachments in an S3-compatible store: over HTTP against a real service, and in memory."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import keyring
import pytest
from obstore.store import LocalStore, MemoryStore

from sanzhi_desktop.application import attachments
from sanzhi_desktop.application.attachments import set_store
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import MIB, AttachmentFault, FileState, StoreKind, StoreSettings
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.persistence.blobs import choose, credentials
from sanzhi_desktop.persistence.blobs.credentials import KEY_ID, SECRET, Credentials
from sanzhi_desktop.persistence.blobs.objects import Objects, open_objects
from sanzhi_desktop.persistence.blobs.upload_functions import CHUNK
from tests.persistence.blobs import s3_server
from tests.persistence.blobs.s3_server import Service
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, FILE, Desk
from tests.persistence.stores import RealStore, use

CONTENT = os.urandom(CHUNK + 777)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
BUCKET = "sanzhi-office"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with s3_server.running() as started:
        started.client.create_bucket(Bucket=BUCKET)
        yield started


@pytest.fixture(params=["http", "memory", "folder"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "memory":
        return Objects(MemoryStore(), 7, "memory")
    if request.param == "folder":
        return Objects(LocalStore(tmp_path), 7, "folder")
    service: Service = request.getfixturevalue("service")
    found = Credentials(s3_server.KEY_ID, s3_server.SECRET)
    return open_objects(StoreSettings(StoreKind.OBJECTS, service.url, BUCKET), 7, found)


def test_chunks_come_back_and_tell_what_is_there(objects: Objects) -> None:
    size = len(CONTENT)
    objects.clear(SHA256, size, CHUNK)
    assert objects.have(SHA256, size, CHUNK) == frozenset()
    assert objects.state(SHA256, size, CHUNK) is FileState.MISSING
    objects.put(SHA256, 1, CONTENT[CHUNK:])
    objects.put(SHA256, 0, b"not the whole chunk")
    assert objects.have(SHA256, size, CHUNK) == {1}
    assert objects.state(SHA256, size, CHUNK) is FileState.CHANGED
    objects.put(SHA256, 0, CONTENT[:CHUNK])
    assert objects.have(SHA256, size, CHUNK) == {0, 1}
    assert objects.get(SHA256, 1) == CONTENT[CHUNK:]
    assert objects.get(SHA256, 2) is None
    assert objects.state(SHA256, size, CHUNK) is FileState.INTACT
    objects.probe()
    objects.clear(SHA256, size, CHUNK)
    assert objects.get(SHA256, 0) is None


def test_what_another_client_wrote_and_reads_is_the_same(service: Service) -> None:
    found = Credentials(s3_server.KEY_ID, s3_server.SECRET)
    objects = open_objects(StoreSettings(StoreKind.OBJECTS, service.url, BUCKET), 8, found)
    objects.put(SHA256, 0, CONTENT[:CHUNK])
    objects.put(SHA256, 1, CONTENT[CHUNK:])
    listed = service.client.list_objects_v2(Bucket=BUCKET, Prefix="8/")["Contents"]
    read = [service.client.get_object(Bucket=BUCKET, Key=o["Key"])["Body"].read() for o in listed]
    assert b"".join(read) == CONTENT, "the chunks in order are the file"
    service.client.put_object(Bucket=BUCKET, Key=listed[1]["Key"], Body=CONTENT[CHUNK:-1] + b"X")
    assert objects.state(SHA256, len(CONTENT), CHUNK) is FileState.CHANGED


def test_a_bucket_that_is_not_there_never_looks_like_a_lost_file(service: Service) -> None:
    found = Credentials(s3_server.KEY_ID, s3_server.SECRET)
    away = open_objects(StoreSettings(StoreKind.OBJECTS, service.url, "no-such"), 7, found)
    for ask in (
        away.probe,
        lambda: away.get(SHA256, 0),
        lambda: away.state(SHA256, len(CONTENT), CHUNK),
        lambda: away.have(SHA256, len(CONTENT), CHUNK),
    ):
        with pytest.raises(DomainError) as refused:
            ask()
        assert refused.value.code is AttachmentFault.NO_BUCKET


def test_refused_credentials_are_named_and_never_shown(service: Service) -> None:
    wrong = Credentials("somebody", "very secret indeed")
    objects = open_objects(StoreSettings(StoreKind.OBJECTS, service.url, BUCKET), 7, wrong)
    service.demand_accounts(on=True)
    try:
        with pytest.raises(DomainError) as refused:
            objects.probe()
    finally:
        service.demand_accounts(on=False)
    assert refused.value.code is AttachmentFault.OBJECTS_REFUSED
    for text in (str(refused.value), repr(objects), repr(wrong)):
        assert "very secret" not in text


def test_a_service_that_is_away_is_named() -> None:
    settings = StoreSettings(StoreKind.OBJECTS, "http://127.0.0.1:9", BUCKET)
    with pytest.raises(DomainError) as refused:
        open_objects(settings, 7, Credentials("a", "b")).get(SHA256, 0)
    assert refused.value.code is AttachmentFault.OBJECTS_AWAY
    assert refused.value.facts["place"] == f"http://127.0.0.1:9/{BUCKET}"


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> RealStore:
    monkeypatch.delenv(KEY_ID, raising=False)
    monkeypatch.delenv(SECRET, raising=False)
    return use(monkeypatch, RealStore())


def test_credentials_come_from_the_key_store_or_the_environment(
    keys: RealStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("https://store.local", BUCKET)
    with pytest.raises(DomainError) as refused:
        credentials.find(*where)
    assert refused.value.code is AttachmentFault.NO_CREDENTIALS
    credentials.keep(*where, Credentials("id", "kept"))
    assert credentials.find(*where) == Credentials("id", "kept")
    with pytest.raises(DomainError):
        credentials.find("https://other.local", BUCKET)
    monkeypatch.setenv(KEY_ID, "from outside")
    monkeypatch.setenv(SECRET, "given")
    assert credentials.find(*where) == Credentials("from outside", "given")
    # It knows one bucket, the office's present one; an earlier one is asked with its own key.
    assert credentials.find(*where, kept_first=True) == Credentials("id", "kept")
    other = ("https://other.local", BUCKET)
    assert credentials.find(*other, kept_first=True) == Credentials("from outside", "given")


@pytest.mark.parametrize("chained", [False, True])
def test_a_key_store_that_keeps_nothing_safe_is_not_used(
    monkeypatch: pytest.MonkeyPatch, chained: bool
) -> None:
    """Also not as one of several, of which `keyring` would take any."""
    from keyring.backends import chainer, fail

    class Chain(chainer.ChainerBackend):
        backends = (fail.Keyring(),)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(keyring, "get_keyring", Chain if chained else fail.Keyring)
    monkeypatch.delenv(KEY_ID, raising=False)
    for ask in (
        lambda: credentials.keep("https://store.local", BUCKET, Credentials("id", "secret")),
        lambda: credentials.find("https://store.local", BUCKET),
    ):
        with pytest.raises(DomainError) as refused:
            ask()
        assert refused.value.code in (AttachmentFault.NO_KEYRING, AttachmentFault.NO_CREDENTIALS)


@pytest.fixture
def office(
    server_desk: Desk, service: Service, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Desk, Any]]:
    """A shared office that keeps its attachments in the object store."""
    monkeypatch.setenv(KEY_ID, s3_server.KEY_ID)
    monkeypatch.setenv(SECRET, s3_server.SECRET)
    settings = StoreSettings(StoreKind.OBJECTS, service.url, BUCKET, quota=50 * MIB)
    choose.probe(settings, server_desk.office_id)
    set_store(server_desk.sessions[ADMIN], settings)
    _empty(service.client)
    yield server_desk, service.client
    _empty(service.client)


def _empty(client: Any) -> None:
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])


@pytest.mark.postgres
def test_an_office_in_an_object_store(
    office: tuple[Desk, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, client = office
    path = tmp_path / "录像.mp4"
    path.write_bytes(CONTENT)
    files = desk.sessions["h1"].files

    def stop(done: int, total: int) -> None:
        if done >= CHUNK:
            raise KeyboardInterrupt

    sent: list[int] = []
    put = Objects.put

    def counting(self: Objects, sha256: str, n: int, data: bytes) -> None:
        sent.append(n)
        put(self, sha256, n, data)

    monkeypatch.setattr(Objects, "put", counting)
    with pytest.raises(KeyboardInterrupt):
        files.put(path, progress=stop)
    assert sent == [0]
    assert files.put(path) == (SHA256, len(CONTENT))
    assert sent == [0, 1], "the first chunk was not sent again"
    listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [entry["Size"] for entry in listed] == [CHUNK, 777]
    assert files.path(SHA256).read_bytes() == CONTENT
    assert files.state(SHA256) is FileState.INTACT
    report = attachments.check_office(desk.sessions[ADMIN])
    assert [f.place for f in report.unreferenced] == [StoreKind.OBJECTS]


@pytest.mark.postgres
def test_a_changed_object_shuts_the_gate_too(office: tuple[Desk, Any]) -> None:
    desk, client = office
    case_id = desk.passed()
    (entry,) = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    client.put_object(Bucket=BUCKET, Key=entry["Key"], Body=FILE[:-1] + b"X")
    with pytest.raises(DomainError) as refused:
        attachments.demand_intact(desk.sessions["h1"], desk.case(case_id))
    assert refused.value.code is AttachmentFault.CHANGED
    case = desk.case(case_id)
    assert case.state is State.RESPONDING
    assert case.clearance is not None
    assert not case.clearance.open
    with pytest.raises(DomainError):
        desk.decide(case_id)


@pytest.mark.postgres
def test_poison_left_in_the_bucket_is_found_and_replaced(
    office: tuple[Desk, Any], tmp_path: Path
) -> None:
    desk, client = office
    name = f"{desk.office_id}/{SHA256[:2]}/{SHA256}/000000"
    client.put_object(Bucket=BUCKET, Key=name, Body=bytes(CHUNK))
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    files = desk.sessions["h1"].files
    assert files.put(path) == (SHA256, len(CONTENT))
    assert files.path(SHA256).read_bytes() == CONTENT


@pytest.mark.postgres
def test_files_stay_readable_where_they_were_when_the_setting_changes(
    server_desk: Desk,
    server_database: str,
    cluster: Cluster,
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(KEY_ID, s3_server.KEY_ID)
    monkeypatch.setenv(SECRET, s3_server.SECRET)
    case_id = server_desk.passed()  # its file is in the database
    settings = StoreSettings(StoreKind.OBJECTS, service.url, BUCKET)
    set_store(server_desk.sessions[ADMIN], settings)
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    server_desk.sessions["h1"].files.put(path)
    assert (
        server_desk.sessions["hd"]
        .files.path(server_desk.case(case_id).materials[0].sha256)
        .read_bytes()
        == FILE
    )
    with cluster.connect(server_database) as owner:
        places = owner.execute("select place from app.blob order by place").fetchall()
    assert places == [("database",), ("objects",)]
    assert (
        server_desk.send(
            "h1",
            case_id,
            Action.REGISTER_DECISION,
            number="示环罚〔2026〕3号",
            decided_on="2026-09-28",
            content="罚款",
            kind="penalty",
            party_name="示例甲有限公司",
            party_number="91110000MA01TEST0X",
            amount_fen=1_200_000_00,
        ).state
        is State.DECIDED
    )


OTHER = "another-office"


@pytest.mark.postgres
@pytest.mark.parametrize("after", ["database", "bucket"])
def test_files_of_an_earlier_object_store_stay_readable(
    office: tuple[Desk, Any], service: Service, tmp_path: Path, after: str
) -> None:
    """Turned off, or another bucket: every file stays where it was, and is read from there."""
    desk, client = office
    case_id = desk.passed()
    admin, settings = desk.sessions[ADMIN], desk.sessions[ADMIN].reader.file_store()
    if after == "bucket":
        client.create_bucket(Bucket=OTHER)
        wanted = replace(settings, bucket=OTHER, region="cn-north-1")
    else:
        wanted = StoreSettings(StoreKind.DATABASE, file_limit=10 * MIB)
    set_store(admin, wanted)
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    assert desk.sessions["h1"].files.put(path)[0] == SHA256
    old = desk.case(case_id).materials[0].sha256
    for who in ("hd", ADMIN):
        files = desk.sessions[who].files
        assert files.state(old) is FileState.INTACT
    assert desk.sessions["hd"].files.path(old).read_bytes() == FILE
    assert desk.sessions["h1"].files.path(SHA256).read_bytes() == CONTENT
    report = attachments.check_office(admin)
    assert (report.sound, report.checked) == (True, 1)
    places = {f.sha256: (f.place, f.bucket) for f in admin.files.listing()}
    assert places[old] == (StoreKind.OBJECTS, BUCKET)
    assert places[SHA256] == (wanted.kind, wanted.bucket)
    # What nothing used is taken out of the place where it is.
    assert attachments.free_unused(admin, report, older=timedelta(days=-3650))
    if after == "bucket":
        assert "Contents" not in client.list_objects_v2(Bucket=OTHER)
    assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    desk.decide(case_id)
    if after == "bucket":
        client.delete_bucket(Bucket=OTHER)


@pytest.mark.postgres
def test_objects_that_were_carried_elsewhere_are_read_there_when_somebody_says_so(
    office: tuple[Desk, Any], service: Service
) -> None:
    desk, client = office
    desk.passed()
    admin = desk.sessions[ADMIN]
    before = admin.reader.file_store()
    (entry,) = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    client.create_bucket(Bucket=OTHER)
    client.copy_object(
        Bucket=OTHER, Key=entry["Key"], CopySource={"Bucket": BUCKET, "Key": entry["Key"]}
    )
    client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    set_store(admin, replace(before, bucket=OTHER))
    assert [f.state for f in attachments.check_office(admin).findings] == [FileState.MISSING]
    set_store(admin, replace(before, bucket=OTHER), moved_from=before)
    assert attachments.check_office(admin).sound
    entry_ = admin.reader.history("")[-1]
    assert entry_.detail["moved_from"] == {"endpoint": before.endpoint, "bucket": BUCKET}
    for key in client.list_objects_v2(Bucket=OTHER)["Contents"]:
        client.delete_object(Bucket=OTHER, Key=key["Key"])
    client.delete_bucket(Bucket=OTHER)


def test_an_object_store_without_a_place_is_refused_and_no_crash_of_the_library() -> None:
    with pytest.raises(DomainError) as refused:
        open_objects(StoreSettings(StoreKind.DATABASE), 7, Credentials("a", "b"))
    assert refused.value.code is AttachmentFault.ENDPOINT_WRONG
    odd = StoreSettings(StoreKind.OBJECTS, "http://[", BUCKET)
    with pytest.raises(DomainError) as refused:
        open_objects(odd, 7, Credentials("a", "b")).get(SHA256, 0)
    assert refused.value.code is AttachmentFault.OBJECTS_AWAY
