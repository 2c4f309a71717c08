"""The desk as a program: finds its folders, fills the ports of the door, opens the window.

Paint first: before the first paint nothing but the log-in and the theme is imported.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from sanzhi_desktop import settings as places
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.instance import OneInstance
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.window import DeskWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sanzhi_desktop.application.ports import Session
    from sanzhi_desktop.application.work import Work
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.ui.door import Door, FirstRun, OwnKey, ProfileChoice

USAGE = "用法：sanzhi [--sample 文件夹]"


class EmbeddedEntry:
    """The way into the database of this PC. Everything runs in the database lane."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._opened: Opened | None = None
        self._work: Work | None = None

    def _open(self) -> "Opened":
        if self._opened is None:
            from sanzhi_desktop.persistence.open import open_embedded

            self._opened = open_embedded(self._database)
        return self._opened

    def door(self) -> "Door":
        """The office as it stands in the database."""
        from sanzhi_desktop.ui.door import Door

        office = self._open().reader().office()
        return Door(office.name, office.sample, str(self._database))

    def profiles(self) -> "Sequence[ProfileChoice]":
        """The shipped profiles."""
        from sanzhi_desktop.ui.door import ProfileChoice

        book = self.work().book
        found = [(book.profile(profile_id), name) for profile_id, name in book.profiles()]
        return [ProfileChoice(profile.id, name, profile.edition) for profile, name in found]

    def create(self, wanted: "FirstRun") -> None:
        """The first run."""
        from sanzhi_desktop.compose import offices
        from sanzhi_desktop.domain.people import Person, check_person

        admin = Person(wanted.admin_id, wanted.admin_name)
        check_person(admin, {})
        self._opened = offices.create_office(
            self._database,
            code=wanted.office_code,
            name=wanted.office_name,
            series=wanted.series,
            profile_id=wanted.profile_id,
            admin=admin,
            password=wanted.password,
        )

    def log_in(self, person_id: str, password: str) -> "Session":
        """Checks the password; the session of the person."""
        opened = self._open()
        if opened.accounts is not None:
            opened.accounts.log_in(person_id, password)
        return opened.session(person_id)

    def work(self) -> "Work":
        """Rules, papers, keys, reader: made once."""
        if self._work is None:
            from sanzhi_desktop import compose

            self._work = compose.work()
        return self._work

    def own_key(self, _person_id: str) -> "OwnKey | None":
        """The person chooses his own key; nothing is known beforehand."""
        return None

    def hash_password(self, password: str) -> str:
        """The argon2 hash of a new password."""
        from sanzhi_desktop.persistence.accounts import hash_password

        return hash_password(password)


class SampleEntry(EmbeddedEntry):
    """The way into the sample office: people are chosen by a click."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def _open(self) -> "Opened":
        if self._opened is None:
            from sanzhi_desktop.compose import offices

            self._opened = offices.open_sample(self._folder, self.work())
        return self._opened

    def door(self) -> "Door":
        """The sample office and its people, in the order of the work."""
        from sanzhi_desktop.domain.people import Role
        from sanzhi_desktop.ui.door import Choice, Door

        reader = self._open().reader()
        order = {role: number for number, role in enumerate(Role)}
        choices = [
            Choice(p.person_id, p.name, p.unit, tuple(g.role for g in p.roles))
            for p in reader.people().values()
            if p.active and p.roles
        ]
        choices.sort(key=lambda c: (min(order[r] for r in c.roles), c.person_id))
        office = reader.office()
        return Door(office.name, office.sample, "", tuple(choices))

    def log_in(self, person_id: str, _password: str) -> "Session":
        """Whoever was clicked."""
        return self._open().session(person_id)

    def own_key(self, person_id: str) -> "OwnKey | None":
        """The throw-away key of a sample person; its passphrase is public on purpose."""
        from sanzhi_desktop.compose import offices, sample
        from sanzhi_desktop.ui.door import OwnKey

        file = offices.sample_key(self._folder, person_id)
        return OwnKey(file, sample.PASSPHRASE) if file.exists() else None


def prepare(arguments: list[str]) -> QApplication:
    """The Qt program, speaking Chinese, with Qt's own words translated."""
    QApplication.setStyle("Fusion")  # before there is a program: no other style is ever built
    app = QApplication.instance() or QApplication(arguments)
    assert isinstance(app, QApplication)  # noqa: S101 - nobody else makes one in this process
    app.setApplicationName("Sanzhi")
    app.setApplicationDisplayName("")
    app.setQuitOnLastWindowClosed(True)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(app)
    if translator.load(
        "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        app.installTranslator(translator)
    return app


def make_window(folders: Folders, *, sample: Path | None = None) -> DeskWindow:
    """The window over the database of this PC or over a sample office."""
    settings = DeskSettings(folders)
    app = QApplication.instance()
    if isinstance(app, QApplication):
        theme.apply(app, settings.scheme, zoom=settings.zoom)
        app.styleHints().colorSchemeChanged.connect(lambda _: _follow(app, settings))
    if sample is not None:
        made = DeskWindow(lambda: SampleEntry(sample), settings=settings, sample=True)
    else:
        database = places.default_database()
        made = DeskWindow(
            lambda: EmbeddedEntry(database), settings=settings, first_run=not database.exists()
        )
    made.fit(made.screen().availableGeometry())
    return made


def _follow(app: QApplication, settings: DeskSettings) -> None:
    if settings.follow:
        theme.apply(app, settings.scheme, zoom=settings.zoom)


def main(arguments: list[str]) -> int:
    """Opens the desk; returns the exit code when it is closed."""
    sample: Path | None = None
    if arguments:
        if len(arguments) != 2 or arguments[0] != "--sample":
            sys.stderr.write(USAGE + "\n")
            return 2
        sample = Path(arguments[1]).resolve()
    home = (sample / "desk") if sample else places.data_folder()
    app = prepare(["sanzhi", *arguments])
    one = OneInstance(home)
    if not one.first():
        if one.hand_over("show"):
            return 0
        sys.stderr.write("程序已在运行。\n")
        return 2
    folders = Folders(config=home, data=home)
    window = make_window(folders, sample=sample)
    one.asked.connect(lambda _: _to_front(window))
    window.started.connect(one.listen)
    window.started.connect(lambda: _start_log(folders))
    window.show()
    return app.exec()


def _start_log(folders: Folders) -> None:
    from sanzhi_desktop.ui import logs

    logs.start(folders.logs)


def _to_front(window: DeskWindow) -> None:
    window.showNormal()
    window.raise_()
    window.activateWindow()
