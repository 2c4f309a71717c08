"""Asks for the key and its passphrase or PIN at the moment of signing; neither is kept.

A wrong passphrase is told in place and costs nothing: the prompt stays open.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget

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
FILE, TOKEN = "file", "token"


def read_key(desk: Desk, file: Path) -> SigningKey:
    """A P12 file as a key. Raises DomainError(UNREADABLE) when the file is not there."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DomainError(KeyFault.UNREADABLE, file=file.name, reason=str(error)) from error
    return desk.work.keys.key(data, label=file.name)


def find_token_key(desk: Desk, driver: Path) -> SigningKey:
    """The key on a token whose certificate is registered for the person at the desk.

    Raises DomainError: no driver, no token, or none of its certificates is the person's.
    """
    keys, person = desk.work.keys, desk.session.actor.person_id
    own = {
        c.fingerprint
        for c in desk.session.reader.certificates()
        if c.person_id == person and not c.revoked
    }
    for token, certificate in keys.token_certificates(driver):
        if certificate.fingerprint in own:
            return keys.token_key(driver, token=token, fingerprint=certificate.fingerprint)
    raise DomainError(KeyFault.TOKEN_EMPTY, token=driver.name)


class SigningPrompt(QDialog):
    """One signature. `signed` carries the answer of the command."""

    signed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        sign: Sign,
        *,
        title: str,
        explanation: str,
        parent: QWidget,
        details: QWidget | None = None,
    ) -> None:
        """`sign` runs in the database lane with the key and the answer to "the passphrase?".
        `details`: what the signature is put to, shown above the key."""
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
        if details is not None:
            outer.addWidget(details, 1)
        self.refusal = Banner()
        outer.addWidget(self.refusal)
        self._build_form()
        outer.addWidget(self.form)
        self.ok = button(self.tr("签名(&O)"), self._submit, kind="primary")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.secret.setFocus()
        person = desk.session.actor.person_id
        desk.jobs.run(Lane.LOCAL, self, lambda: desk.entry.own_key(person), done=self._known_key)

    def _build_form(self) -> None:
        self.form = Form()
        self.source = QComboBox()
        self.source.addItem(self.tr("证书文件（P12）"), FILE)
        self.source.addItem(self.tr("硬件令牌（UKey）"), TOKEN)
        self.form.add("source", self.tr("证书在(&K)"), self.source)
        self.file = QLineEdit(self._settings.key_file)
        choose = button(self.tr("选择…(&F)"), lambda: self._choose(self.file), kind="small")
        self.form.add("file", self.tr("证书文件(&C)"), self.file, beside=choose)
        self.driver = QLineEdit(self._settings.token_driver)
        find = button(self.tr("选择…(&D)"), lambda: self._choose(self.driver), kind="small")
        self.form.add(
            "driver",
            self.tr("驱动文件(&R)"),
            self.driver,
            beside=find,
            hint=self.tr("UKey 厂商的 PKCS#11 驱动（.dll、.so）"),
        )
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.add("secret", self.tr("证书密码(&P)"), self.secret)
        self.source.currentIndexChanged.connect(lambda _: self._show_source())
        if self._settings.token_driver and not self._settings.key_file:
            self.source.setCurrentIndex(1)
        self._show_source()

    def _show_source(self) -> None:
        on_token = self.source.currentData() == TOKEN
        self.form.show_row("file", on=not on_token)
        self.form.show_row("driver", on=on_token)
        secret = self.form.fields["secret"]
        secret.label.setText(self.tr("PIN(&P)") if on_token else self.tr("证书密码(&P)"))
        self.secret.setAccessibleName("PIN" if on_token else self.tr("证书密码"))

    def _known_key(self, own: OwnKey | None) -> None:
        if own is not None:
            self.source.setCurrentIndex(0)
            self.file.setText(str(own.file))
            self.secret.setText(own.passphrase)

    def _choose(self, editor: QLineEdit) -> None:
        dialog = QFileDialog(self, self.windowTitle(), editor.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if editor is self.file:
            dialog.setNameFilter(self.tr("证书文件 (*.p12 *.pfx)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(editor.setText)
        dialog.open()

    def _submit(self) -> None:
        secret = self.secret.text()
        on_token = self.source.currentData() == TOKEN
        path = (self.driver if on_token else self.file).text().strip()
        self.form.clear_errors()
        if not path:
            words = self.tr("请选择驱动文件。") if on_token else self.tr("请选择您的证书文件。")
            self.form.fields["driver" if on_token else "file"].error(words)
            return
        self.busy(on=True)
        desk, sign = self._desk, self._sign
        read = find_token_key if on_token else read_key

        def work() -> Changed:
            return sign(read(desk, Path(path)), lambda _label: secret)

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
            if self.source.currentData() == TOKEN:
                self._settings.token_driver = self.driver.text().strip()
            else:
                self._settings.key_file = self.file.text().strip()
        self.secret.clear()
        self.signed.emit(answer)
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self.busy(on=False)
        text = self._desk.problems.text(error)
        if isinstance(error, DomainError) and error.code in {
            KeyFault.PASSPHRASE,
            KeyFault.TOKEN_PIN,
        }:
            self.form.fields["secret"].error(text)
            self.secret.setFocus()
            self.secret.selectAll()
            return
        self.refusal.show_text(text, Tone.DANGER)
