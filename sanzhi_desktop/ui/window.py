"""The one window: the door (log-in or first run) and, behind it, the signed-in desk.

Paint first: before the first paint only the log-in and the theme are imported; lanes, hooks and
everything that knows the domain come right after it, while the person already types.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.settings_file import DeskSettings

if TYPE_CHECKING:
    from sanzhi_desktop.ui.desk import Opened
    from sanzhi_desktop.ui.door import Door, Entry, FirstRun


SMALLEST = QSize(900, 600)
NEEDED = (  # by what the window does once it stands; imported one after the other
    "sanzhi_desktop.resources.sentences",
    "sanzhi_desktop.application.link",
    "sanzhi_desktop.ui.logs",
    "sanzhi_desktop.ui.errors",
    "sanzhi_desktop.ui.jobs",
)
FRAME = 36  # height of the frame that the system draws; it is known only when the window stands


class DeskWindow(QMainWindow):
    """Leads from the door to the desk and back. `started`: painted, and the lanes are running."""

    started = Signal()
    entered = Signal(object)  # the Shell, when somebody has signed in

    def __init__(
        self,
        make_entry: "Callable[[], Entry]",
        *,
        settings: DeskSettings,
        sample: bool = False,
        first_run: bool = False,
    ) -> None:
        """`make_entry` is called after the first paint, in the GUI thread; it must not wait."""
        super().__init__()
        self._make_entry = make_entry
        self._painted = False
        self.settings = settings
        self._sample = sample
        self._place = ""  # key of the place in front
        self.setWindowTitle(self.tr("三制法审"))
        self.resize(1280, 800)
        self.setMinimumSize(SMALLEST)
        place = settings.window_place()
        if not place.isEmpty():
            self.restoreGeometry(place)
        if first_run:
            self._show_first_run()
        else:
            self._show_login_page()

    def fit(self, room: QRect) -> None:
        """Makes the window fit into what a screen has free, at any scale; pages scroll inside."""
        inside = room.adjusted(0, 0, 0, -FRAME)
        self.setMinimumSize(SMALLEST.boundedTo(inside.size()))
        self.resize(self.size().boundedTo(inside.size()))
        left = min(max(self.x(), room.left()), room.right() + 1 - self.width())
        top = min(max(self.y(), room.top()), room.bottom() + 1 - FRAME - self.height())
        if (left, top) != (self.x(), self.y()):
            self.move(left, top)

    def event(self, event: QEvent) -> bool:
        answer = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._begin)
        return answer

    def _begin(self) -> None:
        """The rest of the start, in small steps: keys that are typed meanwhile are taken."""
        from sanzhi_desktop.ui.turns import in_turns

        loads = (partial(import_module, module) for module in NEEDED)
        in_turns(self, (*loads, self._open_lanes, self._ask, self.started.emit))

    def _open_lanes(self) -> None:
        from sanzhi_desktop.ui.errors import Problems
        from sanzhi_desktop.ui.jobs import Jobs

        self.problems: Problems = Problems(self)
        self.problems.install_hooks()
        self._entry = self._make_entry()
        self.jobs: Jobs = Jobs(self)
        self.jobs.failed.connect(self.problems.report)

    def show_login(self) -> None:
        """The door, again; whatever the last log-in opened is closed."""
        from sanzhi_desktop.ui.jobs import Lane

        self._show_login_page()
        self.jobs.run(Lane.DATABASE, self, self._entry.leave)
        self._ask()

    def _show_login_page(self) -> None:
        login = LoginScreen(last_person=self.settings.last_person, sample=self._sample)
        login.wanted.connect(self._log_in)
        login.place_chosen.connect(self._choose)
        login.servers_asked.connect(self._ask_servers)
        login.first_run_asked.connect(self._begin_first_run)
        login.code_entered.connect(self._ask_remembering)
        self.setCentralWidget(login)
        self.setWindowTitle(self.tr("登录 - 三制法审"))
        login.ready()

    def _choose(self, place: str) -> None:
        """Another place in front: what stands there is asked, which may take a moment."""
        from sanzhi_desktop.ui.jobs import Lane

        page = self.centralWidget()
        if isinstance(page, LoginScreen):
            work = partial(self._entry.choose, place)
            self.jobs.run(Lane.DATABASE, page, work, done=self._show_door, failed=self._refused)

    def _show_door(self, door: "Door") -> None:
        page = self.centralWidget()
        self._place = door.chosen
        if isinstance(page, LoginScreen):
            page.show_door(door)

    def _ask_remembering(self, person_id: str) -> None:
        from sanzhi_desktop.ui.jobs import Lane

        page = self.centralWidget()
        if not hasattr(self, "jobs"):
            return  # the door asks again when it has been opened
        if person_id and isinstance(page, LoginScreen) and not self._sample:
            work = partial(self._entry.remembering, person_id)
            show = page.show_remembering
            self.jobs.run(Lane.LOCAL, page, work, done=show, key="remembering")

    def _later(self, call: Callable[[], object]) -> bool:
        """Whether the lanes are still coming up; then `call` comes again by itself."""
        if hasattr(self, "jobs"):
            return False
        QTimer.singleShot(20, self, call)
        return True

    def _ask_servers(self) -> None:
        if self._later(self._ask_servers):
            return
        from sanzhi_desktop.settings.servers import ServerList
        from sanzhi_desktop.ui.connection.dialog import ConnectionDialog

        servers, page = ServerList(self.settings.folders.config), self.centralWidget()
        code = page.code.text() if isinstance(page, LoginScreen) else ""
        dialog = ConnectionDialog(servers, self.jobs, self._entry, self, person=code)
        dialog.chosen.connect(self._server_chosen)
        dialog.open()

    def _server_chosen(self, name: str) -> None:
        if not isinstance(self.centralWidget(), LoginScreen):
            self._show_login_page()
        self._choose(name)

    def _begin_first_run(self) -> None:
        self._show_first_run(back=True)
        self._ask()

    def _show_first_run(self, *, back: bool = False) -> None:
        from sanzhi_desktop.ui.first_run import FirstRunScreen

        page = FirstRunScreen(back=back)
        self.setCentralWidget(page)
        self.setWindowTitle(self.tr("建立本单位 - 三制法审"))
        page.wanted.connect(self._create)
        page.server_wanted.connect(self._ask_servers)
        page.back_wanted.connect(self.show_login)
        page.ready()

    def _ask(self) -> None:
        """What the door shows comes from the database: asked when the window stands."""
        from sanzhi_desktop.ui.jobs import Lane

        page = self.centralWidget()
        if isinstance(page, LoginScreen):
            work, done = self._entry.door, self._show_door
            self.jobs.run(Lane.DATABASE, page, work, done=done, failed=self._refused)
        elif page is not None:
            show = getattr(page, "show_profiles")  # noqa: B009 - the page is imported lazily
            self.jobs.run(
                Lane.DATABASE, page, self._entry.profiles, done=show, failed=self._refused
            )

    def _create(self, wanted: "FirstRun") -> None:
        from sanzhi_desktop.ui.jobs import Lane

        self.jobs.run(
            Lane.DATABASE,
            self.centralWidget() or self,
            lambda: self._entry.create(wanted),
            done=lambda _: self._created(wanted),
            failed=self._refused,
        )

    def _created(self, wanted: "FirstRun") -> None:
        self.settings.last_person = wanted.admin_id
        self.show_login()
        self._log_in(wanted.admin_id, wanted.password)

    def _refused(self, error: BaseException) -> None:
        refuse = getattr(self.centralWidget(), "refuse", None)
        if refuse is not None:
            refuse(self.problems.text(error))

    def _log_in(self, person_id: str, password: str) -> None:
        if self._later(lambda: self._log_in(person_id, password)):
            return
        from sanzhi_desktop.ui.desk import open_desk
        from sanzhi_desktop.ui.jobs import Lane

        page, drafts = self.centralWidget(), self.settings.folders.drafts
        if isinstance(page, LoginScreen):
            page.busy(on=True)
        self.jobs.run(
            Lane.DATABASE,
            page or self,
            lambda: open_desk(self._entry, drafts, person_id, password),
            done=lambda opened: self._enter(opened, password=password),
            failed=self._refused,
        )

    def _enter(self, opened: "Opened", *, password: str) -> None:
        from sanzhi_desktop.ui.desk import desk_of
        from sanzhi_desktop.ui.old_drafts import OldDrafts
        from sanzhi_desktop.ui.shell import Shell

        self._remember(opened.session.actor.person_id, password)
        desk = desk_of(
            opened, self._entry, jobs=self.jobs, problems=self.problems, settings=self.settings
        )
        shell = Shell(desk, notices=opened.notices)
        desk.setParent(shell)
        shell.signed_out.connect(self.show_login)
        shell.server_wanted.connect(self._server_chosen)
        self.setCentralWidget(shell)
        shell.show_screen("worklist")
        if opened.shelved:
            OldDrafts(desk, opened.draft_key.person, shell).open()
        self.entered.emit(shell)

    def _remember(self, person_id: str, password: str) -> None:
        """Who signed in, and where; the password goes to the system's key store or nowhere."""
        from sanzhi_desktop.ui.jobs import Lane

        if self._sample:
            self.settings.last_person = ""
            return
        self.settings.last_person = person_id
        self.settings.last_place = self._place
        page = self.centralWidget()
        if not isinstance(page, LoginScreen) or page.remember.isHidden():
            return
        keep = page.remember.isChecked()
        if not keep or password:
            work = partial(self._entry.remember, person_id, password if keep else "")
            self.jobs.run(Lane.LOCAL, self, work)

    def closeEvent(self, event: QCloseEvent) -> None:
        page: QWidget | None = self.centralWidget()
        close_screens = getattr(page, "close_screens", None)
        if close_screens is not None:
            close_screens()
        self.settings.keep_window_place(self.saveGeometry())
        if hasattr(self, "jobs"):
            from sanzhi_desktop.ui.jobs import Lane

            self.jobs.run(Lane.DATABASE, self, self._entry.leave)
            self.jobs.stop()
        super().closeEvent(event)
