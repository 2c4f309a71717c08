"""Dialogs about a person: the entry itself, the password, a recusal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import CaseRow, ListQuery, ListScope
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person, Recusal
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Journal
from sanzhi_desktop.ui.forms import lines, parse_day
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.people.dialog import RegisterDialog, is_day, passphrase_faults
from sanzhi_desktop.ui.people.faults import RegisterFault
from sanzhi_desktop.ui.people.register import Register

MOST_CASES = 500
_REFUSED = "persistence.log_in_refused"


class PersonDialog(RegisterDialog):
    """A new entry, or a change of one; the code never changes."""

    places: ClassVar[Mapping[str, str]] = {
        PeopleFault.BAD_CODE.value: "person_id",
        PeopleFault.CODE_TAKEN.value: "person_id",
        PeopleFault.NAME_MISSING.value: "name",
        "persistence.last_admin": "active",
    }

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, person: Person | None = None
    ) -> None:
        self.person = person
        super().__init__(desk, register, parent)

    def about(self) -> str:
        return self.person.person_id if self.person else ""

    def failed(self, error: BaseException) -> None:
        settled = self.outgoing.settled
        if settled is not None and self.person is None:  # it is registered: the rest is a change
            self.person = Person(str(settled.command.payload["person_id"]), "")
        super().failed(error)

    def build(self) -> None:
        person = self.person
        if person is None:
            self.name_it(
                self.tr("登记人员"),
                self.tr(
                    "代码用于登录和签名记录，登记后不能更改，也不会再给别人使用。"
                    "登记后再用“岗位”和“密码”授予岗位、设置密码，本人才能登录。"
                ),
                self.tr("登记(&O)"),
            )
        else:
            self.name_it(self.tr("修改人员：{0}").format(person.name), "", self.tr("保存(&O)"))
        shown = person or Person("", "")
        code = QLineEdit(shown.person_id)
        code.setReadOnly(person is not None)
        hint = self.tr("小写字母开头，只含小写字母、数字和下划线")
        self.form.add("person_id", self.tr("代码(&I)"), code, hint=hint)
        self.form.add("name", self.tr("姓名(&N)"), QLineEdit(shown.name))
        unit = QComboBox()
        unit.setEditable(True)
        unit.addItems(list(self.register.units))
        unit.setEditText(shown.unit)
        self.form.add("unit", self.tr("机构(&U)"), unit)
        dated = self.tr("例如 2029-12-31")
        self.form.add(
            "enforcement_certificate",
            self.tr("执法证号(&E)"),
            QLineEdit(shown.enforcement_certificate),
            hint=self.tr("承办人必填"),
        )
        self.form.add(
            "certificate_valid_to",
            self.tr("执法证有效期至(&V)"),
            QLineEdit(day(shown.certificate_valid_to)),
            hint=dated,
        )
        self.form.add(
            "legal_qualification",
            self.tr("法律职业资格证号(&Q)"),
            QLineEdit(shown.legal_qualification),
            hint=self.tr("国家统一法律职业资格；初次从事审核的必填"),
        )
        self.form.add(
            "first_review_on",
            self.tr("初次从事审核日期(&F)"),
            QLineEdit(day(shown.first_review_on)),
            hint=dated,
        )
        active = QCheckBox(self.tr("在用(&A)"))
        active.setChecked(shown.active)
        self.form.add("active", self.tr("状态"), active)
        self.form.fields["name" if person else "person_id"].editor.setFocus()

    def faults(self) -> dict[str, str]:
        values = self.values
        found = {
            key: self.tr("请填写。") for key in ("person_id", "name") if not values[key].strip()
        }
        for key in ("certificate_valid_to", "first_review_on"):
            if not is_day(values[key]):
                found[key] = self.tr("日期认不出来，请按 2026-09-18 的形式填写。")
        return found

    def send(self) -> Callable[[], Changed]:
        values = self.values
        before = self.person or Person(values["person_id"].strip(), "")
        person = replace(
            before,
            name=values["name"].strip(),
            unit=values["unit"].strip(),
            enforcement_certificate=values["enforcement_certificate"].strip(),
            certificate_valid_to=parse_day(values["certificate_valid_to"]),
            legal_qualification=values["legal_qualification"].strip(),
            first_review_on=parse_day(values["first_review_on"]),
            active=bool(values["active"]),
        )
        session, new = self.session, self.person is None
        return lambda: office.put_person(session, person=person, new=new)


class PasswordDialog(RegisterDialog):
    """A new password for the log-in: one's own with the old one, any as administrator."""

    places: ClassVar[Mapping[str, str]] = {
        "persistence.password_too_short": "password",
        RegisterFault.OLD_PASSWORD.value: "old",
    }

    def __init__(self, desk: Desk, register: Register, parent: QWidget, *, person: Person) -> None:
        self.person = person
        self.own = person.person_id == desk.session.actor.person_id
        super().__init__(desk, register, parent)

    def build(self) -> None:
        if self.own:
            self.name_it(self.tr("修改我的密码"), "", self.tr("修改(&O)"))
            if not self.desk.office.sample:
                self.add_secret("old", self.tr("现在的密码(&L)"))
        else:
            self.name_it(
                self.tr("重设密码：{0}").format(self.person.name),
                self.tr("请把新密码当面告诉本人，并请本人登录后自行修改。"),
                self.tr("重设(&O)"),
            )
        self.add_secret("password", self.tr("新密码(&P)"), hint=self.tr("至少 8 位"))
        self.add_secret("again", self.tr("再输一次(&G)"))

    def faults(self) -> dict[str, str]:
        values = self.values
        return passphrase_faults(
            values,
            "password",
            "again",
            short=self.tr("密码至少 8 位。"),
            differ=self.tr("两次输入的密码不一样。"),
        )

    def send(self) -> Callable[[], Changed]:
        values = self.values
        session, person_id, entry = self.desk.session, self.person.person_id, self.desk.entry
        password, old = values["password"], values.get("old")

        def work() -> Changed:
            try:
                return entry.set_password(session, person_id=person_id, password=password, old=old)
            except DomainError as error:
                if old is not None and error.code.value == _REFUSED:
                    raise DomainError(RegisterFault.OLD_PASSWORD) from error
                raise

        return work

    def _done(self, answer: Changed) -> None:
        old = self.values.get("old")
        if old is not None:
            self._reseal_drafts(old, self.values["password"])
        super()._done(answer)

    def _reseal_drafts(self, old: str, new: str) -> None:
        """The drafts on this PC are sealed under the password: they must follow it."""
        desk = self.desk
        file = desk.settings.folders.drafts
        person = desk.entry.draft_key(desk.session.actor.person_id, old).person

        def work() -> Journal:
            journal = Journal(file, person, old)
            journal.change_password(new)
            return journal

        desk.jobs.run(Lane.LOCAL, desk, work, done=desk.drafts.use)


class RecusalDialog(RegisterDialog):
    """回避 (行政处罚法 art. 43): from a unit's cases, from a party's, or from one case."""

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, person: Person | None = None
    ) -> None:
        self.person = person
        super().__init__(desk, register, parent)

    def build(self) -> None:
        self.name_it(
            self.tr("登记回避"),
            self.tr("登记后不能再分派此人审核有关案件。理由记入办理记录。"),
            self.tr("登记(&O)"),
        )
        self.who = QComboBox()
        for person in self.register.people.values():
            if person.active:
                self.who.addItem(f"{person.name}（{person.unit or '—'}）", person.person_id)
        if self.person is not None:
            self.who.setCurrentIndex(max(0, self.who.findData(self.person.person_id)))
        self.form.add("person_id", self.tr("人员(&N)"), self.who)
        kind = QComboBox()
        kind.addItem(self.tr("承办机构的全部案件"), "unit")
        kind.addItem(self.tr("某一当事人的全部案件"), "party")
        kind.addItem(self.tr("某一案件"), "case")
        self.form.add("from", self.tr("回避范围(&S)"), kind)
        unit = QComboBox()
        unit.setEditable(True)
        unit.addItems(list(self.register.units))
        unit.setEditText("")
        self.form.add("unit", self.tr("承办机构(&U)"), unit)
        self.form.add(
            "party", self.tr("当事人(&D)"), QLineEdit(), hint=self.tr("名称与送审表上写的一致")
        )
        self.case = QComboBox()
        self.case.setMinimumContentsLength(30)
        self.form.add("case_id", self.tr("案件(&C)"), self.case)
        self.form.add("reason", self.tr("理由(&R)"), lines(3))
        kind.currentIndexChanged.connect(lambda _: self._show_range())
        self._show_range()
        reader = self.session.reader
        query = ListQuery(scope=ListScope.OPEN, limit=MOST_CASES)
        self.read(lambda: reader.worklist(query), self._fill_cases)

    def faults(self) -> dict[str, str]:
        values = self.values
        wanted = {"unit": "unit", "party": "party", "case": "case_id"}[values["from"]]
        return {key: self.tr("请填写。") for key in (wanted, "reason") if not values[key].strip()}

    def send(self) -> Callable[[], Changed]:
        values = self.values
        which = values["from"]
        recusal = Recusal(
            person_id=values["person_id"],
            unit=values["unit"].strip() if which == "unit" else "",
            party=values["party"].strip() if which == "party" else "",
            case_id=values["case_id"] if which == "case" else "",
            reason=values["reason"].strip(),
        )
        session = self.session
        return lambda: office.add_recusal(session, recusal=recusal)

    def _show_range(self) -> None:
        which = self.form.values()["from"]
        for key, code in (("unit", "unit"), ("party", "party"), ("case_id", "case")):
            self.form.show_row(key, on=code == which)

    def _fill_cases(self, rows: Sequence[CaseRow]) -> None:
        for item in rows:
            self.case.addItem(f"{item.name}（{item.party_name}）", item.case_id)
