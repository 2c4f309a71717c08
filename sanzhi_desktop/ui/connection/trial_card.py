"""Trying the servers of a form, saved or not: each address and what it said."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from sanzhi_desktop.ui.connection.form import ServerForm
from sanzhi_desktop.ui.door import Entry, Trial
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Jobs, Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, Card, PlainLabel, button, clear, row


class TrialCard(Card):
    """Belongs to the page of a form. What is typed here is kept nowhere."""

    def __init__(
        self, heading: str, form: ServerForm, jobs: Jobs, entry: Entry, *, person: str
    ) -> None:
        super().__init__(heading)
        self._form = form
        self._jobs = jobs
        self._entry = entry
        typed = Form()
        self.code = QLineEdit(person)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        typed.add("code", self.tr("人员代码(&U)"), self.code)
        typed.add(
            "password",
            self.tr("密码(&P)"),
            self.password,
            hint=self.tr("可以不填，只检查线路和证书；填写的不会保存"),
        )
        self.body.addWidget(typed)
        self.test = button(self.tr("测试连接(&T)"), self.try_it)
        self.body.addLayout(row(self.test, None))
        self._answers = QVBoxLayout()
        self.body.addLayout(self._answers)

    def try_it(self) -> None:
        """Tries each address with what the form says now."""
        server = self._form.server()
        faults = {k: f for k, f in server.faults().items() if k != "name"}
        self._form.show_faults(faults)
        self.forget()  # an earlier answer was to other settings
        if faults:
            return
        code, password = self.code.text(), self.password.text()
        self._answers.addWidget(PlainLabel(self.tr("正在测试…"), role="muted"))
        self.test.setEnabled(False)
        self._jobs.run(
            Lane.LINK,
            self,
            lambda: self._entry.try_server(server, code, password),
            done=self._show,
            failed=self._failed,
            key="trial",
        )

    def _show(self, trials: Sequence[Trial]) -> None:
        self.forget()
        for trial in trials:
            tone = Tone.OK if trial.good else Tone.DANGER
            mark = Badge(self.tr("可以用") if trial.good else self.tr("不能用"), tone)
            address = PlainLabel(trial.address)
            words = PlainLabel(trial.words).wrapped().selectable()
            line = row(mark, address, words, spacing=10)
            line.setStretch(2, 1)
            self._answers.addLayout(line)
        if trials and all(trial.good for trial in trials):
            self.password.clear()

    def _failed(self, error: BaseException) -> None:
        self.forget()
        self._jobs.failed.emit(self, error)

    def forget(self) -> None:
        """No answer is shown any more."""
        clear(self._answers)
        self.test.setEnabled(True)
