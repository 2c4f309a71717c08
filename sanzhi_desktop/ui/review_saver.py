"""Sends the reviewer's work: answers soon after they are given, the opinion's text when asked.

One command at a time, because each needs the version that the one before it made. What is not
sent stays in the local journal of drafts.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.domain.case import AnswerRow, CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.drafts import DraftKeeper
from sanzhi_desktop.ui.review_state import ReviewState, read_state
from sanzhi_desktop.ui.screen import Screen

SEND_AFTER_MS = 1200


class ReviewSaver(DraftKeeper):
    """Belongs to one screen. `saved`: the database has it; `rebased`: somebody else was first."""

    saved = Signal()
    rebased = Signal()

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.state: ReviewState | None = None
        self.sending_now = False
        self._then: list[Callable[[], None]] = []
        super().__init__(screen.desk.drafts, self._kept, screen)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEND_AFTER_MS)
        self._later.timeout.connect(self.send_answers)

    @property
    def key(self) -> str:
        """Under which the local draft is kept."""
        return f"review:{self.state.desk.case.case_id}" if self.state else "review:"

    def _kept(self) -> tuple[str, str, int, dict[str, Any]]:
        state = self.state
        if state is None:
            return self.key, "", 0, {}
        title = self.tr("审核 {0}").format(state.desk.case.submission.name)
        return self.key, title, state.version, state.to_values()

    def answered(self) -> None:
        """An answer was given: kept here at once, sent after a moment."""
        self.touched()
        self._later.start()

    def send_answers(self) -> None:
        """Sends the answers alone."""
        self._send(with_draft=False)

    def send_all(self, then: Callable[[], None] | None = None) -> None:
        """Sends answers and opinion; `then` follows when the database has them."""
        if then is not None:
            self._then.append(then)
        self._send(with_draft=True)

    def _send(self, *, with_draft: bool) -> None:
        state = self.state
        if state is None:
            return
        if self.sending_now:
            self._later.start()
            return
        answers = state.pending_answers()
        draft = state.draft if with_draft and state.draft_touched else None
        if not answers and draft is None:
            self._delivered(state.version)
            return
        self.sending()
        self.sending_now = True
        state.touched.clear()
        if draft is not None:
            state.draft_touched = False
        self._screen.write(
            self._work(state, answers, draft),
            lambda answer: self._delivered(answer.version),
            failed=lambda error: self._refused(error, answers, draft),
        )

    def _work(
        self, state: ReviewState, answers: list[AnswerRow], draft: Draft | None
    ) -> Callable[[], Changed]:
        session, case_id, seen = self._screen.desk.session, state.desk.case.case_id, state.version

        def work() -> Changed:
            version, last = seen, Changed()
            if answers:
                last = review.answer(
                    session, case_id=case_id, seen_version=version, answers=answers
                )
                version = last.version
            if draft is not None:
                last = review.save_draft(
                    session, case_id=case_id, seen_version=version, draft=draft
                )
            return last

        return work

    def _delivered(self, version: int) -> None:
        self.sending_now = False
        if self.state is None:
            return
        self.state.version = version
        if not self.state.draft_touched:
            self.acknowledged()
        waiting, self._then = self._then, []
        if waiting and (self.state.touched or self.state.draft_touched):
            self._then = waiting  # something was typed while this was on its way
            self._send(with_draft=True)
            return
        self.saved.emit()
        for then in waiting:
            then()

    def _refused(self, error: BaseException, answers: list[AnswerRow], draft: Draft | None) -> None:
        self.sending_now = False
        self._then = []
        if self.state is not None:
            self.state.touched |= {a.item_id for a in answers}
            self.state.draft_touched = self.state.draft_touched or draft is not None
        desk = self._screen.desk
        if (
            isinstance(error, DomainError)
            and error.code is CaseFault.STALE
            and self.state is not None
        ):
            session, work, case_id = desk.session, desk.work, self.state.desk.case.case_id
            self._screen.read(
                lambda: read_state(session, work, case_id), self._rebase, key="rebase"
            )
            return
        desk.problems.report(self._screen, error)

    def _rebase(self, newer: ReviewState) -> None:
        if self.state is None:
            return
        theirs = ReviewState(newer.desk, newer.wording, newer.computed)
        differences = self.state.rebase(newer)
        self.rebased.emit()
        if differences:
            dialog = ConflictDialog(differences, self._screen)
            dialog.rejected.connect(lambda: self._take(theirs))
            dialog.open()

    def _take(self, theirs: ReviewState) -> None:
        self.state = theirs
        self.discard()
        self.rebased.emit()
