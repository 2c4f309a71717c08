"""Steps that say that no review is needed: returned by the review body, or not submitted at all."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from sanzhi_desktop.application import outside_scope
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.outside_scope import Letter
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.scope_examined import Examined
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.confirming import add_password, confirming
from sanzhi_desktop.ui.steps.receiving import Arrival, ArrivalStep, scope_words
from sanzhi_desktop.ui.theme import Tone


class ExaminedTable(QTableWidget):
    """The criteria one by one, as they will stand on the paper."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setHorizontalHeaderLabels(
            [self.tr("应当审核的情形"), self.tr("依据"), self.tr("核对情况")]
        )
        self.setAccessibleName(self.tr("逐项核对的情形"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setVisible(False)
        head = self.horizontalHeader()
        for place in range(3):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 14)

    def show_lines(self, lines: tuple[Examined, ...]) -> None:
        """Fills the table; what is met stands in bold."""
        self.setRowCount(len(lines))
        for place, line in enumerate(lines):
            for column, text in enumerate((line.name, line.source.cited(), line.said)):
                item = QTableWidgetItem(text)
                item.setToolTip(text.replace("<", "‹"))
                item.setTextAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                font = item.font()
                font.setBold(line.fired)
                item.setFont(font)
                self.setItem(place, column, item)
        self.resizeRowsToContents()


class _OutsideStep(ArrivalStep):
    """The criteria, the reason, and the password again."""

    def ask(self, reason: str) -> None:
        """Fills the form."""
        self.beware()
        self.setMinimumWidth(760)
        self.criteria = ExaminedTable()
        self.add_reason(reason)
        add_password(self.form, self.desk, self.tr("再次输入本人密码(&P)"))
        self.start()
        self.body.insertWidget(1, self.criteria, 1)

    def tell(self, arrival: Arrival) -> None:
        tone = Tone.WARN if arrival.scope.needs_review else Tone.INFO
        self.finding.show_text(scope_words(arrival.scope), tone)
        self.criteria.show_lines(outside_scope.examined_of(self.case.submission, arrival.profile))

    def reason(self) -> str:
        """What was typed; its field says when nothing was. Raises DomainError."""
        text = self.form.fields["reason"].text.strip()
        if not text:
            self.form.fields["reason"].error(self.tr("请填写理由。"))
            raise DomainError(CaseFault.FIELD_MISSING, field=self.tr("理由"))
        return text

    def letter(self) -> Letter:
        """Who signs, and for which office."""
        return Letter(self.desk.office.name, self.desk.session.actor.name, self.mark())


class ReturnStep(_OutsideStep):
    """退回：不属于审核范围."""

    def build(self) -> None:
        self.name_it(
            self.tr("退回（不属审核范围）"),
            self.tr(
                "逐项核对后以本人密码确认，生成告知书存入案卷，案件办结。"
                "承办机构对范围有异议的，可以重新登记送审。"
            ),
            self.tr("确认退回(&O)"),
        )
        self.ask(self.tr("退回理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        reason, confirmed = self.reason(), confirming(self.form, self.desk)
        session, sheets, case = self.session, self.desk.work.sheets, self.case
        arrival, letter = self.known(), self.letter()
        return lambda: outside_scope.return_outside_scope(
            session,
            sheets,
            arrival.profile,
            case_id=case.case_id,
            seen_version=case.version,
            reason=reason,
            letter=letter,
            confirmed=confirmed(),
        )


class NotNeededStep(_OutsideStep):
    """不需要审核: a registered matter that need not be submitted."""

    def build(self) -> None:
        self.name_it(
            self.tr("确认不需要法制审核"),
            self.tr(
                "登记的事项按规则不需要审核的，由承办机构负责人逐项核对后以本人密码确认，"
                "生成确认书存入案卷，不再送审。"
            ),
            self.tr("确认不需要审核(&O)"),
        )
        self.ask(self.tr("理由(&R)"))

    def tell(self, arrival: Arrival) -> None:
        super().tell(arrival)
        if arrival.scope.needs_review:
            first = arrival.scope.because[0]
            self.refusal.show_text(
                sentence(
                    outside_scope.ScopeFault.REVIEW_NEEDED.value,
                    criterion=first.name,
                    source=first.source.cited(),
                ),
                Tone.DANGER,
            )
            self.ok.setEnabled(False)
            return
        if not self.form.fields["reason"].text.strip():
            self.form.fields["reason"].set_text(self.tr("逐项核对，没有应当进行法制审核的情形"))

    def work(self) -> Callable[[], Changed]:
        reason, confirmed = self.reason(), confirming(self.form, self.desk)
        session, sheets, case = self.session, self.desk.work.sheets, self.case
        arrival, letter = self.known(), self.letter()
        return lambda: outside_scope.confirm_not_needed(
            session,
            sheets,
            arrival.profile,
            case_id=case.case_id,
            seen_version=case.version,
            reason=reason,
            letter=letter,
            confirmed=confirmed(),
        )
