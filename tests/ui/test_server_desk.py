"""The desk on a server: log-in, the words of the connection, many desks; a real PostgreSQL."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop import app as desk_app
from sanzhi_desktop.app.server_entry import ServerEntry
from sanzhi_desktop.application import intake
from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.submission_json import submission_from_json
from sanzhi_desktop.persistence import key_store
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.open import open_shared
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.settings.servers import Encryption, Server, ServerList
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.connection.dialog import ConnectionDialog
from sanzhi_desktop.ui.first_run import FirstRunScreen
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.settings_file import Folders
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.widgets import Badge, PlainLabel
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk, submission
from tests.persistence.offices import PASSWORD
from tests.ui.conftest import idle
from tests.ui.hands import press, say, type_keys

pytestmark = pytest.mark.postgres
NAME = "市局服务器"
Start = Callable[[], DeskWindow]


def a_server(cluster: Cluster, database: str) -> Server:
    return Server(
        NAME,
        (("127.0.0.1", cluster.port),),
        database,
        encryption=Encryption.DISABLE,
        answer_seconds=3,
        wait_seconds=15,
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "张三" / "Sanzhi"
    monkeypatch.setenv("SANZHI_HOME", str(made))
    return made


@pytest.fixture
def start(qtbot: QtBot, dressed: QApplication, home: Path) -> Iterator[Start]:
    """Starts the desk on this person's own folder, as `sanzhi` does."""
    windows: list[DeskWindow] = []

    def start_one() -> DeskWindow:
        window = desk_app.make_window(Folders(home, home))
        windows.append(window)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.started, timeout=10_000):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        idle(qtbot, window.jobs)
        return window

    yield start_one
    for window in windows:
        window.close()


@pytest.fixture
def ruled(server_desk: Desk) -> Desk:
    """The office with the rules it works by, as its administrator publishes them."""
    profile = profiles.shipped("shucheng")
    server_desk.office(
        ADMIN,
        OfficeAction.PUBLISH_PROFILE,
        profile_id=profile.id,
        edition=profile.edition,
        applied=json.loads(profile.applied()),
        effective_from="2026-01-01",
    )
    return server_desk


def enter(qtbot: QtBot, window: DeskWindow, who: str) -> Shell:
    """Signs somebody in at the place in front."""
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.code.setText(who)
    page.password.setFocus()
    type_keys(PASSWORD)
    with qtbot.waitSignal(window.entered, timeout=20_000):
        press(Qt.Key.Key_Return)
    idle(qtbot, window.jobs)
    shell = window.centralWidget()
    assert isinstance(shell, Shell)
    return shell


def test_logs_in_to_the_server_it_knows(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    window = start()
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    assert NAME in page.office.text()
    shell = enter(qtbot, window, "ld")
    assert shell.desk.session.actor.name == "戊分派"
    assert shell.status.link.text() == "在线"
    assert window.settings.last_place == NAME
    files = [p.read_bytes() for p in home.rglob("*") if p.is_file()]
    assert files
    assert not any(PASSWORD.encode() in data for data in files)


def test_refusals_are_told_at_the_door(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
) -> None:
    good = a_server(cluster, server_database)
    ServerList(home).keep(good)
    ServerList(home).keep(replace(good, name="没有这个库", database="nothing_here"))
    ServerList(home).keep(replace(good, name="没有加密", encryption=Encryption.REQUIRE))
    ServerList(home).keep(replace(good, name="关机了", hosts=(("127.0.0.1", 1),)))
    window = start()
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    assert [page.place.itemText(n) for n in range(page.place.count())] == [
        NAME, "没有这个库", "没有加密", "关机了",
    ]  # fmt: skip

    def refused(place: str, who: str, password: str) -> str:
        window._choose(place)
        idle(qtbot, window.jobs)
        page.wanted.emit(who, password)
        idle(qtbot, window.jobs)
        assert window.centralWidget() is page
        return page.fault.label.text()

    assert "密码不正确" in refused(NAME, "ld", "wrong-password")
    assert "nothing_here" in refused("没有这个库", "ld", PASSWORD)
    assert "TLS" in refused("没有加密", "ld", PASSWORD)
    assert "端口 1" in refused("关机了", "ld", PASSWORD)
    window._choose(NAME)
    idle(qtbot, window.jobs)
    enter(qtbot, window, "ld")


def test_a_new_pc_is_led_to_the_server_of_the_office(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
) -> None:
    window = start()
    first = window.centralWidget()
    assert isinstance(first, FirstRunScreen)
    first.server.click()
    dialog = window.findChild(ConnectionDialog)
    assert dialog is not None
    page = dialog.page
    page.form.show_server(a_server(cluster, server_database))
    page.form.where.fields["hosts"].set_text("")
    assert not page.keep()
    assert page.form.where.fields["hosts"].fault.text()
    page.form.where.fields["hosts"].set_text(f"127.0.0.1:{cluster.port}, 127.0.0.1:1")
    page.trial.code.setText("ld")
    page.trial.test.click()
    qtbot.waitUntil(lambda: len(dialog.findChildren(Badge)) == 2, timeout=10_000)
    assert [b.text() for b in dialog.findChildren(Badge)] == ["可以用", "不能用"]
    page.trial.password.setText(PASSWORD)
    page.trial.test.click()
    qtbot.waitUntil(
        lambda: any("登录成功" in label.text() for label in dialog.findChildren(PlainLabel)),
        timeout=10_000,
    )
    page.form.where.fields["hosts"].set_text(f"127.0.0.1:{cluster.port}")
    assert page.keep()
    dialog.accept()
    idle(qtbot, window.jobs)
    shell = enter(qtbot, window, "ld")
    assert shell.desk.office.name == "示例单位"
    assert PASSWORD not in (home / "servers.json").read_text("utf-8")


@pytest.mark.usefixtures("own_server")
def test_the_desk_survives_a_restart_of_the_server(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
) -> None:
    ServerList(home).keep(replace(a_server(cluster, server_database), wait_seconds=1))
    window = start()
    shell = enter(qtbot, window, "h1")
    shell.show_screen("intake")
    idle(qtbot, window.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    cluster.halt()
    try:
        shell.pulse.beat()
        qtbot.waitUntil(lambda: shell.status.link.text() == "重连中", timeout=10_000)
        assert "自动重连" in shell.banner.label.text()
        box = QApplication.activeModalWidget()
        assert box is None, box.text()  # type: ignore[attr-defined]
        screen.body.form.fields["name"].editor.setFocus()
        say("某公司未按规定处置废物案")
        qtbot.waitUntil(lambda: "已保存到本机" in shell.status.safe.text(), timeout=5_000)
        screen.save_now()
        idle(qtbot, window.jobs)
        assert QApplication.activeModalWidget() is None
        assert "已送达" not in shell.status.safe.text()
        assert screen.keeper.dirty
        assert screen.body.form.fields["name"].text == "某公司未按规定处置废物案"
    finally:
        cluster.again()
    # The first beat after the restart finds the server, and what could not be sent goes out.
    qtbot.waitUntil(lambda: shell.status.link.text() == "在线", timeout=15_000)
    qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=15_000)
    assert shell.banner.label.text() == ""
    rows = shell.desk.session.reader.worklist(ListQuery())
    assert [r.name for r in rows] == ["某公司未按规定处置废物案"]


def test_two_desks_on_one_case(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
) -> None:
    """Presence, news and a conflict, seen from one desk; the other works past the window."""
    ServerList(home).keep(a_server(cluster, server_database))
    made = submission_from_json(submission())
    nobody = replace(made.party, number="")
    case_id = intake.register(
        ruled.sessions["h1"], submission=replace(made, party=nobody), materials=()
    ).case_id
    window = start()
    shell = enter(qtbot, window, "h1")
    shell.show_screen("intake", case_id)
    idle(qtbot, window.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    url = cluster.url(server_database, "h2")
    patience = Patience(reconnect=5, answer=5)
    with closing(
        open_shared(url, files=Path("unused"), password=PASSWORD, patience=patience)
    ) as other:
        assert other.link is not None
        other.link.beat(case_id)
        shell.pulse.beat()
        qtbot.waitUntil(lambda: "乙承办" in screen.header.present.text(), timeout=10_000)
        theirs = other.session("h2")
        case = theirs.reader.case(case_id)
        changed = replace(case.submission, facts="那边改的事实", file_number="那边的案号")
        # An untouched form follows by itself.
        intake.edit(
            theirs,
            case_id=case_id,
            seen_version=case.version,
            submission=replace(changed, facts=case.submission.facts),
            materials=case.materials,
        )
        number = screen.body.form.fields["file_number"]
        shell.pulse.beat()
        qtbot.waitUntil(lambda: number.text == "那边的案号", timeout=10_000)
        # Both change the facts, each another field besides.
        for key, text in (("facts", "这边改的事实"), ("proposed_decision", "这边改的决定")):
            screen.body.form.fields[key].set_text("")
            screen.body.form.fields[key].editor.setFocus()
            say(text)
        again = replace(changed, file_number="那边又改的案号")
        version = theirs.reader.case(case_id).version
        intake.edit(
            theirs,
            case_id=case_id,
            seen_version=version,
            submission=again,
            materials=case.materials,
        )
        screen.save_now()
        qtbot.waitUntil(lambda: screen.findChild(ConflictDialog) is not None, timeout=10_000)
        dialog = screen.findChild(ConflictDialog)
        assert dialog is not None
        model = dialog.table.model()
        shown = [[model.index(n, c).data() for c in range(4)] for n in range(model.rowCount())]
        assert shown == [
            ["认定的事实", "这边改的事实", "那边改的事实", "我的"],
            ["案号", "那边的案号", "那边又改的案号", "他人的"],
        ]
        dialog.accept()
        qtbot.waitUntil(lambda: "已送达" in shell.status.safe.text(), timeout=10_000)
        kept = theirs.reader.case(case_id).submission
        assert (kept.facts, kept.proposed_decision, kept.file_number) == (
            "这边改的事实", "这边改的决定", "那边又改的案号",
        )  # fmt: skip


@pytest.mark.parametrize(("hours", "lets_in"), [(1, True), (30, False)])
def test_a_wrong_clock_is_told(
    cluster: Cluster,
    server_database: str,
    tmp_path: Path,
    hours: int,
    lets_in: bool,
) -> None:
    entry = ServerEntry(
        cluster.url(server_database, "ld"),
        NAME,
        files=tmp_path / "files",
        clock=lambda: datetime.now(UTC) + timedelta(hours=hours),
    )
    try:
        if lets_in:
            entry.log_in("ld", PASSWORD)
            assert "60 分钟" in "".join(entry.notices())
        else:
            with pytest.raises(DomainError) as caught:
                entry.log_in("ld", PASSWORD)
            assert caught.value.code is LinkFault.CLOCK_WRONG
            assert "1 天" in explain(caught.value)
    finally:
        entry.leave()


class RealStore(keyring.backend.KeyringBackend):
    """Stands in for a key store of the system."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RealStore:
    made = RealStore()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(key_store, "_REAL", (f"{RealStore.__module__}.",))
    return made


def test_a_password_is_remembered_by_a_real_store_alone(
    qtbot: QtBot,
    start: Start,
    home: Path,
    cluster: Cluster,
    server_database: str,
    request: pytest.FixtureRequest,
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    window = start()
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    page.code.setText("ld")
    page.code_entered.emit("ld")
    idle(qtbot, window.jobs)
    assert page.remember.isHidden()  # the null store of the tests is none
    store: RealStore = request.getfixturevalue("store")
    page.code_entered.emit("ld")
    qtbot.waitUntil(page.remember.isVisible)
    page.remember.setChecked(True)
    shell = enter(qtbot, window, "ld")
    assert list(store.kept.values()) == [PASSWORD]
    shell.rail.out.click()
    idle(qtbot, window.jobs)
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    qtbot.waitUntil(page.remember.isChecked)
    with qtbot.waitSignal(window.entered, timeout=10_000):
        page.enter.click()
    idle(qtbot, window.jobs)
    assert list(store.kept.values()) == [PASSWORD]
