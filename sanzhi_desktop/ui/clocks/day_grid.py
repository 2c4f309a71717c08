"""A deadline as a calendar sheet: one box a day, weeks under one another, painted.

The box says what the day is worth: its number in the count, or why it is left out.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sanzhi_desktop.domain.clock import DeadlineStrip
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.workdays import DayStep
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.clocks import words
from sanzhi_desktop.ui.theme import Tokens

_DAY = timedelta(days=1)
_COLUMNS = 7
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_COLUMNS,
    Qt.Key.Key_Down: _COLUMNS,
}


@dataclass(frozen=True, slots=True)
class DayBox:
    """One day as it is shown. `number` counts from 1; 0: the day does not count."""

    day: date
    number: int = 0
    step: DayStep | None = None
    mark: str = ""
    due: bool = False

    def words(self) -> str:
        """All of it in one sentence, for the tool tip and for who cannot see."""
        said = words.day(self.step) if self.step else self.day.isoformat()
        counted = f"（第{self.number}日）" if self.number else ""
        return f"{said}{counted}{'，' + self.mark if self.mark else ''}"


def boxes_of(strip: DeadlineStrip) -> tuple[DayBox, ...]:
    """Every day from the event to the last day, or back to it; nothing before a start."""
    if strip.start is None or not strip.days:
        return ()
    marks = words.marks(strip)
    backwards = strip.days[-1].date < strip.start
    number = sum(step.counted for step in strip.days) + 1 if backwards else 0
    made: dict[date, DayBox] = {}
    for step in strip.days:
        number += -step.counted if backwards else step.counted
        made[step.date] = DayBox(
            step.date,
            number if step.counted else 0,
            step,
            marks.get(step.date, ""),
            due=step.date == strip.due,
        )
    for day, mark in marks.items():
        inside = strip.days[0].date - 2 * _DAY < day < strip.days[-1].date + 2 * _DAY
        if inside or day == strip.start:
            made.setdefault(day, DayBox(day, mark=mark, due=day == strip.due))
    return tuple(made[day] for day in sorted(made))


class DayGrid(QWidget):
    """Shows a strip. Arrow keys walk over the days; the day in focus is read out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: tuple[DayBox, ...] = ()
        self._today: date | None = None
        self._place = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("期限逐日推算"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_strip(self, strip: DeadlineStrip | None, today: date) -> None:
        """Shows a strip; None and one not yet started leave the sheet empty."""
        self.boxes = boxes_of(strip) if strip is not None else ()
        self._today = today
        days = [box.day for box in self.boxes]
        self._place = days.index(today) if today in days else 0
        self.setVisible(bool(self.boxes))
        self._say(basis_paragraph(strip) if strip is not None else "")
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def current(self) -> DayBox | None:
        """The day the keys stand on."""
        return self.boxes[self._place] if self.boxes else None

    def sizeHint(self) -> QSize:
        return QSize(560, self._head() + self._weeks() * self._row() + 2)

    def _weeks(self) -> int:
        return (self.boxes[-1].day - self._monday()).days // _COLUMNS + 1 if self.boxes else 0

    def _monday(self) -> date:
        first = self.boxes[0].day
        return first - first.weekday() * _DAY

    def _row(self) -> int:
        return self.fontMetrics().height() * 4 + 12

    def _head(self) -> int:
        return self.fontMetrics().height() + 8

    def _rect(self, day: date) -> QRect:
        week, column = divmod((day - self._monday()).days, _COLUMNS)
        width = min(self.width() // _COLUMNS, 150)
        row = self._row()
        return QRect(column * width, self._head() + week * row, width - 4, row - 4)

    def _box_at(self, x: int, y: int) -> DayBox | None:
        return next((box for box in self.boxes if self._rect(box.day).contains(x, y)), None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            box = self._box_at(event.pos().x(), event.pos().y())
            if box is not None:
                QToolTip.showText(event.globalPos(), box.words().replace("<", "‹"), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _MOVES.get(Qt.Key(event.key()))
        if move is None or not self.boxes:
            super().keyPressEvent(event)
            return
        place = self._place + move
        if 0 <= place < len(self.boxes):
            self._place = place
            self._say(self.boxes[place].words())
            self.update()

    def _say(self, text: str) -> None:
        self.setAccessibleDescription(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.boxes:
            painter.setPen(QColor(tokens.muted))
            monday = self._monday()
            for column in range(_COLUMNS):
                below = self._rect(monday + column * _DAY)
                head = QRect(below.left(), 0, below.width(), self._head() - 4)
                painter.drawText(head, Qt.AlignmentFlag.AlignCenter, f"周{words.WEEKDAYS[column]}")
        for place, box in enumerate(self.boxes):
            self._paint_box(painter, tokens, box, focused=place == self._place)
        painter.end()

    def _paint_box(self, painter: QPainter, tokens: Tokens, box: DayBox, *, focused: bool) -> None:
        rect = self._rect(box.day)
        ground, ink, line = _colours(tokens, box)
        painter.setPen(QColor(line))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(rect, 4, 4)
        focused = focused and self.hasFocus()
        if focused or box.day == self._today:
            painter.setPen(QColor(tokens.focus if focused else tokens.text))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        plain = painter.font()
        bold = QFont(plain)
        bold.setBold(True)
        line_height = (rect.height() - 4) // 4
        count = self.tr("第{0}日").format(box.number) if box.number else ""
        reason = box.step.reason if box.step else ""
        if box.step and box.step.provisional:
            reason = self.tr("{0}（暂定）").format(reason)
        today = self.tr("今天") if box.day == self._today else ""
        last = "·".join(part for part in (box.mark, today) if part)
        lines = (
            (self._date(box.day, bold, rect.width() - 8), ink, bold),
            (count, ink, plain),
            (reason, ink, plain),
            (last, tokens.danger if box.due else ink, bold),
        )
        for number, (text, colour, font) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            place = QRect(
                rect.left() + 4,
                rect.top() + 2 + number * line_height,
                rect.width() - 8,
                line_height,
            )
            room = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, room)
        painter.setFont(plain)

    def _date(self, day: date, font: QFont, room: int) -> str:
        """9月18日, or 9/18 where that is too wide."""
        full = f"{day.month}月{day.day}日"
        wide = QFontMetrics(font).horizontalAdvance(full) > room
        return f"{day.month}/{day.day}" if wide else full


def _colours(tokens: Tokens, box: DayBox) -> tuple[str, str, str]:
    """Ground, ink and border of a day."""
    if box.due:
        return tokens.danger_soft, tokens.text, tokens.danger
    if box.step is None:
        return tokens.raised, tokens.text, tokens.strong_border
    if box.number:
        return tokens.accent_soft, tokens.text, tokens.accent_soft
    return tokens.rail, tokens.muted, tokens.rail
