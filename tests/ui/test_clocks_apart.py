"""A clock wrong by days, on a PC with its own database: nobody else's clock would say so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.application.clocks import history_clock, server_clock
from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import create_embedded
from sanzhi_desktop.resources.sentences import explain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PASSWORD = "adminpass1"


def test_a_server_s_clock() -> None:
    assert server_clock(NOW, NOW + timedelta(minutes=4)) is None
    told = server_clock(NOW, NOW - timedelta(minutes=60))
    assert told is not None
    assert "60 分钟" in explain(told)
    for days in (-1, 1, 400):
        with pytest.raises(DomainError) as caught:
            server_clock(NOW, NOW + timedelta(days=days))
        assert caught.value.code is LinkFault.CLOCK_WRONG
        assert f"{abs(days)} 天" in explain(caught.value)
        assert "校准服务器" in explain(caught.value)


def test_the_history_must_not_lie_ahead() -> None:
    assert history_clock(None, NOW) is None
    assert history_clock(NOW - timedelta(days=400), NOW) is None
    assert history_clock(NOW + timedelta(minutes=4), NOW) is None
    told = history_clock(NOW + timedelta(days=400), NOW)
    assert told is not None
    assert told.code is LinkFault.CLOCK_BEHIND
    assert "2027-12-27" in explain(told)


@pytest.mark.parametrize(("days", "notices"), [(400, 1), (-3, 0)])
def test_a_pc_whose_clock_went_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, notices: int
) -> None:
    file = tmp_path / "a.db"

    def then() -> datetime:
        return datetime.now(UTC) + timedelta(days=days)

    admin = Person("admin", "管")
    create_embedded(file, NewOffice(), admin=admin, password=PASSWORD, clock=then).close()
    entry = EmbeddedEntry(file)
    entry.log_in("admin", PASSWORD)
    assert len(entry.notices()) == notices
    entry._open().close()
    assert main(["user", "list", "--db", str(file)]) == 0
    assert capsys.readouterr().err.count("历史记录里最后一条的时间") == notices
