"""Bad days as the person at the desk lives through them: real window, real servers, real lines."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.link import LinkState
from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.persistence.heartbeat import Heartbeat
from sanzhi_desktop.settings.servers import Server, ServerList
from sanzhi_desktop.ui.screens import for_roles
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.cable import Cable, Way, cable
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.standby import standby_of
from tests.ui.conftest import idle
from tests.ui.hands import say
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
TIMES = int(os.environ.get("SANZHI_TEST_TIMES", "25"))  # 100 and more were tried by hand
NAMES = "甲乙丙丁戊己庚辛壬癸"


@pytest.fixture
def line(cluster: Cluster) -> Iterator[Cable]:
    with cable(cluster.port) as made:
        yield made


def over(known: Server, *ports: int) -> Server:
    """The same server by other ways, with short time-outs."""
    return replace(
        known,
        hosts=tuple(("127.0.0.1", port) for port in ports),
        connect_seconds=2,
        answer_seconds=2,
        wait_seconds=1,
    )


def at_intake(qtbot: QtBot, window: DeskWindow, who: str = "h1") -> tuple[Shell, IntakeScreen]:
    shell = enter(qtbot, window, who)
    shell.show_screen("intake")
    idle(qtbot, window.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    return shell, screen


def write_name(screen: IntakeScreen, text: str) -> None:
    field = screen.body.form.fields["name"]
    field.set_text("")
    field.editor.setFocus()
    say(text)


def until(qtbot: QtBot, shell: Shell, state: str, *, ms: int = 15_000) -> None:
    """Beats until the status line shows that word."""
    shell.pulse.beat()
    qtbot.waitUntil(lambda: shell.status.link.text() == state, timeout=ms)


@contextmanager
def halted(cluster: Cluster) -> Iterator[None]:
    """The block may halt the server; it runs again afterwards."""
    try:
        yield
    finally:
        cluster.again()


class Stalls(QTimer):
    """Measures how long the window took no events at the worst."""

    def __init__(self) -> None:
        super().__init__()
        self.worst = 0.0
        self._last = time.monotonic()
        self.timeout.connect(self._tick)
        self.start(10)

    def _tick(self) -> None:
        now = time.monotonic()
        self.worst = max(self.worst, now - self._last)
        self._last = now


@pytest.mark.usefixtures("own_server")
def test_a_failover_as_the_window_shows_it(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
) -> None:
    """在线, 重连中, 只读, 在线: what was typed stays here and is delivered once."""
    with halted(cluster), standby_of(cluster) as standby, cable(standby.port) as line:
        ServerList(home).keep(over(a_server(cluster, server_database), cluster.port, line.port))
        shell, screen = at_intake(qtbot, start())
        jobs = shell.desk.jobs
        write_name(screen, "切换以前的案子")
        screen.save_now()
        qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=10_000)
        idle(qtbot, jobs)
        standby.catch_up(cluster)
        line.cut()
        cluster.halt()
        until(qtbot, shell, "重连中")
        line.mend()
        until(qtbot, shell, "只读")
        assert "备用服务器" in shell.banner.label.text()
        # What is there can be read on every screen.
        shell.show_screen("worklist")
        idle(qtbot, jobs)
        assert len(shell.desk.session.reader.worklist(ListQuery())) == 1
        shell.show_screen("intake")
        idle(qtbot, jobs)
        write_name(screen, "切换时写的案子")
        qtbot.waitUntil(lambda: "已保存到本机" in shell.status.safe.text(), timeout=5_000)
        screen.save_now()
        idle(qtbot, jobs)
        assert "只能读取" in screen.banner.label.text()
        assert "已保存到本机" in shell.status.safe.text()
        assert QApplication.activeModalWidget() is None
        assert screen.keeper.dirty
        standby.promote()
        until(qtbot, shell, "在线")
        qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=15_000)
        idle(qtbot, jobs)
        assert shell.banner.label.text() == ""
        with standby.connect(server_database) as owner:
            found = owner.execute(
                "select name, (select count(*) from app.audit a where a.case_id = c.case_id)"
                " from app.case_ c"
            ).fetchall()
        assert sorted(found) == [("切换以前的案子", 1), ("切换时写的案子", 1)]


def test_a_cut_cable_never_holds_the_window(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    line: Cable,
    server_database: str,
    ruled: Desk,
) -> None:
    ServerList(home).keep(over(a_server(cluster, server_database), line.port))
    window = start()
    shell, screen = at_intake(qtbot, window)
    stalls = Stalls()
    line.cut()
    write_name(screen, "断线时写的案子")
    screen.save_now()
    # Every screen can be opened and left while nothing answers.
    for spec in for_roles(shell.desk.roles):
        if not spec.case:
            shell.show_screen(spec.key)
            QApplication.processEvents()
            assert shell.front is shell._screens[spec.key]
    shell.show_screen("intake")
    until(qtbot, shell, "重连中")
    qtbot.waitUntil(screen.save.isEnabled, timeout=30_000)
    assert QApplication.activeModalWidget() is None
    assert "已保存到本机" in shell.status.safe.text()
    assert screen.body.form.fields["name"].text == "断线时写的案子"
    line.mend()
    until(qtbot, shell, "在线", ms=30_000)
    qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=30_000)
    idle(qtbot, window.jobs)
    assert stalls.worst < 1.9  # whoever waits for a dead line waits two seconds
    rows = shell.desk.session.reader.worklist(ListQuery())
    assert [r.name for r in rows] == ["断线时写的案子"]
    line.cut()
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 5
    line.drop()  # a server waits a minute for whoever stopped in the middle of a log-in


def test_the_desk_wakes_after_an_hour(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    line: Cable,
    server_database: str,
    ruled: Desk,
) -> None:
    """The clock on the wall jumped; the line and the session are dead, and nobody has said so."""
    ServerList(home).keep(
        replace(over(a_server(cluster, server_database), line.port), answer_seconds=30)
    )
    shell = enter(qtbot, start(), "h1")
    link = shell.desk.session.link
    assert isinstance(link, Heartbeat)
    until(qtbot, shell, "在线")
    wall = [time.time()]
    object.__setattr__(link, "wall", lambda: wall[0])
    shell.pulse._wall = lambda: wall[0]
    shell.pulse.beat()
    qtbot.waitUntil(lambda: not shell.pulse._asking, timeout=5_000)
    shown: list[LinkState] = []
    shell.pulse.linked.connect(lambda state, _why: shown.append(state))
    line.freeze()
    with cluster.connect() as owner:
        for pid in cluster.backends("h1"):
            owner.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    ruled.register()
    wall[0] += 3600
    shell.pulse.beat()
    assert shell.status.link.text() == "重连中"  # at once, before anything was asked
    assert "休眠" in shell.banner.label.text()
    qtbot.waitUntil(lambda: shell.status.link.text() == "在线", timeout=5_000)
    idle(qtbot, shell.desk.jobs)
    assert shown[0] is LinkState.RECONNECTING
    assert shown[-1] is LinkState.ONLINE
    screen = shell.front
    assert isinstance(screen, WorklistScreen)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1, timeout=5_000)  # of meanwhile


def test_terminated_sessions_lose_and_double_nothing(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    line: Cable,
    server_database: str,
    ruled: Desk,
) -> None:
    """At any byte of the question or of the answer: the history has what the desk believes."""
    dice = random.Random(20260922)
    known = replace(over(a_server(cluster, server_database), line.port), wait_seconds=15)
    ServerList(home).keep(known)
    shell, screen = at_intake(qtbot, start())
    jobs, sent = shell.desk.jobs, 0
    shell.pulse._timer.setInterval(150)  # comes back as soon as it can

    def save(text: str) -> None:
        nonlocal sent
        write_name(screen, text)
        screen.save_now()
        qtbot.waitUntil(lambda: not screen.keeper.dirty, timeout=20_000)
        idle(qtbot, jobs)
        sent += 1

    carried: list[dict[Way, int]] = []
    for n in range(8):
        before = dict(line.carried)
        save(f"第{n}次")
        carried.append({way: line.carried[way] - before[way] for way in Way})
    # Of the shortest, for a beat may have gone over the line beside the others.
    size = {way: min(one[way] for one in carried) for way in Way}
    hit = 0
    with cluster.connect() as owner:

        def end() -> None:
            owner.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'h1'"
            )
            line.drop()

        for n in range(TIMES):
            way = dice.choice(list(Way))
            line.after(way, dice.randrange(size[way]), end)
            text = "".join(dice.choices(NAMES, k=6)) + str(n)
            save(text)
            hit += not line.waiting
            assert screen.body.form.fields["name"].text == text
    assert hit >= TIMES * 0.6
    assert QApplication.activeModalWidget() is None
    history = shell.desk.session.reader.history(screen.case_id)
    assert [h.action for h in history] == ["register", *["edit"] * (sent - 1)]
    case = shell.desk.session.reader.case(screen.case_id)
    assert (case.version, case.submission.name) == (sent, text)
    assert screen._version == case.version
    assert len(shell.desk.session.reader.worklist(ListQuery())) == 1


@pytest.mark.usefixtures("own_server")
def test_a_desk_that_is_started_at_an_old_primary_only_reads(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
) -> None:
    """Yesterday's desk saw the standby take over; today's meets the old primary alone."""
    with halted(cluster), standby_of(cluster) as standby:
        known = over(a_server(cluster, server_database), cluster.port, standby.port)
        ServerList(home).keep(known)
        yesterday = start()
        shell = enter(qtbot, yesterday, "h1")
        until(qtbot, shell, "在线")
        standby.catch_up(cluster)
        cluster.halt()
        standby.promote()
        qtbot.waitUntil(lambda: not shell.pulse._asking, timeout=10_000)
        until(qtbot, shell, "在线")
        yesterday.close()
        standby.halt()
        cluster.again()
        shell, screen = at_intake(qtbot, start())
        until(qtbot, shell, "只读")
        assert "旧主服务器" in shell.banner.label.text()
        assert str(cluster.port) in shell.banner.label.text()
        write_name(screen, "旧主服务器上写的案子")
        qtbot.waitUntil(lambda: "已保存到本机" in shell.status.safe.text(), timeout=5_000)
        screen.save_now()
        idle(qtbot, shell.desk.jobs)
        assert "已保存到本机" in shell.status.safe.text()
        assert QApplication.activeModalWidget() is None
        assert screen.keeper.dirty
        with cluster.connect(server_database) as owner:
            assert owner.execute("select count(*) from app.case_").fetchone() == (0,)
        cluster.halt()
        standby.again()
        until(qtbot, shell, "在线")
        qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=15_000)
        idle(qtbot, shell.desk.jobs)
        with standby.connect(server_database) as owner:
            found = owner.execute("select name from app.case_").fetchall()
        assert found == [("旧主服务器上写的案子",)]


@pytest.mark.usefixtures("own_server")
def test_a_file_that_a_failover_lost_is_asked_for_at_the_desk(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
    tmp_path: Path,
) -> None:
    """The primary dies with what its standby never had, and the stick is in the pocket again."""
    film, kept = tmp_path / "询问录像.mp4", tmp_path / "kept.mp4"
    for path in (film, kept):
        path.write_bytes(b"film" * 100_000)
    with halted(cluster), standby_of(cluster) as standby:
        ServerList(home).keep(over(a_server(cluster, server_database), cluster.port, standby.port))
        shell, screen = at_intake(qtbot, start())
        jobs = shell.desk.jobs
        until(qtbot, shell, "在线")
        standby.halt()
        screen.body.materials._store(film, "")
        idle(qtbot, jobs)
        write_name(screen, "有录像的案子")
        screen.save_now()
        qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=10_000)
        idle(qtbot, jobs)
        case_id = screen.case_id
        film.unlink()
        cluster.halt()
        standby.again()
        standby.promote()
        assert not shell.banner.choose.isVisible()
        shell.pulse.beat()
        qtbot.waitUntil(shell.banner.choose.isVisible, timeout=15_000)
        assert shell.status.link.text() == "在线"
        assert "询问录像.mp4" in shell.banner.label.text()
        assert "1 次保存" in shell.banner.label.text()
        assert QApplication.activeModalWidget() is None
        with standby.connect(server_database) as owner:
            assert owner.execute("select count(*) from app.case_").fetchone() == (0,)
        shell.banner.store([str(kept)])
        qtbot.waitUntil(lambda: not shell.banner.choose.isVisible(), timeout=15_000)
        assert shell.banner.label.text() == ""
        idle(qtbot, jobs)
        case = shell.desk.session.reader.case(case_id)
        assert case.submission.name == "有录像的案子"
        (material,) = (m for m in case.materials if m.file_name == "询问录像.mp4")
        assert shell.desk.session.files.path(material.sha256).read_bytes() == kept.read_bytes()
