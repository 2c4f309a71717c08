"""People and keys: the register, certificates, recusals, seal and trusted roots.

An administrator sees and changes everything; the lead keeps recusals; everybody else sees the own
entry and registers the own certificate.
"""

from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.people.register import Register, marks, read_register, roles_words
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone


class PeopleScreen(Screen):
    """The register of people."""

    kinds = frozenset({"people", "keys"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.register: Register | None = None
        self.table = Table(self.tr("人员列表"))
        self.model: RowModel[Person] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.root.addWidget(self.heading(self.tr("人员与证书")))
        self.root.addWidget(self.table, 1)

    def title(self) -> str:
        return self.tr("人员与证书")

    def shown(self) -> None:
        session, work = self.desk.session, self.desk.work
        self.read(lambda: read_register(session, work), self.show_register, key="register")

    def show_register(self, register: Register) -> None:
        """Fills the table; without the administrator's role only the own entry."""
        self.register = register
        me = self.desk.session.actor.person_id
        everybody = Role.ADMIN in self.desk.roles
        self.model.replace([p for p in register.people.values() if everybody or p.person_id == me])

    def _columns(self) -> list[Column[Person]]:
        def noted(person: Person) -> str:
            if self.register is None:
                return ""
            return "；".join(m.text for m in marks(person, self.register)) or self.tr("正常")

        def tone(person: Person) -> Tone:
            found = marks(person, self.register) if self.register else ()
            return found[0].tone if found else Tone.OK

        return [
            Column("id", self.tr("代码"), lambda p: p.person_id, 100),
            Column("name", self.tr("姓名"), lambda p: p.name, 80),
            Column("unit", self.tr("机构"), lambda p: p.unit, 110),
            Column("roles", self.tr("岗位"), roles_words, 190),
            Column("card", self.tr("执法证"), lambda p: p.enforcement_certificate, 110),
            Column("valid", self.tr("有效期至"), lambda p: day(p.certificate_valid_to), 96),
            Column("law", self.tr("法律职业资格"), lambda p: p.legal_qualification, 120),
            Column("first", self.tr("初次审核"), lambda p: day(p.first_review_on), 96),
            Column("state", self.tr("状态"), noted, 260, tone=tone),
        ]
