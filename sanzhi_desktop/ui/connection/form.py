"""The settings of one server as a form: what a person fills in, each with a plain explanation."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.settings.servers import (
    Encryption,
    Server,
    Wanted,
    hosts_text,
    parse_hosts,
)
from sanzhi_desktop.ui.forms import Form, combo
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button

_SECONDS = ("connect_seconds", "answer_seconds", "wait_seconds")
_KEEPALIVES = ("keepalive_idle", "keepalive_interval", "keepalive_count")


class ServerForm(QWidget):
    """Shows a Server and gives one back."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(12)
        self.where, self.safety, self.times = Form(), Form(), Form()
        self._build_where()
        self._build_safety()
        self._build_times()
        for heading, form, words in (
            (
                self.tr("服务器"),
                self.where,
                self.tr("由单位的管理员告知。有备用服务器的，地址用逗号隔开，按先后顺序尝试。"),
            ),
            (
                self.tr("加密与证书"),
                self.safety,
                self.tr(
                    "验证证书和名称，才能确认连接的是本单位的服务器。根证书留空时，"
                    "使用操作系统信任的根证书。个人登录证书由管理员另发，没有要求的不必填。"
                ),
            ),
            (
                self.tr("等待时间"),
                self.times,
                self.tr(
                    "网络中断时，程序在这些时间内自动重连和重发，不会重复保存；"
                    "超过时间的，填写的内容留在本机草稿里。不清楚的保留原值。"
                ),
            ),
        ):
            card = Card(heading)
            card.body.addWidget(form)
            card.body.addWidget(PlainLabel(words, role="muted").wrapped())
            lines.addWidget(card)
            form.changed.connect(lambda _: self.changed.emit())
        lines.addStretch(1)

    def _build_where(self) -> None:
        form = self.where
        form.add("name", self.tr("名称(&N)"), QLineEdit(), hint=self.tr("例如“市局服务器”"))
        form.add(
            "hosts",
            self.tr("地址(&H)"),
            QLineEdit(),
            hint=self.tr("例如 db1.example.gov.cn, db2.example.gov.cn:5433"),
        )
        form.add("database", self.tr("数据库名(&D)"), QLineEdit())
        form.add(
            "office",
            self.tr("单位代码(&O)"),
            QLineEdit(),
            hint=self.tr("留空：登录人所在的单位"),
        )
        form.add("wanted", self.tr("连接对象(&G)"), combo(Wanted))

    def _build_safety(self) -> None:
        form = self.safety
        form.add("encryption", self.tr("加密方式(&E)"), combo(Encryption))
        for key, label in (
            ("root_file", self.tr("根证书文件(&R)")),
            ("certificate_file", self.tr("个人登录证书(&C)")),
            ("key_file", self.tr("证书私钥(&K)")),
        ):
            editor = QLineEdit()
            choose = button(self.tr("选择…"), partial(self._choose, editor), kind="small")
            choose.setAccessibleName(self.tr("选择{0}").format(label.split("(")[0]))
            form.add(key, label, editor, beside=choose)

    def _build_times(self) -> None:
        for key, label in (
            ("connect_seconds", self.tr("登录最多等待（秒）")),
            ("answer_seconds", self.tr("没有应答视为断开（秒）")),
            ("wait_seconds", self.tr("保存时最多等待重连（秒）")),
            ("keepalive_idle", self.tr("空闲多久探测线路（秒）")),
            ("keepalive_interval", self.tr("探测间隔（秒）")),
            ("keepalive_count", self.tr("探测几次无应答视为断开")),
        ):
            self.times.add(key, label, QLineEdit())

    def _choose(self, editor: QLineEdit) -> None:
        dialog = QFileDialog(
            self,
            self.tr("选择文件"),
            editor.text(),
            self.tr("证书和私钥 (*.crt *.pem *.cer *.key);;所有文件 (*)"),
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

        def take(file: str) -> None:
            editor.setText(file)

        dialog.fileSelected.connect(take)
        dialog.open()

    def _forms(self) -> tuple[Form, ...]:
        return (self.where, self.safety, self.times)

    def show_server(self, server: Server) -> None:
        """Fills the form."""
        values = {
            "name": server.name,
            "hosts": hosts_text(server.hosts),
            "database": server.database,
            "office": server.office,
            "wanted": server.wanted.value,
            "encryption": server.encryption.value,
            "root_file": server.root_file,
            "certificate_file": server.certificate_file,
            "key_file": server.key_file,
        }
        values |= {key: str(getattr(server, key)) for key in (*_SECONDS, *_KEEPALIVES)}
        for form in self._forms():
            form.clear_errors()
            form.put(values)

    def server(self) -> Server:
        """What the form says; numbers that cannot be read count as 0 and are refused."""
        values = {k: v.strip() for form in self._forms() for k, v in form.values().items()}
        numbers = {
            key: int(values[key]) if values[key].isdecimal() else 0
            for key in (*_SECONDS, *_KEEPALIVES)
        }
        return Server(
            name=values["name"],
            hosts=parse_hosts(values["hosts"]),
            database=values["database"],
            office=values["office"],
            wanted=Wanted(values["wanted"]),
            encryption=Encryption(values["encryption"]),
            root_file=values["root_file"],
            certificate_file=values["certificate_file"],
            key_file=values["key_file"],
            **numbers,
        )

    def show_faults(self, faults: Mapping[str, Code]) -> None:
        """Says at each field what is wrong; the first wrong one gets the focus."""
        first = None
        for form in self._forms():
            form.clear_errors()
            for key, field in form.fields.items():
                if key in faults:
                    field.error(sentence(faults[key].value))
                    first = first or field
        if first is not None:
            first.editor.setFocus()
