"""The review clock day by day, painted: what counts, what is skipped and why, where today is."""

from datetime import date

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.workdays import DayStep
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.widgets import reveal

_DAYS = 45  # more do not fit; the words below tell the rest
_WEEKDAYS = "一二三四五六日"


class DeadlineStripView(QWidget):
    """One box for each day. The whole working stands in the accessible description."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip: DeadlineStrip | None = None
        self._today: date | None = None
        self.setAccessibleName(self.tr("审核期限逐日计算"))
        self.setMinimumHeight(self.fontMetrics().height() * 3 + 10)

    def show_strip(self, strip: DeadlineStrip | None, today: date) -> None:
        """Shows a strip; None leaves the place empty."""
        self._strip = strip
        self._today = today
        reveal(self, on=strip is not None and bool(strip.days))
        self.setAccessibleDescription(basis_paragraph(strip) if strip else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self.fontMetrics().height() * 3 + 10)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            step = self._step_at(event.pos().x())
            if step is not None:
                QToolTip.showText(event.globalPos(), self._words(step), self)
            return True
        return super().event(event)

    def _shown(self) -> tuple[DayStep, ...]:
        return self._strip.days[:_DAYS] if self._strip else ()

    def _box(self, place: int, count: int) -> QRect:
        width = min(46.0, (self.width() - 2) / max(count, 1))
        return QRect(round(place * width), 1, max(round(width) - 2, 3), self.height() - 2)

    def _step_at(self, x: int) -> DayStep | None:
        steps = self._shown()
        for place, step in enumerate(steps):
            box = self._box(place, len(steps))
            if box.left() <= x <= box.right():
                return step
        return None

    def _words(self, step: DayStep) -> str:
        counted = self.tr("计入") if step.counted else self.tr("不计入")
        day = f"{step.date.isoformat()} 周{_WEEKDAYS[step.date.weekday()]}"
        return f"{day}：{counted}，{step.reason}".replace("<", "‹")

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        steps = self._shown()
        due = self._strip.due if self._strip else None
        for place, step in enumerate(steps):
            box = self._box(place, len(steps))
            ground, ink = tokens.rail, tokens.muted
            if step.counted:
                ground, ink = tokens.accent_soft, tokens.accent
            if step.date == due:
                ground, ink = tokens.danger_soft, tokens.danger
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(box, 3, 3)
            if step.date == self._today:
                painter.setPen(QColor(tokens.text))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(ink))
            if box.width() >= 30:
                third = box.height() // 3
                lines = (
                    f"{step.date.month}/{step.date.day}",
                    f"周{_WEEKDAYS[step.date.weekday()]}",
                    self.tr("到期") if step.date == due else ("计" if step.counted else "—"),
                )
                for number, text in enumerate(lines):
                    line = QRect(box.left(), box.top() + number * third, box.width(), third)
                    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
