"""The reviewer's signature: what it is put to, and the prompt for the key."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.review_marks import earlier_marks, marks_list
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.signing_prompt import SigningPrompt


def certifying_prompt(desk: Desk, state: ReviewState, parent: QWidget) -> SigningPrompt:
    """The prompt for the opinion as it stands, with every earlier problem as it will be printed;
    not yet opened."""
    session, work = desk.session, desk.work
    case_id, version, draft = state.desk.case.case_id, state.version, state.draft

    def sign(key: SigningKey, ask: AskSecret) -> Changed:
        return review.certify(
            session,
            work.book,
            work.press,
            case_id=case_id,
            seen_version=version,
            draft=draft,
            key=key,
            ask=ask,
        )[0]

    translate = QCoreApplication.translate
    words = translate("review", "签名后报请签发，审核表和意见不能再改；签发人退回后可以修改。")
    marks = earlier_marks(state)
    if marks:
        words += translate("review", "以前的问题按下列认定印入意见。")
    return SigningPrompt(
        desk,
        sign,
        title=translate("review", "审核人签名"),
        explanation=words,
        parent=parent,
        details=marks_list(marks) if marks else None,
    )
