"""The history of cases: who did what and when, the papers, and whether all of it still holds."""

from sanzhi_desktop.application.queries import HistoryRow
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import moment, named
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table


class HistoryScreen(Screen):
    """Events of one case, or of the office itself while none is chosen."""

    kinds = frozenset({"case", "people", "keys", "profile", "numbers", "irregularities"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.table = Table(self.tr("办理记录"))
        self.model: RowModel[HistoryRow] = RowModel(
            [
                Column("seq", self.tr("序号"), lambda h: str(h.seq), 50, right=True),
                Column("at", self.tr("时间"), lambda h: moment(h.at), 130),
                Column("who", self.tr("经办人"), lambda h: h.actor_name or h.actor, 90),
                Column("what", self.tr("事项"), lambda h: named("action", h.action), 190),
                Column("why", self.tr("理由"), lambda h: h.reason, 300),
            ],
            self,
        )
        self.table.use(self.model)
        self.root.addWidget(self.heading(self.tr("案件历史")))
        self.root.addWidget(self.table, 1)

    def title(self) -> str:
        return self.tr("案件历史")

    def open_case(self, case_id: str) -> None:
        self.case_id = case_id

    def shown(self) -> None:
        reader, case_id = self.desk.session.reader, self.case_id
        self.read(lambda: reader.history(case_id), self.model.replace, key="history")
