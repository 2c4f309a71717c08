"""What the dialogs of a disagreement share: the view they work on, files that are added."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QVBoxLayout, QWidget

from sanzhi_desktop.domain.case import Material, ProblemRow
from sanzhi_desktop.domain.dispute import Attachment
from sanzhi_desktop.ui.case_page import read_page
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.view import DisputeView, read_view
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.materials_upload import Uploads
from sanzhi_desktop.ui.steps.aftermath import problem_words
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, clear, row


class FilePicker(QWidget):
    """Files for one entry: each goes to the office's files when it is chosen, with its progress and
    the button that stops it. `moved` follows whether one is on its way."""

    moved = Signal()
    refused = Signal(object)
    kept_changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: list[Attachment] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self.uploads = Uploads(desk)
        self.uploads.moved.connect(lambda _busy: self.moved.emit())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.add_button = button(self.tr("添加附件…"), self._choose, kind="small", icon="plus")
        outer.addLayout(self._lines)
        outer.addWidget(self.uploads)
        outer.addLayout(row(self.add_button, None))

    def add(self, path: Path) -> None:
        """One more file; the same one is not added twice."""

        def stored(material: Material) -> None:
            made = Attachment(material.sha256, material.file_name, material.size)
            if made not in self._files:
                self._files.append(made)
                self._changed()

        self.uploads.begin(path, stored, self.refused.emit)

    def attachments(self) -> tuple[Attachment, ...]:
        """The files that are in the store."""
        return tuple(self._files)

    def kept_text(self) -> str:
        return json.dumps([[f.sha256, f.name, f.size] for f in self._files], ensure_ascii=False)

    def put_kept(self, text: str) -> None:
        self._files = [Attachment(*parts) for parts in json.loads(text)]
        self._show()

    def kept_words(self, text: str) -> str:
        return "；".join(str(name) for _, name, _ in json.loads(text or "[]"))

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
        for file in self._files:
            drop = button(self.tr("移除"), partial(self._drop, file), kind="link")
            drop.setAccessibleName(self.tr("移除{0}").format(file.name))
            line = QWidget()
            line.setLayout(row(PlainLabel(file.name), drop, None))
            self._lines.addWidget(line)

    def _drop(self, file: Attachment) -> None:
        self._files.remove(file)
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.kept_changed.emit()


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

    def newer(self) -> Callable[[], Any]:
        session, work, case_id = self.session, self.desk.work, self.case.case_id
        return lambda: read_view(session, work, read_page(session, work, case_id))

    def renew(self, found: Any) -> str:
        self.view = found
        return super().renew((found.case, found.page.history))

    def file_picker(self, key: str = "files") -> FilePicker:
        """A picker whose files the dialog waits for before it can be sent."""
        made = FilePicker(self.desk)
        keep(made, key, self.tr("附件"))
        made.refused.connect(self.refuse)
        made.moved.connect(self._uploads_moved)
        return made

    def _uploads_moved(self) -> None:
        pickers = self.findChildren(FilePicker)
        self.ok.setEnabled(not any(p.uploads.busy for p in pickers))

    def reject(self) -> None:
        """What is on its way is stopped."""
        for picker in self.findChildren(FilePicker):
            if picker.uploads.busy:
                picker.uploads.cancel()
        super().reject()

    def problems(self) -> list[ProblemRow]:
        """The problems of the running round."""
        return [p for p in self.case.problems if p.round == self.case.round]

    def problem_card(self, problem: ProblemRow) -> Card:
        """A card with the reviewer's words, to which the dialog adds its fields."""
        card = Card(self.tr("第 {0} 个问题").format(problem.number))
        card.body.addWidget(PlainLabel(problem_words(problem)).wrapped().selectable())
        return card
