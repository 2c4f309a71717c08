"""A holiday arrangement before it is published: its days, and which open deadlines move."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.application import calendar_notice
from sanzhi_desktop.application.calendar_notice import DueMove, NoticePreview, Published
from sanzhi_desktop.domain.workdays import Arrangement
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

_DAY = timedelta(days=1)


def days_in_words(arrangement: Arrangement) -> str:
    """元旦：1月1日至1月3日放假，1月10日上班；…"""
    names = dict.fromkeys([*arrangement.off.values(), *arrangement.makeup.values()])
    parts = []
    for name in names:
        off = [d for d, n in sorted(arrangement.off.items()) if n == name]
        worked = [d for d, n in sorted(arrangement.makeup.items()) if n == name]
        said = [f"{'、'.join(_runs(off))}放假"] if off else []
        said += [f"{'、'.join(_runs(worked))}上班"] if worked else []
        parts.append(f"{name}：{'，'.join(said)}")
    return "；".join(parts)


def _runs(days: Sequence[date]) -> list[str]:
    found = []
    for _, run in groupby(enumerate(days), key=lambda item: item[1] - item[0] * _DAY):
        inside = [one for _, one in run]
        first, last = _short(inside[0]), _short(inside[-1])
        found.append(first if len(inside) == 1 else f"{first}至{last}")
    return found


def _short(one: date) -> str:
    return f"{one.month}月{one.day}日"


class NoticeDialog(QDialog):
    """Nothing is written before 发布; what moves is shown from and to."""

    published = Signal(object)

    def __init__(self, desk: Desk, found: NoticePreview, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.found = found
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(680, 460)
        arrangement = found.arrangement
        self.setWindowTitle(self.tr("发布{0}年节假日安排").format(arrangement.year))
        self.table = Table(self.tr("随之调整的在办期限"))
        self.model: RowModel[DueMove] = RowModel(
            [
                Column("name", self.tr("案件"), lambda m: m.name, 250),
                Column("party", self.tr("当事人"), lambda m: m.party_name, 150),
                Column("was", self.tr("原届满日"), lambda m: day(m.was) or "—", 100),
                Column(
                    "becomes",
                    self.tr("调整为"),
                    lambda m: day(m.becomes) or "—",
                    100,
                    tone=lambda _: Tone.WARN,
                ),
            ],
            self,
        )
        self.table.use(self.model)
        self.refusal = Banner()
        self.summary = PlainLabel(role="muted").wrapped()
        self.publish = button(self.tr("发布(&P)"), self._publish, kind="primary", shortcut="Ctrl+S")
        self.publish.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        self.cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(10)
        lines.addWidget(PlainLabel(arrangement.title, role="heading").wrapped())
        lines.addWidget(PlainLabel(self._facts(), role="muted").wrapped())
        lines.addWidget(PlainLabel(days_in_words(arrangement)).wrapped().selectable())
        lines.addWidget(self.refusal)
        lines.addWidget(self.summary)
        lines.addWidget(self.table, 1)
        lines.addLayout(row(None, self.cancel, self.publish))
        self.model.replace(found.moves)
        self._say_summary()

    def _facts(self) -> str:
        new, old = self.found.arrangement, self.found.replaces
        issued = self.tr("，{0}印发").format(new.issued.isoformat()) if new.issued else ""
        said = self.tr("{0}{1}，版本 {2}。").format(new.number, issued, new.edition)
        if old is None:
            return said + self.tr("此前该年按周末暂定推算。")
        return said + self.tr("取代版本 {0}（{1}）。").format(old.edition, old.number)

    def _say_summary(self) -> None:
        count = len(self.found.moves)
        days = len(self.found.days)
        self.table.setVisible(bool(count))
        self.summary.setText(
            self.tr("有 {0} 天的上班、休息与现行推算不同；{1} 件在办案件的期限随之调整：").format(
                days, count
            )
            if count
            else self.tr("有 {0} 天的上班、休息与现行推算不同；在办案件的期限都不受影响。").format(
                days
            )
        )

    def _publish(self) -> None:
        self.refusal.show_text("")
        self.publish.setEnabled(False)
        self.cancel.setEnabled(False)
        session, book, arrangement = self.desk.session, self.desk.work.book, self.found.arrangement
        self.desk.jobs.run_task(
            Lane.DATABASE,
            self,
            lambda task: calendar_notice.publish(session, book, arrangement, report=task.report),
            done=self._done,
            failed=self._refuse,
            progress=lambda step, total, _: self.summary.setText(
                self.tr("正在调整第 {0} 件，共 {1} 件…").format(step, total)
            ),
        )

    def _done(self, answer: Published) -> None:
        self.desk.jobs.changed.emit(answer.changed)
        said = self.tr("已发布，调整了 {0} 件案件的期限。").format(len(answer.moved))
        if answer.left:
            said += self.tr("{0} 件正由别人办理，请稍后点“核对在办期限”。").format(len(answer.left))
        self.desk.told.emit(said)
        self.published.emit(answer)
        self.accept()

    def _refuse(self, error: BaseException) -> None:
        self.publish.setEnabled(True)
        self.cancel.setEnabled(True)
        self._say_summary()
        self.refusal.show_text(self.desk.problems.text(error), Tone.DANGER)

    def reject(self) -> None:
        """Not while cases are being moved."""
        if self.cancel.isEnabled():
            super().reject()
