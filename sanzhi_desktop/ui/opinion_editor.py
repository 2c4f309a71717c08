"""The opinion's text: it grows from the findings, and every part of it can be written by hand.

A part written by hand stays so until the reviewer lets it follow the answers again.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.application.drafting import TRANSFERS
from sanzhi_desktop.domain.opinion import Dimension, Problem
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, Card, PlainLabel, button, clear, scrolled

_PARTS = ("opening", "reasons", "closing", "transfer_to", "override_reason", "same_person_reason")


class OpinionEditor(QWidget):
    """Edits the draft of a ReviewState. `edited` follows every change a person makes."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state: ReviewState | None = None
        self._problem_forms: dict[str, Form] = {}
        self._quiet = False
        page = QWidget()
        self._lines = QVBoxLayout(page)
        self._lines.setSpacing(10)
        self._lines.setContentsMargins(2, 8, 8, 8)
        self._lines.addWidget(self._build_conclusion())
        self._problem_box = QVBoxLayout()
        self._problem_box.setSpacing(10)
        self._lines.addLayout(self._problem_box)
        self._lines.addWidget(self._build_dimensions())
        self._lines.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(page))

    def _build_conclusion(self) -> Card:
        card = Card(self.tr("结论"))
        self.hint = Banner()
        card.body.addWidget(self.hint)
        self.form = Form()
        self.outcome = QComboBox()
        self.form.add("outcome", self.tr("审核结论(&J)"), self.outcome)
        self.form.add("transfer_to", self.tr("拟移送机关(&T)"), QLineEdit())
        self.form.add(
            "override_reason",
            self.tr("否决项不符合仍同意的理由(&V)"),
            lines(2),
            hint=self.tr("由签发人签名作为第二人确认，理由印在意见书上"),
        )
        self._text("opening", self.tr("开头(&B)"), 2)
        self._text("reasons", self.tr("审核理由(&R)"), 4)
        self._text("closing", self.tr("结尾(&C)"), 2)
        self.form.add(
            "same_person_reason",
            self.tr("审核与签发同一人的理由"),
            QLineEdit(),
            hint=self.tr("本单位人员不足时填写，印在意见书上"),
        )
        self.form.changed.connect(self._changed)
        card.body.addWidget(self.form)
        return card

    def _text(self, part: str, label: str, height: int) -> None:
        again = self._again(part)
        self.form.add(part, label, lines(height), beside=again)

    def _again(self, part: str) -> QPushButton:
        made = button("", partial(self._grow_again, part), icon="refresh", kind="small")
        made.setToolTip(self.tr("恢复为自动生成的文字"))
        made.setAccessibleName(self.tr("恢复为自动生成的文字"))
        return made

    def _build_dimensions(self) -> Card:
        card = Card(self.tr("审核情况（逐项）"))
        self.dimensions = Form()
        self._dimension_texts: dict[Dimension, QPlainTextEdit] = {}
        for dimension in Dimension:
            editor = lines(2)
            part = f"dimension.{dimension.value}"
            self.dimensions.add(part, name(dimension), editor, beside=self._again(part))
            self._dimension_texts[dimension] = editor
        self.dimensions.changed.connect(self._dimension_changed)
        card.body.addWidget(self.dimensions)
        return card

    def show_state(self, state: ReviewState) -> None:
        """Shows the draft as it stands; the cursor stays where somebody types."""
        self._state = state
        self._quiet = True
        try:
            self._show_outcomes(state)
            draft = state.draft
            for part in _PARTS:
                self._put(self.form, part, str(getattr(draft, part)))
            for dimension in self._dimension_texts:
                part = f"dimension.{dimension.value}"
                self._put(self.dimensions, part, draft.dimensions.get(dimension, ""))
                self._row_visible(self.dimensions, part, on=dimension in draft.dimensions)
            self._row_visible(self.form, "transfer_to", on=draft.outcome in TRANSFERS)
            vetoes = state.failed_vetoes()
            self._row_visible(
                self.form, "override_reason", on=bool(vetoes) and draft.outcome.passes
            )
            self._show_hint(state)
            self._show_problems(draft.problems)
        finally:
            self._quiet = False

    def _show_outcomes(self, state: ReviewState) -> None:
        rules = state.desk.profile.outcomes()
        codes = [rule.code.value for rule in rules]
        if [self.outcome.itemData(i) for i in range(self.outcome.count())] != codes:
            self.outcome.clear()
            for rule in rules:
                general = name(rule.code)
                words = rule.name if rule.name == general else f"{rule.name}（{general}）"
                self.outcome.addItem(words, rule.code.value)
        self.outcome.setCurrentIndex(self.outcome.findData(state.draft.outcome.value))

    def _show_hint(self, state: ReviewState) -> None:
        vetoes = state.failed_vetoes()
        suggested = state.desk.suggested
        if vetoes and state.draft.outcome.passes:
            items = "、".join(i.id for i in vetoes)
            self.hint.show_text(
                self.tr("否决项不符合（{0}），不能同意；确需同意的写明理由，由签发人确认。").format(
                    items
                ),
                Tone.DANGER,
            )
        elif state.draft.outcome is not suggested:
            self.hint.show_text(
                self.tr("按审核表，建议的结论是“{0}”。").format(name(suggested)), Tone.INFO
            )
        else:
            self.hint.show_text("")

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        wanted = [p.item_id for p in problems]
        if wanted != list(self._problem_forms):
            clear(self._problem_box)
            self._problem_forms = {}
            for problem in problems:
                self._problem_box.addWidget(self._problem_card(problem))
        for problem in problems:
            form = self._problem_forms[problem.item_id]
            for part in ("finding", "basis", "evidence", "suggestion"):
                self._put(form, part, str(getattr(problem, part)))
            self._show_missing(problem)

    def _show_missing(self, problem: Problem) -> None:
        lacks = "" if problem.evidence.strip() else self.tr("请写明证据所在页码。")
        self._problem_forms[problem.item_id].fields["evidence"].error(lacks)

    def _problem_card(self, problem: Problem) -> QWidget:
        card = Card(self.tr("问题 {0}（{1}）").format(problem.number, name(problem.dimension)))
        if card.head is not None:
            item = self.tr("审核项目 {0}").format(problem.item_id)
            card.head.addWidget(PlainLabel(item, role="muted"))
            card.head.addWidget(self._again(f"problem.{problem.item_id}"))
        form = Form()
        spoken = self.tr("问题{0}：").format(problem.number)
        for part, label, editor in (
            ("finding", self.tr("问题"), lines(2)),
            ("basis", self.tr("依据"), lines(1)),
            ("evidence", self.tr("证据"), QLineEdit()),
            ("suggestion", self.tr("修改建议"), lines(2)),
        ):
            hint = self.tr("例如：证据卷第12页；与审核表的证据是同一项")
            made = form.add(part, label, editor, hint=hint if part == "evidence" else "")
            made.editor.setAccessibleName(f"{spoken}{label}")
        write: Callable[[str], None] = partial(self._problem_changed, problem.item_id)
        form.changed.connect(write)
        card.body.addWidget(form)
        self._problem_forms[problem.item_id] = form
        return card

    @staticmethod
    def _put(form: Form, key: str, text: str) -> None:
        field = form.fields[key]
        if field.text != text:
            field.set_text(text)

    @staticmethod
    def _row_visible(form: Form, key: str, *, on: bool) -> None:
        form.show_row(key, on=on)

    def _changed(self, key: str) -> None:
        if self._quiet or self._state is None:
            return
        text = self.form.fields[key].text
        if key == "outcome":
            if text:
                self._state.choose_outcome(type(self._state.draft.outcome)(text))
            self.show_state(self._state)
        else:
            self._state.write(key, text)
        self.edited.emit()

    def _dimension_changed(self, key: str) -> None:
        if self._quiet or self._state is None:
            return
        code = key.partition(".")[2]
        self._state.write_dimension(Dimension(code), self.dimensions.fields[key].text)
        self.edited.emit()

    def _problem_changed(self, item_id: str, key: str) -> None:
        if self._quiet or self._state is None:
            return
        self._state.write_problem(item_id, **{key: self._problem_forms[item_id].fields[key].text})
        for problem in self._state.draft.problems:
            if problem.item_id == item_id:
                self._show_missing(problem)
        self.edited.emit()

    def _grow_again(self, part: str) -> None:
        if self._state is not None:
            self._state.grow_again(part)
            self.show_state(self._state)
            self.edited.emit()
