"""Entries that were left without a keyed tag (防伪标记), for an administrator to look through and to
take in with a reason. The dialog alone; what is done is `application.taking_in`."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application.tagging import TagMark
from sanzhi_desktop.application.taking_in import LeftEntry, LeftOver, left_over, take_in
from sanzhi_desktop.domain.history_tag import TagState
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.workdays import SHANGHAI
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.history.words import particulars, what
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row


class TakeIn(QDialog):
    """`taken`: what lacks a tag now."""

    taken = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._left: LeftOver | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("补上防伪标记"))
        self.setMinimumSize(680, 460)
        self.words = PlainLabel(
            self.tr(
                "下列记录没有防伪标记：是在没有钥匙的时候，或者绕过本程序写的。请逐项查明是不是本单位的人办的；"
                "补上以后只证明此后没有改动，补的时间、范围、理由和您的姓名记入单位的历史。"
            )
        ).wrapped()
        self.entries = QPlainTextEdit()
        self.entries.setReadOnly(True)
        self.entries.setAccessibleName(self.tr("没有防伪标记的记录"))
        self.entries.setTabChangesFocus(True)
        self.refusal = Banner()
        self.form = Form()
        self.reason = lines(2)
        self.form.add("reason", self.tr("查明的情况(&R)"), self.reason)
        self.ok = button(self.tr("查明属实，补上(&T)"), self._take_in, kind="primary")
        self.ok.setAutoDefault(False)
        self.ok.setEnabled(False)
        self.cancel = button(self.tr("取消"), self.reject)
        outer = QVBoxLayout(self)
        outer.addWidget(self.words)
        outer.addWidget(self.entries, 1)
        outer.addWidget(self.refusal)
        outer.addWidget(self.form)
        outer.addLayout(row(None, self.cancel, self.ok))
        self._read()

    def _read(self) -> None:
        session = self._desk.session
        self._desk.jobs.run(
            Lane.DATABASE, self, lambda: left_over(session), done=self._show, failed=self._refused
        )

    def _show(self, left: LeftOver) -> None:
        self._left = left
        told = [_line(entry, left.people) for entry in left.entries]
        more = left.count - len(told)
        if more > 0:
            told.append(self.tr("另有 {0} 条，请在“案件历史”里查看。").format(more))
        self.entries.setPlainText("\n".join(told))
        report = left.report
        if report.state is not TagState.MISSING:  # wrong, no key, or all is well by now
            code = f"tag.{report.state.value}"
            if report.state is TagState.NO_STORE:
                code = "tag.no_store_here"
            words = sentence(code, key=report.key_id, chains=report.chains, entries=left.count)
            self.refusal.show_text(words, Tone.WARN)
        self.ok.setEnabled(report.state is TagState.MISSING)

    def _take_in(self) -> None:
        reason = self.form.fields["reason"].text.strip()
        self.form.clear_errors()
        self.refusal.show_text("")
        if not reason:
            self.form.fields["reason"].error(
                self.tr("请写明怎样查明的，例如：向经办人逐条核对过。")
            )
            self.reason.setFocus()
            return
        left, session = self._left, self._desk.session
        if left is None:
            return

        def work() -> TagMark:
            take_in(session, reason=reason, seen=left.report.untagged)
            return session.tagging.look() if session.tagging is not None else TagMark()

        self.ok.setEnabled(False)
        self._desk.jobs.run(Lane.DATABASE, self, work, done=self._done, failed=self._refused)

    def _done(self, mark: TagMark) -> None:
        self.taken.emit(mark)
        self._desk.told.emit(self.tr("防伪标记已补上，并记入单位的历史。"))
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self.refusal.show_text(self._desk.problems.text(error), Tone.DANGER)
        if self._left is not None:
            self._again()

    def _again(self) -> None:
        """What lacks a tag now, under the words that say why not."""
        words = self.refusal.label.text()
        session = self._desk.session

        def show(left: LeftOver) -> None:
            self._show(left)
            self.refusal.show_text(words, Tone.DANGER)

        self._desk.jobs.run(
            Lane.DATABASE, self, lambda: left_over(session), done=show, failed=lambda _: None
        )


def _line(entry: LeftEntry, people: Mapping[str, Person]) -> str:
    """When, who, what, where; and what it says beside."""
    made = entry.row
    at = f"{made.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    where = f"{entry.case or '单位事务'}，第 {made.seq} 条"
    said = "；".join(f"{label}：{value}" for label, value in particulars(made, people))
    head = f"{at}  {made.actor_name or made.actor}  {what(made)}（{where}）"
    return f"{head}　{said}" if said else head
