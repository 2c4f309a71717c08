"""The journal of drafts: kept in time, sealed, restored, and let go only when acknowledged."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.draft_keeper import SAVE_AFTER_MS, DraftKeeper
from sanzhi_desktop.ui.drafts import (
    Drafts,
    Journal,
    give_up,
    open_journal,
    recover,
    shelves,
)
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs
from tests.ui.conftest import idle

VALUES = {"facts": "当事人䶮某涉嫌无证经营", "n": 3}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "drafts.db"


def test_comes_back_after_a_restart(file: Path) -> None:
    first = Journal(file, "shenhe_01", "口令一")
    first.put("review:c1", title="审核 甲案", version=4, values={"old": 1})
    first.put("review:c1", title="审核 甲案", version=5, values=VALUES)
    first.put("intake:", title="送审表", version=0, values={})
    first.close()
    found = Journal(file, "shenhe_01", "口令一").all()
    assert [d.key for d in found] == ["intake:", "review:c1"]
    assert (found[1].title, found[1].version, found[1].values) == ("审核 甲案", 5, VALUES)


def test_survives_a_killed_process(file: Path) -> None:
    """No close, no checkpoint: what was put is on the disk."""
    import subprocess
    import sys

    script = (
        "import os, sys; from pathlib import Path; from sanzhi_desktop.ui.drafts import Journal\n"
        "j = Journal(Path(sys.argv[1]), 'p', 'w')\n"
        "j.put('k', title='t', version=1, values={'a': '甲'})\n"
        "os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(file)], check=False, timeout=60)
    assert ended.returncode == -9
    assert [d.values for d in Journal(file, "p", "w").all()] == [{"a": "甲"}]


def test_nothing_readable_lies_on_the_disk(file: Path) -> None:
    journal = Journal(file, "shenhe_01", "口令一")
    journal.put("review:c1", title="审核 甲案", version=5, values=VALUES)
    journal.close()
    for part in file.parent.iterdir():
        assert "无证经营".encode() not in part.read_bytes()
        assert "口令一".encode() not in part.read_bytes()


def test_another_password_opens_nothing(file: Path) -> None:
    Journal(file, "shenhe_01", "口令一").put("k", title="", version=1, values=VALUES)
    with pytest.raises(DomainError) as caught:
        Journal(file, "shenhe_01", "口令二")
    assert caught.value.code is DeskFault.DRAFT_WRONG_PASSWORD


def test_a_new_password_keeps_the_drafts(file: Path) -> None:
    journal = Journal(file, "shenhe_01", "口令一")
    journal.put("k", title="", version=1, values=VALUES)
    journal.change_password("口令二")
    assert [d.values for d in Journal(file, "shenhe_01", "口令二").all()] == [VALUES]


def test_people_on_one_pc_do_not_meet(file: Path) -> None:
    Journal(file, "a1", "x").put("k", title="", version=1, values={"who": "甲"})
    Journal(file, "b1", "x").put("k", title="", version=1, values={"who": "乙"})
    assert [d.values for d in Journal(file, "a1", "x").all()] == [{"who": "甲"}]
    assert open_journal(file, "a1", "y").all() == []
    give_up(file, "a1")
    assert shelves(file, "a1") == []
    assert [d.values for d in Journal(file, "b1", "x").all()] == [{"who": "乙"}]


def test_an_old_passwords_drafts_wait_on_a_shelf(file: Path) -> None:
    Journal(file, "a1", "first").put("k", title="一", version=1, values={"n": 1})
    second = open_journal(file, "a1", "second")
    second.put("k2", title="二", version=2, values={"n": 2})
    second.close()
    third = open_journal(file, "a1", "third")
    third.put("k2", title="新", version=3, values={"n": 3})
    assert len(shelves(file, "a1")) == 2
    with pytest.raises(DomainError) as caught:
        recover(file, "a1", "never", third)
    assert caught.value.code is DeskFault.DRAFT_WRONG_PASSWORD
    assert recover(file, "a1", "first", third) == 1
    # What was typed since then stands; the old text of the same form does not replace it.
    assert recover(file, "a1", "second", third) == 0
    assert {d.key: d.values for d in third.all()} == {"k": {"n": 1}, "k2": {"n": 3}}
    assert shelves(file, "a1") == []


def test_a_row_moved_to_another_form_is_not_taken(file: Path) -> None:
    journal = Journal(file, "a1", "x")
    journal.put("review:c1", title="", version=1, values=VALUES)
    journal.close()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE draft SET key = 'review:c2'")
    db.close()
    assert Journal(file, "a1", "x").all() == []


def test_a_spoilt_file_is_told(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DomainError) as caught:
        Journal(file, "a1", "x")
    assert caught.value.code is DeskFault.DRAFT_UNREADABLE


class Form(QObject):
    """A form of one field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def state(self) -> tuple[str, str, int, Mapping[str, Any]]:
        return "intake:", "送审表", 0, {"text": self.text}


def test_keeps_within_half_a_second_also_while_somebody_types_on(
    qtbot: QtBot, jobs: Jobs, file: Path
) -> None:
    assert SAVE_AFTER_MS <= 500
    form = Form()
    drafts = Drafts(jobs, Journal(file, "a1", "x"))
    keeper = DraftKeeper(drafts, form.state, form)
    kept: list[Any] = []
    # Touched again and again before the pause is over: kept all the same.
    for sign in "无证经营":
        form.text += sign
        keeper.touched()
        assert keeper._timer.isActive()
    qtbot.waitUntil(lambda: not keeper._timer.isActive(), timeout=2000)
    drafts.read(form, kept.extend)
    qtbot.waitUntil(lambda: bool(kept))
    assert kept[0].values == {"text": "无证经营"}


def test_is_let_go_only_when_all_was_acknowledged(qtbot: QtBot, jobs: Jobs, file: Path) -> None:
    form = Form()
    drafts = Drafts(jobs, Journal(file, "a1", "x"))
    keeper = DraftKeeper(drafts, form.state, form)

    def kept() -> list[Any]:
        found: list[Any] = []
        drafts.read(form, found.extend)
        idle(qtbot, jobs)
        return found

    form.text = "甲"
    keeper.touched()
    keeper.sending()
    form.text = "甲乙"
    keeper.touched()  # typed while the save was on its way
    keeper.acknowledged()
    keeper.flush()
    assert [d.values for d in kept()] == [{"text": "甲乙"}]
    keeper.sending()
    keeper.acknowledged()
    assert kept() == []
    assert not keeper.dirty
