"""Who is disabled, or gets another password, while he sits at his desk is told so, and by what he
gets on."""

from pathlib import Path

import pytest
from psycopg import sql
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.application.link import LinkFault, LinkState
from sanzhi_desktop.persistence import arrival
from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.shell import Shell
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, PEOPLE, Desk
from tests.persistence.lines import desk_at
from tests.persistence.offices import PASSWORD
from tests.ui.conftest import idle
from tests.ui.hands import press
from tests.ui.test_server_desk import Start, a_server, enter, home, start

__all__ = ["home", "start"]
pytestmark = pytest.mark.postgres
WHO = "r1"
NEW = "another password 7"


def put(desk: Desk, *, active: bool) -> None:
    desk.office(ADMIN, OfficeAction.PUT_PERSON, person_id=WHO, name=PEOPLE[WHO][0], active=active)


def reset(cluster: Cluster) -> None:
    """Another password, and the line breaks: as after an administrator's work at night."""
    with cluster.connect() as owner:
        owner.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(WHO), sql.Literal(NEW))
        )
        for pid in cluster.backends(WHO):
            owner.execute("select pg_terminate_backend(%s)", (pid,))


def test_the_beat_of_who_was_disabled(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    with desk_at(cluster.url(server_database, WHO)) as opened:
        assert opened.link is not None
        assert opened.link.beat("").state is LinkState.ONLINE
        put(server_desk, active=False)
        beat = opened.link.beat("")
        assert beat.state is LinkState.REFUSED
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.DISABLED


def test_an_old_password_is_given_once_and_not_again(
    cluster: Cluster, server_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    reach = arrival._reach

    def counted(*given: object) -> object:
        tried.append(given)
        return reach(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(arrival, "_reach", counted)
    with desk_at(cluster.url(server_database, WHO)) as opened:
        assert opened.link is not None
        assert opened.link.beat("").state is LinkState.ONLINE
        reset(cluster)
        before = len(tried)
        for _ in range(4):
            beat = opened.link.beat("")
            assert beat.state is LinkState.REFUSED
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.PASSWORD_CHANGED
        assert len(tried) == before + 1


def until_refused(qtbot: QtBot, shell: Shell) -> str:
    shell.pulse.beat()
    qtbot.waitUntil(lambda: shell.status.link.text() == "不能办理", timeout=10_000)
    assert shell.banner.label.text() == ""  # nothing of going on by itself
    assert shell.again.isVisible()
    return shell.refused.label.text()


def test_whoever_is_disabled_at_his_desk_is_told(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str,
    server_desk: Desk,
) -> None:  # fmt: skip
    ServerList(home).keep(a_server(cluster, server_database))
    window = start()
    shell = enter(qtbot, window, WHO)
    assert shell.refused.isHidden()
    put(server_desk, active=False)
    assert "停用" in until_refused(qtbot, shell)
    put(server_desk, active=True)
    shell.pulse.beat()
    qtbot.waitUntil(lambda: shell.status.link.text() == "在线", timeout=10_000)
    assert shell.refused.isHidden()
    idle(qtbot, window.jobs)


def test_whoever_has_another_password_logs_in_anew(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str
) -> None:
    ServerList(home).keep(a_server(cluster, server_database))
    window = start()
    shell = enter(qtbot, window, WHO)
    reset(cluster)
    assert "新密码" in until_refused(qtbot, shell)
    shell.again.setFocus()
    press(Qt.Key.Key_Space)
    idle(qtbot, window.jobs)
    page = window.centralWidget()
    assert isinstance(page, LoginScreen)
    page.code.setText(WHO)
    page.password.setText(NEW)
    with qtbot.waitSignal(window.entered, timeout=20_000):
        page.enter.click()
    idle(qtbot, window.jobs)
    assert PASSWORD != NEW
