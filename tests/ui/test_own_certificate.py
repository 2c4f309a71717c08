"""A desk of somebody who shows a certificate and types nothing: what seals his drafts, and what he
is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.app.server_entry import ServerEntry
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import create_shared
from sanzhi_desktop.settings.servers import Server
from sanzhi_desktop.ui.desk import desk_of, open_desk
from sanzhi_desktop.ui.drafts import Journal
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.widgets import Banner
from tests.persistence.cluster import OWNER, OWNER_PASSWORD
from tests.persistence.tls import SecureCluster, issue, secure_cluster, tls_binaries
from tests.ui.test_server_desk import RealStore, store

__all__ = ["store"]
pytestmark = pytest.mark.postgres
WHO = "by_certificate"  # the server lets this one in by certificate alone
PASSWORD = "never asked for 1"
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def office() -> Iterator[SecureCluster]:
    found = tls_binaries()
    if found is None:
        pytest.skip("no PostgreSQL with OpenSSL: certificates of people were NOT tested")
    with secure_cluster(found) as secure:
        root = secure.home / "root.pem"
        root.write_bytes(secure.root.pem)
        url = f"postgresql+psycopg://{OWNER}@{HERE}:{secure.port}/sanzhi"
        url += f"?sslmode=verify-full&sslrootcert={root}"
        _made_by_the_dba(secure)
        create_shared(
            url, NewOffice(), admin=Person(WHO, "某"), password=PASSWORD,
            owner_password=OWNER_PASSWORD,
        )  # fmt: skip
        yield secure


def _made_by_the_dba(secure: SecureCluster) -> None:
    """Before PostgreSQL 16 the server's own administrator makes the log-in first."""
    where = f"host={HERE} port={secure.port} user={OWNER} dbname=postgres"
    with psycopg.connect(where, password=OWNER_PASSWORD, autocommit=True) as db:
        if db.info.server_version < 160000:
            db.execute(f"create role {WHO} login")


@pytest.fixture
def entry(office: SecureCluster, tmp_path: Path) -> Iterator[ServerEntry]:
    files = (tmp_path / "own.crt", tmp_path / "own.key", tmp_path / "root.pem")
    contents = (*issue(office.root, WHO), office.root.pem)
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
        file.chmod(0o600)
    server = Server(
        "局", ((HERE, office.port),), root_file=str(files[2]),
        certificate_file=str(files[0]), key_file=str(files[1]),
    )  # fmt: skip
    made = ServerEntry(server.url, server.name, files=tmp_path / "files", server=server)
    yield made
    made.leave()


def test_a_secret_of_the_key_store_seals_the_drafts(
    entry: ServerEntry, tmp_path: Path, store: RealStore
) -> None:
    file = tmp_path / "drafts.db"
    opened = open_desk(entry, file, WHO, "")
    opened.journal.put("review:1", title="案", version=1, values={"text": "意见"})
    opened.journal.close()
    assert opened.draft_key.sealed
    assert opened.draft_key.secret in store.kept.values()
    for guess in ("", PASSWORD, "what was typed"):
        with pytest.raises(DomainError) as caught:
            Journal(file, opened.draft_key.person, guess)
        assert caught.value.code is DeskFault.DRAFT_WRONG_PASSWORD
    # Whatever is typed where nothing is asked: the drafts are there again.
    again = open_desk(entry, file, WHO, "what was typed")
    assert [draft.values["text"] for draft in again.journal.all()] == ["意见"]
    again.journal.close()


def test_without_a_key_store_it_is_said_that_drafts_lie_open(
    qtbot: QtBot, dressed: QApplication, entry: ServerEntry, tmp_path: Path
) -> None:
    folders = Folders(tmp_path, tmp_path)
    opened = open_desk(entry, folders.drafts, WHO, "")
    assert not opened.draft_key.sealed
    jobs = Jobs()
    try:
        desk = desk_of(
            opened, entry, jobs=jobs, problems=Problems(jobs), settings=DeskSettings(folders)
        )
        shell = Shell(desk, notices=opened.notices)
        qtbot.addWidget(shell)
        shown = [b.label.text() for b in shell.findChildren(Banner)]
        assert any("不加密地留在这台电脑上" in text for text in shown)
        shell.close_screens()
    finally:
        jobs.stop()
        opened.journal.close()


def test_a_password_that_nobody_asked_for_is_not_changed(entry: ServerEntry) -> None:
    session = entry.log_in(WHO, "")
    for old, code in (
        ("totally wrong", PersistenceFault.PASSWORD_NOT_ASKED),
        ("", PersistenceFault.LOG_IN_REFUSED),
    ):
        with pytest.raises(DomainError) as caught:
            entry.set_password(session, person_id=WHO, password="newpassword1", old=old)
        assert caught.value.code is code


def test_a_password_in_a_file_seals_the_drafts_too(
    office: SecureCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq looks for it where the desk was not told one; it is the one that was proved."""
    where = f"host={HERE} port={office.port} user={OWNER} dbname=sanzhi"
    with psycopg.connect(where, password=OWNER_PASSWORD, autocommit=True) as db:
        db.execute(f"alter role {WHO} password '{PASSWORD}'")
    (office.home / "data" / "pg_hba.conf").write_text("hostssl all all all scram-sha-256\n")
    office._run("pg_ctl", "reload")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    server = replace(Server("局", ((HERE, office.port),)), root_file=str(office.home / "root.pem"))
    entry = ServerEntry(server.url, server.name, files=tmp_path / "files", server=server)
    try:
        opened = open_desk(entry, tmp_path / "drafts.db", WHO, "")
        assert (opened.draft_key.secret, opened.draft_key.sealed) == (PASSWORD, True)
        opened.journal.close()
    finally:
        entry.leave()
