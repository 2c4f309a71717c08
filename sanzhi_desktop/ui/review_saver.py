"""Sends the reviewer's work: answers soon after they are given, the opinion's text when asked.

One command at a time, because each needs the version that the one before it made. What is not
sent stays in the local journal of drafts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer, Signal

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed, new_id
from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.application.link import passing
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import AnswerRow, CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.draft_keeper import DraftKeeper
from sanzhi_desktop.ui.review_state import ReviewState, read_state
from sanzhi_desktop.ui.screen import Screen

SEND_AFTER_MS = 1200


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes out together, under ids of its own."""

    case_id: str
    seen: int
    answers: tuple[AnswerRow, ...]
    draft: Draft | None
    answers_id: str
    draft_id: str

    def send(self, session: Session) -> Changed:
        """In the database lane; sent twice, it is carried out once."""
        version, last = self.seen, Changed()
        if self.answers:
            last = review.answer(
                session,
                case_id=self.case_id,
                seen_version=version,
                answers=self.answers,
                command_id=self.answers_id,
            )
            version = last.version
        if self.draft is not None:
            last = review.save_draft(
                session,
                case_id=self.case_id,
                seen_version=version,
                draft=self.draft,
                command_id=self.draft_id,
            )
        return last


class ReviewSaver(DraftKeeper):
    """Belongs to one screen. `saved`: the database has it; `rebased`: somebody else was first."""

    saved = Signal()
    rebased = Signal()

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.state: ReviewState | None = None
        self.sending_now = False
        self._then: list[Callable[[], None]] = []
        # Sent, and no answer came: nobody knows whether the database has it. It goes out again as
        # it was, under the same ids, before anything newer.
        self._unanswered: Batch | None = None
        super().__init__(screen.desk.drafts, self._kept, screen)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEND_AFTER_MS)
        self._later.timeout.connect(self.send_answers)
        screen.desk.link_back.connect(self._again)

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

    def _again(self) -> None:
        """The server is back: what could not be sent goes out."""
        if self.state is not None and not self.sending_now and self.dirty:
            self._send(with_draft=self.state.draft_touched)

    def _send(self, *, with_draft: bool) -> None:
        state = self.state
        if state is None:
            return
        if self.sending_now:
            self._later.start()
            return
        if self._unanswered is not None and self._unanswered.case_id != state.desk.case.case_id:
            self._unanswered = None  # of a case left meanwhile: its local draft has everything
        batch = self._unanswered or self._batch(state, with_draft=with_draft)
        if batch is None:
            self._delivered(state.version, state.desk.case.case_id)
            return
        if batch is not self._unanswered:
            self.sending()
        self.sending_now = True
        state.touched -= {a.item_id for a in batch.answers if state.row(a.item_id) == a}
        if batch.draft is not None and batch.draft == state.draft:
            state.draft_touched = False
        session = self._screen.desk.session
        self._screen.write(
            lambda: batch.send(session),
            lambda answer: self._arrived(answer.version, batch),
            failed=lambda error: self._refused(error, batch),
        )

    def _batch(self, state: ReviewState, *, with_draft: bool) -> "Batch | None":
        answers = tuple(state.pending_answers())
        draft = state.draft if with_draft and state.draft_touched else None
        if not answers and draft is None:
            return None
        return Batch(state.desk.case.case_id, state.version, answers, draft, new_id(), new_id())

    def _arrived(self, version: int, batch: "Batch") -> None:
        if self.state is not None and self.state.desk.case.case_id == batch.case_id:
            self.state.delivered(batch.answers, batch.draft)
        self._delivered(version, batch.case_id)

    def _delivered(self, version: int, case_id: str) -> None:
        self.sending_now = False
        resent, self._unanswered = self._unanswered is not None, None
        if self.state is None or self.state.desk.case.case_id != case_id:
            return
        self.state.version = version
        if not self.state.draft_touched and not (resent and self.state.touched):
            self.acknowledged()
        waiting, self._then = self._then, []
        if waiting and (self.state.touched or self.state.draft_touched):
            self._then = waiting  # something was typed while this was on its way
            self._send(with_draft=True)
            return
        if resent and self.state.touched:
            self._later.start()
        self.saved.emit()
        for then in waiting:
            then()

    def _refused(self, error: BaseException, batch: "Batch") -> None:
        self.sending_now = False
        self._then = []
        self._unanswered = batch if passing(error) else None
        if self.state is not None:
            self.state.touched |= {a.item_id for a in batch.answers}
            self.state.draft_touched = self.state.draft_touched or batch.draft is not None
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
        if not differences:
            self._later.start()
            return
        dialog = ConflictDialog(differences, self._screen)
        dialog.all_theirs.connect(lambda: self._take_all(theirs))
        dialog.accepted.connect(lambda: self._take(theirs, dialog.from_there))
        dialog.open()

    def _take(self, theirs: ReviewState, keys: Iterable[str]) -> None:
        if self.state is None:
            return
        self.state.take(theirs, keys)
        self.touched()
        self.rebased.emit()
        self._send(with_draft=self.state.draft_touched)

    def _take_all(self, theirs: ReviewState) -> None:
        self.state = theirs
        self.discard()
        self.rebased.emit()
