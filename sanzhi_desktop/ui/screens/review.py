"""Review: materials on one side, checklist and opinion on the other; what blocks always in sight."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QProgressBar, QSplitter, QTabWidget, QWidget

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.opinion import Answer, OpinionPaper
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.case_page import CasePage, read_page
from sanzhi_desktop.ui.checklist_view import ChecklistTable
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Draft, DraftKeeper
from sanzhi_desktop.ui.item_panel import ItemPanel
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.materials_view import MaterialsView
from sanzhi_desktop.ui.opinion_editor import OpinionEditor
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.review_state import ReviewState, read_state
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

SEND_AFTER_MS = 1200


class ReviewScreen(Screen):
    """One case under review by the person at the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.state: ReviewState | None = None
        self._sending = False
        self._then: list[Any] = []
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.root.addWidget(self.header)
        self.banner = Banner()
        self.root.addWidget(self.banner)
        self.materials = MaterialsView(desk)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._build_checklist(), self.tr("审核表"))
        self.editor = OpinionEditor()
        self.tabs.addTab(self.editor, self.tr("审核意见"))
        self.preview = PaperPanel(desk, empty=self.tr("切换到本页时生成意见书预览"))
        self.tabs.addTab(self.preview, self.tr("预览"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.materials)
        split.addWidget(self.tabs)
        split.setSizes([460, 620])
        split.setStretchFactor(1, 1)
        self.root.addWidget(split, 1)
        self._build_foot()
        self.keeper = DraftKeeper(desk.drafts, self._kept, self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEND_AFTER_MS)
        self._later.timeout.connect(self._send_answers)
        self._connect()

    def _build_checklist(self) -> QWidget:
        self.table = ChecklistTable()
        self.item = ItemPanel()
        page = QSplitter(Qt.Orientation.Vertical)
        page.addWidget(self.table)
        page.addWidget(self.item)
        page.setSizes([380, 240])
        page.setStretchFactor(0, 1)
        page.setCollapsible(1, False)
        return page

    def _build_foot(self) -> None:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("审核进度"))
        self.progress.setFixedWidth(160)
        self.blockers = PlainLabel().wrapped()
        self.computed = button(self.tr("采用程序核对结果(&U)"), self._take_computed)
        self.next_open = button(
            self.tr("下一未填项"), self._next_open, shortcut="Ctrl+J", tip=self.tr("跳到下一未填项")
        )
        self.save = button(self.tr("保存"), self.save_now, icon="save", shortcut="Ctrl+S")
        self.whole = button(self.tr("全案(&Q)"), lambda: self.desk.go.emit("case", self.case_id))
        self.sign = button(
            self.tr("签名并报请签发(&S)…"), self._certify, kind="primary", icon="signoff"
        )
        foot = row(
            self.progress,
            self.blockers,
            self.whole,
            self.computed,
            self.next_open,
            self.save,
            self.sign,
        )
        foot.setStretch(1, 1)
        self.root.addLayout(foot)

    def _connect(self) -> None:
        self.table.answered.connect(self._answer)
        self.table.remark_asked.connect(self.item.note.setFocus)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_item())
        self.item.answered.connect(self._answer)
        self.item.remarked.connect(self._remark)
        self.editor.edited.connect(self._opinion_edited)
        self.tabs.currentChanged.connect(self._tab_changed)
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.activated.connect(self.table.setFocus)
        for number in range(3):
            to_tab = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self)
            to_tab.activated.connect(partial(self._show_tab, number))

    # ----- opening

    def title(self) -> str:
        return self.tr("审核")

    def open_case(self, case_id: str) -> None:
        if case_id != self.case_id:
            self.state = None
            self.preview.clear()
        self.case_id = case_id

    def shown(self) -> None:
        if not self.case_id or (self.state is not None and self.keeper.dirty):
            return
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        self.read(
            lambda: (read_page(session, work, case_id), read_state(session, work, case_id)),
            lambda both: self._show_case(*both),
            key="case",
        )

    def leave(self) -> None:
        if self.state is not None and self.keeper.dirty:
            self.keeper.flush()
            self.save_now()

    def on_changed(self, answer: Changed) -> None:
        """Own saves come back here too; only somebody else's change is read again."""
        state = self.state
        if state is None or answer.case_id != self.case_id or not self.isVisible():
            return
        if answer.version > state.version and not self._sending:
            self.shown()

    def _show_case(self, page: CasePage, state: ReviewState) -> None:
        fresh = self.state is None
        self.state = state
        self.header.show_page(page)
        self.materials.show_materials(page.case.materials)
        current = page.case.current
        self.banner.show_text(
            self.tr("签发人退回修改：{0}").format(current.sent_back)
            if current and current.sent_back
            else "",
            Tone.WARN,
        )
        self.table.checklist.show_state(state)
        self._show_all()
        if fresh:
            self.tabs.setCurrentIndex(0)
            self.table.go_to(self.table.checklist.next_open(-1))
            self.table.setFocus()
            self.desk.drafts.read(self, self._restore)
        self.window().setWindowTitle(
            self.tr("审核 {0} - 三制法审").format(page.case.submission.name)
        )

    def _restore(self, drafts: Any) -> None:
        key = self._key()
        found: Draft | None = next((d for d in drafts if d.key == key), None)
        if found is None or self.state is None:
            return
        self.state.restore(found.values)
        self.keeper.touched()
        self._show_all()
        self.banner.show_text(self.tr("已恢复上次没有提交的内容，请核对后保存。"), Tone.INFO)
        self._later.start()

    # ----- showing

    def _show_all(self) -> None:
        state = self.state
        if state is None:
            return
        self.table.checklist.refresh()
        self._show_item()
        self.editor.show_state(state)
        self._show_progress(state)

    def _show_item(self) -> None:
        if self.state is not None:
            self.item.show_item(self.state, self.table.item)

    def _show_progress(self, state: ReviewState) -> None:
        found = state.desk.progress
        self.progress.setMaximum(max(found.total, 1))
        self.progress.setValue(found.answered)
        parts = [self.tr("已填 {0}/{1}").format(found.answered, found.total)]
        if found.unanswered_vetoes:
            parts.append(self.tr("否决项未填 {0}").format(len(found.unanswered_vetoes)))
        if found.incomplete:
            parts.append(self.tr("问题缺说明或证据 {0}").format(len(found.incomplete)))
        ready = self._not_ready(state)
        if found.complete and ready:
            parts.append(ready)
        elif found.complete:
            parts.append(self.tr("可以签名"))
        self.blockers.setText("，".join(parts))
        self.sign.setEnabled(not ready)
        self.sign.setToolTip(ready)
        self.computed.setEnabled(
            any(not c.partial and state.row(i) is None for i, c in state.computed.items())
        )

    def _not_ready(self, state: ReviewState) -> str:
        try:
            review.check_ready(state.desk)
        except DomainError as error:
            return self.desk.problems.text(error)
        return ""

    def _tab_changed(self, number: int) -> None:
        if self.state is None:
            return
        if number == 1:
            self.editor.show_state(self.state)
        elif number == 2:
            self._show_preview()

    def _show_tab(self, number: int) -> None:
        self.tabs.setCurrentIndex(number)
        (self.table, self.editor.outcome, self.preview.view)[number].setFocus()

    def _show_preview(self) -> None:
        state = self.state
        if state is None:
            return
        session, work, now = self.desk.session, self.desk.work, state.desk
        self.preview.clear(self.tr("正在排版…"))

        def lay_out(paper: OpinionPaper) -> None:
            self.desk.jobs.run(
                Lane.DOCUMENTS,
                self,
                lambda: work.press.lay_out(paper),
                done=lambda pdf: self.preview.show_paper(
                    pdf,
                    self.tr("法制审核意见书（草稿）.pdf"),
                    docx=lambda: work.press.editable_copy(paper, number="", dated=None),
                ),
                failed=no_paper,
                key="lay out",
            )

        def no_paper(error: BaseException) -> None:
            self.preview.clear(self.tr("不能生成预览"), self.desk.problems.text(error))

        self.read(
            lambda: review.paper_of(session, work.book, now), lay_out, key="paper", failed=no_paper
        )

    # ----- working

    def _answer(self, item: Item, answer: Answer) -> None:
        state = self.state
        if state is None:
            return
        state.answer(item.id, answer)
        self._touched()
        place = self.table.checklist.place_of(item.id)
        self.table.checklist.refresh()
        self.item.show_answer(state)
        self._show_progress(state)
        if answer is Answer.FAILS:
            self.item.note.setFocus()
            self.item.note.selectAll()
        elif self.table.hasFocus():
            following = self.table.checklist.next_open(place)
            self.table.go_to(following if following >= 0 else place)

    def _remark(self, item: Item, note: str, evidence: str) -> None:
        if self.state is not None:
            self.state.remark(item.id, note=note, evidence=evidence)
            self._touched()
            self._show_progress(self.state)

    def _take_computed(self) -> None:
        if self.state is not None:
            taken = self.state.take_computed()
            self._touched()
            self._show_all()
            self.desk.told.emit(self.tr("采用了 {0} 项程序核对结果。").format(taken))

    def _next_open(self) -> None:
        self.tabs.setCurrentIndex(0)
        self.table.setFocus()
        self.table.go_to(self.table.checklist.next_open(self.table.currentIndex().row()))

    def _opinion_edited(self) -> None:
        self.keeper.touched()
        if self.state is not None:
            self._show_progress(self.state)

    def _touched(self) -> None:
        self.keeper.touched()
        self._later.start()

    # ----- saving

    def _key(self) -> str:
        return f"review:{self.case_id}"

    def _kept(self) -> tuple[str, str, int, dict[str, Any]]:
        state = self.state
        name = state.desk.case.submission.name if state else ""
        values = state.to_values() if state else {}
        return self._key(), self.tr("审核 {0}").format(name), state.version if state else 0, values

    def save_now(self) -> None:
        """Sends answers and the opinion's draft."""
        self._send(with_draft=True)

    def _send_answers(self) -> None:
        self._send(with_draft=False)

    def _send(self, *, with_draft: bool) -> None:
        """One command at a time: the next one needs the version that this one made."""
        state = self.state
        if state is None:
            return
        if self._sending:
            self._later.start()
            return
        answers = state.pending_answers()
        draft = state.draft if with_draft and state.draft_touched else None
        if not answers and draft is None:
            self._sent(state.version)
            return
        session, case_id, seen = self.desk.session, self.case_id, state.version
        self._sending = True
        state.touched.clear()
        if draft is not None:
            state.draft_touched = False
        self.keeper.sending()

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

        self.write(
            work,
            lambda answer: self._sent(answer.version),
            failed=lambda error: self._refused(error, {a.item_id for a in answers}, draft),
        )

    def _sent(self, version: int) -> None:
        self._sending = False
        if self.state is None:
            return
        self.state.version = version
        if not self.state.draft_touched:
            self.keeper.acknowledged()
        self.desk.told.emit(self.tr("已保存"))
        waiting, self._then = self._then, []
        for then in waiting:
            then()

    def _refused(self, error: BaseException, items: set[str], draft: object) -> None:
        self._sending = False
        self._then = []
        if self.state is not None:
            self.state.touched |= items
            self.state.draft_touched = self.state.draft_touched or draft is not None
        if isinstance(error, DomainError) and error.code is CaseFault.STALE:
            session, work, case_id = self.desk.session, self.desk.work, self.case_id
            self.read(lambda: read_state(session, work, case_id), self._rebase, key="rebase")
            return
        self.desk.problems.report(self, error)

    def _rebase(self, newer: ReviewState) -> None:
        state = self.state
        if state is None:
            return
        theirs = ReviewState(newer.desk, newer.wording, newer.computed)
        differences = state.rebase(newer)
        self._show_all()
        self.banner.show_text(
            self.tr("他人已先保存。您填写的内容都保留着，请核对后再保存。"), Tone.WARN
        )
        if differences:
            dialog = ConflictDialog(differences, self)
            dialog.rejected.connect(lambda: self._take_theirs(theirs))
            dialog.open()

    def _take_theirs(self, theirs: ReviewState) -> None:
        self.state = theirs
        self.keeper.discard()
        self._show_all()

    # ----- signing

    def _certify(self) -> None:
        self._then.append(self._ask_signature)
        self._send(with_draft=True)

    def _ask_signature(self) -> None:
        state = self.state
        if state is None:
            return
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        version, draft = state.version, state.draft

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

        prompt = SigningPrompt(
            self.desk,
            sign,
            title=self.tr("审核人签名"),
            explanation=self.tr("签名后报请签发，审核表和意见不能再改；签发人退回后可以修改。"),
            parent=self,
        )
        prompt.signed.connect(self._signed)
        prompt.open()

    def _signed(self, _answer: object) -> None:
        self.keeper.discard()
        self.state = None
        self.desk.told.emit(self.tr("已签名并报请签发。"))
        self.desk.go.emit("worklist", "")
