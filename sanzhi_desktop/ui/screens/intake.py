"""Intake: the submission with its handlers and materials, read from files and confirmed by hand."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application import intake
from sanzhi_desktop.application.commands import Changed, new_id
from sanzhi_desktop.application.work import Prefill
from sanzhi_desktop.domain.case import CaseFault, Handler, Submission
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Draft, DraftKeeper
from sanzhi_desktop.ui.handlers_editor import HandlersEditor
from sanzhi_desktop.ui.intake_page import IntakePage, merged, read_intake, submission_paper
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.materials_editor import MaterialsEditor
from sanzhi_desktop.ui.names import named
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.submission_form import SubmissionForm, texts_of
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row, scrolled

READABLE = (".docx", ".txt", ".pdf")


class IntakeScreen(Screen):
    """One submission, new or taken up again."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.page: IntakePage | None = None
        self._version = 0
        self._command = new_id()
        self._saving = False
        self.setAcceptDrops(True)
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.root.addWidget(self.header)
        self.banner = Banner()
        self.root.addWidget(self.banner)
        self.read_file = button(
            self.tr("读取送审文件(&R)…"), self._choose, icon="intake", shortcut="Ctrl+O"
        )
        self.hint = PlainLabel(
            self.tr(
                "把拟作决定书（.docx、.txt、有文字的 .pdf）拖到这里，或者选择文件，程序读出能读的内容。"
            ),
            role="muted",
        ).wrapped()
        top = row(self.read_file, self.hint)
        top.setStretch(1, 1)
        self.root.addLayout(top)
        self.form = SubmissionForm()
        self.handlers = HandlersEditor()
        self.materials = MaterialsEditor(desk)
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        lines.addWidget(self.handlers)
        lines.addWidget(self.materials, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(scrolled(self.form))
        split.addWidget(side)
        split.setSizes([620, 440])
        split.setStretchFactor(0, 1)
        self.root.addWidget(split, 1)
        self._build_foot()
        self.keeper = DraftKeeper(desk.drafts, self._kept, self)
        self.form.changed.connect(lambda _: self._touched())
        self.form.confirmed.connect(lambda _: self._touched())
        self.handlers.changed.connect(self._touched)
        self.materials.changed.connect(self._touched)

    def _build_foot(self) -> None:
        self.progress = PlainLabel().wrapped()
        self.next_one = button(
            self.tr("下一待确认项"),
            self.form.next_unconfirmed,
            shortcut="F8",
            tip=self.tr("核对后按 Ctrl+Enter 确认"),
        )
        self.printed = button(self.tr("送审表预览(&V)"), self._preview, icon="print")
        self.save = button(
            self.tr("保存"), self.save_now, kind="primary", icon="save", shortcut="Ctrl+S"
        )
        self.submit = button(self.tr("确认送审(&S)…"), self._confirm)
        foot = row(self.progress, self.next_one, self.printed, self.submit, self.save)
        foot.setStretch(0, 1)
        self.root.addLayout(foot)

    # ----- opening

    def title(self) -> str:
        return self.tr("登记送审")

    def open_case(self, case_id: str) -> None:
        self._open(case_id)

    def shown(self) -> None:
        if self.page is None or (self.case_id and not self.keeper.dirty):
            self._read()

    def leave(self) -> None:
        self.keeper.flush()

    def on_changed(self, answer: Changed) -> None:
        """Somebody else's change is met when saving; an untouched form is read again."""
        other = answer.case_id == self.case_id and answer.version > self._version
        if other and self.isVisible() and not self.keeper.dirty and not self._saving:
            self._read()

    def start_new(self) -> None:
        """An empty form."""
        self._open("")

    def _open(self, case_id: str) -> None:
        if case_id != self.case_id or self.page is None:
            self.keeper.flush()
            self.page = None
        self.case_id = case_id

    def _read(self) -> None:
        session, work, case_id = self.desk.session, self.desk.work, self.case_id
        self.read(lambda: read_intake(session, work, case_id), self._show, key="intake")

    def _show(self, page: IntakePage) -> None:
        self.page = page
        self.header.setVisible(page.page is not None)
        if page.page is not None:
            self.header.show_page(page.page)
        self._version = page.case.version if page.case else 0
        self.form.show_criteria(page.profile.criteria())
        self.form.show_submission(page.start)
        self.handlers.show_people(page.people, page.today)
        self.handlers.show_handlers(page.start.handlers)
        self._show_rules()
        self.materials.show_materials(page.case.materials if page.case else ())
        self.submit.setVisible(page.page is not None and page.page.why_not(Action.CONFIRM) is None)
        self.banner.show_text("")
        self._say_progress()
        self.desk.drafts.read(self, self._restore)
        if not page.start.name:
            self.read_file.setFocus()
        else:
            self.form.fields["name"].editor.setFocus()

    def _restore(self, drafts: Any) -> None:
        found: Draft | None = next((d for d in drafts if d.key == self._key()), None)
        if found is None or self.page is None or self.keeper.dirty:
            return
        self._put_values(found.values)
        self.keeper.touched()
        text = self.tr("已恢复上次没有提交的内容，请核对后保存。")
        if found.version and found.version != self._version:
            text = self.tr("已恢复上次没有提交的内容；此后他人保存过修改，请核对后保存。")
        self.banner.show_text(text, Tone.WARN)

    def _put_values(self, values: Mapping[str, Any]) -> None:
        self.form.restore(values.get("texts", {}))
        self.materials.restore(values.get("materials", ()))
        people = self.page.people if self.page else {}
        known = list(self.page.start.handlers if self.page else ())
        chosen = []
        for person_id in values.get("handlers", ()):
            person = people.get(person_id)
            if person is not None:
                chosen.append(Handler(person_id, person.name, person.enforcement_certificate))
        self.handlers.show_handlers(chosen or known)
        self._say_progress()

    def _show_rules(self) -> None:
        if self.page is None:
            return
        kind = self._lenient().kind
        rules = self.page.profile.materials(kind)
        self.materials.show_rules(rules, lambda rule: intake.demanded(rule, self._lenient()))

    # ----- reading files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if not paths:
            return
        event.acceptProposedAction()
        first = next((p for p in paths if p.suffix.lower() in READABLE), None)
        if first is not None:
            self.read_submission(first)
        self.materials.add_files([p for p in paths if p is not first])

    def read_submission(self, path: Path) -> None:
        """Reads a decision or submission and keeps the file as the draft decision."""
        reader = self.desk.work.reader
        self.banner.show_text(self.tr("正在读取 {0}…").format(path.name))
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: reader.read(path),
            done=lambda found: self._read_done(path, found),
            failed=self._read_failed,
            key="read",
        )

    def _read_done(self, path: Path, found: Prefill) -> None:
        self.form.show_submission(merged(found.submission, self._lenient()))
        for key, sentence in found.marks:
            if key in self.form.fields:
                self.form.fields[key].error(sentence)
        others = [text for key, text in found.marks if key not in self.form.fields]
        waiting = len(self.form.unconfirmed())
        words = self.tr("读出 {0} 项，请逐项核对：F8 跳到下一项，Ctrl+Enter 确认。").format(waiting)
        self.banner.show_text("\n".join([words, *others]), Tone.WARN if others else Tone.INFO)
        self._show_rules()
        self.materials.add_decision(path)
        self._touched()
        self.form.next_unconfirmed()

    def _read_failed(self, error: BaseException) -> None:
        self.banner.show_text(self.desk.problems.text(error), Tone.DANGER)

    def _choose(self) -> None:
        dialog = QFileDialog(
            self, self.tr("选择送审文件"), "", self.tr("文书 (*.docx *.txt *.pdf)")
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.read_submission(Path(file)))
        dialog.open()

    # ----- keeping and saving

    def _key(self) -> str:
        return f"intake:{self.case_id}"

    def _kept(self) -> tuple[str, str, int, dict[str, Any]]:
        values = {
            "texts": self.form.texts(),
            "materials": self.materials.to_values(),
            "handlers": [h.person_id for h in self.handlers.handlers()],
        }
        name = self.form.fields["name"].text or self.tr("（未填案由）")
        return self._key(), self.tr("送审表 {0}").format(name), self._version, values

    def _touched(self) -> None:
        self.keeper.touched()
        self._show_rules_if_changed()
        self._say_progress()

    def _show_rules_if_changed(self) -> None:
        submission = self._lenient()
        now = (submission.kind, submission.procedure, submission.hearing_date)
        if now != getattr(self, "_rules_for", None):
            self._rules_for = now
            self._show_rules()

    def _say_progress(self) -> None:
        waiting = self.form.unconfirmed()
        parts = []
        if waiting:
            names = "、".join(named("field", key) for key in waiting[:3])
            parts.append(self.tr("待确认 {0} 项（{1}…）").format(len(waiting), names))
        if self.materials.missing.isVisibleTo(self.materials):
            parts.append(self.tr("材料未齐"))
        self.progress.setText("，".join(parts) or self.tr("内容已全部确认"))
        self.next_one.setEnabled(bool(waiting))

    def _lenient(self) -> Submission:
        """The form as it stands; a date or amount that nobody can read counts as not filled."""
        try:
            return replace(self.form.submission(), handlers=self.handlers.handlers())
        except DomainError:
            return self.page.start if self.page else Submission()

    def save_now(self) -> None:
        """Registers or saves the draft submission."""
        if self.page is None or self._saving:
            return
        try:
            submission = replace(self.form.submission(), handlers=self.handlers.handlers())
        except DomainError as error:
            self._refused(error)
            return
        materials = self.materials.materials()
        session, case_id, seen, command = (
            self.desk.session,
            self.case_id,
            self._version,
            self._command,
        )
        self._saving = True
        self.save.setEnabled(False)
        self.keeper.sending()

        def work() -> Changed:
            if not case_id:
                return intake.register(
                    session, submission=submission, materials=materials, command_id=command
                )
            return intake.edit(
                session,
                case_id=case_id,
                seen_version=seen,
                submission=submission,
                materials=materials,
                command_id=command,
            )

        self.write(work, self._saved, failed=self._refused)

    def _saved(self, answer: Changed) -> None:
        self._saving = False
        self.save.setEnabled(True)
        self._command = new_id()
        self.keeper.acknowledged()
        self.case_id = answer.case_id
        self._version = answer.version
        self.desk.told.emit(self.tr("已保存。承办机构负责人确认后送审。"))
        self.banner.show_text("")
        if not self.keeper.dirty:
            self._read()

    def _refused(self, error: BaseException) -> None:
        self._saving = False
        self.save.setEnabled(True)
        if isinstance(error, DomainError):
            # A refusal was carried out nowhere: the next attempt is another command. After a lost
            # connection the same id is sent again, so that nothing is registered twice.
            if not error.code.value.startswith("persistence."):
                self._command = new_id()
            if error.code is CaseFault.STALE:
                session, work, case_id = self.desk.session, self.desk.work, self.case_id
                self.read(lambda: read_intake(session, work, case_id), self._conflict)
                return
        self.banner.show_text(self.desk.problems.text(error), Tone.DANGER)
        wrong = next((f for f in self.form.fields.values() if f.fault.text()), None)
        if wrong is not None:
            wrong.editor.setFocus()

    def _conflict(self, theirs: IntakePage) -> None:
        mine, there = self.form.texts(), texts_of(theirs.start)
        differences = [
            (named("field", key), mine[key], text)
            for key, text in there.items()
            if mine.get(key, "") != text
        ]
        self._version = theirs.case.version if theirs.case else 0
        dialog = ConflictDialog(differences, self)
        dialog.rejected.connect(lambda: self._take_theirs(theirs))
        dialog.accepted.connect(self.save_now)
        dialog.open()

    def _take_theirs(self, theirs: IntakePage) -> None:
        self.keeper.discard()
        self._show(theirs)

    # ----- paper and next step

    def _preview(self) -> None:
        if self.page is None:
            return
        session, work, page = self.desk.session, self.desk.work, self.page
        submission, materials = self._lenient(), self.materials.materials()
        self.read(
            lambda: submission_paper(
                work,
                session,
                submission=submission,
                materials=materials,
                case=page.case,
                profile=page.profile,
            ),
            lambda pdf: PaperDialog(self.desk, pdf, self.tr("送审表.pdf"), self).open(),
            key="paper",
        )

    def _confirm(self) -> None:
        if self.page is not None and self.page.case is not None:
            steps.make(Action.CONFIRM, self.desk, self.page.case, self).open()
