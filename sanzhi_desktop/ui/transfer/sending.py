"""Dialogs of a transfer from the letter to its receipt."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit

from sanzhi_desktop.application import transfer, transfer_letter
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.rulebook import profile_of
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import TransferDestination, current
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.transfer.base import TransferStep
from sanzhi_desktop.ui.widgets import button, row


class IssueTransferStep(TransferStep):
    """签发移送书: the addressee, a look at the letter, then the key."""

    profile: Profile | None = None

    def fields(self) -> None:
        self.name_it(
            self.tr("签发移送书"),
            self.tr(
                "签发时取移送书的文号、落成文日期并签名；签发后不能修改。材料清单印在移送书上。"
            ),
            self.tr("签名(&O)…"),
        )
        found = current(self.case.transfers)
        police = found is None or found.destination is TransferDestination.POLICE
        hint = self.tr("例如 示例县公安局") if police else self.tr("例如 示例县监察委员会")
        self.form.add("organ", self.tr("接收机关全称(&A)"), QLineEdit(), hint=hint)
        self.preview = button(self.tr("预览(&V)"), self._preview, icon="print", kind="small")
        self.body.addLayout(row(None, self.preview))

    def look_up(self) -> Profile:
        session, book, case = self.session, self.desk.work.book, self.case
        applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
        return profile_of(book, case, applied)

    def looked_up(self, found: Any) -> None:
        self.profile = found

    def _preview(self) -> None:
        profile, organ = self.profile, self.text("organ")
        if profile is None:
            return
        session, letters, case = self.session, self.desk.work.letters, self.case

        def work() -> bytes:
            paper = transfer_letter.paper_of(session, case, profile, addressee=organ)
            return letters.lay_out_transfer(paper)

        title = self.tr("涉嫌犯罪案件移送书（待签发）.pdf")
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            work,
            done=lambda data: PaperDialog(self.desk, data, title, self).open(),
            failed=self.refuse,
            key="preview",
        )

    def work(self) -> Callable[[], Changed]:
        raise NotImplementedError  # the signing prompt sends the command

    def send_now(self) -> None:
        self.refusal.show_text("")
        self.form.clear_errors()
        organ, profile = self.text("organ"), self.profile
        if not organ:
            self.refuse(DomainError(CaseFault.FIELD_MISSING, field="transfer.organ"))
            return
        if profile is None:
            return
        session, letters, case = self.session, self.desk.work.letters, self.case

        def sign(key: SigningKey, ask: AskSecret) -> Changed:
            # After a wrong passphrase the number is reserved and the version has moved on by it.
            seen = session.reader.case(case.case_id)
            mine = current(seen.transfers)
            before = current(case.transfers)
            reserved = (
                mine is not None
                and before is not None
                and (mine.stage, mine.events) == (before.stage, before.events)
                and seen.version == case.version + 1
                and mine.number != before.number
            )
            return transfer_letter.issue(
                session,
                letters,
                case_id=case.case_id,
                seen_version=seen.version if reserved else case.version,
                profile=profile,
                addressee=organ,
                key=key,
                ask=ask,
            ).changed

        prompt = SigningPrompt(
            self.desk,
            sign,
            title=self.tr("签发移送书"),
            explanation=self.tr("移送书由您的证书签名，签名后锁定全文。"),
            parent=self,
        )
        prompt.signed.connect(self._signed)
        prompt.open()

    def _signed(self, answer: object) -> None:
        if isinstance(answer, Changed):
            self.answered(self._done, answer)


class DeliverTransferStep(TransferStep):
    """登记送达."""

    def fields(self) -> None:
        self.when = self.tr("送达时间（到分）(&T)")
        self.name_it(
            self.tr("登记送达"),
            self.tr("填写移送书和材料实际送到接收机关的时间；批准后24小时内送达，按小时计算。"),
            self.tr("登记(&O)"),
        )
        self.form.add("organ", self.tr("接收机关(&A)"), QLineEdit())
        self.form.add("way", self.tr("送达方式(&W)"), QLineEdit(), hint=self.tr("例如 直接送达"))
        found = current(self.case.transfers)
        if found is not None:
            self.form.put({"organ": found.told(Action.ISSUE_TRANSFER, "organ")})
        self.form.put({"way": self.tr("直接送达")})

    def work(self) -> Callable[[], Changed]:
        step, session, organ, way = (
            self.step(),
            self.session,
            self.text("organ"),
            self.text("way"),
        )
        return lambda: transfer.deliver(session, step, organ=organ, way=way)


class ReceiptTransferStep(TransferStep):
    """登记回执."""

    def fields(self) -> None:
        self.when = self.tr("签收时间（到分）(&T)")
        self.name_it(
            self.tr("登记回执"),
            self.tr("接收机关应当在移送书的回执上签字。立案审查的期限从接受之日起计算。"),
            self.tr("登记(&O)"),
        )
        self.form.add("signed_by", self.tr("签收人(&P)"), QLineEdit())
        self.add_paper("paper", self.tr("回执（扫描件）(&F)"))

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        signed_by, paper = self.text("signed_by"), self.papers.get("paper")
        return lambda: transfer.receipt(session, step, signed_by=signed_by, paper=paper)
