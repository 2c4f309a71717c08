"""The item under the cursor in full: basis, what the program found, answer, note, evidence."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout

from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.ui.checklist_view import MARKS, TONES
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.review_marks import earlier_marks, problem_line
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row


class ItemPanel(Card):
    """Shows one item; `answered` and `remarked` tell what the reviewer did to it."""

    answered = Signal(object, object)
    remarked = Signal(object, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._item: Item | None = None
        self.body.setContentsMargins(12, 8, 12, 8)
        self.text = PlainLabel().wrapped().selectable()
        self.basis = PlainLabel(role="muted").wrapped().selectable()
        self.computed = PlainLabel(role="muted").wrapped()
        self.earlier = PlainLabel().wrapped().selectable()  # problems it raised in earlier rounds
        self.group = QButtonGroup(self)
        self.choices = {}
        for number, answer in enumerate(Answer, start=1):
            made = button(f"{number} {name(answer)}")
            made.setCheckable(True)
            made.setProperty("choice", True)
            made.setProperty("tone", TONES[answer].value)
            made.setAccessibleName(name(answer))
            made.clicked.connect(lambda _=False, a=answer: self._answer(a))
            self.group.addButton(made)
            self.choices[answer] = made
        self.form = Form()
        self.note = lines(1)
        self.evidence = QLineEdit()
        self.form.add("note", self.tr("说明(&M)"), self.note, hint=self.tr("不符合的必须写明问题"))
        self.form.add(
            "evidence",
            self.tr("证据(&E)"),
            self.evidence,
            hint=self.tr("例如：证据卷第12页"),
        )
        self.form.changed.connect(self._remark)
        body: QVBoxLayout = self.body
        body.setSpacing(6)
        body.addWidget(self.text)
        body.addWidget(self.basis)
        body.addWidget(self.computed)
        body.addWidget(self.earlier)
        body.addLayout(row(*self.choices.values(), None))
        body.addWidget(self.form)
        body.addStretch(1)
        self.note.setFixedHeight(self.note.fontMetrics().lineSpacing() * 2 + 16)

    def minimumSizeHint(self) -> QSize:
        """What the words need at this width; a splitter asks for no height of its own."""
        hint = super().minimumSizeHint()
        needed = self.body.totalHeightForWidth(self.width())
        return QSize(hint.width(), needed if needed > 0 else hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def show_item(self, state: ReviewState, item: Item | None) -> None:
        """Shows an item as it is answered; None empties the panel."""
        self._item = item
        self.setEnabled(item is not None)
        if item is None:
            return
        findings = state.desk.findings
        added = f"【{item.added}】" if item.added else ""
        self.text.setText(f"{MARKS[item.weight]} {name(item.weight)}　{added}{item.text}")
        self.basis.setText(
            self.tr("依据：{0}").format(item.basis_text(findings.kind, findings.layers))
        )
        found = state.computed.get(item.id)
        self.computed.setVisible(found is not None)
        if found is not None:
            part = self.tr("（只核对了一部分，请再看）") if found.partial else ""
            self.computed.setText(
                self.tr("程序核对：{0}{1}　{2}").format(name(found.answer), part, found.explanation)
            )
        self.show_answer(state)

    def show_answer(self, state: ReviewState) -> None:
        """The answer has changed."""
        if self._item is None:
            return
        given = state.row(self._item.id)
        mine = [m for m in earlier_marks(state) if m.problem.item_id == self._item.id]
        self.earlier.setVisible(bool(mine))
        self.earlier.setText("\n".join(f"【{m.words}】{problem_line(m)}" for m in mine))
        self.group.setExclusive(False)
        for answer, made in self.choices.items():
            made.setChecked(given is not None and given.answer is answer)
        self.group.setExclusive(True)
        self.form.put(
            {"note": given.note if given else "", "evidence": given.evidence if given else ""}
        )
        self.form.setEnabled(given is not None)
        self.show_faults(state)

    def show_faults(self, state: ReviewState) -> None:
        """What a failed item still lacks, while it is being typed."""
        given = state.row(self._item.id) if self._item else None
        fails = given is not None and given.answer is Answer.FAILS
        bare = given is not None and not given.note.strip()
        reasoned = self._item is not None and self._item.reasoned
        words = self.tr("请写明问题。") if fails else self.tr("请写明认为不涉嫌犯罪的理由。")
        self.form.fields["note"].error(words if bare and (fails or reasoned) else "")
        self.form.fields["evidence"].error(
            self.tr("请写明证据所在页码。")
            if fails and given and not given.evidence.strip()
            else ""
        )

    def _answer(self, answer: Answer) -> None:
        if self._item is not None:
            self.answered.emit(self._item, answer)

    def _remark(self, _key: str) -> None:
        if self._item is not None:
            values = self.form.values()
            self.remarked.emit(self._item, values["note"], values["evidence"])
