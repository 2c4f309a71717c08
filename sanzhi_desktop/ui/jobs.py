"""Work off the GUI thread: lanes for the database, for documents, for this PC's files, and for
the question whether the server is there.

A job belongs to an owner (a screen). Its result comes back on the GUI thread; when the owner is
gone by then, it is dropped. Nothing here knows what a job does.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Lane(StrEnum):
    """The worker threads. Jobs of one lane run one after the other, in order."""

    DATABASE = "database"
    DOCUMENTS = "documents"
    LOCAL = "local"  # drafts and settings: must go on while a server does not answer
    LINK = "link"  # asks whether the server is there, while the database lane may be waiting for it


class Cancelled(Exception):  # noqa: N818 - not an error; nothing is shown
    """Raised inside a job that noticed that nobody waits for it any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """The running job as the job itself sees it: whether to stop, and how far it is."""

    _jobs: "Jobs"
    owner: QObject
    work: Callable[["Task"], Any] = field(repr=False)
    done: Callable[[Any], None] | None = field(repr=False)
    failed: Callable[[BaseException], None] | None = field(repr=False)
    progress: Callable[[int, int, str], None] | None = field(repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def cancelled(self) -> bool:
        """Whether the result is no longer wanted."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Drops the result; a job that has not begun never runs."""
        self._stop.set()

    def check(self) -> None:
        """For long jobs: raises Cancelled when the result is no longer wanted."""
        if self._stop.is_set():
            raise Cancelled

    def report(self, step: int, total: int, text: str = "") -> None:
        """Tells the owner how far the job is."""
        self.check()
        self._jobs.post(_Message(self, "progress", (step, total, text)))


@dataclass(frozen=True, slots=True)
class _Message:
    task: Task
    what: str  # done | failed | progress
    value: Any


class Jobs(QObject):
    """The lanes. `changed` tells what a write changed (its answer), for open screens to re-read;
    `failed` receives what no owner takes care of: (owner, error); `busy` counts waiting jobs."""

    changed = Signal(object)
    failed = Signal(object, object)
    busy = Signal(int)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queues: dict[Lane, queue.SimpleQueue[Task | None]] = {}
        self._threads: dict[Lane, threading.Thread] = {}
        self._latest: dict[tuple[int, str], Task] = {}
        self._waiting: set[int] = set()
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: Lane,
        owner: QObject,
        work: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        key: str = "",
    ) -> Task:
        """Queues `work`. A later job of the same owner and `key` takes the place of this one."""
        return self.run_task(lane, owner, lambda _: work(), done=done, failed=failed, key=key)

    def run_task(
        self,
        lane: Lane,
        owner: QObject,
        work: Callable[[Task], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        key: str = "",
    ) -> Task:
        """Like `run` for work that reports progress or can be stopped half-way."""
        task = Task(self, owner, work, done, failed, progress)
        if key:
            name = (id(owner), key)
            before = self._latest.get(name)
            if before is not None:
                before.cancel()
            self._latest[name] = task
        if lane is not Lane.LINK:  # nobody waits for those
            self._waiting.add(id(task))
            self.busy.emit(len(self._waiting))
        self._lane(lane).put(task)
        return task

    def write(
        self,
        owner: QObject,
        work: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Task:
        """A database job that changes something: its answer is announced through `changed`."""

        def announce(answer: T) -> None:
            if done is not None and isValid(owner):
                done(answer)
            self.changed.emit(answer)

        # The Jobs object itself is the owner of the delivery: a write is announced to the other
        # screens also when the screen that asked for it has been closed meanwhile.
        def complain(error: BaseException) -> None:
            if failed is not None and isValid(owner):
                failed(error)
            else:
                self.failed.emit(owner if isValid(owner) else None, error)

        return self.run(Lane.DATABASE, self, work, done=announce, failed=complain)

    def post(self, message: _Message) -> None:
        """Hands a message of a lane over to the GUI thread."""
        try:
            self._posted.emit(message)
        except RuntimeError:  # the program is ending and Qt has taken this object down
            _log.debug("dropped a late answer of %r", message.task)

    def waiting(self) -> int:
        """How many jobs have not delivered yet."""
        return len(self._waiting)

    def stop(self, *, seconds: float = 2.0) -> bool:
        """Ends the lanes; whether they ended in time."""
        for waiting in self._queues.values():
            waiting.put(None)
        for thread in self._threads.values():
            thread.join(seconds)
        return not any(t.is_alive() for t in self._threads.values())

    def _lane(self, lane: Lane) -> "queue.SimpleQueue[Task | None]":
        if lane not in self._queues:
            waiting: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
            self._queues[lane] = waiting
            # Daemon: a job stuck on a dead server must not keep the program from closing.
            thread = threading.Thread(
                target=self._work, args=(waiting,), name=f"lane-{lane}", daemon=True
            )
            self._threads[lane] = thread
            thread.start()
        return self._queues[lane]

    def _work(self, waiting: "queue.SimpleQueue[Task | None]") -> None:
        while (task := waiting.get()) is not None:
            if task.cancelled:
                self.post(_Message(task, "dropped", None))
                continue
            try:
                value = task.work(task)
            except Cancelled:
                self.post(_Message(task, "dropped", None))
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - the boundary of the lane
                # Also what is no Exception: a library in another language may end a call like that,
                # and a lane that died with it would let every later job wait for ever.
                self.post(_Message(task, "failed", error))
            else:
                self.post(_Message(task, "done", value))
            del task

    def _deliver(self, message: _Message) -> None:
        task = message.task
        wanted = isValid(task.owner) and not task.cancelled
        if message.what == "progress":
            if wanted and task.progress is not None:
                task.progress(*message.value)
            return
        if id(task) in self._waiting:
            self._waiting.discard(id(task))
            self.busy.emit(len(self._waiting))
        for name in [n for n, t in self._latest.items() if t is task]:
            del self._latest[name]
        if message.what == "failed":
            self._deliver_failure(task, message.value, wanted=wanted)
        elif message.what == "done" and wanted and task.done is not None:
            task.done(message.value)

    def _deliver_failure(self, task: Task, error: BaseException, *, wanted: bool) -> None:
        if not wanted:
            _log.info("a failure came after its owner had gone: %r", error)
        elif task.failed is not None:
            task.failed(error)
        else:
            self.failed.emit(task.owner, error)
