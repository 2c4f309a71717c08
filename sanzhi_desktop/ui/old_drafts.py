"""Drafts that were sealed under an earlier password: recover them with it, or give them up."""

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Journal, set_aside
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class OldDrafts(QDialog):
    """Asks for the password that was valid when the drafts were typed."""

    def __init__(self, desk: Desk, password: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._password = password
        self.setWindowTitle(self.tr("发现用旧密码保存的草稿"))
        lines = QVBoxLayout(self)
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "本机有没提交的草稿，是改密码之前保存的。输入旧密码可以恢复；放弃后不能找回。"
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
                None,
                button(self.tr("放弃草稿(&D)"), self._give_up, kind="danger"),
                button(self.tr("恢复(&R)"), self._recover, kind="primary"),
            )
        )

    def _recover(self) -> None:
        file, person = self._desk.settings.folders.drafts, self._desk.session.actor.person_id
        old, new = self.old.text(), self._password

        def work() -> Journal:
            journal = Journal(file, person, old)
            journal.change_password(new)
            return journal

        self._desk.jobs.run(
            Lane.LOCAL,
            self,
            work,
            done=self._use,
            failed=lambda error: self.form.fields["old"].error(self._desk.problems.text(error)),
        )

    def _give_up(self) -> None:
        file, person = self._desk.settings.folders.drafts, self._desk.session.actor.person_id
        password = self._password

        def work() -> Journal:
            set_aside(file, person)
            return Journal(file, person, password)

        self._desk.jobs.run(Lane.LOCAL, self, work, done=self._use)

    def _use(self, journal: Journal) -> None:
        self._desk.drafts.use(journal)
        self.accept()
