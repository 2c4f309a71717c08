"""The tab with reminders (催办) and further opinions (加签), newest first."""

from datetime import datetime

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.domain.office_life import Reminder, SecondOpinion
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.names import day, moment
from sanzhi_desktop.ui.widgets import Card, EmptyState, PlainLabel, clear, column, scrolled


class NotesPanel(QWidget):
    """Shows a CasePage; the menu of the case screen adds to it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = column()
        inner = QWidget()
        inner.setLayout(self._lines)
        self.setLayout(column(scrolled(inner)))

    def show_page(self, page: CasePage) -> None:
        """Fills the tab."""
        clear(self._lines)
        case = page.case
        notes: list[Reminder | SecondOpinion] = [*case.reminders, *case.second_opinions]
        if not notes:
            empty = EmptyState("people")
            empty.say(
                self.tr("没有催办和加签"),
                self.tr("从上方“更多”里可以催办、加签。它们记入办理记录，不代替审核和签名。"),
            )
            self._lines.addWidget(empty)
            return
        notes.sort(key=_when, reverse=True)
        for note in notes:
            if isinstance(note, Reminder):
                self._lines.addWidget(self._reminder(page, note))
            else:
                self._lines.addWidget(self._opinion(page, note))
        self._lines.addStretch(1)

    def _reminder(self, page: CasePage, note: Reminder) -> Card:
        card = Card(
            self.tr("催办：{0} → {1}").format(
                page.name_of(note.sender), page.name_of(note.addressee)
            )
        )
        card.body.addWidget(PlainLabel(note.text).wrapped().selectable())
        card.body.addWidget(self._foot(moment(note.sent_at), day(note.until)))
        return card

    def _opinion(self, page: CasePage, note: SecondOpinion) -> Card:
        card = Card(
            self.tr("加签：{0} → {1}").format(
                page.name_of(note.asked_by), page.name_of(note.asked_of)
            )
        )
        card.body.addWidget(PlainLabel(note.question).wrapped().selectable())
        card.body.addWidget(self._foot(moment(note.asked_at), day(note.until)))
        if note.given_at is None:
            card.body.addWidget(PlainLabel(self.tr("尚未答复"), role="warn"))
            return card
        words = self.tr("意见（{0}）：{1}").format(moment(note.given_at), note.opinion)
        card.body.addWidget(PlainLabel(words).wrapped().selectable())
        return card

    def _foot(self, when: str, until: str) -> PlainLabel:
        words = self.tr("{0}，请于 {1} 前办理").format(when, until) if until else when
        return PlainLabel(words, role="muted")


def _when(note: Reminder | SecondOpinion) -> datetime:
    return note.sent_at if isinstance(note, Reminder) else note.asked_at
