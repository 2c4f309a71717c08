"""The tab with the papers of a case: the list, the sheet of responsibilities, the preview."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from sanzhi_desktop.application.queries import DocumentRow
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.responsibility_sheet import ResponsibilityBar
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import moment, named
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import column


class PapersTab(QWidget):
    """Shows a CasePage; a chosen paper is read and previewed beside the list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._case_name = ""
        self.table = Table(self.tr("文书"))
        self.model: RowModel[DocumentRow] = RowModel(
            [
                Column("kind", self.tr("文书"), lambda d: named("paper", d.kind), 200),
                Column("round", self.tr("轮次"), lambda d: str(d.round), 50),
                Column("at", self.tr("存入"), lambda d: moment(d.stored_at), 146),
                Column("sha", self.tr("SHA-256"), lambda d: d.sha256[:16] + "…", 150),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.chosen.connect(self._show_paper)
        self.paper = PaperPanel(desk, empty=self.tr("选一份文书预览"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.paper)
        split.setStretchFactor(1, 1)
        split.setSizes([380, 660])
        self.responsibility = ResponsibilityBar(desk)
        lines = column(self.responsibility)
        lines.addWidget(split, 1)
        self.setLayout(lines)

    def show_page(self, page: CasePage) -> None:
        """Fills the list."""
        self._case_name = page.case.submission.name
        self.model.replace(page.documents)
        self.responsibility.show_page(page)

    def _show_paper(self, chosen: object) -> None:
        if not isinstance(chosen, DocumentRow):
            self.paper.clear()
            return
        reader, sha256 = self.desk.session.reader, chosen.sha256
        file_name = f"{named('paper', chosen.kind)}_{self._case_name}.pdf".replace("/", "_")
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: reader.document(sha256),
            done=lambda data: self.paper.show_paper(data, file_name),
            key="paper",
        )
