"""Review: materials on one side, checklist and opinion on the other, blockers in sight."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.case_page import CasePage, read_page
from sanzhi_desktop.ui.catalogue.focus import ReviewFocus
from sanzhi_desktop.ui.checklist_view import ChecklistTable
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.item_panel import ItemPanel
from sanzhi_desktop.ui.materials_view import MaterialsView
from sanzhi_desktop.ui.opinion_editor import OpinionEditor
from sanzhi_desktop.ui.opinion_preview import OpinionPreview
from sanzhi_desktop.ui.review_foot import ReviewFoot
from sanzhi_desktop.ui.review_marks import MarksDialog, earlier_marks
from sanzhi_desktop.ui.review_saver import ReviewSaver
from sanzhi_desktop.ui.review_signing import certifying_prompt
from sanzhi_desktop.ui.review_state import ReviewState, read_state
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner


class ReviewScreen(Screen):
    """One case under review by the person at the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.banner = Banner()
        self.materials = MaterialsView(desk)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._build_checklist(), self.tr("审核表"))
        self.editor = OpinionEditor()
        self.tabs.addTab(self.editor, self.tr("审核意见"))
        self.preview = OpinionPreview(desk)
        self.tabs.addTab(self.preview, self.tr("预览"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.materials)
        split.addWidget(self.tabs)
        split.setSizes([460, 620])
        split.setStretchFactor(1, 1)
        self.root.addWidget(self.header)
        self.root.addWidget(self.banner)
        self.focus = ReviewFocus()
        self.root.addWidget(self.focus)
        self.root.addWidget(split, 1)
        self.foot = ReviewFoot(desk)
        self.root.addWidget(self.foot)
        self.saver = ReviewSaver(self)
        self._connect()

    @property
    def state(self) -> ReviewState | None:
        """The round as it stands here; None until it has been read."""
        return self.saver.state

    def _build_checklist(self) -> QWidget:
        self.table = ChecklistTable()
        self.item = ItemPanel()
        page = QSplitter(Qt.Orientation.Vertical)
        page.addWidget(self.table)
        page.addWidget(self.item)
        page.setSizes([1000, 10])  # the list takes what the item leaves
        page.setStretchFactor(0, 1)
        page.setCollapsible(1, False)
        return page

    def _connect(self) -> None:
        self.table.answered.connect(self._answer)
        self.table.remark_asked.connect(self.item.note.setFocus)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_item())
        self.item.answered.connect(self._answer)
        self.item.remarked.connect(self._remark)
        self.editor.edited.connect(self._opinion_edited)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.foot.whole_asked.connect(lambda: self.desk.go.emit("case", self.case_id))
        self.foot.earlier_asked.connect(self._show_earlier)
        self.foot.computed_asked.connect(self._take_computed)
        self.foot.next_asked.connect(self._next_open)
        self.foot.save_asked.connect(self.saver.send_all)
        self.foot.sign_asked.connect(lambda: self.saver.send_all(self._ask_signature))
        self.saver.saved.connect(lambda: self.desk.told.emit(self.tr("已保存")))
        self.saver.rebased.connect(self._rebased)
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
            self.saver.state = None
            self.preview.clear()
        self.case_id = case_id

    def shown(self) -> None:
        if not self.case_id or (self.state is not None and self.saver.dirty):
            return
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        self.read(
            lambda: (read_page(session, work, case_id), read_state(session, work, case_id)),
            lambda both: self._show_case(*both),
            key="case",
        )

    def leave(self) -> None:
        if self.state is not None and self.saver.dirty:
            self.saver.send_all()

    def on_changed(self, answer: Changed) -> None:
        """Own saves come back here too; only somebody else's change is read again. Without a case
        it is news of some other desk: which case, nobody said."""
        state = self.state
        if state is None or not self.isVisible() or self.saver.sending_now:
            return
        news = not answer.case_id and "case" in answer.kinds
        if news or (answer.case_id == self.case_id and answer.version > state.version):
            self.shown()

    def _show_case(self, page: CasePage, state: ReviewState) -> None:
        fresh = self.state is None
        self.saver.state = state
        self.header.show_page(page)
        self.focus.show_focus(page.profile, page.case.submission)
        self.materials.show_materials(page.case.materials)
        current = page.case.current
        back = current.sent_back if current else ""
        words = self.tr("签发人退回修改：{0}").format(back) if back else ""
        self.banner.show_text(words, Tone.WARN)
        self.table.checklist.show_state(state)
        self._show_all()
        if fresh:
            self.tabs.setCurrentIndex(0)
            self.table.go_to(self.table.checklist.next_open(-1))
            self.table.setFocus()
            self.desk.drafts.read(self, self._restore)
        title = self.tr("审核 {0} - 三制法审").format(page.case.submission.name)
        self.window().setWindowTitle(title)

    def _restore(self, drafts: Any) -> None:
        found: Draft | None = next((d for d in drafts if d.key == self.saver.key), None)
        if found is None or self.state is None:
            return
        self.state.restore(found.values)
        self.saver.answered()
        self._show_all()
        self.banner.show_text(self.tr("已恢复上次没有提交的内容，请核对后保存。"), Tone.INFO)

    # ----- showing

    def _show_all(self) -> None:
        state = self.state
        if state is None:
            return
        self.table.checklist.show_state(state)
        self._show_item()
        self.editor.show_state(state)
        self.foot.show_state(state)

    def _show_item(self) -> None:
        if self.state is not None:
            self.item.show_item(self.state, self.table.item)

    def _tab_changed(self, number: int) -> None:
        if self.state is not None and number == 1:
            self.editor.show_state(self.state)
        elif self.state is not None and number == 2:
            self.preview.show_state(self.state)

    def _show_tab(self, number: int) -> None:
        self.tabs.setCurrentIndex(number)
        (self.table, self.editor.outcome, self.preview.view)[number].setFocus()

    def _rebased(self) -> None:
        self._show_all()
        self.banner.show_text(
            self.tr("他人已先保存。您填写的内容都保留着，请核对后再保存。"), Tone.WARN
        )

    # ----- working

    def _answer(self, item: Item, answer: Answer) -> None:
        state = self.state
        if state is None:
            return
        state.answer(item.id, answer)
        self.saver.answered()
        place = self.table.checklist.place_of(item.id)
        self.table.checklist.refresh()
        self.item.show_answer(state)
        self.foot.show_state(state)
        given = state.row(item.id)
        silent = item.reasoned and given is not None and not given.note.strip()
        if answer is Answer.FAILS or silent:
            self.item.note.setFocus()
            self.item.note.selectAll()
        elif self.table.hasFocus():
            following = self.table.checklist.next_open(place)
            self.table.go_to(following if following >= 0 else place)

    def _remark(self, item: Item, note: str, evidence: str) -> None:
        if self.state is not None:
            self.state.remark(item.id, note=note, evidence=evidence)
            self.saver.answered()
            self.item.show_faults(self.state)
            self.foot.show_state(self.state)

    def _take_computed(self) -> None:
        if self.state is not None:
            taken = self.state.take_computed()
            self.saver.answered()
            self._show_all()
            self.desk.told.emit(self.tr("采用了 {0} 项程序核对结果。").format(taken))

    def _next_open(self) -> None:
        self.tabs.setCurrentIndex(0)
        self.table.setFocus()
        self.table.go_to(self.table.checklist.next_open(self.table.currentIndex().row()))

    def _opinion_edited(self) -> None:
        state = self.state
        if state is None:
            return
        if state.touched:  # the evidence of a problem belongs to its item
            self.saver.answered()
            self.item.show_answer(state)
        else:
            self.saver.touched()
        self.foot.show_state(state)

    def _show_earlier(self) -> None:
        if self.state is not None:
            MarksDialog(earlier_marks(self.state), self).open()

    # ----- signing

    def _ask_signature(self) -> None:
        state = self.state
        if state is None:
            return
        prompt = certifying_prompt(self.desk, state, self)
        prompt.signed.connect(self._signed)
        prompt.open()

    def _signed(self, _answer: object) -> None:
        self.saver.discard()
        self.saver.state = None
        self.desk.told.emit(self.tr("已签名并报请签发。"))
        self.desk.go.emit("worklist", "")
