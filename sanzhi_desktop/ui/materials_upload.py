"""Files on their way into the store: how far, and the button that stops them.

What was stopped is not lost: whatever arrived is not sent again when the file is chosen again.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.application.ports import FileStore, Progress
from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import mib
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane, Task
from sanzhi_desktop.ui.pdf_view import page_sizes
from sanzhi_desktop.ui.widgets import PlainLabel, button, row

_STEPS = 1000  # of the bar: bytes of a long film are more than it can count


def store(files: FileStore, path: Path, *, progress: Progress | None = None) -> Material:
    """In the document lane: copies a file into the store and counts the pages of a PDF."""
    sha256, size = files.put(path, progress=progress)
    pages: int | None = None
    if path.suffix.lower() == ".pdf":
        try:
            pages = len(page_sizes(path.read_bytes()))
        except DomainError:
            pages = None  # an unreadable PDF is kept all the same; the preview says why
    return Material(
        material_id=new_id(),
        code="",
        name=path.stem,
        pages=pages,
        sha256=sha256,
        size=size,
        file_name=path.name,
    )


class Uploads(QWidget):
    """A line that is there while files are being stored, one after the other. `moved` follows
    whether one is on its way."""

    moved = Signal(bool)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks: list[Task] = []
        self.words = PlainLabel(role="muted").wrapped()
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName(self.tr("存入文件的进度"))
        self.stop = button(self.tr("取消存入(&X)"), self.cancel, kind="small")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self.words)
        lines.addLayout(row(self.bar, self.stop))
        self.hide()

    @property
    def busy(self) -> bool:
        """Whether a file is on its way."""
        return bool(self._tasks)

    def begin(
        self,
        path: Path,
        done: Callable[[Material], None],
        refused: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Stores a file; `done` is told when it is whole, `refused` why it could not be."""
        files = self._desk.session.files

        def finished(material: Material) -> None:
            self._ended(task)
            done(material)

        def failed(error: BaseException) -> None:
            self._ended(task)
            if refused is not None:
                refused(error)
            else:
                self._desk.jobs.failed.emit(self, error)

        task = self._desk.jobs.run_task(
            Lane.DOCUMENTS,
            self,
            lambda running: store(
                files, path, progress=lambda now, total: running.report(now, total, path.name)
            ),
            done=finished,
            failed=failed,
            progress=self._show,
        )
        self._tasks.append(task)
        self._show(0, 0, path.name)
        self.moved.emit(True)

    def cancel(self) -> None:
        """Stops what is on its way and what waits behind it."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self.hide()
        self.moved.emit(False)
        self._desk.told.emit(self.tr("已取消存入。重新选择该文件，已经传完的部分不再重传。"))

    def _ended(self, task: Task) -> None:
        if task in self._tasks:
            self._tasks.remove(task)
        self.setVisible(self.busy)
        self.moved.emit(self.busy)

    def _show(self, now: int, total: int, name: str) -> None:
        waiting = len(self._tasks) - 1
        words = self.tr("正在存入“{0}”").format(name)
        if total:
            words += self.tr("，{0} / {1} MB").format(mib(now), mib(total))
        if waiting > 0:
            words += self.tr("，后面还有 {0} 个").format(waiting)
        self.words.setText(words)
        self.bar.setValue(now * _STEPS // total if total else 0)
        self.show()
