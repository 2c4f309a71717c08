"""The lanes: order, delivery on the GUI thread, dropping, cancelling, progress, failures."""

import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.ui.jobs import Cancelled, Jobs, Lane, Task
from tests.ui.conftest import idle


def test_runs_elsewhere_and_delivers_here(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[tuple[str, bool]] = []
    here = QThread.currentThread()
    owner = QObject()
    jobs.run(
        Lane.DATABASE,
        owner,
        lambda: threading.current_thread().name,
        done=lambda name: seen.append((name, QThread.currentThread() is here)),
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("lane-database", True)]


def test_one_lane_keeps_the_order_and_two_lanes_run_side_by_side(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    order: list[str] = []
    owner = QObject()
    jobs.run(Lane.DATABASE, owner, lambda: gate.wait(5), done=lambda _: order.append("first"))
    jobs.run(Lane.DATABASE, owner, lambda: None, done=lambda _: order.append("second"))
    jobs.run(Lane.LOCAL, owner, lambda: None, done=lambda _: order.append("beside"))
    qtbot.waitUntil(lambda: order == ["beside"])
    gate.set()
    qtbot.waitUntil(lambda: order == ["beside", "first", "second"])


def test_a_result_for_a_gone_owner_is_dropped(qtbot: QtBot, jobs: Jobs) -> None:
    import shiboken6

    gate = threading.Event()
    seen: list[object] = []
    failed: list[object] = []
    jobs.failed.connect(lambda _owner, error: failed.append(error))
    for work in (lambda: gate.wait(5), lambda: 1 / 0):
        owner = QObject()
        jobs.run(Lane.DATABASE, owner, work, done=seen.append)
        shiboken6.delete(owner)
    gate.set()
    idle(qtbot, jobs)
    assert seen == []
    assert failed == []


def test_a_later_job_of_the_same_key_takes_the_place(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    ran: list[str] = []
    seen: list[str] = []
    owner = QObject()
    jobs.run(Lane.DATABASE, owner, lambda: gate.wait(5))

    def search(word: str) -> str:
        ran.append(word)
        return word

    for word in ("一", "一氧", "一氧化碳"):
        jobs.run(Lane.DATABASE, owner, partial(search, word), done=seen.append, key="search")
    gate.set()
    idle(qtbot, jobs)
    assert ran == ["一氧化碳"]
    assert seen == ["一氧化碳"]


def test_progress_and_stopping_half_way(qtbot: QtBot, jobs: Jobs) -> None:
    steps: list[tuple[int, int, str]] = []
    done: list[object] = []
    reached = threading.Event()
    go_on = threading.Event()
    owner = QObject()

    def work(task: Task) -> str:
        task.report(1, 3, "甲")
        reached.set()
        go_on.wait(5)
        task.report(2, 3, "乙")
        return "whole"

    task = jobs.run_task(
        Lane.DOCUMENTS, owner, work, done=done.append, progress=lambda *a: steps.append(a)
    )
    qtbot.waitUntil(lambda: reached.is_set() and bool(steps))
    task.cancel()
    go_on.set()
    idle(qtbot, jobs)
    assert steps == [(1, 3, "甲")]
    assert done == []
    with pytest.raises(Cancelled):
        task.check()


def test_failures_go_to_the_owner_or_to_the_one_handler(qtbot: QtBot, jobs: Jobs) -> None:
    own: list[BaseException] = []
    common: list[tuple[object, BaseException]] = []
    empty: dict[str, int] = {}
    owner = QObject()
    jobs.failed.connect(lambda who, error: common.append((who, error)))
    jobs.run(Lane.DATABASE, owner, lambda: 1 / 0, failed=own.append)
    jobs.run(Lane.DATABASE, owner, lambda: empty["no"])
    idle(qtbot, jobs)
    assert [type(e) for e in own] == [ZeroDivisionError]
    assert [(who is owner, type(e)) for who, e in common] == [(True, KeyError)]


def test_a_write_is_announced_even_when_its_screen_has_gone(qtbot: QtBot, jobs: Jobs) -> None:
    import shiboken6

    changes: list[object] = []
    own: list[object] = []
    jobs.changed.connect(changes.append)
    gate = threading.Event()
    owner = QObject()
    answer = Changed(case_id="c", version=2, kinds=frozenset({"case"}))

    def work() -> Changed:
        gate.wait(5)
        return answer

    jobs.write(owner, work, done=own.append)
    shiboken6.delete(owner)
    gate.set()
    idle(qtbot, jobs)
    assert changes == [answer]
    assert own == []


def test_stops_in_time(qtbot: QtBot) -> None:
    jobs = Jobs()
    gate = threading.Event()
    jobs.run(Lane.DATABASE, jobs, lambda: gate.wait(10))
    assert not jobs.stop(seconds=0.05)
    gate.set()
    assert jobs.stop(seconds=5)


class PanicException(BaseException):
    """Stands in for a crash that is no Exception."""


def test_no_crash_of_a_library_takes_the_lane_with_it(qtbot: QtBot, jobs: Jobs) -> None:
    def crash() -> None:
        raise PanicException("RelativeUrlWithoutBase")

    seen: list[object] = []
    owner = QObject()
    jobs.run(Lane.DOCUMENTS, owner, crash, failed=seen.append)
    jobs.run(Lane.DOCUMENTS, owner, lambda: "after", done=seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert isinstance(seen[0], PanicException)
    assert seen[1] == "after"
