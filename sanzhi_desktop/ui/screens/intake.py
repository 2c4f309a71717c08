"""Intake: the submission with its handlers and materials, read from files and confirmed by hand."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.work import Prefill
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.conflict import settle
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.draft_keeper import DraftKeeper
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.intake_attempt import Attempt, restored_words
from sanzhi_desktop.ui.intake_body import IntakeBody
from sanzhi_desktop.ui.intake_page import IntakePage, read_intake
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.outgoing import NotedDraft, Outgoing, Sent
from sanzhi_desktop.ui.scope_line import ScopeLine
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.source_bar import SourceBar, dropped
from sanzhi_desktop.ui.submission_preview import preview_submission
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row


class IntakeScreen(Screen):
    """One submission, new or taken up again."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.page: IntakePage | None = None
        self._version = 0
        self._noted = NotedDraft(desk.drafts)
        self.outgoing = Outgoing(desk.session, self._noted.keep)
        self._saving = False
        self.setAcceptDrops(True)
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.banner = Banner()
        self.source = SourceBar()
        self.source.chosen.connect(self.read_submission)
        self.body = IntakeBody(desk)
        self.root.addWidget(self.header)
        self.root.addWidget(self.banner)
        self.root.addWidget(self.source)
        self.root.addWidget(self.body, 1)
        self._build_foot()
        self.keeper = DraftKeeper(desk.drafts, self._kept, self)
        self.body.touched.connect(self._touched)
        desk.link_back.connect(self._again)

    def _build_foot(self) -> None:
        self.scope = ScopeLine()
        self.root.addWidget(self.scope)
        self.progress = PlainLabel().wrapped()
        self.next_one = button(
            self.tr("下一待确认项"),
            self.body.form.next_unconfirmed,
            shortcut="F8",
            tip=self.tr("核对后按 Ctrl+Enter 确认"),
        )
        self.printed = button(self.tr("送审表预览(&V)"), self._preview, icon="print")
        self.save = button(
            self.tr("保存"), self.save_now, kind="primary", icon="save", shortcut="Ctrl+S"
        )
        self.submit = button(self.tr("确认送审(&S)…"), partial(self._step, Action.CONFIRM))
        self.not_needed = button(self.tr("不需要审核(&Q)…"), partial(self._step, Action.NOT_NEEDED))
        buttons = (self.next_one, self.printed, self.not_needed, self.submit, self.save)
        foot = row(self.progress, *buttons)
        foot.setStretch(0, 1)
        self.root.addLayout(foot)

    # ----- opening

    def title(self) -> str:
        return self.tr("登记送审")

    def open_case(self, case_id: str) -> None:
        if case_id != self.case_id:
            self.keeper.flush()
            self.page = None
            self.outgoing.unanswered = None  # of the case that is left: its draft has it
        self.case_id = case_id

    def shown(self) -> None:
        if self.page is None or (self.case_id and not self.keeper.dirty):
            self._read()

    def leave(self) -> None:
        self.keeper.flush()

    def on_changed(self, answer: Changed) -> None:
        """An untouched form is read again; news of other desks do not say which case it is."""
        news = bool(self.case_id) and not answer.case_id and "case" in answer.kinds
        other = news or (answer.case_id == self.case_id and answer.version > self._version)
        if other and self.isVisible() and not self.keeper.dirty and not self._saving:
            self._read()

    def _read(self) -> None:
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        self.read(lambda: read_intake(session, work, case_id), self._show, key="intake")

    def _show(self, page: IntakePage) -> None:
        self.page = page
        self._version = page.case.version if page.case else 0
        if page.page is not None:
            self.header.show_page(page.page)
        else:
            self.header.show_new(self.tr("登记送审"))
        self.body.show_page(page)
        for one, step in ((self.submit, Action.CONFIRM), (self.not_needed, Action.NOT_NEEDED)):
            one.setVisible(page.page is not None and page.page.why_not(step) is None)
        self.banner.show_text("")
        self._say_progress()
        self.desk.drafts.read(self, self._restore)
        if page.page is None:
            self.source.choose.setFocus()
        else:
            self.body.form.fields["name"].editor.setFocus()

    def _restore(self, drafts: Any) -> None:
        found: Draft | None = next((d for d in drafts if d.key == self._key()), None)
        if found is None or self.page is None or self.keeper.dirty:
            return
        self.body.restore(found.values)
        self.keeper.touched()
        self._say_progress()
        if "sent" in found.values:
            self.outgoing.unanswered = Sent.from_json(found.values["sent"])
        self.banner.show_text(restored_words(found, self._version), Tone.WARN)

    # ----- reading files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        first, others = dropped(event.mimeData())
        if first is None and not others:
            return
        event.acceptProposedAction()
        if first is not None:
            self.read_submission(first)
        self.body.materials.add_files(others)

    def read_submission(self, path: Path) -> None:
        """Reads a decision or submission and keeps the file as the draft decision."""
        reader = self.desk.work.reader
        self.banner.show_text(self.tr("正在读取 {0}…").format(path.name))
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: reader.read(path),
            done=lambda found: self._read_done(path, found),
            failed=lambda error: self.banner.show_text(self.desk.problems.text(error), Tone.DANGER),
            key="read",
        )

    def _read_done(self, path: Path, found: Prefill) -> None:
        others = self.body.show_reading(path, found)
        words = self.tr("读出 {0} 项，请逐项核对：F8 跳到下一项，Ctrl+Enter 确认。").format(
            len(self.body.form.unconfirmed())
        )
        self.banner.show_text("\n".join([words, *others]), Tone.WARN if others else Tone.INFO)

    # ----- keeping and saving

    def _key(self) -> str:
        return f"intake:{self.case_id}"

    def _kept(self) -> tuple[str, str, int, dict[str, Any]]:
        name = self.body.form.fields["name"].text or self.tr("（未填案由）")
        title = self.tr("送审表 {0}").format(name)
        values = self.body.to_values()
        if self.outgoing.unanswered is not None:
            values["sent"] = self.outgoing.unanswered.to_json()
        return self._key(), title, self._version, values

    def _touched(self) -> None:
        self.keeper.touched()
        self._say_progress()

    def _say_progress(self) -> None:
        self.progress.setText(self.body.waiting_words() or self.tr("内容已全部确认"))
        self.next_one.setEnabled(bool(self.body.form.unconfirmed()))
        if self.page is not None:
            self.scope.say(self.body.lenient(), self.page.profile)

    def save_now(self) -> None:
        """Registers or saves the draft submission."""
        if self.page is None or self._saving:
            return
        try:
            submission = self.body.submission()
        except DomainError as error:
            self._refused(error)
            return
        content = json.loads(json.dumps(self.body.to_values()))
        given = tuple(self.body.given())
        wanted = Attempt(self.case_id, self._version, submission, given, content)
        self._saving = True
        self.save.setEnabled(False)
        self.keeper.sending()
        self._noted.form = self._kept()
        self.write(lambda: wanted.after(self.outgoing), self._saved, failed=self._not_saved)

    def _again(self) -> None:
        """The server is back: what could not be sent goes out."""
        if self.page is not None and not self._saving and self.outgoing.again(missed=True):
            self.save_now()

    def _saved(self, answer: Changed) -> None:
        self._saving = False
        self.save.setEnabled(True)
        self.keeper.acknowledged()
        if self.case_id != answer.case_id:
            self.desk.drafts.drop(self._key())  # what was typed since then belongs to the case
        self.case_id = answer.case_id
        self._version = answer.version
        self.desk.told.emit(self.tr("已保存。承办机构负责人确认后送审。"))
        if not self.keeper.dirty:
            self._read()

    def _not_saved(self, error: BaseException) -> None:
        self._saving = False
        self.save.setEnabled(True)
        self.keeper.touched()  # the journal still says that it is on its way
        self._refused(error)

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, DomainError) and error.code is CaseFault.STALE:
            session, work, case_id = self.desk.session, self.desk.work, self.case_id
            self.read(lambda: read_intake(session, work, case_id), self._conflict)
            return
        self.banner.show_text(self.desk.problems.text(error), Tone.DANGER)
        self.body.focus_fault()

    def _conflict(self, theirs: IntakePage) -> None:
        settle(
            self.body.differences(theirs),
            self,
            accepted=partial(self._merge, theirs),
            all_theirs=partial(self._take_theirs, theirs),
        )

    def _merge(self, theirs: IntakePage, keys: frozenset[str]) -> None:
        self.page = theirs
        self._version = theirs.case.version if theirs.case else 0
        self.body.take(theirs, keys)
        self.keeper.touched()
        self.save_now()

    def _take_theirs(self, theirs: IntakePage) -> None:
        self.keeper.discard()
        self._show(theirs)

    # ----- paper and next step

    def _preview(self) -> None:
        page = self.page
        if page is not None:
            preview_submission(
                self,
                submission=self.body.lenient(),
                materials=self.body.given(),
                case=page.case,
                profile=page.profile,
            )

    def _step(self, action: Action) -> None:
        if self.page is not None and self.page.case is not None:
            steps.make(action, self.desk, self.page.case, self).open()
