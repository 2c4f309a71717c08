"""The first start on a PC: the office, its rule profile, its administrator. One page, no steps."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.ui.door import FirstRun, ProfileChoice
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, reveal, row, scrolled

SHORTEST_PASSWORD = 8


class FirstRunScreen(QWidget):
    """Asks what a new office needs. `wanted` carries a FirstRun."""

    wanted = Signal(object)
    server_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, *, back: bool = False) -> None:
        """`back`: there is a log-in page to go back to."""
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.addStretch(1)
        card = QFrame()
        card.setProperty("card", True)
        card.setFixedWidth(640)
        lines = QVBoxLayout(card)
        lines.setContentsMargins(32, 24, 32, 26)
        lines.setSpacing(10)
        lines.addWidget(PlainLabel(self.tr("第一次使用"), role="brand"))
        self._add_choice(lines, back=back)
        lines.addWidget(PlainLabel(self.tr("本机单机使用：建立本单位"), role="heading"))
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "数据保存在这台电脑上。这里填写的内容以后可以在“设置”和“人员与证书”中查看。"
                ),
                role="muted",
            ).wrapped()
        )
        self.fault = Banner()
        lines.addWidget(self.fault)
        self.form = Form()
        self._add_fields()
        lines.addWidget(self.form)
        self.build = button(self.tr("建立并登录(&C)"), self._submit, kind="primary")
        lines.addWidget(self.build)
        middle.addLayout(row(None, card, None))  # not by alignment: that breaks wrapped lines
        middle.addStretch(2)
        outer.addWidget(scrolled(page))

    def _add_choice(self, lines: QVBoxLayout, *, back: bool) -> None:
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "单位已有服务器、由多人共用的，请连接服务器；"
                    "只在这一台电脑上使用的，在下面建立本单位。"
                ),
                role="muted",
            ).wrapped()
        )
        self.server = button(self.tr("连接单位服务器(&V)…"), self.server_wanted.emit)
        self.back = button(self.tr("返回登录(&K)"), self.back_wanted.emit, kind="link")
        reveal(self.back, on=back)
        lines.addLayout(row(self.server, None, self.back))

    def _add_fields(self) -> None:
        form = self.form
        form.add(
            "office_name",
            self.tr("单位名称(&N)"),
            QLineEdit(),
            hint=self.tr("法制审核机构，印在意见书落款处"),
        )
        form.add(
            "series",
            self.tr("发文代字(&S)"),
            QLineEdit(),
            hint=self.tr("例如“天法审”，文号即“天法审〔2026〕1号”"),
        )
        form.add("office_code", self.tr("单位代码(&O)"), QLineEdit("1"))
        self.profile = QComboBox()
        form.add("profile_id", self.tr("规则方案(&R)"), self.profile)
        form.add("admin_name", self.tr("管理员姓名(&A)"), QLineEdit())
        form.add(
            "admin_id",
            self.tr("管理员代码(&I)"),
            QLineEdit(),
            hint=self.tr("小写字母开头，只含小写字母、数字和下划线"),
        )
        for key, label in (
            ("password", self.tr("密码(&P)")),
            ("again", self.tr("再输一次(&G)")),
        ):
            editor = QLineEdit()
            editor.setEchoMode(QLineEdit.EchoMode.Password)
            form.add(key, label, editor)
        editor.returnPressed.connect(self._submit)

    def show_profiles(self, choices: Sequence[ProfileChoice]) -> None:
        """The shipped rule profiles."""
        self.profile.clear()
        for choice in choices:
            self.profile.addItem(f"{choice.name}（{choice.edition}）", choice.profile_id)

    def ready(self) -> None:
        """The cursor goes to the first field."""
        self.form.fields["office_name"].editor.setFocus()

    def busy(self, *, on: bool) -> None:
        """While the office is being built."""
        self.build.setEnabled(not on)
        self.build.setText(self.tr("正在建立…") if on else self.tr("建立并登录(&C)"))

    def refuse(self, text: str) -> None:
        """Something was refused; all that was typed stays."""
        self.busy(on=False)
        self.fault.show_text(text, Tone.DANGER)

    def _submit(self) -> None:
        values = self.form.values()
        self.form.clear_errors()
        faults = self._faults(values)
        for key, text in faults.items():
            self.form.fields[key].error(text)
        if faults:
            self.form.fields[next(iter(faults))].editor.setFocus()
            return
        self.fault.show_text("")
        self.busy(on=True)
        self.wanted.emit(
            FirstRun(
                office_code=values["office_code"].strip(),
                office_name=values["office_name"].strip(),
                series=values["series"].strip(),
                profile_id=values["profile_id"],
                admin_id=values["admin_id"].strip(),
                admin_name=values["admin_name"].strip(),
                password=values["password"],
            )
        )

    def _faults(self, values: dict[str, str]) -> dict[str, str]:
        faults = {
            key: self.tr("请填写。")
            for key in ("office_name", "series", "office_code", "admin_name", "admin_id")
            if not values[key].strip()
        }
        if not values["profile_id"]:
            faults["profile_id"] = self.tr("请选择规则方案。")
        if len(values["password"]) < SHORTEST_PASSWORD:
            faults["password"] = self.tr("密码至少 {0} 位。").format(SHORTEST_PASSWORD)
        elif values["password"] != values["again"]:
            faults["again"] = self.tr("两次输入的密码不一样。")
        return faults
