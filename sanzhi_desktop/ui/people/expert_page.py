"""专家名册: legal advisers, government lawyers and committee members who may be asked."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import expertise
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.dispute import Expert, ExpertKind
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import combo, lines, parse_day, put_text
from sanzhi_desktop.ui.names import day, name
from sanzhi_desktop.ui.people.dialog import RegisterDialog, is_day
from sanzhi_desktop.ui.people.pages import Page
from sanzhi_desktop.ui.people.register import Register
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class ExpertsPage(Page):
    """The register of experts with their terms."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = Table(self.tr("专家名册"))
        self.model: RowModel[Expert] = RowModel(
            [
                Column("name", self.tr("姓名"), lambda e: e.name, 90),
                Column("kind", self.tr("类别"), lambda e: name(e.kind), 120),
                Column("speciality", self.tr("专长"), lambda e: e.speciality, 190),
                Column("unit", self.tr("单位"), lambda e: e.unit, 190),
                Column("term", self.tr("聘期"), self._term, 180, tone=self._tone),
                Column("no", self.tr("利害关系"), lambda e: "、".join(e.conflicts), 190),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.opened.connect(lambda e: self.ask(ExpertDialog, expert=e))
        self.add = button(self.tr("登记专家(&Z)"), lambda: self.ask(ExpertDialog), icon="plus")
        self.edit = button(self.tr("修改(&M)…"), self._edit)
        self.hint = PlainLabel(role="muted").wrapped()
        self.lines.addLayout(row(self.add, self.edit, None))
        self.lines.addWidget(self.table, 1)
        self.lines.addWidget(self.hint)

    def fill(self, register: Register) -> None:
        self.model.replace(register.experts)
        self.edit.setEnabled(bool(register.experts))
        self.hint.setText(
            self.tr("聘期以外、与当事人或者承办机构有利害关系的专家不能咨询。")
            if register.experts
            else self.tr(
                "还没有登记专家。审核中需要咨询法律顾问、公职律师或者专家委员会的，先在这里登记。"
            )
        )

    def _term(self, expert: Expert) -> str:
        if not expert.active:
            return self.tr("已停用")
        begins, ends = day(expert.valid_from) or "—", day(expert.valid_to) or "—"
        return f"{begins} 至 {ends}"

    def _tone(self, expert: Expert) -> Tone:
        today = self.register.today if self.register else None
        return Tone.OK if today is None or expert.serves_on(today) else Tone.WARN

    def _edit(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, Expert):
            self.ask(ExpertDialog, expert=chosen)


class ExpertDialog(RegisterDialog):
    """One entry of the register of experts."""

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, expert: Expert | None = None
    ) -> None:
        self.expert = expert
        super().__init__(desk, register, parent)

    def about(self) -> str:
        return self.expert.expert_id if self.expert else ""

    def failed(self, error: BaseException) -> None:
        settled = self.outgoing.settled
        if settled is not None and self.expert is None:  # he is registered: the rest is a change
            self.expert = Expert(str(settled.command.payload["expert_id"]), "", ExpertKind.ADVISER)
        super().failed(error)

    def build(self) -> None:
        self.name_it(
            self.tr("专家登记"),
            self.tr("专家只提供咨询意见，不作审核意见。有利害关系的当事人逐行填写。"),
            self.tr("保存(&O)"),
        )
        self.form.add("name", self.tr("姓名(&N)"), QLineEdit())
        self.form.add("kind", self.tr("类别(&K)"), combo(ExpertKind))
        self.form.add("speciality", self.tr("专长(&S)"), QLineEdit())
        self.form.add("unit", self.tr("单位(&U)"), QLineEdit())
        self.person = QComboBox()
        self.person.addItem(self.tr("不是本单位人员"), "")
        for found in self.register.people.values():
            self.person.addItem(found.name, found.person_id)
        self.form.add("person_id", self.tr("本单位人员(&P)"), self.person)
        self.form.add("valid_from", self.tr("聘期自(&F)"), QLineEdit(), hint="2026-01-01")
        self.form.add("valid_to", self.tr("聘期至(&T)"), QLineEdit(), hint="2028-12-31")
        self.form.add("conflicts", self.tr("有利害关系的当事人(&C)"), lines(2))
        self.form.add("active", self.tr("在册(&A)"), QCheckBox())
        e = self.expert or Expert("", "", ExpertKind.ADVISER)
        self.form.put(
            {
                "name": e.name,
                "speciality": e.speciality,
                "unit": e.unit,
                "valid_from": day(e.valid_from),
                "valid_to": day(e.valid_to),
                "conflicts": "\n".join(e.conflicts),
                "active": "1" if e.active else "",
            }
        )
        put_text(self.form.fields["kind"].editor, e.kind.value)
        put_text(self.person, e.person_id)

    def faults(self) -> dict[str, str]:
        found = {} if self.values["name"].strip() else {"name": self.tr("请填写。")}
        for key in ("valid_from", "valid_to"):
            if not is_day(self.values[key]):
                found[key] = self.tr("日期认不出来，请按 2026-09-18 的形式填写。")
        return found

    def send(self) -> Callable[[], Changed]:
        values, session = self.values, self.session
        expert = Expert(
            expert_id=self.expert.expert_id if self.expert else "",
            name=values["name"].strip(),
            kind=ExpertKind(values["kind"]),
            speciality=values["speciality"].strip(),
            unit=values["unit"].strip(),
            person_id=values["person_id"],
            valid_from=parse_day(values["valid_from"]),
            valid_to=parse_day(values["valid_to"]),
            conflicts=tuple(c.strip() for c in values["conflicts"].splitlines() if c.strip()),
            active=bool(values["active"]),
        )
        return lambda: expertise.put_expert(session, expert=expert)
