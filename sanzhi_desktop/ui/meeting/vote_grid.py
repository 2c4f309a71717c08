"""The table of a vote: members down, points across, a choice in each cell.

Lives here: the widget. Must not: which votes are recorded or put right (`recording`, `correcting`).
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QTableWidget

from sanzhi_desktop.domain.meeting import Choice, MeetingMember
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import combo, put_text, text_of
from sanzhi_desktop.ui.meeting.grids import text_cell

Key = tuple[int, str]  # point, member


class VoteGrid(QTableWidget):
    """`fixed`: cells that only show a text; every other one takes a choice."""

    def __init__(
        self,
        members: Sequence[MeetingMember],
        points: Sequence[int],
        *,
        fixed: Mapping[Key, str],
        preset: Mapping[Key, Choice],
    ) -> None:
        super().__init__(len(members), len(points))
        # The members stand in the header: many problems are scrolled sideways, the names stay.
        self.setHorizontalHeaderLabels([self.tr("问题 {0}").format(n) for n in points])
        self.setVerticalHeaderLabels([f"{m.name}（{m.post}）" for m in members])
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalHeader().setDefaultSectionSize(44)
        self.choices: dict[Key, QComboBox] = {}
        self._cells: dict[QObject, tuple[int, int]] = {}
        for at, member in enumerate(members):
            for place, number in enumerate(points):
                key = (number, member.person_id)
                if key in fixed:
                    text_cell(self, at, place, fixed[key])
                    continue
                box = combo(Choice, first=None if key in preset else self.tr("未表决"))
                if key in preset:
                    put_text(box, preset[key].value)
                box.setAccessibleName(self.tr("{0}，问题 {1}").format(member.name, number))
                keep(box, f"vote.{number}.{member.person_id}")
                box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                box.installEventFilter(self)
                self._cells[box] = (at, place)
                self.setCellWidget(at, place, box)
                self.choices[key] = box
        self.resizeColumnsToContents()
        for place in range(len(points)):
            self.setColumnWidth(place, max(150, self.columnWidth(place)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The cell that gets the focus comes into sight; the wheel scrolls and changes no vote."""
        cell = self._cells.get(watched)
        if cell is not None and event.type() is QEvent.Type.FocusIn:
            self.scrollTo(self.model().index(*cell))
        if cell is not None and event.type() is QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def votes(self) -> list[tuple[int, str, Choice]]:
        """What is chosen now (point, member, choice)."""
        return [
            (number, person, Choice(text_of(box)))
            for (number, person), box in self.choices.items()
            if text_of(box)
        ]
