"""The three parts of a submission as one editor: form, handlers, materials."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application import intake
from sanzhi_desktop.application.work import Prefill
from sanzhi_desktop.domain.case import Handler, Material, Submission
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.catalogue.picker import offer_items
from sanzhi_desktop.ui.conflict import Difference, compare
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.handlers_editor import HandlersEditor
from sanzhi_desktop.ui.intake_page import IntakePage, merged
from sanzhi_desktop.ui.materials_editor import MaterialsEditor
from sanzhi_desktop.ui.names import named
from sanzhi_desktop.ui.submission_form import SubmissionForm, texts_of
from sanzhi_desktop.ui.widgets import scrolled

_MATERIALS = "materials"


class IntakeBody(QSplitter):
    """`touched` follows every change a person makes."""

    touched = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._page: IntakePage | None = None
        self._rules_for: object = None
        self.form = SubmissionForm()
        self.handlers = HandlersEditor()
        self.materials = MaterialsEditor(desk)
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 4, 0)
        lines.setSpacing(10)
        lines.addWidget(self.handlers)
        lines.addWidget(self.materials, 1)
        self.addWidget(scrolled(self.form))
        self.addWidget(scrolled(side))
        self.setSizes([640, 420])
        self.setStretchFactor(0, 1)
        self.form.changed.connect(lambda _: self._changed())
        self.form.confirmed.connect(lambda _: self._changed())
        self.handlers.changed.connect(self._changed)
        self.materials.changed.connect(self._changed)

    def show_page(self, page: IntakePage) -> None:
        """Fills all three."""
        self._page = page
        self.form.show_criteria(page.profile.criteria())
        offer_items(self.form.fields, page.profile)
        self.form.show_submission(page.start)
        self.form.show_sectors(page.profile)
        self.handlers.show_people(page.people, page.today)
        self.handlers.show_handlers(page.start.handlers)
        self.show_rules()
        self.materials.show_materials(page.case.materials if page.case else ())

    def show_rules(self) -> None:
        """The list of materials that fits kind, catalogue item and tier in the form."""
        if self._page is not None:
            rules = intake.asked_materials(self._page.profile, self.lenient())
            self.materials.show_rules(rules, lambda r: intake.demanded(r, self.lenient()))

    def show_reading(self, path: Path, found: Prefill) -> list[str]:
        """Fills in what was read; returns the marks that belong to no field."""
        self.form.show_submission(merged(found.submission, self.lenient()))
        for key, sentence in found.marks:
            if key in self.form.fields:
                self.form.fields[key].error(sentence)
        self.show_rules()
        self.materials.add_decision(path)
        self._changed()
        self.form.next_unconfirmed()
        return [text for key, text in found.marks if key not in self.form.fields]

    def submission(self) -> Submission:
        """What stands there. Raises DomainError for a date or an amount nobody can read."""
        return replace(self.form.submission(), handlers=self.handlers.handlers())

    def lenient(self) -> Submission:
        """The same; what cannot be read counts as it was before."""
        try:
            return self.submission()
        except DomainError:
            return self._page.start if self._page else Submission()

    def given(self) -> tuple[Material, ...]:
        """The materials as they stand."""
        return self.materials.materials()

    def to_values(self) -> dict[str, Any]:
        """What a local draft keeps."""
        return {
            "texts": self.form.texts(),
            "materials": self.materials.to_values(),
            "handlers": [h.person_id for h in self.handlers.handlers()],
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Takes over what a local draft kept."""
        self.form.restore(values.get("texts", {}))
        self.materials.restore(values.get("materials", ()))
        people = self._page.people if self._page else {}
        known = [people[i] for i in values.get("handlers", ()) if i in people]
        self.handlers.show_handlers(
            Handler(p.person_id, p.name, p.enforcement_certificate) for p in known
        )

    def differences(self, theirs: IntakePage) -> list[Difference]:
        """Where somebody else saved what he changed since the form was opened."""
        base = self._page
        if base is None:
            return []
        mine = self.form.texts() | self._lists(self.handlers.handlers(), self.given())
        was, there = (
            texts_of(page.start)
            | self._lists(page.start.handlers, page.case.materials if page.case else ())
            for page in (base, theirs)
        )
        labels = {key: named("field", key) for key in there if key != _MATERIALS}
        return compare(was, mine, there, labels | {_MATERIALS: self.tr("材料")})

    def _lists(self, handlers: Iterable[Handler], given: Iterable[Material]) -> dict[str, str]:
        """Handlers and materials as they are compared: each as a whole."""
        people = "\n".join(f"{h.name}（{h.certificate}）" for h in handlers)
        shown = "\n".join(f"{m.name} {m.waived or m.sha256[:8]}".strip() for m in given)
        return {"handlers": people, _MATERIALS: shown}

    def take(self, theirs: IntakePage, keys: Collection[str]) -> None:
        """Goes on from what somebody else saved: these fields as he has them, the rest as typed."""
        there = texts_of(theirs.start)
        kept = self.form.texts()
        self._page = theirs
        self.form.restore(kept | {key: there[key] for key in keys if key in there})
        if "handlers" in keys:
            self.handlers.show_handlers(theirs.start.handlers)
        if _MATERIALS in keys:
            self.materials.show_materials(theirs.case.materials if theirs.case else ())

    def focus_fault(self) -> None:
        """The cursor goes to the first field that is wrong."""
        wrong = next((f for f in self.form.fields.values() if f.fault.text()), None)
        if wrong is not None:
            wrong.editor.setFocus()

    def waiting_words(self) -> str:
        """What still has to be confirmed or handed in, in one line; empty when nothing has."""
        waiting = self.form.unconfirmed()
        parts = []
        if waiting:
            names = "、".join(named("field", key) for key in waiting[:3])
            more = "…" if len(waiting) > 3 else ""
            parts.append(self.tr("待确认 {0} 项（{1}{2}）").format(len(waiting), names, more))
        if self.materials.missing.text():
            parts.append(self.materials.missing.text())
        return "，".join(parts)

    def _changed(self) -> None:
        submission = self.lenient()
        asked = (submission.kind, submission.catalogue_item, submission.decider)
        now = (*asked, submission.procedure, submission.hearing_date)
        if now != self._rules_for:
            self._rules_for = now
            self.show_rules()
            if self._page is not None:
                self.form.show_sectors(self._page.profile)
        self.touched.emit()
