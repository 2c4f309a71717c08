"""The pages about keys: signing certificates, the seal, the trusted roots."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from sanzhi_desktop.application.queries import CertificateRow
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day, named
from sanzhi_desktop.ui.people.certificate_dialogs import (
    IssueDialog,
    OwnFileDialog,
    RevokeDialog,
    TokenDialog,
)
from sanzhi_desktop.ui.people.files import write_new
from sanzhi_desktop.ui.people.office_dialogs import (
    MakeRootDialog,
    OutsideRootDialog,
    SealDialog,
    SealPicture,
    certificate_facts,
)
from sanzhi_desktop.ui.people.pages import Page
from sanzhi_desktop.ui.people.register import (
    Mark,
    Register,
    Root,
    certificate_mark,
    needs_certificate,
    term_mark,
)
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row


class CertificatesPage(Page):
    """Signing certificates: one's own, or everybody's for an administrator."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = Table(self.tr("签名证书"))
        self.model: RowModel[CertificateRow] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.own = button(self.tr("登记证书文件(&F)"), lambda: self.ask(OwnFileDialog), icon="key")
        self.token = button(self.tr("登记 UKey 证书(&U)"), lambda: self.ask(TokenDialog))
        self.issue = button(self.tr("签发证书(&S)"), self._issue)
        self.revoke = button(self.tr("注销(&X)"), self._revoke, kind="danger")
        if not self.admin:
            self.issue.hide()
            self.revoke.hide()
        self.table.chosen.connect(self._choose)
        self.empty = PlainLabel(role="muted").wrapped()
        self.lines.addLayout(row(self.own, self.token, self.issue, None, self.revoke))
        self.lines.addWidget(self.table, 1)
        self.lines.addWidget(self.empty)

    def fill(self, register: Register) -> None:
        shown = [c for c in register.certificates if self.admin or c.person_id == self.me]
        self.model.replace(shown)
        self.empty.setText(
            self.tr("签名不是国密电子印章。外部机构签发的证书，须先在“信任根”登记该机构的根证书。")
            if shown
            else self.tr("还没有登记签名证书。审核人和签发人登记证书后才能签名。")
        )
        self._choose(self.table.current_row())

    def _columns(self) -> list[Column[CertificateRow]]:
        def who(found: CertificateRow) -> str:
            return self.register.name_of(found.person_id) if self.register else ""

        def issuer(found: CertificateRow) -> str:
            if self.register is None or found.fingerprint not in self.register.read:
                return ""
            name = self.register.read[found.fingerprint].issuer
            return name if self.register.trusted(found) else self.tr("{0}（未登记）").format(name)

        def trust(found: CertificateRow) -> Tone:
            trusted = self.register is not None and self.register.trusted(found)
            return Tone.NEUTRAL if trusted else Tone.DANGER

        def state(found: CertificateRow) -> str:
            return certificate_mark(found, self.register.today).text if self.register else ""

        def tone(found: CertificateRow) -> Tone:
            if self.register is None:
                return Tone.NEUTRAL
            return certificate_mark(found, self.register.today).tone

        return [
            Column("who", self.tr("人员"), who, 90),
            Column("state", self.tr("状态"), state, 120, tone=tone),
            Column("first", self.tr("自"), lambda c: day(c.not_before.date()), 96),
            Column("last", self.tr("至"), lambda c: day(c.not_after.date()), 96),
            Column("source", self.tr("来源"), lambda c: named("certificate_source", c.source), 170),
            Column("issuer", self.tr("发证机构"), issuer, 220, tone=trust),
            Column("mark", self.tr("指纹"), lambda c: c.fingerprint[:16] + "…", 150),
        ]

    def _choose(self, chosen: object) -> None:
        self.revoke.setEnabled(isinstance(chosen, CertificateRow) and not chosen.revoked)

    def _issue(self) -> None:
        """Begins with somebody who should sign and cannot, else with the chosen person."""
        register = self.register
        if register is None:
            return
        needs = (p for p in register.people.values() if needs_certificate(p, register))
        chosen = self.table.current_row()
        of_chosen = register.people.get(chosen.person_id) if chosen is not None else None
        self.ask(IssueDialog, person=next(needs, of_chosen))

    def _revoke(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, CertificateRow):
            self.ask(RevokeDialog, row=chosen)


class SealPage(Page):
    """印章: how it looks on papers, its name and its custodian."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.card = Card(self.tr("印章"))
        self.words = PlainLabel().wrapped().selectable()
        self.picture = SealPicture(desk)
        self.change = button(self.tr("登记印章(&S)"), self._change, icon="seal")
        self.card.body.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignLeft)
        self.card.body.addWidget(self.words)
        self.lines.addLayout(row(self.change, None))
        self.lines.addWidget(self.card)
        self.lines.addStretch(1)

    def fill(self, register: Register) -> None:
        seal = register.seals[0] if register.seals else None
        self.picture.setVisible(seal is not None)
        if seal is None:
            self.words.setText(self.tr("还没有登记印章。没有印章也可以签发，文书上只显示签名。"))
            return
        self.change.setText(self.tr("更换印章(&S)"))
        self.picture.show_seal(seal.image, seal.media)
        self.words.setText(
            self.tr("{0}\n保管人：{1}").format(seal.name, register.name_of(seal.custodian))
        )

    def _change(self) -> None:
        if self.register is not None:
            seals = self.register.seals
            self.ask(SealDialog, seal=seals[0] if seals else None)


class RootsPage(Page):
    """信任根: whose certificates count on this office's papers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = Table(self.tr("信任根"))
        self.model: RowModel[Root] = RowModel(
            [
                Column("name", self.tr("名称"), lambda r: r.certificate.name, 300),
                Column(
                    "state",
                    self.tr("状态"),
                    lambda r: self._mark(r).text,
                    120,
                    tone=lambda r: self._mark(r).tone,
                ),
                Column("last", self.tr("至"), lambda r: day(r.certificate.not_after.date()), 100),
                Column("algorithm", self.tr("算法"), lambda r: r.certificate.algorithm, 90),
                Column("mark", self.tr("指纹"), lambda r: r.certificate.fingerprint, 300),
            ],
            self,
        )
        self.table.use(self.model)
        self.make = button(self.tr("建立本单位根证书(&M)"), lambda: self.ask(MakeRootDialog))
        self.outside = button(self.tr("登记外部根证书(&O)"), lambda: self.ask(OutsideRootDialog))
        self.export = button(self.tr("导出根证书(&E)"), self._export, icon="save")
        self.words = PlainLabel(role="muted").wrapped().selectable()
        self.table.chosen.connect(self._choose)
        self.lines.addLayout(row(self.make, self.outside, None, self.export))
        self.lines.addWidget(self.table, 1)
        self.lines.addWidget(self.words)

    def fill(self, register: Register) -> None:
        self.model.replace(register.roots)
        self._choose(self.table.current_row())

    def _mark(self, root: Root) -> Mark:
        found = root.certificate
        if self.register is None:
            return Mark("", Tone.NEUTRAL)
        return term_mark(found.not_before.date(), found.not_after.date(), self.register.today)

    def _choose(self, chosen: object) -> None:
        self.export.setEnabled(isinstance(chosen, Root))
        self.words.setText(
            certificate_facts(chosen.certificate)
            if isinstance(chosen, Root)
            else self.tr("没有信任根，任何签名都验证不了。请先建立本单位根证书，或登记外部根证书。")
        )

    def _export(self) -> None:
        chosen = self.table.current_row()
        if not isinstance(chosen, Root):
            return
        dialog = QFileDialog(self, self.tr("导出根证书"), str(self.desk.settings.papers))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("证书 (*.pem)"))
        dialog.selectFile(f"{chosen.certificate.name}.pem")
        dialog.fileSelected.connect(lambda file: self.export_to(chosen, file))
        dialog.open()

    def export_to(self, root: Root, file: str) -> None:
        """Writes a root certificate for verifiers elsewhere; it holds no key."""
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: write_new(Path(file), root.pem.encode("ascii"), private=False),
            done=lambda path: self.desk.told.emit(self.tr("已保存到 {0}").format(path)),
        )
