"""Asks for the key and its passphrase or PIN at the moment of signing; neither is kept.

A wrong passphrase is told in place and costs nothing: the prompt stays open.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, KeyFault, SigningKey
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.door import OwnKey
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

Sign = Callable[[SigningKey, AskSecret], Changed]


def read_key(desk: Desk, file: Path) -> SigningKey:
    """A P12 file as a key. Raises DomainError(UNREADABLE) when the file is not there."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DomainError(KeyFault.UNREADABLE, file=file.name, reason=str(error)) from error
    return desk.work.keys.key(data, label=file.name)


class SigningPrompt(QDialog):
    """One signature. `signed` carries the answer of the command."""

    signed = Signal(object)

    def __init__(
        self, desk: Desk, sign: Sign, *, title: str, explanation: str, parent: QWidget
    ) -> None:
        """`sign` runs in the database lane with the key and the answer to "the passphrase?"."""
        super().__init__(parent)
        self._desk = desk
        self._sign = sign
        self._settings = desk.settings
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(explanation).wrapped())
        self.refusal = Banner()
        outer.addWidget(self.refusal)
        self.form = Form()
        self.file = QLineEdit(desk.settings.key_file)
        choose = button(self.tr("选择…(&F)"), self._choose, kind="small")
        self.form.add("file", self.tr("证书文件(&C)"), self.file, beside=choose)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.add("secret", self.tr("证书密码(&P)"), self.secret)
        outer.addWidget(self.form)
        self.ok = button(self.tr("签名(&O)"), self._submit, kind="primary")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.secret.setFocus()
        person = desk.session.actor.person_id
        desk.jobs.run(Lane.LOCAL, self, lambda: desk.entry.own_key(person), done=self._known_key)

    def _known_key(self, own: OwnKey | None) -> None:
        if own is not None:
            self.file.setText(str(own.file))
            self.secret.setText(own.passphrase)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("选择证书文件"), "", self.tr("证书文件 (*.p12 *.pfx)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file.setText)
        dialog.open()

    def _submit(self) -> None:
        secret = self.secret.text()
        path = self.file.text().strip()
        self.form.clear_errors()
        if not path:
            self.form.fields["file"].error(self.tr("请选择您的证书文件。"))
            return
        self.busy(on=True)
        desk, sign = self._desk, self._sign

        def work() -> Changed:
            return sign(read_key(desk, Path(path)), lambda _label: secret)

        desk.jobs.write(self, work, done=self._done, failed=self._failed)

    def busy(self, *, on: bool) -> None:
        """While the paper is laid out and signed."""
        self.ok.setEnabled(not on)
        self.cancel.setEnabled(not on)
        self.ok.setText(self.tr("正在签名…") if on else self.tr("签名(&O)"))
        if on:
            self.refusal.show_text("")

    def _done(self, answer: Changed) -> None:
        if not self._desk.office.sample:
            self._settings.key_file = self.file.text().strip()
        self.secret.clear()
        self.signed.emit(answer)
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self.busy(on=False)
        text = self._desk.problems.text(error)
        if isinstance(error, DomainError) and error.code is KeyFault.PASSPHRASE:
            self.form.fields["secret"].error(text)
            self.secret.setFocus()
            self.secret.selectAll()
            return
        self.refusal.show_text(text, Tone.DANGER)
