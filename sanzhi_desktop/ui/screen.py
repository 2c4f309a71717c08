"""What every screen is: a widget with a title that reads when it is shown and when told to.

One file per screen in `ui.screens`; the list there is the only list of screens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.widgets import GAP, WIDE, PlainLabel


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """One entry of the list: key, rail text with its key, icon, and where its class lives.

    `case` screens are opened on a case or a meeting, never from the rail, where `under` stays
    marked. `roles` empty: for everybody.
    """

    key: str
    title: str
    icon: str
    module: str
    name: str
    roles: frozenset[Role] = frozenset()
    case: bool = False
    under: str = "worklist"

    def open_to(self, held: frozenset[Role]) -> bool:
        """Whether somebody with these roles sees the entry."""
        return not self.roles or bool(self.roles & held)


class Screen(QWidget):
    """Base of all screens. `kinds`: what kinds of change make it read again."""

    kinds: frozenset[str] = frozenset({"case"})

    @property
    def case_at_hand(self) -> str:
        """The case in front of the person; "" for none."""
        return str(getattr(self, "case_id", "") or "")

    def show_present(self, names: Sequence[str]) -> None:
        """Who else has the case open; shown where the screen has a case header."""
        from sanzhi_desktop.ui.case_header import CaseHeader

        for header in self.findChildren(CaseHeader):
            header.show_present(names)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.root = QVBoxLayout(self)
        self.root.setContentsMargins(WIDE, 12, WIDE, 12)
        self.root.setSpacing(GAP)

    def title(self) -> str:
        """What the window's title and the history of screens call it."""
        raise NotImplementedError

    def open_case(self, case_id: str) -> None:
        """Shows a case; only `case` screens are asked."""

    def shown(self) -> None:
        """Comes to the front: read what is to be seen, put the focus where work begins."""

    def leave(self) -> None:
        """Goes to the back or is closed: keep what was typed."""

    def on_changed(self, answer: Changed) -> None:
        """Something was written, here or elsewhere; reads again if it concerns this screen."""
        if answer.kinds & self.kinds and self.isVisible():
            self.shown()

    def read(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        *,
        key: str = "",
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Reads in the database lane; the answer comes back here unless the screen is gone."""
        self.desk.jobs.run(Lane.DATABASE, self, work, done=done, failed=failed, key=key)

    def write(
        self,
        work: Callable[[], Changed],
        done: Callable[[Changed], None] | None = None,
        *,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Sends a command; what it changed is announced to all screens."""
        self.desk.jobs.write(self, work, done=done, failed=failed)

    def heading(self, text: str) -> PlainLabel:
        """The line at the top of a screen."""
        return PlainLabel(text, role="title")
