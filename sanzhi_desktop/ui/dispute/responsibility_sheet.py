"""责任清单: who answers for what, made from the history, signed by the head and handed out."""

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import responsibility
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.dispute_record import Signed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.widgets import button, row

FILE = "责任清单.pdf"


class ResponsibilityBar(QWidget):
    """Two buttons above the papers of a case: look at the sheet, sign it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.case_id = ""
        self.version = 0
        self._made: Signed | None = None
        self.look = button(self.tr("责任清单预览(&Z)"), self._look, kind="small")
        self.sign = button(self.tr("签名出具责任清单(&G)…"), self._sign, kind="small")
        self.setLayout(row(self.look, self.sign, None))

    def show_page(self, page: CasePage) -> None:
        """Open once an opinion was issued; signed by the head who signed it."""
        self.case_id, self.version = page.case.case_id, page.case.version
        issued = [r for r in page.case.rounds if r.issued_at is not None]
        none_yet = "" if issued else self.tr("审核意见签发后才有责任清单。")
        self.look.setEnabled(bool(issued))
        self.look.setToolTip(none_yet)
        mine = bool(issued) and issued[-1].signer == page.actor.person_id
        head = Role.HEAD in page.actor.roles and mine
        self.sign.setEnabled(head)
        self.sign.setToolTip(
            "" if head else none_yet or self.tr("由签发最后一份审核意见的负责人签名出具。")
        )

    def _look(self) -> None:
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: work.papers.prepare(
                responsibility.responsibility_paper(session, work.book, case_id=case_id)
            ),
            done=lambda pdf: PaperDialog(self.desk, pdf, FILE, self).open(),
            key="sheet",
        )

    def _sign(self) -> None:
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        seen = self.version

        def sign(key: SigningKey, ask: AskSecret) -> Changed:
            self._made = responsibility.sign_sheet(
                session,
                work.book,
                work.papers,
                case_id=case_id,
                seen_version=seen,
                key=key,
                ask=ask,
            )
            return self._made.changed

        prompt = SigningPrompt(
            self.desk,
            sign,
            title=self.tr("责任清单签名"),
            explanation=self.tr("清单按办理记录生成，写明承办、审核、负责人各自的责任和办理时间。"),
            parent=self,
        )
        prompt.signed.connect(lambda _: self._show())
        prompt.open()

    def _show(self) -> None:
        if self._made is not None:
            PaperDialog(self.desk, self._made.paper.pdf, FILE, self).open()
