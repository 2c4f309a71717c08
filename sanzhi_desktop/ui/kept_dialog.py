"""A dialog whose text is kept: within half a second of a keystroke it lies in the journal of
drafts, and it is there again when the dialog is opened the next time.

Where somebody else changed the same fields meanwhile, both sides are shown and asked about. Must
not: sending (`ui.sending`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QPushButton, QVBoxLayout, QWidget

from sanzhi_desktop.ui.conflict import Difference, compare, settle
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.draft_keeper import DraftKeeper
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.entries import entries, put_all, watch
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import moment
from sanzhi_desktop.ui.outgoing import NotedDraft, Outgoing, Sent
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, button


class KeptDialog(QDialog):
    """Subclasses lay out `kept` and `refusal`, and call `begin` when all is built."""

    ok: QPushButton

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = Form()
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.refusal = Banner()
        self.kept = Banner()
        self.throw = button(self.tr("不要了…"), self._ask_to_throw_away, kind="small")
        self.throw.setAccessibleName(self.tr("不要没有提交的内容"))
        self.throw.setAutoDefault(False)
        self.kept.add_button(self.throw)
        self._noted = NotedDraft(desk.drafts)
        self.outgoing = Outgoing(desk.session, self._noted.keep)
        self.keeper = DraftKeeper(desk.drafts, self.draft, self)
        self.on_its_way = False  # a command is on its way
        self.filled = False  # everything is read, and what was typed the last time stands there
        self.base: Mapping[str, str] = {}  # as the state that was seen says
        self._base_beside: Mapping[str, Any] = {}
        self._reads = 0
        self._drafts: Sequence[Draft] | None = None
        # What stood there before a new build: base, typed, and what is kept beside the texts.
        self._mine: tuple[Mapping[str, str], Mapping[str, str], Mapping[str, Any]] | None = None
        self._homeless: Mapping[str, str] = {}  # typed where there is no field any more

    # ----- what subclasses say

    def place(self) -> Sequence[str]:
        """Where what is typed belongs: the screen, its case or meeting, and what else tells this
        dialog from others of its class."""
        raise NotImplementedError

    def version(self) -> int:
        """The version that was seen."""
        return 0

    def beside(self) -> dict[str, Any]:
        """What the journal keeps beside the texts."""
        return {}

    def put_beside(self, values: Mapping[str, Any]) -> None:
        """Takes it back."""

    def send_now(self) -> None:
        """The button was pressed."""
        raise NotImplementedError

    # ----- what they call

    def begin(self) -> None:
        """All is built: what was typed the last time comes back."""
        self.setTabOrder(self.ok, self.throw)
        if self.desk.drafts.keeps:
            self.desk.drafts.read(self, self._drafts_read)
        else:
            self._drafts_read(())

    def read(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Reads what the form needs; the button waits for it, and so does what was typed."""
        self.ok.setEnabled(False)
        self._reads += 1

        def arrived(value: Any) -> None:
            self._reads -= 1
            self.ok.setEnabled(True)
            done(value)
            self.fill_in()

        def failed(error: BaseException) -> None:
            self._reads -= 1
            self.refuse(error)
            self.fill_in()

        self.desk.jobs.run(Lane.DATABASE, self, work, done=arrived, failed=failed)

    def refuse(self, error: BaseException) -> None:
        """Shows why not; what was typed stays."""
        self.ok.setEnabled(True)
        self.refusal.show_text(self.desk.problems.text(error), Tone.DANGER)

    def typed(self) -> dict[str, str]:
        """Everything that stands in the dialog."""
        return {key: entry.read() for key, entry in entries(self).items()}

    def reject(self) -> None:
        """Closed without being sent: what was typed is there the next time."""
        if not self.on_its_way:
            self.touch_if_changed()
            self.keeper.flush()
        super().reject()

    def touch_if_changed(self) -> None:
        """Also what a program put there for the person counts."""
        if self.filled and self.typed() != self.base:
            self.keeper.touched()

    # ----- what was typed

    def _drafts_read(self, drafts: Sequence[Draft]) -> None:
        self._drafts = drafts
        self.fill_in()

    def fill_again(self, base: Mapping[str, str]) -> None:
        """Before a new build: what stands here comes back into it, compared with `base`."""
        self._mine = base, self.typed(), self.beside()
        self.filled = False

    def fill_in(self) -> None:
        """When everything the form needs is there: what was typed comes back into it."""
        if self.filled or self._reads or self._drafts is None:
            return
        self.filled = True
        self.base, self._base_beside = self.typed(), self.beside()
        if self._mine is not None:
            (base, mine, beside), self._mine = self._mine, None
            self._merge(base, mine)
            self.put_beside(beside)
            self.keeper.touched()
        else:
            key = self.key()
            draft = next((d for d in self._drafts if d.key == key and "typed" in d.values), None)
            if draft is not None:
                self._restore(draft)
        watch(self, self._touched)

    def _restore(self, draft: Draft) -> None:
        values, at = draft.values, moment(draft.saved_at)
        text = self.tr("已恢复 {0} 没有提交的内容，请核对后提交。").format(at)
        if "sent" in values:
            self.outgoing.unanswered = Sent.from_json(values["sent"])
            text = self.tr(
                "{0} 提交时没有得到答复，可能已经保存。请再按一次“{1}”：已经保存的，不会重复办理。"
            ).format(at, self.ok.text().split("(&", maxsplit=1)[0])
        elif draft.version != self.version():
            words = self.tr("已恢复 {0} 没有提交的内容；此后他人更新过，请核对后提交。")
            text = words.format(at)
        self.kept.show_text(text, Tone.WARN)
        mine = {k: str(v) for k, v in values["typed"].items()}
        self._merge({k: str(v) for k, v in values["base"].items()}, mine)
        self.put_beside(values)
        self.keeper.touched()

    def _merge(self, base: Mapping[str, str], mine: Mapping[str, str]) -> None:
        """What was typed goes over what stands there now; where both changed, it is asked."""
        theirs, there = self.base, entries(self)
        changed = {key: text for key, text in mine.items() if text != base.get(key, "")}
        labels = {key: entry.label for key, entry in there.items() if entry.label}
        found = compare(base, mine, theirs, labels)
        self._homeless = {k: v for k, v in put_all(self, changed).items() if v.strip()}
        if self._homeless:
            words = self.tr("下面填写的内容已经没有对应的栏目：{0}")
            said = words.format("；".join(self._homeless.values()))
            self.kept.show_text("\n".join(filter(None, [self.kept.label.text(), said])), Tone.WARN)
        if any(d.asked for d in found):
            shown = [
                Difference(
                    d.key,
                    d.label,
                    there[d.key].words(d.mine),
                    there[d.key].words(d.theirs),
                    d.asked,
                )
                for d in found
            ]
            take = partial(self._take, theirs)
            settle(shown, self, accepted=take, all_theirs=self.throw_away)

    def _take(self, theirs: Mapping[str, str], keys: frozenset[str]) -> None:
        put_all(self, {key: text for key, text in theirs.items() if key in keys})
        self.keeper.touched()
        self.send_now()

    def _ask_to_throw_away(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("不要没有提交的内容"))
        box.setText(self.tr("没有提交的内容将从本机删除，不能找回。确定不要了吗？"))
        gone = box.addButton(self.tr("不要了(&D)"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(self.tr("保留(&N)"), QMessageBox.ButtonRole.RejectRole))
        gone.clicked.connect(self.throw_away)
        box.open()

    def throw_away(self) -> None:
        """Forgets what was typed and shows the state as it is."""
        self.outgoing.unanswered = None
        self._homeless = {}
        put_all(self, self.base)
        self.put_beside(self._base_beside)
        self.keeper.discard()
        self.kept.show_text("")

    def _touched(self) -> None:
        if self.filled and not self._reads:
            self.keeper.touched()

    # ----- the journal

    def key(self) -> str:
        """The name of the draft; its beginning says which screen leads to it."""
        screen, about, *rest = self.place()
        return f"{screen}:{about}#{'/'.join([type(self).__name__, *rest])}"

    def draft(self) -> tuple[str, str, int, Mapping[str, Any]]:
        """Key, title, version and values as the journal keeps them."""
        values: dict[str, Any] = {
            **self.beside(),
            "typed": {**self._homeless, **self.typed()},
            "base": dict(self.base),
        }
        if self.outgoing.unanswered is not None:
            values["sent"] = self.outgoing.unanswered.to_json()
        return self.key(), self.windowTitle(), self.version(), values

    def note_draft(self) -> None:
        """Before a command goes out: what the journal is to hold beside it."""
        self._noted.form = self.draft()
