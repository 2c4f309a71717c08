"""The quota is freed of what no command ever used, and of nothing else."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from sanzhi_desktop.application.attachments import UNUSED, check_office, free_unused, set_store
from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import MIB, AttachmentFault, FileState
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.blobs.test_store import _with, material, register
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk
from tests.persistence.offices import PASSWORD

AT_ONCE = timedelta(days=-3650)  # also what was stored a moment ago, by whatever clock


def put(desk: Desk, folder: Path, content: bytes) -> str:
    path = folder / hashlib.sha256(content).hexdigest()[:8]
    path.write_bytes(content)
    return desk.sessions["h1"].files.put(path)[0]


def freed(desk: Desk, older: timedelta = AT_ONCE) -> set[str]:
    admin = desk.sessions[ADMIN]
    return {file.sha256 for file in free_unused(admin, check_office(admin), older=older)}


def test_only_what_nothing_names_is_freed(desk: Desk, tmp_path: Path) -> None:
    used, replaced, abandoned = b"used", b"of an earlier draft", b"never used"
    kept = {put(desk, tmp_path, used), put(desk, tmp_path, replaced)}
    lost = put(desk, tmp_path, abandoned)
    case_id = register(desk, replaced)
    desk.send("h1", case_id, Action.EDIT, materials=[material(used)])
    assert freed(desk, UNUSED) == set(), "nothing is abandoned on its first day"
    assert freed(desk) == {lost}
    admin = desk.sessions[ADMIN]
    assert admin.files.state(lost) is FileState.MISSING
    assert {admin.files.state(sha256) for sha256 in kept} == {FileState.INTACT}
    entry = admin.reader.history("")[-1]
    assert (entry.action, entry.actor) == (OfficeAction.FREE_FILES, ADMIN)
    assert entry.detail["files"] == [{"sha256": lost.upper(), "size": len(abandoned)}]
    assert not desk.sessions["au"].reader.verify_chains()
    assert freed(desk) == set()


def test_a_freed_file_may_come_again_and_go_again(desk: Desk, tmp_path: Path) -> None:
    content = b"twice uploaded"
    lost = put(desk, tmp_path, content)
    assert freed(desk) == {lost}
    assert put(desk, tmp_path, content) == lost
    assert freed(desk) == {lost}, "the entry that freed it is no use of it"
    assert put(desk, tmp_path, content) == lost
    register(desk, content)
    assert freed(desk) == set()
    assert desk.sessions["h1"].files.path(lost).read_bytes() == content


def test_room_is_there_again(desk: Desk, tmp_path: Path) -> None:
    set_store(desk.sessions[ADMIN], _with(desk, file_limit=8 * MIB, quota=5 * MIB))
    lost = put(desk, tmp_path, os.urandom(4 * MIB))
    with pytest.raises(DomainError) as refused:
        put(desk, tmp_path, os.urandom(2 * MIB))
    assert refused.value.code is AttachmentFault.QUOTA
    assert freed(desk) == {lost}
    put(desk, tmp_path, os.urandom(4 * MIB))


def test_a_round_that_is_over_keeps_its_materials(desk: Desk, tmp_path: Path) -> None:
    case_id = desk.responding()
    first = desk.case(case_id).materials[0]
    content = b"the better one"
    put(desk, tmp_path, content)
    desk.send("h1", case_id, Action.EDIT, materials=[material(content)])
    report = check_office(desk.sessions[ADMIN])
    assert first.sha256 in {file.sha256 for file in report.unreferenced}
    assert freed(desk) == set()
    assert desk.sessions[ADMIN].files.state(first.sha256) is FileState.INTACT


def test_whoever_asks_for_more_is_refused(desk: Desk, tmp_path: Path) -> None:
    content = b"used by a case"
    used = put(desk, tmp_path, content)
    register(desk, content)
    later = (desk.gateway(ADMIN).now() + timedelta(days=1)).isoformat()

    def free(who: str, sha256: str, before: str = later) -> DomainError:
        with pytest.raises(DomainError) as refused:
            desk.office(who, OfficeAction.FREE_FILES, before=before, files=[{"sha256": sha256}])
        return refused.value

    for written in (used, used.upper()):
        assert free(ADMIN, written).code is AttachmentFault.IN_USE
    assert free("ld", used).code is PersistenceFault.NOT_ALLOWED
    # A part of a hash would name nothing in the history, and no file either.
    assert free(ADMIN, used[:20]).code is AttachmentFault.TOO_YOUNG
    assert free(ADMIN, "").code is AttachmentFault.TOO_YOUNG
    assert free(ADMIN, used, "").code is AttachmentFault.TOO_YOUNG
    assert desk.sessions["h1"].files.state(used) is FileState.INTACT


@pytest.mark.postgres
def test_unfinished_uploads_are_freed_and_a_renewed_one_is_not(
    cluster: Cluster, server_database: str, server_desk: Desk, tmp_path: Path
) -> None:
    sha256 = "b" * 64
    with cluster.connect(server_database, "h1", PASSWORD) as officer:
        officer.execute("select api.begin_file(7, %s, 100)", (sha256,))
        done = put(server_desk, tmp_path, b"uploaded long ago")
        _aged(cluster, server_database)
        officer.execute("select api.begin_file(7, %s, 17)", (done,))  # about to be used
    assert freed(server_desk, UNUSED) == {sha256}
    assert server_desk.sessions[ADMIN].files.state(done) is FileState.INTACT
    _aged(cluster, server_database)
    assert freed(server_desk, UNUSED) == {done}


def _aged(cluster: Cluster, database: str) -> None:
    with cluster.connect(database) as owner:
        owner.execute("set session_replication_role = replica")  # past the walls
        owner.execute("update app.blob set begun_at = begun_at - interval '31 days'")


@pytest.mark.postgres
def test_an_upload_waits_for_the_one_who_frees(
    cluster: Cluster, server_database: str, server_desk: Desk, tmp_path: Path
) -> None:
    """Whoever uploads it again at that moment is never told that it is there while it goes."""
    sha256 = put(server_desk, tmp_path, b"in a race")
    _aged(cluster, server_database)
    with (
        cluster.connect(server_database) as freeing,
        cluster.connect(server_database, "h1", PASSWORD) as officer,
    ):
        freeing.execute("begin")
        freeing.execute("update app.blob set complete = 0 where sha256 = %s", (sha256,))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            officer.execute("select api.begin_file(7, %s, 9)", (sha256,))
        freeing.execute("rollback")
