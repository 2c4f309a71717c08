"""The pages about people: the register and the recusals; what every page of the screen is."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.queries import RecusalRow
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import day, named
from sanzhi_desktop.ui.people.dialog import RegisterDialog
from sanzhi_desktop.ui.people.person_dialogs import PasswordDialog, PersonDialog, RecusalDialog
from sanzhi_desktop.ui.people.register import (
    Register,
    certificate_mark,
    grant_words,
    marks,
    roles_words,
)
from sanzhi_desktop.ui.people.roles_dialog import RolesDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row


class Page(QWidget):
    """Base of the pages: buttons above, a table, and what the buttons need to know."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.register: Register | None = None
        self.admin = Role.ADMIN in desk.roles
        self.me = desk.session.actor.person_id
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(0, 10, 0, 0)
        self.lines.setSpacing(8)

    def show_register(self, register: Register) -> None:
        """Shows what was read."""
        self.register = register
        self.fill(register)

    def fill(self, register: Register) -> None:
        """Fills the page."""
        raise NotImplementedError

    def ask(self, kind: Callable[..., RegisterDialog], **facts: Any) -> None:
        """Opens a dialog of the register."""
        if self.register is not None:
            kind(self.desk, self.register, self, **facts).open()


class PeoplePage(Page):
    """The register of people; without the administrator's role only the own entry."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索姓名、代码、机构（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索人员"))
        self.search.setMinimumWidth(150)
        self.search.textChanged.connect(lambda _: self._filter())
        self.idle = QCheckBox(self.tr("含停用人员(&H)"))
        self.idle.toggled.connect(lambda _: self._filter())
        self.table = Table(self.tr("人员列表"))
        self.model: RowModel[Person] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.add = button(
            self.tr("登记人员"), lambda: self.ask(PersonDialog), icon="plus", shortcut="Ctrl+N"
        )
        self.edit = button(self.tr("修改(&E)"), lambda: self._on(PersonDialog))
        self.roles = button(self.tr("岗位(&R)"), lambda: self._on(RolesDialog))
        self.password = button(
            self.tr("密码(&P)") if self.admin else self.tr("修改我的密码(&P)"),
            lambda: self._on(PasswordDialog),
        )
        self.recuse = button(self.tr("登记回避(&V)"), lambda: self._on(RecusalDialog))
        if not self.admin:  # never shown before they have a parent: that would be a window
            for made in (self.add, self.edit, self.roles, self.recuse, self.search, self.idle):
                made.hide()
        else:
            self.table.opened.connect(lambda _: self._on(PersonDialog))
        self.detail = Card()
        self.words = PlainLabel().wrapped().selectable()
        self.detail.body.addWidget(self.words)
        self.lines.addLayout(
            row(
                *(self.add, self.edit, self.roles, self.password, self.recuse),
                None,
                *(self.idle, self.search),
            )
        )
        self.lines.addWidget(self.table, 1)
        self.lines.addWidget(self.detail)

    def fill(self, _register: Register) -> None:
        self._filter()

    def chosen(self) -> Person | None:
        """The person under the cursor."""
        found = self.table.current_row()
        return found if isinstance(found, Person) else None

    def _columns(self) -> list[Column[Person]]:
        def noted(person: Person) -> str:
            if self.register is None:
                return ""
            return "；".join(m.text for m in marks(person, self.register)) or self.tr("正常")

        def tone(person: Person) -> Tone:
            found = marks(person, self.register) if self.register else ()
            return found[0].tone if found else Tone.OK

        return [
            Column("name", self.tr("姓名"), lambda p: p.name, 72),
            Column("id", self.tr("代码"), lambda p: p.person_id, 108),
            Column("unit", self.tr("机构"), lambda p: p.unit, 88),
            Column("roles", self.tr("岗位"), roles_words, 176),
            Column("card", self.tr("执法证"), lambda p: p.enforcement_certificate, 84),
            Column("valid", self.tr("有效期至"), lambda p: day(p.certificate_valid_to), 92),
            Column("law", self.tr("法律职业资格"), lambda p: p.legal_qualification, 104),
            Column("first", self.tr("初次审核"), lambda p: day(p.first_review_on), 92),
            Column("state", self.tr("状态"), noted, 240, tone=tone),
        ]

    def _filter(self) -> None:
        register = self.register
        if register is None:
            return
        text, before = self.search.text().strip().casefold(), self.chosen()
        found = [
            p
            for p in register.people.values()
            if (self.admin or p.person_id == self.me)
            and (p.active or self.idle.isChecked())
            and text in f"{p.name} {p.person_id} {p.unit}".casefold()
        ]
        self.model.replace(found)
        places = [p.person_id for p in found]
        if before is not None and before.person_id in places:
            self.table.setCurrentIndex(self.model.index(places.index(before.person_id), 0))
        self._choose(self.chosen())

    def _on(self, kind: Callable[..., RegisterDialog]) -> None:
        person = self.chosen()
        if person is not None:
            self.ask(kind, person=person)

    def _choose(self, _chosen: object) -> None:
        person, register = self.chosen(), self.register
        for made in (self.edit, self.roles, self.password, self.recuse):
            made.setEnabled(person is not None)
        if person is None or register is None:
            self.words.setText(self.tr("没有选中人员。"))
            return
        self.words.setText("\n".join(self._about(person, register)))

    def _about(self, person: Person, register: Register) -> list[str]:
        told = [
            self.tr("{0}：{1}").format(
                person.name, "；".join(m.text for m in marks(person, register)) or self.tr("正常")
            ),
            self.tr("岗位：{0}").format("、".join(grant_words(g) for g in person.roles) or "—"),
        ]
        told += [
            self.tr("签名证书：{0}，有效期至 {1}，{2}").format(
                named("certificate_source", found.source),
                day(found.not_after.date()),
                certificate_mark(found, register.today).text,
            )
            for found in register.certificates_of(person.person_id)
        ]
        told += [
            self.tr("回避：{0}").format(recusal_words(recusal))
            for recusal in register.recusals
            if recusal.person_id == person.person_id
        ]
        return told


def recusal_words(found: RecusalRow, *, case: str = "") -> str:
    """From what, and why."""
    if found.unit:
        what = f"承办机构“{found.unit}”的案件"
    elif found.party:
        what = f"当事人“{found.party}”的案件"
    else:
        what = f"案件“{case}”" if case else "一个案件"
    return f"{what}（{found.reason}）"


class RecusalsPage(Page):
    """回避: who may not review what."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = Table(self.tr("回避登记"))
        self.model: RowModel[RecusalRow] = RowModel(
            [
                Column("who", self.tr("人员"), self._who, 100),
                Column("from", self.tr("回避范围"), self._range, 330),
                Column("reason", self.tr("理由"), lambda r: r.reason, 400),
            ],
            self,
        )
        self.table.use(self.model)
        self.add = button(self.tr("登记回避(&V)"), lambda: self.ask(RecusalDialog), icon="plus")
        self.end = button(self.tr("终止回避(&X)"), self._end, kind="danger")
        self.table.chosen.connect(lambda found: self.end.setEnabled(found is not None))
        self.hint = PlainLabel(role="muted").wrapped()
        self.lines.addLayout(row(self.add, None, self.end))
        self.lines.addWidget(self.table, 1)
        self.lines.addWidget(self.hint)

    def fill(self, register: Register) -> None:
        self.model.replace(register.recusals)
        self.end.setEnabled(self.table.current_row() is not None)
        self.hint.setText(
            self.tr("终止回避只影响以后的分派，办理记录里一直保留。")
            if register.recusals
            else self.tr("没有回避登记。")
        )

    def _who(self, found: RecusalRow) -> str:
        return self.register.name_of(found.person_id) if self.register else ""

    def _range(self, found: RecusalRow) -> str:
        return recusal_words(found).removesuffix(f"（{found.reason}）")

    def _end(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, RecusalRow):
            session, recusal_id = self.desk.session, chosen.recusal_id
            self.desk.jobs.write(
                self,
                lambda: office.drop_recusal(session, recusal_id=recusal_id),
                done=lambda _: self.desk.told.emit(self.tr("已终止回避。")),
            )
