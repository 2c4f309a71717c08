"""Which roles a person holds, and acting ones with their period."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.people import Person, Role, RoleGrant
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import parse_day
from sanzhi_desktop.ui.names import day, name
from sanzhi_desktop.ui.people.dialog import RegisterDialog, is_day
from sanzhi_desktop.ui.people.register import Register
from sanzhi_desktop.ui.widgets import PlainLabel, scrolled


class RolesDialog(RegisterDialog):
    """Which roles a person holds; acting ones with period and basis document."""

    def __init__(self, desk: Desk, register: Register, parent: QWidget, *, person: Person) -> None:
        self.person = person
        self.lines: list[_GrantLine] = []
        super().__init__(desk, register, parent)

    def about(self) -> str:
        return self.person.person_id

    def build(self) -> None:
        self.name_it(
            self.tr("岗位：{0}").format(self.person.name),
            self.tr("长期岗位不填起止日期。代理岗位填写起止日期和依据文件，期满自动失效。"),
            self.tr("保存(&O)"),
        )
        self.setMinimumSize(820, 520)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 4, 0)
        grid.setHorizontalSpacing(10)
        for column, text in enumerate(
            (self.tr("岗位"), self.tr("自"), self.tr("至"), self.tr("代理依据文件"))
        ):
            grid.addWidget(PlainLabel(text, role="muted"), 0, column)
        held: list[tuple[Role, RoleGrant | None]] = []
        for role in Role:
            grants = [g for g in self.person.roles if g.role is role]
            held += [(role, g) for g in grants] or [(role, None)]
        for number, (role, grant) in enumerate(held, start=1):
            self.lines.append(_GrantLine(self, grid, number, role, grant))
        grid.setColumnStretch(3, 1)
        grid.setRowStretch(len(held) + 1, 1)
        self.form.hide()
        self.body.addWidget(scrolled(page), 1)
        self.lines[0].box.setFocus()

    def faults(self) -> dict[str, str]:
        for line in self.lines:
            fault = line.fault()
            if fault:
                line.first.setFocus() if not is_day(line.first.text()) else line.last.setFocus()
                return {"": fault}
        return {}

    def send(self) -> Callable[[], Changed]:
        grants = [line.grant() for line in self.lines if line.box.isChecked()]
        session, person_id = self.session, self.person.person_id
        return lambda: office.set_roles(session, person_id=person_id, grants=grants)


class _GrantLine:
    """One role on one line."""

    def __init__(
        self, owner: RolesDialog, grid: QGridLayout, at: int, role: Role, grant: RoleGrant | None
    ) -> None:
        self.role = role
        self._tr = owner.tr
        self.box = QCheckBox(name(role))
        self.box.setAccessibleName(name(role))
        self.box.setChecked(grant is not None)
        self.first = QLineEdit(day(grant.valid_from) if grant else "")
        self.last = QLineEdit(day(grant.valid_to) if grant else "")
        self.basis = QLineEdit(grant.basis if grant else "")
        for editor, said, width in (
            (self.first, owner.tr("{0}自"), 112),
            (self.last, owner.tr("{0}至"), 112),
            (self.basis, owner.tr("{0}的代理依据文件"), 0),
        ):
            editor.setAccessibleName(said.format(name(role)))
            if width:
                editor.setFixedWidth(editor.fontMetrics().horizontalAdvance("2026-00-00") + 34)
                editor.setPlaceholderText(owner.tr("长期"))
            editor.setEnabled(self.box.isChecked())
            self.box.toggled.connect(editor.setEnabled)
        for column, widget in enumerate((self.box, self.first, self.last, self.basis)):
            keep(widget, f"{at}.{role.value}.{column}")
            grid.addWidget(widget, at, column, Qt.AlignmentFlag.AlignVCenter)

    def fault(self) -> str:
        """What is wrong with the dates of a chosen role."""
        if self.box.isChecked() and not (is_day(self.first.text()) and is_day(self.last.text())):
            words = self._tr("“{0}”的日期认不出来，请按 2026-09-18 的形式填写。")
            return words.format(name(self.role))
        return ""

    def grant(self) -> RoleGrant:
        """The role as chosen."""
        return RoleGrant(
            self.role,
            parse_day(self.first.text()),
            parse_day(self.last.text()),
            self.basis.text().strip(),
        )
