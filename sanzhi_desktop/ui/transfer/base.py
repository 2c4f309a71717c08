"""What every dialog of a transfer is: a step with its moment, files and faults in place."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from sanzhi_desktop.application.transfer import PaperIn, Step
from sanzhi_desktop.domain.case import CaseFault, Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.transfer import TransferFault
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.materials_upload import Uploads
from sanzhi_desktop.ui.names import SHANGHAI, moment
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.widgets import button

_TIMES = (TransferFault.IN_FUTURE, TransferFault.TIME_ORDER)


def parse_moment(text: str) -> datetime:
    """A moment as people type it: 2026-09-18 14:30, 2026年9月18日14时30分, 2026/9/18 14：30.

    Beijing time. Raises DomainError(DATE_UNREADABLE).
    """
    plain = text.strip()
    for mark in "年月日./时分：":
        plain = plain.replace(mark, " ")
    parts = plain.replace("-", " ").replace(":", " ").split()
    try:
        year, month, day, hour, minute = (int(p) for p in parts)
        return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        raise DomainError(DeskFault.DATE_UNREADABLE, value=text) from None


class TransferStep(StepDialog):
    """Subclasses fill the form in `fields` and give the command in `work`."""

    when = ""  # the label of the moment; "" when the step has none

    def build(self) -> None:
        self.setMinimumWidth(620)
        self.papers: dict[str, PaperIn] = {}
        self.uploads = Uploads(self.desk)
        self.uploads.moved.connect(lambda busy: self.ok.setEnabled(not busy))
        self.fields()
        if self.when:
            self.form.add("at", self.when, QLineEdit(), hint=self.tr("例如 2026-09-18 14:30"))
        self.body.addWidget(self.uploads)
        self.read(self.look_up, self._looked_up)

    def fields(self) -> None:
        """Title and fields."""
        raise NotImplementedError

    def look_up(self) -> Any:
        """In the database lane: what the dialog needs beside the case."""
        return None

    def looked_up(self, found: Any) -> None:
        """Shows what was looked up."""

    def _looked_up(self, found: Any) -> None:
        self.looked_up(found)
        self.desk.jobs.run(Lane.DATABASE, self, self.session.gateway.now, done=self._offer_now)

    def _offer_now(self, now: datetime) -> None:
        field = self.form.fields.get("at")
        if field is not None and not field.text.strip():
            field.set_text(moment(now))

    def step(self) -> Step:
        """The case as it was seen, and the moment typed. Its fault is shown in place and raised."""
        self.form.clear_errors()
        case = self.case
        field = self.form.fields.get("at")
        if field is None:
            return Step(case.case_id, case.version, self.session.gateway.now())
        try:
            return Step(case.case_id, case.version, parse_moment(field.text))
        except DomainError:
            field.error(self.tr("时间认不出来，请按 2026-09-18 14:30 的形式填写。"))
            field.editor.setFocus()
            raise

    def text(self, key: str) -> str:
        """A field's text without blanks around it."""
        return self.form.fields[key].text.strip()

    def add_paper(self, key: str, label: str) -> None:
        """A file that may be attached; it goes to the office's files at once."""
        editor = QLineEdit()
        editor.setReadOnly(True)
        choose = button(self.tr("选择文件…"), lambda: self._ask(key), kind="small")
        choose.setAccessibleName(self.tr("选择文件：{0}").format(label.split("(&", maxsplit=1)[0]))
        self.form.add(key, label, editor, beside=choose, hint=self.tr("可以不附"))

    def _ask(self, key: str) -> None:
        dialog = QFileDialog(self, self.tr("选择文件"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.attach(key, Path(file)))
        dialog.open()

    def attach(self, key: str, path: Path) -> None:
        """Stores a file and shows its name."""
        self.refusal.show_text("")
        self.uploads.begin(path, lambda material: self.attached(key, material), self.refuse)

    def attached(self, key: str, material: Material) -> None:
        """A file is in the store."""
        self.papers[key] = PaperIn(material.sha256, material.file_name)
        self.form.fields[key].set_text(material.file_name)
        self.keeper.touched()

    def refuse(self, error: BaseException) -> None:
        """Shows why not, beneath its field where it has one; what was typed stays."""
        super().refuse(error)
        if not isinstance(error, DomainError):
            return
        key = ""
        if error.code is CaseFault.FIELD_MISSING:
            key = str(error.facts.get("field", "")).removeprefix("transfer.")
        elif error.code in _TIMES:
            key = "at"
        elif error.code is TransferFault.REASON_MISSING:
            key = "reason"
        field = self.form.fields.get(key)
        if field is not None:
            field.error(self.desk.problems.text(error))
            field.editor.setFocus()

    def beside(self) -> dict[str, Any]:
        return {"papers": {key: [p.sha256, p.file_name] for key, p in self.papers.items()}}

    def put_beside(self, values: Mapping[str, Any]) -> None:
        kept = values.get("papers", {})
        self.papers = self.papers | {k: PaperIn(*pair) for k, pair in kept.items()}

    def reject(self) -> None:
        """A file that is on its way is stopped."""
        if self.uploads.busy:
            self.uploads.cancel()
        super().reject()
