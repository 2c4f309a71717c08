"""One item of the catalogue as a form: the same words as in the sheet, checked alike."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from sanzhi_desktop.domain import catalogue
from sanzhi_desktop.domain.catalogue import CatalogueColumn, CatalogueItem, RowFault
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.names import named
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, button, row, scrolled

Save = Callable[
    [QWidget, CatalogueItem, Callable[[], object], Callable[[BaseException], object]], None
]
_KEYS = {"number": "I", "kind": "K", "name": "N", "thresholds": "L", "materials": "M", "focus": "F"}
_DECIDERS = ("", "department", "authorised", "government")


def fault_words(fault: RowFault) -> str:
    """What is wrong in a cell, and what to do."""
    return sentence(fault.code.value, **fault.facts)


class ItemDialog(QDialog):
    """A new item, or a change of one. `save` takes it over or tells why not."""

    def __init__(
        self,
        item: CatalogueItem | None,
        others: Sequence[CatalogueItem],
        save: Save,
        text: Callable[[BaseException], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._others, self._save, self._words = tuple(others), save, text
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("修改事项") if item else self.tr("增加事项"))
        self.refusal = Banner()
        self.form = Form()
        self._build()
        shown = catalogue.as_cells(item) if item is not None else {}
        self.form.put(
            {
                column.value: item.decider
                if item is not None and column is CatalogueColumn.DECIDER
                else text_
                for column, text_ in shown.items()
            }
        )
        self.ok = button(self.tr("确定(&O)"), self.submit, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        cancel = button(self.tr("取消"), self.reject)
        cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.addWidget(self.refusal)
        outer.addWidget(scrolled(self.form), 1)
        outer.addLayout(row(None, cancel, self.ok))
        self.resize(700, 660)

    def submit(self) -> None:
        """Checks, and takes the item over."""
        self.form.clear_errors()
        self.refusal.show_text("")
        values = self.form.values()
        values["decider"] = catalogue.decider_name(values["decider"])
        cells = {column: values[column.value] for column in CatalogueColumn}
        item, faults = catalogue.read_cells(cells, row=1)
        if item is not None and any(one.number == item.number for one in self._others):
            self.form.fields["number"].error(
                self.tr("编号“{0}”已经有了，请换一个。").format(item.number)
            )
            self.form.fields["number"].editor.setFocus()
            return
        for fault in faults:
            if fault.column is not None:
                self.form.fields[fault.column.value].error(fault_words(fault))
        if item is None:
            return
        self.ok.setEnabled(False)
        self._save(self, item, self.accept, self._refused)

    def _refused(self, error: BaseException) -> None:
        self.ok.setEnabled(True)
        self.refusal.show_text(self._words(error), Tone.DANGER)

    def _build(self) -> None:
        kind = QComboBox()
        for code in Kind:
            kind.addItem(code.chinese, code.chinese)
        decider = QComboBox()
        for who in _DECIDERS:
            decider.addItem(catalogue.decider_name(who) or self.tr("不限"), who)
        hints = {
            "thresholds": self.tr(
                "一行一项，例如：对公民罚款10000元以上（含本数）。不填的，属于本事项就要送审。"
            ),
            "materials": self.tr("一行一项，有的才交的写“（如有）”。不填的，按规则方案的清单。"),
            "focus": self.tr("审核时显示在审核页上"),
        }
        editors: dict[str, QLineEdit | QPlainTextEdit | QComboBox] = {
            "kind": kind,
            "decider": decider,
            "basis": lines(2),
            "thresholds": lines(3),
            "materials": lines(4),
            "focus": lines(3),
        }
        for column in CatalogueColumn:
            name = column.value
            key = f"(&{_KEYS[name]})" if name in _KEYS else ""
            label = named("catalogue_column", name) + key
            self.form.add(name, label, editors.get(name, QLineEdit()), hint=hints.get(name, ""))
