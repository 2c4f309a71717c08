"""The handlers (承办人) of a case: two or more people of the register, with their certificates."""

from collections.abc import Iterable, Mapping
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from sanzhi_desktop.domain.case import Handler
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role, check_handlers
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row


class HandlersEditor(Card):
    """`changed` follows every change a person makes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._people: Mapping[str, Person] = {}
        self._today = date.min
        self._rows: tuple[Handler, ...] = ()
        self.body.addWidget(PlainLabel(self.tr("承办人"), role="heading"))
        self.table = Table(self.tr("承办人"))
        self.model: RowModel[Handler] = RowModel(
            [
                Column("name", self.tr("姓名"), lambda h: h.name, 90),
                Column("certificate", self.tr("执法证号"), lambda h: h.certificate, 150),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.setMaximumHeight(self.fontMetrics().height() * 7)
        self.body.addWidget(self.table)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("选择承办人"))
        self.add = button(self.tr("添加(&H)"), self._add, kind="small")
        self.remove = button(self.tr("移除"), self._remove, kind="small")
        line = row(self.choice, self.add, self.remove)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.fault = PlainLabel(role="error").wrapped()
        self.body.addWidget(self.fault)

    def show_people(self, people: Mapping[str, Person], today: date) -> None:
        """The register, for choosing."""
        self._people, self._today = people, today
        self._offer()
        self._check()

    def show_handlers(self, handlers: Iterable[Handler]) -> None:
        """The handlers of the case."""
        self._rows = tuple(handlers)
        self.model.replace(self._rows)
        self._offer()
        self._check()

    def _offer(self) -> None:
        """Only those who are not there yet."""
        there = {h.person_id for h in self._rows}
        self.choice.clear()
        for person in self._people.values():
            if person.has(Role.HANDLER, self._today) and person.person_id not in there:
                words = f"{person.name}　{person.unit}　{person.enforcement_certificate}"
                self.choice.addItem(words, person.person_id)
        self.add.setEnabled(self.choice.count() > 0)

    def handlers(self) -> tuple[Handler, ...]:
        """Who stands there."""
        return self._rows

    def _add(self) -> None:
        person = self._people.get(str(self.choice.currentData() or ""))
        if person is None:
            return
        made = Handler(person.person_id, person.name, person.enforcement_certificate)
        self.show_handlers((*self._rows, made))
        self.changed.emit()

    def _remove(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, Handler):
            self.show_handlers(h for h in self._rows if h != chosen)
            self.changed.emit()

    def _check(self) -> None:
        known = [self._people[h.person_id] for h in self._rows if h.person_id in self._people]
        try:
            check_handlers(known, self._today)
        except DomainError as error:
            self.fault.setText(explain(error))
            self.fault.show()
        else:
            self.fault.hide()
