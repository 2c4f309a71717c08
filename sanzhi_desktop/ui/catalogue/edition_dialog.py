"""Publication of the catalogue and its filing with the 司法局, per edition."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.domain.catalogue import CatalogueEdition
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

SaveEdition = Callable[
    [QWidget, CatalogueEdition, Callable[[], object], Callable[[BaseException], object]], None
]


class EditionDialog(QDialog):
    """The record of one edition; the same edition is written over, another one is added."""

    def __init__(
        self,
        edition: CatalogueEdition,
        rules: str,
        save: SaveEdition,
        text: Callable[[BaseException], str],
        parent: QWidget,
    ) -> None:
        """`rules`: what the founding document asks about publication and filing, in words."""
        super().__init__(parent)
        self._save, self._words = save, text
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("目录清单的公布和备案"))
        self.setMinimumWidth(620)
        self.refusal = Banner()
        self.form = Form()
        dated = self.tr("例如 2026-09-18")
        form, tr = self.form, self.tr
        form.add("edition", tr("目录版本(&E)"), QLineEdit(), hint=tr("例如 2026年版"))
        form.add("published", tr("公布日期(&P)"), QLineEdit(), hint=dated)
        form.add("place", tr("公布处(&L)"), QLineEdit(), hint=tr("例如 单位门户网站"))
        form.add("filed_with", tr("备案机关(&W)"), QLineEdit(), hint=tr("例如 县司法局"))
        form.add("filed", tr("备案日期(&F)"), QLineEdit(), hint=dated)
        form.add("receipt", tr("备案回执号(&R)"), QLineEdit())
        form.put(
            {
                "edition": edition.edition,
                "published": day(edition.published),
                "place": edition.place,
                "filed_with": edition.filed_with,
                "filed": day(edition.filed),
                "receipt": edition.receipt,
            }
        )
        self.ok = button(self.tr("确定(&O)"), self.submit, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        cancel = button(self.tr("取消"), self.reject)
        cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(rules, role="muted").wrapped())
        outer.addWidget(self.refusal)
        outer.addWidget(self.form)
        outer.addLayout(row(None, cancel, self.ok))

    def submit(self) -> None:
        """Checks the dates and takes the record over."""
        self.form.clear_errors()
        self.refusal.show_text("")
        values = {key: text.strip() for key, text in self.form.values().items()}
        if not values["edition"]:
            self.form.fields["edition"].error(self.tr("请填写目录版本。"))
            return
        try:
            published, filed = self.form.day("published"), self.form.day("filed")
        except DomainError:
            return
        if filed is not None and published is not None and filed < published:
            self.refusal.show_text(
                self.tr("备案日期早于公布日期，请核对；确实先备案后公布的，可以再按一次“确定”。"),
                Tone.WARN,
            )
            if self.form.property("order_seen") != f"{published}{filed}":
                self.form.setProperty("order_seen", f"{published}{filed}")
                return
        self.ok.setEnabled(False)
        made = CatalogueEdition(
            values["edition"],
            published,
            values["place"],
            values["filed_with"],
            filed,
            values["receipt"],
        )
        self._save(self, made, self.accept, self._refused)

    def _refused(self, error: BaseException) -> None:
        self.ok.setEnabled(True)
        self.refusal.show_text(self._words(error), Tone.DANGER)
