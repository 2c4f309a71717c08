"""Dialogs about certificates: an own file, a token, one issued by the office, and revoking one."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import CertificateRow
from sanzhi_desktop.application.signing import Certificate, KeyFault
from sanzhi_desktop.application.work import NewKey
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.forms import lines, text_of
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.people.dialog import RegisterDialog, passphrase_faults
from sanzhi_desktop.ui.people.faults import RegisterFault
from sanzhi_desktop.ui.people.files import read_small, write_new
from sanzhi_desktop.ui.people.register import Register, check_own, term_mark
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import button, row

Found = tuple[str, Certificate]
P12 = "证书文件 (*.p12 *.pfx)"


class ForPerson(RegisterDialog):
    """A dialog about one person's key: the own one, or anybody's for an administrator."""

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, person: Person | None = None
    ) -> None:
        me = register.people.get(desk.session.actor.person_id)
        self.person = person or me
        super().__init__(desk, register, parent)

    def add_person(self) -> None:
        """Whose certificate it is."""
        self.who = QComboBox()
        me = self.desk.session.actor.person_id
        for person in self.register.people.values():
            if person.active and (Role.ADMIN in self.desk.roles or person.person_id == me):
                self.who.addItem(f"{person.name}（{person.person_id}）", person.person_id)
        if self.person is not None:
            self.who.setCurrentIndex(max(0, self.who.findData(self.person.person_id)))
        self.form.add("person_id", self.tr("人员(&N)"), self.who)

    def chosen(self) -> Person:
        """The person the key is for."""
        return self.register.people[text_of(self.who)]


class OwnFileDialog(ForPerson):
    """An own P12 file: only its certificate is registered; file and passphrase stay with it."""

    places: ClassVar[Mapping[str, str]] = {
        KeyFault.PASSPHRASE.value: "secret",
        KeyFault.UNREADABLE.value: "file",
        KeyFault.NO_KEY.value: "file",
        KeyFault.SM2.value: "file",
        KeyFault.EXPIRED.value: "file",
        KeyFault.NOT_YET.value: "file",
        KeyFault.USAGE.value: "file",
        KeyFault.WRONG_PERSON.value: "file",
    }

    def build(self) -> None:
        self.name_it(
            self.tr("登记证书文件"),
            self.tr("只登记证书本身。证书文件和密码留在本人手里，不存入数据库。"),
            self.tr("登记(&O)"),
        )
        self.add_person()
        self.add_file("file", self.tr("证书文件(&F)"), self.tr(P12)).setText(
            "" if self.desk.office.sample else self.desk.settings.key_file
        )
        self.add_secret("secret", self.tr("证书密码(&P)"))
        self.form.fields["file"].editor.setFocus()

    def faults(self) -> dict[str, str]:
        return {} if self.values["file"].strip() else {"file": self.tr("请选择证书文件。")}

    def prepare(self) -> Callable[[], NewKey]:
        keys, person, today = self.desk.work.keys, self.chosen(), self.register.today
        path, secret = Path(self.values["file"].strip()), self.values["secret"]

        def work() -> NewKey:
            found = keys.inspect(read_small(path), passphrase=secret)
            check_own(found.certificate, person, today)
            return found

        return work

    def send(self) -> Callable[[], Changed]:
        session, person_id, found = self.session, self.values["person_id"], self.prepared
        return lambda: office.put_certificate(
            session,
            person_id=person_id,
            certificate=found.certificate,
            pem=found.pem,
            source="p12",
        )

    def _done(self, answer: Changed) -> None:
        own = self.values["person_id"] == self.desk.session.actor.person_id
        if own and not self.desk.office.sample:
            self.desk.settings.key_file = self.values["file"].strip()
        super()._done(answer)


class TokenDialog(ForPerson):
    """A certificate on a PKCS#11 token (UKey): listed without a PIN, chosen, registered."""

    places: ClassVar[Mapping[str, str]] = {
        KeyFault.TOKEN_DRIVER.value: "driver",
        KeyFault.TOKEN_ABSENT.value: "driver",
        KeyFault.TOKEN_EMPTY.value: "driver",
        KeyFault.TOKEN_FAILED.value: "driver",
    }

    def build(self) -> None:
        self.name_it(
            self.tr("登记 UKey 证书"),
            self.tr("插好 UKey，选择厂商的 PKCS#11 驱动文件，再读取证书。读取证书不需要 PIN。"),
            self.tr("登记(&O)"),
        )
        self.setMinimumSize(720, 460)
        self.add_person()
        self.add_file("driver", self.tr("驱动文件(&D)"), self.tr("驱动 (*.dll *.so *.dylib)"))
        self.form.fields["driver"].set_text(self.desk.settings.token_driver)
        self.look = button(self.tr("读取证书(&L)"), self.list_tokens, kind="small")
        self.table = Table(self.tr("UKey 上的证书"))
        self.model: RowModel[Found] = RowModel(
            [
                Column("token", self.tr("UKey"), lambda f: f[0], 130),
                Column("name", self.tr("持有人"), lambda f: f[1].name, 110),
                Column("issuer", self.tr("发证机构"), lambda f: f[1].issuer, 160),
                Column("last", self.tr("有效期至"), lambda f: day(f[1].not_after.date()), 96),
                Column("state", self.tr("状态"), self._state, 120),
            ],
            self,
        )
        self.table.use(self.model)
        self.body.addLayout(row(self.look, None))
        self.body.addWidget(self.table, 1)

    def list_tokens(self) -> None:
        """Looks what is plugged in."""
        self.form.clear_errors()
        driver, keys = self.form.fields["driver"].text.strip(), self.desk.work.keys
        if not driver:
            self.form.fields["driver"].error(self.tr("请选择驱动文件。"))
            self.form.fields["driver"].editor.setFocus()
            return
        self.busy(on=True)
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: keys.token_certificates(Path(driver)),
            done=self._listed,
            failed=self.refuse,
        )

    def faults(self) -> dict[str, str]:
        found = self.table.current_row()
        if found is None:
            return {"driver": self.tr("请先读取证书，再从列表里选一张。")}
        return {}

    def send(self) -> Callable[[], Changed]:
        session, person, today = self.session, self.chosen(), self.register.today
        certificate: Certificate = self.table.current_row()[1]

        def work() -> Changed:
            check_own(certificate, person, today)
            return office.put_certificate(
                session,
                person_id=person.person_id,
                certificate=certificate,
                pem=ssl.DER_cert_to_PEM_cert(certificate.der),
                source="pkcs11",
            )

        return work

    def _listed(self, found: Sequence[Found]) -> None:
        self.busy(on=False)
        self.desk.settings.token_driver = self.form.fields["driver"].text.strip()
        self.model.replace(found)
        if not found:
            self.form.fields["driver"].error(
                self.tr("没有读到可以签名的证书。请确认 UKey 已插好，驱动与 UKey 相配。")
            )
            return
        self.table.setFocus()

    def _state(self, found: Found) -> str:
        certificate, today = found[1], self.register.today
        return term_mark(certificate.not_before.date(), certificate.not_after.date(), today).text


class IssueDialog(ForPerson):
    """A certificate from the office's own root; the person's P12 is saved where chosen."""

    places: ClassVar[Mapping[str, str]] = {
        KeyFault.PASSPHRASE.value: "ca_secret",
        KeyFault.UNREADABLE.value: "ca",
        KeyFault.NOT_CA.value: "ca",
        KeyFault.NO_KEY.value: "ca",
        KeyFault.EXPIRED.value: "ca",
        RegisterFault.ROOT_UNKNOWN.value: "ca",
        KeyFault.WEAK_PASSPHRASE.value: "secret",
        RegisterFault.FILE_EXISTS.value: "target",
        DeskFault.SAVE_FAILED.value: "target",
    }

    def build(self) -> None:
        self.name_it(
            self.tr("签发证书"),
            self.tr(
                "用本单位的发证根证书给一人签发签名证书。新密码由本人输入；"
                "保存的证书文件交给本人，单位不留底。"
            ),
            self.tr("签发(&O)"),
        )
        self.add_person()
        self.add_file("ca", self.tr("发证根证书文件(&R)"), self.tr(P12))
        self.add_secret("ca_secret", self.tr("根证书密码(&W)"))
        self.add_secret("secret", self.tr("本人新密码(&P)"), hint=self.tr("至少 8 个字符"))
        self.add_secret("again", self.tr("再输一次(&G)"))
        suggested = f"{self.person.name if self.person else ''}签名证书.p12"
        self.add_file("target", self.tr("本人证书存为(&S)"), self.tr(P12), new=suggested)

    def faults(self) -> dict[str, str]:
        found = {
            key: self.tr("请选择文件。") for key in ("ca", "target") if not self.values[key].strip()
        }
        return found | passphrase_faults(
            self.values,
            "secret",
            "again",
            short=self.tr("密码至少 8 个字符。"),
            differ=self.tr("两次输入的密码不一样。"),
        )

    def prepare(self) -> Callable[[], NewKey]:
        keys, person, now = self.desk.work.keys, self.chosen(), self.register.now
        ca, target = Path(self.values["ca"].strip()), Path(self.values["target"].strip())
        ca_secret, secret = self.values["ca_secret"], self.values["secret"]
        roots = {root.certificate.fingerprint for root in self.register.roots}
        organisation = self.desk.office.name

        def work() -> NewKey:
            data = read_small(ca)
            made = keys.issue(
                data,
                ca_passphrase=ca_secret,
                name=person.name,
                organisation=organisation,
                person_id=person.person_id,
                passphrase=secret,
                now=now,
            )
            root = keys.inspect(data, passphrase=ca_secret).certificate
            if root.fingerprint not in roots:
                raise DomainError(RegisterFault.ROOT_UNKNOWN, name=root.name)
            write_new(target, made.p12, private=True)
            return made

        return work

    def send(self) -> Callable[[], Changed]:
        session, person_id, made = self.session, self.values["person_id"], self.prepared
        return lambda: office.put_certificate(
            session,
            person_id=person_id,
            certificate=made.certificate,
            pem=made.pem,
            source="office_ca",
        )

    def undo(self) -> None:
        remove_later(self.desk, self.values["target"])


class RevokeDialog(RegisterDialog):
    """注销: lost, disclosed, left the office. What was signed before is judged with it as well."""

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, row: CertificateRow
    ) -> None:
        self.row = row
        super().__init__(desk, register, parent)

    def about(self) -> str:
        return self.row.fingerprint

    def build(self) -> None:
        self.name_it(
            self.tr("注销证书：{0}").format(self.register.name_of(self.row.person_id)),
            self.tr("注销后不能恢复。用这张证书签过的文书，验证时会显示证书已停用。"),
            self.tr("注销(&O)"),
        )
        shown = QLineEdit(self.row.fingerprint)
        shown.setReadOnly(True)
        shown.setCursorPosition(0)
        self.form.add("fingerprint", self.tr("指纹（SHA-256）"), shown)
        self.form.add("reason", self.tr("理由(&R)"), lines(3), hint=self.tr("例如 UKey 丢失、调离"))
        self.form.fields["reason"].editor.setFocus()

    def faults(self) -> dict[str, str]:
        return {} if self.values["reason"].strip() else {"reason": self.tr("请填写理由。")}

    def send(self) -> Callable[[], Changed]:
        session, fingerprint = self.session, self.row.fingerprint
        reason = self.values["reason"]
        return lambda: office.revoke_certificate(session, fingerprint=fingerprint, reason=reason)


def remove_later(desk: Desk, file: str) -> None:
    """Takes away a key file whose registration was refused: a key nobody knows of is a trap."""
    work: Callable[[], Any] = lambda: Path(file.strip()).unlink(missing_ok=True)  # noqa: E731
    desk.jobs.run(Lane.LOCAL, desk, work)
