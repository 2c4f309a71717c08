"""备齐移送材料: the attachments of the law, each with a file, its pages, or why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import transfer
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.rulebook import profile_of
from sanzhi_desktop.application.transfer import PaperIn
from sanzhi_desktop.domain.case import CaseFault, Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    LETTER,
    Attachment,
    AttachmentRule,
    TransferFault,
    current,
)
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.transfer.base import TransferStep
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, column, scrolled


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the dialog asks for."""

    profile: Profile
    rules: tuple[AttachmentRule, ...]


class PrepareTransferStep(TransferStep):
    """One card for each attachment; the letter itself is made by the program."""

    rules: _Rules | None = None

    def fields(self) -> None:
        self.setMinimumSize(720, 600)
        self.name_it(
            self.tr("备齐移送材料"),
            self.tr("每项附上文件或者填写页数；确实没有的写明理由。移送书由程序生成，不用附。"),
            self.tr("保存(&O)"),
        )
        self.form.hide()
        self.forms: dict[str, Form] = {}

    def look_up(self) -> _Rules:
        session, book, case = self.session, self.desk.work.book, self.case
        applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
        profile = profile_of(book, case, applied)
        rules = tuple(r for r in transfer.attachment_rules(profile) if r.code != LETTER)
        return _Rules(profile, rules)

    def looked_up(self, found: Any) -> None:
        self.rules = found
        cards = [self._card(rule) for rule in found.rules]
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)
        before = current(self.case.transfers)
        for given in before.attachments if before is not None else ():
            self._put(given)
        first = next(iter(self.forms.values()), None)
        if first is not None:
            first.fields["pages"].editor.setFocus()

    def _card(self, rule: AttachmentRule) -> QWidget:
        card = Card(rule.name)
        form = Form()
        keep(form, rule.code, rule.name)
        self.forms[rule.code] = form
        pages = form.add("pages", self.tr("页数"), QLineEdit())
        pages.editor.setAccessibleName(self.tr("{0}的页数").format(rule.name))
        file = QLineEdit()
        file.setReadOnly(True)
        choose = button(self.tr("选择文件…"), lambda: self._ask(rule.code), kind="small")
        choose.setAccessibleName(self.tr("选择文件：{0}").format(rule.name))
        made = form.add("file", self.tr("文件"), file, beside=choose)
        made.editor.setAccessibleName(self.tr("{0}的文件").format(rule.name))
        own = QComboBox()
        own.addItem(self.tr("不从本案材料中选"), "")
        for material in self.case.materials:
            if material.sha256 or material.pages:
                own.addItem(material.name, material.material_id)
        if own.count() > 1:
            form.add("own", self.tr("本案材料"), own)
            own.setAccessibleName(self.tr("{0}：从本案材料中选").format(rule.name))
            own.currentIndexChanged.connect(lambda _: self._take_own(rule.code, own))
        if rule.if_any:
            waived = form.add("waived", self.tr("不适用的理由"), QLineEdit())
            waived.editor.setAccessibleName(self.tr("{0}不适用的理由").format(rule.name))
        card.body.addWidget(form)
        if not rule.if_any:
            card.body.addWidget(PlainLabel(self.tr("必备材料"), role="muted"))
        return card

    def _take_own(self, code: str, own: QComboBox) -> None:
        chosen = next(
            (m for m in self.case.materials if m.material_id == str(own.currentData() or "")), None
        )
        if chosen is not None:
            self.attached(code, chosen)

    def attached(self, key: str, material: Material) -> None:
        pages = str(material.pages or "")
        self._put(Attachment(key, "", material.pages, material.sha256, material.file_name))
        if pages:
            self.forms[key].put({"pages": pages})
        self.keeper.touched()

    def _put(self, given: Attachment) -> None:
        if given.code not in self.forms:
            return
        if given.sha256:
            self.papers[given.code] = PaperIn(given.sha256, given.file_name)
        row = {
            "pages": str(given.pages or ""),
            "file": given.file_name,
            "waived": given.waived,
        }
        self.forms[given.code].put(row)

    def attachments(self) -> Sequence[Attachment]:
        """What stands in the cards. A number of pages that is none is shown and raised."""
        if self.rules is None:
            raise DomainError(CaseFault.NOT_FOUND)
        return [self._attachment(rule) for rule in self.rules.rules]

    def _attachment(self, rule: AttachmentRule) -> Attachment:
        form = self.forms[rule.code]
        form.clear_errors()
        row = form.values()
        pages = row["pages"].strip()
        if pages and not (pages.isdecimal() and 0 < int(pages) < 100_000):
            form.fields["pages"].error(self.tr("请填写页数，例如 12。"))
            form.fields["pages"].editor.setFocus()
            raise DomainError(TransferFault.ATTACHMENT_MISSING, name=rule.name)
        paper = self.papers.get(rule.code) if row["file"] else None
        given = Attachment(
            code=rule.code,
            name=rule.name,
            pages=int(pages) if pages else None,
            sha256=paper.sha256 if paper else "",
            file_name=paper.file_name if paper else "",
        )
        excuse = row.get("waived", "").strip()
        # An excuse counts only where nothing was handed in.
        return (
            given if given.given or not excuse else Attachment(rule.code, rule.name, waived=excuse)
        )

    def work(self) -> Callable[[], Changed]:
        step, session, given = self.step(), self.session, self.attachments()
        assert self.rules is not None  # noqa: S101 — attachments() raises without them
        profile = self.rules.profile
        return lambda: transfer.prepare(session, step, profile=profile, attachments=given)

    def refuse(self, error: BaseException) -> None:
        super().refuse(error)
        if not isinstance(error, DomainError) or self.rules is None:
            return
        name = error.facts.get("name")
        rule = next((r for r in self.rules.rules if r.name == name), None)
        if rule is not None and not self.forms[rule.code].fields["pages"].fault.text():
            self.forms[rule.code].fields["pages"].error(self.desk.problems.text(error))
            self.forms[rule.code].fields["pages"].editor.setFocus()
