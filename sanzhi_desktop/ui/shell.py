"""The frame around the screens: rail, mark of a sample office, who is signed in, status line."""

from collections.abc import Sequence
from importlib import import_module

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.link import LinkState
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.link_banner import LinkBanner
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.pulse import Pulse
from sanzhi_desktop.ui.screen import Screen, ScreenSpec
from sanzhi_desktop.ui.screens import by_key, for_roles
from sanzhi_desktop.ui.status_line import StatusLine
from sanzhi_desktop.ui.tag_mark import TagBanner
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button


class Rail(QWidget):
    """The entries at the left, by mouse and by Alt+1, Alt+2 …"""

    chosen = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: dict[str, QToolButton] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(8, 12, 8, 10)
        lines.setSpacing(3)
        brand = PlainLabel(self.tr("三制法审"), role="heading")
        brand.setContentsMargins(8, 0, 0, 8)
        lines.addWidget(brand)
        self._words = [brand]
        for place, spec in enumerate(for_roles(desk.roles), start=1):
            lines.addWidget(self._entry(spec, place))
        lines.addStretch(1)
        actor = desk.session.actor
        who = PlainLabel(actor.name, role="heading")
        roles = "、".join(name(r) for r in Role if r in actor.roles)
        what = PlainLabel(roles, role="muted").wrapped()
        where = PlainLabel(desk.office.name, role="muted").wrapped()
        for label in (who, what, where):
            label.setContentsMargins(8, 0, 4, 0)
            lines.addWidget(label)
            self._words.append(label)
        self.out = button(self.tr("换人登录"), icon="logout", kind="link", shortcut="Ctrl+Shift+L")
        self.out.setAccessibleName(self.tr("换人登录"))
        lines.addWidget(self.out)

    def fit(self, room: int) -> None:
        """Takes its usual width, or that of the icons alone where the window is narrow."""
        letter = self.fontMetrics().horizontalAdvance("字")
        narrow = room < letter * 86
        for label in self._words:
            label.setHidden(narrow)
        look = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for made in self._buttons.values():
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else look)
        self.out.setText("" if narrow else self.tr("换人登录"))
        self.setFixedWidth(56 if narrow else max(176, letter * 14))

    def _entry(self, spec: ScreenSpec, place: int) -> QToolButton:
        made = QToolButton()
        made.setText(spec.title)
        made.setIcon(theme.icon(spec.icon))
        made.setIconSize(QSize(18, 18))
        made.setCheckable(True)
        made.setAutoExclusive(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        digit = place % 10  # the tenth is on 0; beyond it there are no digits left
        keys = f"Alt+{digit}" if place <= 10 else ""
        made.setToolTip(f"{spec.title}（{keys}）" if keys else spec.title)
        made.setAccessibleName(spec.title)
        made.clicked.connect(lambda: self.chosen.emit(spec.key))
        if keys:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda: self.chosen.emit(spec.key))
        self._buttons[spec.key] = made
        return made

    def mark(self, key: str) -> None:
        """Shows which entry is open."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)


class Shell(QWidget):
    """The signed-in desk. `signed_out` asks for the log-in again."""

    signed_out = Signal()
    server_wanted = Signal(str)  # the name of another one

    def __init__(self, desk: Desk, *, notices: Sequence[str] = ()) -> None:
        """`notices`: what the log-in brought to light, shown until it is put away."""
        super().__init__()
        self.desk = desk
        self._screens: dict[str, Screen] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        if desk.office.sample:
            outer.addWidget(self._sample_mark())
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.rail = Rail(desk)
        self.rail.chosen.connect(self.show_screen)
        self.rail.out.clicked.connect(self._sign_out)
        middle.addWidget(self.rail)
        right = QVBoxLayout()
        right.setSpacing(0)
        self.pulse = Pulse(desk, self)
        self.banner = LinkBanner(desk, self.pulse.soon)
        right.addWidget(self.banner)
        self.refused = Banner()
        self.again = button(self.tr("换人登录(&L)"), self._sign_out, kind="primary")
        self.refused.add_button(self.again)
        right.addWidget(self.refused)
        self.tags = TagBanner(desk)
        right.addWidget(self.tags)
        right.addWidget(self._moved())
        right.addWidget(self._notice([*notices, *self._open_drafts()]))
        self.stack = QStackedWidget()
        right.addWidget(self.stack, 1)
        middle.addLayout(right, 1)
        outer.addLayout(middle, 1)
        self.status = StatusLine(desk)
        outer.addWidget(self.status)
        desk.go.connect(self._go)
        desk.told.connect(self.tell)
        desk.problems.told.connect(self.tell)
        desk.jobs.changed.connect(self._changed)
        self.pulse.linked.connect(self._show_link)
        self.pulse.wanted.connect(self.banner.show_wanted)
        self.pulse.wanted.connect(lambda _: desk.keep_waiting())
        for show in (self.status.tags.show_mark, self.tags.show_mark):
            self.pulse.tagged.connect(show)
            self.tags.looked.connect(show)
        self.status.tags.clicked.connect(self.tags.turn)
        if desk.session.tagging is not None:  # whether what was written got its tag is said at once
            desk.jobs.changed.connect(self.pulse.soon)
        self.pulse.news.connect(self._news)
        self.pulse.present.connect(self._show_present)
        self.pulse.start(lambda: self.front.case_at_hand if self.front is not None else "")

    @property
    def front(self) -> Screen | None:
        """The screen in front."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, Screen) else None

    def show_screen(self, key: str, case_id: str = "") -> Screen:
        """Brings a screen to the front; a case screen on its case."""
        spec = by_key(key)
        before = self.front
        if before is not None:
            before.leave()
        if key not in self._screens:
            made: Screen = getattr(import_module(spec.module), spec.name)(self.desk)
            self._screens[key] = made
            self.stack.addWidget(made)
        screen = self._screens[key]
        self.stack.setCurrentWidget(screen)
        self.rail.mark(key if not spec.case else spec.under)
        if spec.case or case_id:  # the history is on the rail and opens on a case as well
            screen.open_case(case_id)
        screen.show_present(())
        screen.shown()
        self.pulse.soon()
        window = self.window()
        title = screen.title()
        window.setWindowTitle(self.tr("{0} - 三制法审").format(title))
        return screen

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rail.fit(self.width())
        super().resizeEvent(event)

    def close_screens(self) -> None:
        """Keeps what was typed and lets the screens go; late answers for them are dropped."""
        self.pulse.stop()
        self.desk.keep_waiting()
        for screen in self._screens.values():
            screen.leave()
            screen.deleteLater()
        self._screens.clear()
        link = self.desk.session.link
        if link is not None:  # whoever still waits for the server in a lane is set free
            link.close()

    def tell(self, text: str) -> None:
        """A word on the status line."""
        self.status.tell(text)

    def _sample_mark(self) -> QLabel:
        words = self.tr(
            "样例单位：这里的单位、人员和案件都是虚构的，签名证书仅供演示，没有法律效力。"
        )
        key = self.desk.draft_key
        if key is not None and not key.sealed:
            words += self.tr("草稿没有密码保护。")
        mark = PlainLabel(words)
        mark.setObjectName("sample")
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return mark

    def _open_drafts(self) -> Sequence[str]:
        """Said where nothing secret seals what is typed; a sample office says it in its mark."""
        key = self.desk.draft_key
        if key is None or key.sealed or self.desk.office.sample:
            return ()
        words = self.tr(
            "您登录时没有用到密码，这台电脑也没有系统凭据库，"
            "没送达的内容会不加密地留在这台电脑上。请只在本人专用的电脑上办理。"
        )
        return (words,)

    def _go(self, key: str, case_id: object) -> None:
        self.show_screen(key, str(case_id or ""))

    def _changed(self, answer: object) -> None:
        if isinstance(answer, Changed):
            for screen in list(self._screens.values()):
                screen.on_changed(answer)

    def _news(self) -> None:
        self._changed(Changed(kinds=frozenset({"case", "people", "keys"})))

    def _show_link(self, state: LinkState, why: str) -> None:
        self.status.show_link(state)
        refused = why if state is LinkState.REFUSED else ""
        if refused != self.refused.label.text() or not refused:
            self.refused.show_text(refused, theme.Tone.DANGER)
        self.banner.show_link(state, "" if refused else why)

    def _show_present(self, case_id: str, names: Sequence[str]) -> None:
        front = self.front
        if front is not None and front.case_at_hand == case_id:
            front.show_present(names)

    def _moved(self) -> Banner:
        """Where the office went, when this database is only what it left behind."""
        self.moved = Banner()
        where = self.desk.office.moved_to
        if where:
            words = self.tr(
                "本单位已经搬到服务器 {0}。这里是搬走时留下的记录，只能查看，不能再保存。"
                "请在“服务器设置”中登录新的数据库。"
            )
            self.moved.show_text(words.format(where), theme.Tone.DANGER)
            ask = button(self.tr("服务器设置(&G)…"), self._ask_servers, kind="primary")
            self.moved.add_button(ask)
        return self.moved

    def _ask_servers(self) -> None:
        """The settings of servers at the place the office went to; whoever keeps one there is asked
        to log in to it."""
        from sanzhi_desktop.settings.servers import ServerList
        from sanzhi_desktop.ui.connection.dialog import ConnectionDialog

        desk = self.desk
        servers = ServerList(desk.settings.folders.config)
        person = desk.session.actor.person_id
        dialog = ConnectionDialog(servers, desk.jobs, desk.entry, self, person=person)
        dialog.page.begin_at(desk.office.moved_to, desk.office.name)
        dialog.chosen.connect(self._leave_for)
        dialog.open()

    def _leave_for(self, server: str) -> None:
        self.close_screens()
        self.server_wanted.emit(server)

    def _notice(self, notices: Sequence[str]) -> Banner:
        banner = Banner()
        banner.show_text("\n".join(notices), theme.Tone.WARN)
        banner.add_button(button(self.tr("知道了"), lambda: banner.show_text(""), kind="small"))
        return banner

    def _sign_out(self) -> None:
        self.close_screens()
        self.signed_out.emit()
