"""What the dialogs of a disagreement share: the view they work on, files that are added."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QVBoxLayout, QWidget

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import ProblemRow
from sanzhi_desktop.domain.dispute import Attachment
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.view import DisputeView
from sanzhi_desktop.ui.steps.aftermath import problem_words
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, clear, row


class DisputeStep(StepDialog):
    """A step on the disagreement of the running round."""

    def __init__(self, desk: Desk, view: DisputeView, parent: QWidget) -> None:
        self.view = view
        super().__init__(desk, view.case, parent)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        inner = [*self.findChildren(QCheckBox), *self.findChildren(QComboBox)]
        if self.form.isHidden() and inner:
            inner[0].setFocus()

    def problems(self) -> list[ProblemRow]:
        """The problems of the running round."""
        return [p for p in self.case.problems if p.round == self.case.round]

    def problem_card(self, problem: ProblemRow) -> Card:
        """A card with the reviewer's words, to which the dialog adds its fields."""
        card = Card(self.tr("第 {0} 个问题").format(problem.number))
        card.body.addWidget(PlainLabel(problem_words(problem)).wrapped().selectable())
        return card


class FilePicker(QWidget):
    """Files chosen for one entry; they are kept when the step is taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paths: list[Path] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.add_button = button(self.tr("添加附件…"), self._choose, kind="small", icon="plus")
        outer.addLayout(self._lines)
        outer.addLayout(row(self.add_button, None))

    def add(self, path: Path) -> None:
        """One more file; the same one is not added twice."""
        if path not in self.paths:
            self.paths.append(path)
            self._show()

    def store(self, session: Session) -> Callable[[], tuple[Attachment, ...]]:
        """Keeps the files when called, in the database lane."""
        paths = tuple(self.paths)

        def keep() -> tuple[Attachment, ...]:
            kept = []
            for path in paths:
                sha256, size = session.files.put(path)
                kept.append(Attachment(sha256, path.name, size))
            return tuple(kept)

        return keep

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("添加附件"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._add_all)
        dialog.open()

    def _add_all(self, names: list[str]) -> None:
        for chosen in names:
            self.add(Path(chosen))

    def _show(self) -> None:
        clear(self._lines)
        for path in self.paths:
            drop = button(self.tr("移除"), partial(self._drop, path), kind="link")
            drop.setAccessibleName(self.tr("移除{0}").format(path.name))
            line = QWidget()
            line.setLayout(row(PlainLabel(path.name), drop, None))
            self._lines.addWidget(line)

    def _drop(self, path: Path) -> None:
        self.paths.remove(path)
        self._show()
