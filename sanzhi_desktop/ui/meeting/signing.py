"""Signing the minutes: the recorder makes and certifies them, the members sign, the chair last."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import minutes
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.signing_prompt import SigningPrompt

_FIRST = "笔录由会上的记录生成，您签名后内容不能再改，随后由出席的成员逐人签名。"
_NEXT = "签名前请先查看笔录。您确认笔录如实记录了您的发言和表决。"


def minutes_prompt(desk: Desk, here: Meeting, *, first: bool, parent: QWidget) -> SigningPrompt:
    """The prompt for the next signature on the minutes, not yet opened."""
    session, work = desk.session, desk.work

    def sign(key: SigningKey, ask: AskSecret) -> Changed:
        if first:
            return minutes.certify(
                session,
                work.book,
                work.papers,
                meeting_id=here.meeting_id,
                seen_version=here.version,
                key=key,
                ask=ask,
            ).changed
        return minutes.sign(
            session,
            work.papers,
            meeting_id=here.meeting_id,
            seen_sha256=here.minutes_sha256,
            key=key,
            ask=ask,
        ).changed

    words = QCoreApplication.translate
    return SigningPrompt(
        desk,
        sign,
        title=words("minutes", "集体讨论笔录签名"),
        explanation=words("minutes", _FIRST if first else _NEXT),
        parent=parent,
    )
