"""Giving up what was typed and never submitted: shown once more, asked, then gone.

Also the way to text whose dialog cannot be opened any more: it can be copied from here.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application.ports import Reader
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.names import moment
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class GiveUpDraft(QDialog):
    """Accepted: the draft goes."""

    def __init__(self, draft: Draft, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("放弃未提交的内容"))
        self.setMinimumSize(560, 380)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(10)
        lines.addWidget(PlainLabel(draft.title, role="heading").wrapped())
        words = self.tr("{0} 暂存在本机，没有提交。放弃后不能找回；还有用的，请先选中复制。")
        lines.addWidget(PlainLabel(words.format(moment(draft.saved_at))).wrapped())
        self.text = QPlainTextEdit("\n".join(texts(draft)))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("未提交的内容"))
        lines.addWidget(self.text, 1)
        self.give_up = button(self.tr("放弃(&D)"), self.accept, kind="danger")
        self.give_up.setAutoDefault(False)
        self.stay = button(self.tr("保留(&N)"), self.reject, kind="primary")
        self.stay.setDefault(True)
        lines.addLayout(row(self.give_up, None, self.stay))
        self.stay.setFocus()


def texts(draft: Draft) -> list[str]:
    """What a person typed, without what the form held already."""
    values = draft.values
    if "typed" not in values:
        return list(dict.fromkeys(_words(dict(values))))
    base = values.get("base", {})
    return [str(text) for key, text in values["typed"].items() if text and text != base.get(key)]


def carried_out(reader: Reader, drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose command, sent without an answer, stands in the history of its case, and to which
    nothing was added since. Waits for the database."""
    found = []
    for draft in drafts:
        values = dict(draft.values)
        sent = values.pop("sent", None)
        if sent is None or values.get("typed", values) != sent["content"]:
            continue
        command = sent["command"]
        try:
            history = reader.history(command["case_id"]) if "case_id" in command else ()
        except DomainError:
            continue
        if any(row.command_id == command["command_id"] for row in history):
            found.append(draft)
    return found


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "sent":
                yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
