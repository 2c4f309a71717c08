"""Sign-off: the head sees the case on one screen, reads the paper as it will print, and signs."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application import signoff
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import Case, Round, Submission
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.case_page import CasePage, read_page
from sanzhi_desktop.ui.deadline_strip import DeadlineStripView
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import name, named
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.steps.aftermath import problem_words
from sanzhi_desktop.ui.widgets import Banner, Card, PlainLabel, button, clear, row, scrolled

_COMPARED = (
    "name",
    "facts",
    "proposed_decision",
    "amount_fen",
    "violated_provisions",
    "penalty_basis",
    "discretion_tier",
    "discretion_basis",
    "defence",
    "hearing",
    "hearing_date",
)


def changes_since(before: Submission, now: Submission) -> list[tuple[str, str, str]]:
    """What differs between two rounds: (field, before, now), in the order of the form."""
    found = []
    for key in _COMPARED:
        old, new = getattr(before, key), getattr(now, key)
        if old != new:
            found.append((named("field", key), _words(old), _words(new)))
    if before.party != now.party:
        found.append((named("field", "party"), before.party.name, now.party.name))
    return found


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return "；".join(str(v) for v in value)
    if isinstance(value, int):
        return money.format_yuan(value)
    return "" if value is None else str(value)


def last_round(case: Case) -> Round | None:
    """The round before the running one."""
    earlier = [r for r in case.rounds if r.round < case.round]
    return earlier[-1] if earlier else None


class SignoffScreen(Screen):
    """One certified opinion, waiting for the head's signature."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.page: CasePage | None = None
        self._shown_sha = ""
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.root.addWidget(self.header)
        self.banner = Banner()
        self.root.addWidget(self.banner)
        self.strip = DeadlineStripView()
        self.basis = PlainLabel(role="muted").wrapped()
        self.paper = PaperPanel(desk, empty=self.tr("正在读取意见书…"))
        side = QWidget()
        self.side = QVBoxLayout(side)
        self.side.setContentsMargins(0, 0, 4, 0)
        self.side.setSpacing(10)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(scrolled(side))
        split.addWidget(self.paper)
        split.setSizes([470, 610])
        split.setStretchFactor(1, 1)
        self.root.addWidget(split, 1)
        self.whole = button(self.tr("全案(&Q)"), lambda: desk.go.emit("case", self.case_id))
        self.extend = button(self.tr("延长期限(&X)…"), lambda: self._step(Action.EXTEND))
        self.back = button(
            self.tr("退回修改(&B)…"), lambda: self._step(Action.SEND_BACK), kind="danger"
        )
        self.sign = button(self.tr("签发(&S)…"), self._issue, kind="primary", icon="seal")
        self.root.addLayout(row(self.whole, None, self.extend, self.back, self.sign))

    def title(self) -> str:
        return self.tr("签发")

    def open_case(self, case_id: str) -> None:
        if case_id != self.case_id:
            self._shown_sha = ""
            self.paper.clear()
        self.case_id = case_id

    def shown(self) -> None:
        if self.case_id:
            session, work, case_id = self.desk.session, self.desk.work, self.case_id
            self.read(lambda: read_page(session, work, case_id), self.show_page, key="page")

    def on_changed(self, answer: Changed) -> None:
        if answer.case_id in {"", self.case_id}:
            super().on_changed(answer)

    def show_page(self, page: CasePage) -> None:
        """Fills the screen; a case that left this step goes back to its overview."""
        if page.case.state is not State.SIGNING:
            if self.isVisible():
                self.desk.go.emit("case", page.case.case_id)
            return
        self.page = page
        self.header.show_page(page)
        for made, action in ((self.extend, Action.EXTEND), (self.back, Action.SEND_BACK)):
            made.setEnabled(page.why_not(action) is None)
        self.sign.setEnabled(page.why_not(Action.RESERVE) is None)
        self._show_side(page)
        self._show_paper(page)
        self.sign.setFocus()

    def _show_side(self, page: CasePage) -> None:
        clear(self.side)
        case, submission = page.case, page.case.submission
        current = case.current
        who = Card(self.tr("谁、什么事"))
        self._line(who, self.tr("当事人"), submission.party.name)
        self._line(who, self.tr("证件号码"), submission.party.number)
        handlers = "、".join(h.name for h in submission.handlers)
        self._line(who, self.tr("承办"), f"{submission.unit}　{handlers}")
        self._line(who, self.tr("审核人"), page.name_of(case.reviewer))
        self._line(who, self.tr("拟作决定"), submission.proposed_decision)
        if submission.amount_fen:
            self._line(who, self.tr("金额"), money.format_yuan(submission.amount_fen))
        self._line(who, self.tr("裁量"), submission.discretion_tier)
        self.side.addWidget(who)
        outcome = Card(self.tr("审核结论"))
        if current is not None and current.outcome is not None:
            outcome.body.addWidget(PlainLabel(name(current.outcome), role="heading"))
            reasons = str(current.opinion.get("reasons", ""))
            outcome.body.addWidget(PlainLabel(reasons).wrapped())
            for key, words in (
                ("override_reason", self.tr("否决项不符合仍同意：{0}")),
                ("same_person_reason", self.tr("审核与签发同一人：{0}")),
            ):
                text = str(current.opinion.get(key, ""))
                if text:
                    outcome.body.addWidget(PlainLabel(words.format(text), role="error").wrapped())
        self.side.addWidget(outcome)
        self._show_problems(case)
        self._show_clock(page)
        self._show_changes(case)
        self.side.addStretch(1)

    def _line(self, card: Card, label: str, text: str) -> None:
        if not text.strip():
            return
        caption = PlainLabel(label, role="muted")
        caption.setFixedWidth(caption.fontMetrics().horizontalAdvance("字" * 5))
        line = row(caption, PlainLabel(text).wrapped().selectable())
        line.setAlignment(caption, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        card.body.addLayout(line)

    def _show_problems(self, case: Case) -> None:
        own = [p for p in case.problems if p.round == case.round]
        if not own:
            return
        card = Card(self.tr("问题（{0}）").format(len(own)))
        for problem in own:
            words = f"{problem.number}. {problem_words(problem)}"
            card.body.addWidget(PlainLabel(words).wrapped().selectable())
        self.side.addWidget(card)

    def _show_clock(self, page: CasePage) -> None:
        card = Card(self.tr("审核期限"))
        self.strip = DeadlineStripView()
        self.strip.show_strip(page.strip, page.today)
        words = basis_paragraph(page.strip) if page.strip else self.tr("规则方案没有规定审核期限。")
        self.basis = PlainLabel(words, role="muted").wrapped()
        card.body.addWidget(self.strip)
        card.body.addWidget(self.basis)
        self.side.addWidget(card)

    def _show_changes(self, case: Case) -> None:
        before = last_round(case)
        if before is None or before.submission is None:
            return
        card = Card(self.tr("与第 {0} 轮相比").format(before.round))
        changes = changes_since(before.submission, case.submission)
        for label, old, new in changes:
            self._line(card, label, self.tr("原：{0}\n现：{1}").format(old, new))
        for problem in case.problems:
            if problem.round < case.round and problem.response:
                words = self.tr("问题 {0} 的答复：{1}").format(problem.number, problem.response)
                card.body.addWidget(PlainLabel(words).wrapped())
        if not changes:
            card.body.addWidget(PlainLabel(self.tr("送审内容没有变化。"), role="muted"))
        self.side.addWidget(card)

    def _show_paper(self, page: CasePage) -> None:
        current = page.case.current
        if current is None or not current.certified_sha256:
            self.paper.clear(self.tr("还没有审核人签名的意见书"))
            return
        if current.certified_sha256 == self._shown_sha:
            return
        sha256, reader = current.certified_sha256, self.desk.session.reader

        def arrived(data: bytes) -> None:
            self._shown_sha = sha256
            self.paper.show_paper(data, self.tr("法制审核意见书（待签发）.pdf"))

        self.read(lambda: reader.document(sha256), arrived, key="paper")

    def _step(self, action: Action) -> None:
        if self.page is not None:
            steps.make(action, self.desk, self.page.case, self).open()

    def _issue(self) -> None:
        if self.page is None:
            return
        session, work, case = self.desk.session, self.desk.work, self.page.case

        def sign(key: SigningKey, ask: AskSecret) -> Changed:
            # A wrong passphrase keeps the number that was reserved: the version has moved on then.
            seen = session.reader.case(case.case_id)
            version = seen.version if seen.current == _reserved(case, seen) else case.version
            return signoff.issue(
                session,
                work.press,
                case_id=case.case_id,
                seen_version=version,
                key=key,
                ask=ask,
            ).changed

        prompt = SigningPrompt(
            self.desk,
            sign,
            title=self.tr("签发"),
            explanation=self.tr("签发时取文号、落成文日期，加盖印章并签名。签发后不能修改。"),
            parent=self,
        )
        prompt.signed.connect(self._signed)
        prompt.open()

    def _signed(self, answer: object) -> None:
        self.banner.show_text("")
        if isinstance(answer, Changed):
            self.desk.told.emit(self.tr("已签发。"))
            self.desk.go.emit("case", self.case_id)


def _reserved(before: Case, seen: Case) -> Round | None:
    """The running round as it was shown, with the number reserved meanwhile by this desk."""
    if before.current is None or seen.current is None:
        return None
    return replace(before.current, number=seen.current.number, dated=seen.current.dated)
