"""Dialogs beside the steps of a transfer: another team, and putting a recorded event right."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from sanzhi_desktop.application import transfer_beside
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.transfer import TransferEvent, TransferFault, current
from sanzhi_desktop.ui.forms import lines, parse_yuan, text_of
from sanzhi_desktop.ui.names import moment, name, named
from sanzhi_desktop.ui.transfer.base import TransferStep
from sanzhi_desktop.ui.transfer.deciding import OpenTransferStep

# What an event says in words, in the order of its own dialog; several lines where it may be long.
_TEXTS: Mapping[str, bool] = {
    "facts": True,
    "offence": False,
    "circumstances": True,
    "reported_to": False,
    "organ": False,
    "way": False,
    "signed_by": False,
    "number": False,
    "forwarded_to": False,
    "items": True,
    "received_by": False,
}
_AMOUNT, _SAID, _WHY = "amount_fen", "said", "why"


class ChangeTeamStep(OpenTransferStep):
    """更换专案组: who leaves no longer reads the case, who comes does."""

    def fields(self) -> None:
        self.when = self.tr("更换时间(&T)")
        self.name_it(
            self.tr("更换专案组"),
            self.tr(
                "重新勾选专案组成员（2名以上）。理由保留在移送登记和案件历史中；"
                "离开的成员不再能查看本案（本案承办人除外），新成员即可办理。"
            ),
            self.tr("更换(&O)"),
        )
        self.form.add("reason", self.tr("更换的理由(&R)"), lines(3))
        found = current(self.case.transfers)
        self.add_team({m.person_id for m in found.team} if found is not None else set())

    def work(self) -> Callable[[], Changed]:
        step, profile, team = self.step(), self.profile, self.chosen()
        if profile is None:
            raise DomainError(CaseFault.NOT_FOUND)
        session, reason = self.session, self.text("reason")
        return lambda: transfer_beside.change_team(
            session, step, profile=profile, team=team, reason=reason
        )


class CorrectEventStep(TransferStep):
    """更正移送登记: the moment and the texts of one event; the first entry stays beside it."""

    def fields(self) -> None:
        self.when = self.tr("更正后的时间(&T)")
        self.name_it(
            self.tr("更正移送登记"),
            self.tr(
                "只改记错的内容。原来的登记和更正理由都保留，各项期限按更正后的时间重新计算。"
                "批准或者不批准、移送书的签发不能更正。"
            ),
            self.tr("更正(&O)"),
        )
        self.events = {e.seq: e for e in transfer_beside.correctable(current(self.case.transfers))}
        self.which = QComboBox()
        for event in self.events.values():
            words = f"{name(event.action)}　{moment(event.at)}"
            if event.choice:
                words += f"　{named('transfer_choice', event.choice)}"
            self.which.addItem(words, str(event.seq))
        self.form.add("event", self.tr("更正哪一项(&W)"), self.which)
        for key, long in _TEXTS.items():
            editor: QLineEdit | QPlainTextEdit = lines(2) if long else QLineEdit()
            self.form.add(key, named("field", f"transfer.{key}"), editor)
        self.form.add(_AMOUNT, self.tr("涉案金额（元）"), QLineEdit())
        self.form.add(_SAID, named("field", "transfer.reason"), lines(2))
        self.form.add(_WHY, self.tr("更正的理由(&R)"), lines(2))
        self.which.currentIndexChanged.connect(lambda _: self._show_event())

    def looked_up(self, _found: Any) -> None:
        if not self.form.fields["at"].text.strip():
            self._show_event()
        else:
            self._show_rows()

    def choose(self, seq: int) -> None:
        """The event to begin with."""
        self.which.setCurrentIndex(max(0, self.which.findData(str(seq))))

    def _chosen(self) -> TransferEvent:
        event = self.events.get(int(text_of(self.which) or 0))
        if event is None:
            raise DomainError(TransferFault.NOT_CORRECTABLE)
        return event

    def _show_rows(self) -> None:
        if not self.events:
            return
        event = self._chosen()
        for key in _TEXTS:
            self.form.show_row(key, on=key in event.detail)
        self.form.show_row(_AMOUNT, on=_AMOUNT in event.detail)
        self.form.show_row(_SAID, on=bool(event.reason))
        self.body.activate()
        self.adjustSize()  # not as tall as with every row

    def _show_event(self) -> None:
        """Fills in what stands there now."""
        if not self.events or "at" not in self.form.fields:
            return
        event = self._chosen()
        self._show_rows()
        texts = {key: str(event.detail.get(key) or "") for key in _TEXTS}
        fen = int(event.detail.get(_AMOUNT) or 0)
        amount = f"{fen / 100:.2f}" if fen else ""
        self.form.put({**texts, _AMOUNT: amount, _SAID: event.reason, "at": moment(event.at)})

    def work(self) -> Callable[[], Changed]:
        step, session, event = self.step(), self.session, self._chosen()
        detail: dict[str, Any] = {k: self.text(k) for k in _TEXTS if k in event.detail}
        if _AMOUNT in event.detail:
            try:
                detail[_AMOUNT] = parse_yuan(self.text(_AMOUNT))
            except DomainError:
                words = self.tr("金额认不出来，请填写数字，例如 {0}。")
                shown = money.format_yuan(32_889_050)
                self.form.fields[_AMOUNT].error(words.format(shown))
                raise
        said, why = self.text(_SAID) if event.reason else "", self.text(_WHY)
        return lambda: transfer_beside.correct_event(
            session, step, seq=event.seq, said=said, detail=detail, why=why
        )
