"""One way to show a failure: sentences for known trouble, a number for a bug, and life goes on."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, qInstallMessageHandler, qWarning
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui import logs
from sanzhi_desktop.ui.errors import Problems

REAL_HOOKS = Problems.install_hooks


@pytest.fixture
def problems(qtbot: QtBot) -> Iterator[Problems]:
    made = Problems()
    yield made
    for box in boxes():
        box.close()


def boxes() -> list[QMessageBox]:
    from PySide6.QtWidgets import QApplication

    return [
        w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()
    ]


def test_known_trouble_is_a_plain_sentence_with_the_next_step(
    qtbot: QtBot, problems: Problems
) -> None:
    problems.report(None, DomainError(CaseFault.STALE, seen=3, current=4))
    (box,) = boxes()
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert "第3版" in box.text()
    assert "第4版" in box.text()
    assert "未" in box.text() or "请" in box.text()


def test_a_bug_has_a_number_is_logged_once_and_shown_once(
    qtbot: QtBot,
    problems: Problems,
    caplog: pytest.LogCaptureFixture,
    unexpected: list[BaseException],
) -> None:
    def fault() -> None:
        raise RuntimeError("身份证号码 510000 不应出现在窗口里")

    for _ in range(3):
        try:
            fault()
        except RuntimeError as error:
            problems.report(None, error)
    (box,) = boxes()
    assert "编号" in box.text()
    assert "510000" not in box.text()
    logged = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(logged) == 1
    assert logged[0].args is not None
    assert str(logged[0].args[0]) in box.text()  # type: ignore[index]
    unexpected.clear()


def test_one_box_at_a_time_and_none_is_lost(qtbot: QtBot, problems: Problems) -> None:
    told: list[str] = []
    problems.told.connect(told.append)
    for number in (1, 2):
        problems.report(None, DomainError(CaseFault.RESPONSE_MISSING, number=number))
    (first,) = boxes()
    assert "第1个" in first.text()
    first.buttons()[0].click()
    qtbot.waitUntil(lambda: any("第2个" in box.text() for box in boxes()))
    assert len(boxes()) == 1
    assert len(told) == 2


def test_the_hooks_catch_slots_timers_threads_and_qt(
    qtbot: QtBot,
    problems: Problems,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    unexpected: list[BaseException],
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    REAL_HOOKS(problems)
    try:
        QTimer.singleShot(0, lambda: {}["slot"])  # type: ignore[index]
        qtbot.waitUntil(lambda: len(unexpected) == 1)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: len(unexpected) == 2)
        with caplog.at_level(logging.WARNING, logger="qt"):
            qWarning("来自Qt的警告")
        assert any(r.name == "qt" and "来自Qt的警告" in r.getMessage() for r in caplog.records)
    finally:
        qInstallMessageHandler(None)
    assert [type(e) for e in unexpected] == [KeyError, ZeroDivisionError]
    unexpected.clear()


def test_party_names_never_become_markup(qtbot: QtBot, problems: Problems) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    problems.report(owner, DomainError(CaseFault.FIELD_MISSING, field="<img src=x>某公司"))
    (box,) = boxes()
    assert "<img src=x>某公司" in box.text()
    assert box.textFormat() is Qt.TextFormat.PlainText


def test_the_log_rotates_and_a_crash_is_noticed_next_time(tmp_path: Path) -> None:
    """In a process of its own: a fault below Python leaves its trace for the next start."""
    import subprocess

    script = (
        "import sys, faulthandler, logging; from pathlib import Path\n"
        "from sanzhi_desktop.ui import logs\n"
        "print(logs.start(Path(sys.argv[1])))\n"
        "logging.getLogger('x').warning('记录')\n"
        "if sys.argv[2] == 'crash': faulthandler._sigsegv()\n"
    )
    run = [sys.executable, "-c", script, str(tmp_path / "logs")]
    first = subprocess.run([*run, "crash"], capture_output=True, text=True, check=False, timeout=60)
    assert first.stdout.strip() == "False"
    assert first.returncode != 0
    second = subprocess.run([*run, "end"], capture_output=True, text=True, check=False, timeout=60)
    assert second.stdout.strip() == "True"
    assert "Segmentation" in (tmp_path / "logs" / "crash.last.log").read_text("utf-8")
    assert "记录" in (tmp_path / "logs" / "sanzhi.log").read_text("utf-8")
    assert logs.folder() is None or logs.folder() != tmp_path / "logs"
