"""What is wrong with a server, its database or this PC is said at the desk, and what to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from sanzhi_desktop.settings.servers import Server, ServerList
from sanzhi_desktop.ui.connection.dialog import ConnectionDialog
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.cable import Way, cable
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import PASSWORD
from tests.persistence.tls import NOW, issue, secure_cluster, tls_binaries
from tests.ui.conftest import idle
from tests.ui.test_bad_days import at_intake, until, write_name
from tests.ui.test_server_desk import (  # noqa: F401 - fixtures
    NAME,
    Start,
    a_server,
    enter,
    home,
    ruled,
    start,
)

pytestmark = pytest.mark.postgres
# ruff: noqa: F811 - fixtures are named like what they give


def refused(qtbot: QtBot, window: DeskWindow, who: str = "h1") -> str:
    """What the door says to somebody who does not get in."""
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    page.wanted.emit(who, PASSWORD)
    idle(qtbot, window.jobs)
    assert window.centralWidget() is page
    assert QApplication.activeModalWidget() is None
    return page.fault.label.text()


def test_a_server_that_is_too_old(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str
) -> None:
    """A real server whose answer about its version is changed on the way."""
    with cluster.connect() as owner:
        version = f"{owner.info.server_version}".encode()

    def older(way: Way, data: bytes) -> bytes:
        return data.replace(version, b"140006") if way is Way.DOWN else data

    with cable(cluster.port) as line:
        line.change = older
        known = replace(a_server(cluster, server_database), hosts=(("127.0.0.1", line.port),))
        ServerList(home).keep(known)
        said = refused(qtbot, start())
    assert "PostgreSQL 版本是 14" in said
    assert "16 以上" in said
    assert "升级" in said


def test_a_server_that_does_not_know_what_we_set(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str
) -> None:
    """The oldest ones hang up before they can be asked for their version."""

    def older(way: Way, data: bytes) -> bytes:
        return data.replace(b"tcp_user_timeout", b"tcp_used_timeout") if way is Way.UP else data

    with cable(cluster.port) as line:
        line.change = older
        known = replace(a_server(cluster, server_database), hosts=(("127.0.0.1", line.port),))
        ServerList(home).keep(known)
        assert "需要 16 以上" in refused(qtbot, start())


@pytest.mark.parametrize(
    ("found", "words"),
    [("0999", ("比本程序", "新", "升级本程序")), ("0000", ("比本程序", "旧", "sanzhi db upgrade"))],
)
def test_a_database_of_another_revision(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    found: str,
    words: tuple[str, ...],
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    with cluster.connect(server_database) as owner:
        owner.execute("update app.schema_revision set version_num = %s", (found,))
    said = refused(qtbot, start())
    assert found in said
    assert all(word in said for word in words)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("postgresql+psycopg://h1:geheim@db.example.gov.cn:5432/sanzhi", "不能写密码"),
        ("h1:geheim@db.example.gov.cn", "不能写密码"),
        ("db.example.gov.cn?password=geheim", "不能写密码"),
        ("postgresql://db.example.gov.cn/sanzhi", "只写主机名和端口"),
        ("h1@db.example.gov.cn", "只写主机名和端口"),
    ],
)
def test_an_address_with_a_password_in_it(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, typed: str, words: str
) -> None:
    ServerList(home).keep(a_server(cluster, "office"))
    window = start()
    window._ask_servers()
    dialog = window.findChild(ConnectionDialog)
    assert dialog is not None
    form = dialog.page.form
    form.where.fields["hosts"].set_text(typed)
    assert not dialog.page.keep()
    assert words in form.where.fields["hosts"].fault.text()
    dialog.page.trial.try_it()  # nor is it tried
    assert dialog.page.trial.test.isEnabled()
    assert "geheim" not in (home / "servers.json").read_text("utf-8")
    dialog.close()


@pytest.mark.parametrize(
    "extra",
    [
        {"password": "geheim"},
        {"登录密码": "geheim"},
        {"hosts": [["h1:geheim@db.example.gov.cn", 5432]]},
    ],
)
def test_a_handed_out_list_with_a_password_in_it(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, extra: dict[str, Any]
) -> None:
    ServerList(home).keep(a_server(cluster, "office"))
    file = home / "servers.json"
    listed = json.loads(file.read_text("utf-8"))
    listed["servers"][0] |= extra
    file.write_text(json.dumps(listed), "utf-8")
    page = start().centralWidget()
    assert isinstance(page, LoginScreen)
    assert "写了密码" in page.fault.label.text()
    assert "geheim" not in page.fault.label.text()


def test_a_certificate_that_has_expired(
    qtbot: QtBot, start: Start, home: Path, tmp_path: Path
) -> None:
    found = tls_binaries()
    if found is None:
        pytest.skip("no PostgreSQL with OpenSSL: an expired certificate was NOT tried at the desk")
    here = "127.0.0.1"
    with secure_cluster(found) as secure:
        secure.show(issue(secure.root, here, host=here, days=(-30, -3)))
        root = tmp_path / "root.crt"
        root.write_bytes(secure.root.pem)
        ServerList(home).keep(Server(NAME, ((here, secure.port),), "postgres", root_file=str(root)))
        said = refused(qtbot, start())
    assert f"{(NOW - timedelta(days=3)).astimezone():%Y-%m-%d}" in said
    assert "更换服务器证书" in said


@contextmanager
def full(cluster: Cluster, database: str, table: str) -> Iterator[None]:
    """A table stands on a device that has no room: every new page of it fails with ENOSPC."""
    with cluster.connect(database) as owner:
        (file,) = owner.execute("select pg_relation_filepath(%s::regclass)", (table,)).fetchone()
        assert owner.execute(f"select count(*) from {table}").fetchone() == (0,)
    place, aside = cluster.home / "data" / file, cluster.home / "data" / f"{file}.aside"
    cluster.halt()
    place.rename(aside)
    place.symlink_to("/dev/full")
    cluster.again()
    try:
        yield
    finally:
        cluster.halt()
        place.unlink()
        aside.rename(place)
        cluster.again()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.usefixtures("own_server")
def test_a_full_disk_of_the_server(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str, ruled: Desk
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    window = start()
    with full(cluster, server_database, "app.case_"):
        shell, screen = at_intake(qtbot, window)
        write_name(screen, "磁盘满时的案子")
        screen.save_now()
        idle(qtbot, window.jobs)
        assert "磁盘已满" in screen.banner.label.text()
        assert "管理员" in screen.banner.label.text()
        assert QApplication.activeModalWidget() is None
        assert "已保存到本机" in shell.status.safe.text()
        assert screen.keeper.dirty
    until(qtbot, shell, "在线")
    screen.save_now()
    qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=15_000)
    idle(qtbot, window.jobs)


def test_a_full_disk_of_this_pc(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str, ruled: Desk
) -> None:
    """Said once in a box that can be left, then on the status line; room again is noticed."""
    ServerList(home).keep(a_server(cluster, server_database))
    shell, screen = at_intake(qtbot, start())
    journal = shell.desk.drafts._journal
    assert journal is not None
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    write_name(screen, "本机磁盘满" * 2000)
    qtbot.waitUntil(lambda: "未能保存到本机" in shell.status.safe.text(), timeout=5_000)
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert "磁盘已满" in box.text()
    assert "drafts.db" in box.text()
    box.close()
    screen.body.form.fields["facts"].set_text("再写一些")
    idle(qtbot, shell.desk.jobs)
    screen.keeper.flush()
    idle(qtbot, shell.desk.jobs)
    assert QApplication.activeModalWidget() is None
    # The database takes it all the same, as the sentence promises.
    screen.save_now()
    qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=15_000)
    idle(qtbot, shell.desk.jobs)
    screen.body.form.fields["facts"].set_text("又写一些" * 2000)
    screen.keeper.touched()
    qtbot.waitUntil(lambda: "未能保存到本机" in shell.status.safe.text(), timeout=5_000)
    journal._db.execute("PRAGMA max_page_count = 100000")
    screen.keeper.touched()
    qtbot.waitUntil(lambda: "已保存到本机" in shell.status.safe.text(), timeout=5_000)


def test_a_clock_that_is_set_wrong_while_somebody_works(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    shell = enter(qtbot, start(), "ld")
    until(qtbot, shell, "在线")
    assert shell.banner.label.text() == ""
    wall = shell.pulse._wall
    shell.pulse._wall = lambda: wall() - 86_400
    shell.pulse.beat()
    qtbot.waitUntil(lambda: "1440 分钟" in shell.banner.label.text(), timeout=5_000)
    assert "校准" in shell.banner.label.text()
