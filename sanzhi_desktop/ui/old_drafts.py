"""Drafts that were sealed under an earlier password: recover them with it, or give them up.

They lie on a shelf of their own meanwhile, so that what is typed today is kept as always.
"""

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import give_up
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class OldDrafts(QDialog):
    """Asks for the password that was valid when the drafts were typed."""

    def __init__(self, desk: Desk, person: str, parent: QWidget) -> None:
        """`person` is whose journal it is, as the draft key names him."""
        super().__init__(parent)
        self._desk = desk
        self._place = (desk.settings.folders.drafts, person)
        self.setWindowTitle(self.tr("发现用旧密码保存的草稿"))
        lines = QVBoxLayout(self)
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "本机有没提交的草稿，是改密码之前保存的。输入旧密码可以恢复。"
                    "暂不处理的，草稿继续加密保留，下次登录再问；放弃后不能找回。"
                )
            ).wrapped()
        )
        self.form = Form()
        self.old = QLineEdit()
        self.old.setEchoMode(QLineEdit.EchoMode.Password)
        self.old.returnPressed.connect(self._recover)
        self.form.add("old", self.tr("旧密码(&O)"), self.old)
        lines.addWidget(self.form)
        lines.addLayout(
            row(
                button(self.tr("放弃草稿(&D)"), self._give_up, kind="danger"),
                None,
                button(self.tr("以后再说(&N)"), self.reject),
                button(self.tr("恢复(&R)"), self._recover, kind="primary"),
            )
        )

    def _recover(self) -> None:
        self._desk.drafts.recover(
            self,
            self._place,
            self.old.text(),
            done=self._recovered,
            failed=lambda error: self.form.fields["old"].error(self._desk.problems.text(error)),
        )

    def _recovered(self, count: int) -> None:
        self._desk.recovered()
        self._desk.told.emit(self.tr("已恢复 {0} 份草稿。").format(count))
        self.accept()

    def _give_up(self) -> None:
        self._desk.jobs.run(
            Lane.LOCAL, self, lambda: give_up(*self._place), done=lambda _: self.accept()
        )
