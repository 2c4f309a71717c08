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
from sanzhi_desktop.ui.qt_words import QtWords
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.window import DeskWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sanzhi_desktop.ui.door import Entry

USAGE = "用法：sanzhi [--sample 文件夹 | --db 数据库地址]"


def prepare(arguments: list[str]) -> QApplication:
    """The Qt program, speaking Chinese, with Qt's own words translated."""
    QApplication.setStyle("Fusion")  # before there is a program: no other style is ever built
    app = QApplication.instance() or QApplication(arguments)
    assert isinstance(app, QApplication)  # noqa: S101 - nobody else makes one in this process
    app.setApplicationName("Sanzhi")
    app.setApplicationDisplayName("")
    app.setQuitOnLastWindowClosed(True)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    app.installTranslator(QtWords(app))  # asked last: what Qt's own translation leaves in English
    translator = QTranslator(app)
    if translator.load(
        "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        app.installTranslator(translator)
    return app


def make_window(folders: Folders, *, sample: Path | None = None, database: str = "") -> DeskWindow:
    """The window over the places this PC knows, over a sample office, or over one database."""
    settings = DeskSettings(folders)
    app = QApplication.instance()
    if isinstance(app, QApplication):
        theme.apply(app, settings.scheme, zoom=settings.zoom)
        app.styleHints().colorSchemeChanged.connect(lambda _: _follow(app, settings))
    made = DeskWindow(
        _maker(folders, settings, sample=sample, database=database),
        settings=settings,
        sample=sample is not None,
        first_run=sample is None and not database and _first_run(folders),
    )
    made.fit(made.screen().availableGeometry())
    return made


def _maker(
    folders: Folders, settings: DeskSettings, *, sample: Path | None, database: str
) -> "Callable[[], Entry]":
    if sample is not None:
        return lambda: _sample_entry(sample)
    if database:
        return lambda: _entry_of(database)
    return lambda: _desk_entry(folders, settings)


def _sample_entry(folder: Path) -> "Entry":
    from sanzhi_desktop.app.entries import SampleEntry

    return SampleEntry(folder)


def _desk_entry(folders: Folders, settings: DeskSettings) -> "Entry":
    from sanzhi_desktop.app.desk_entry import DeskEntry
    from sanzhi_desktop.settings.servers import ServerList

    known = ServerList(folders.config)
    return DeskEntry(places.default_database(), servers=known, chosen=settings.last_place)


def _entry_of(database: str) -> "Entry":
    """The entry of what `--db` names. Raises DomainError."""
    from sanzhi_desktop.app.entries import EmbeddedEntry
    from sanzhi_desktop.app.server_entry import ServerEntry
    from sanzhi_desktop.persistence.places import target

    where = target(database)
    if where.path is not None:
        return EmbeddedEntry(where.path)
    files = places.data_folder() / "files"
    return ServerEntry(database, where.database, files=files)


def _first_run(folders: Folders) -> bool:
    return (
        not places.default_database().exists()
        and not (folders.config / places.SERVERS_FILE).exists()
    )


def _follow(app: QApplication, settings: DeskSettings) -> None:
    if settings.follow:
        theme.apply(app, settings.scheme, zoom=settings.zoom)


def main(arguments: list[str]) -> int:
    """Opens the desk; returns the exit code when it is closed."""
    sample: Path | None = None
    database = ""
    if arguments:
        if len(arguments) != 2 or arguments[0] not in {"--sample", "--db"}:
            sys.stderr.write(USAGE + "\n")
            return 2
        if arguments[0] == "--sample":
            sample = Path(arguments[1]).resolve()
        elif not _readable(database := arguments[1]):
            return 2
    home = (sample / "desk") if sample else places.data_folder()
    app = prepare(["sanzhi", *arguments])
    one = OneInstance(home)
    if not one.first():
        if one.hand_over("show"):
            return 0
        sys.stderr.write("程序已在运行。\n")
        return 2
    folders = Folders(config=home, data=home)
    window = make_window(folders, sample=sample, database=database)
    one.asked.connect(lambda _: _to_front(window))
    window.started.connect(one.listen)
    window.started.connect(lambda: _start_log(folders))
    window.show()
    return app.exec()


def _readable(database: str) -> bool:
    """Whether `--db` names a database at all; says on standard error what is wrong with it."""
    from sanzhi_desktop.domain.errors import DomainError
    from sanzhi_desktop.persistence.places import target
    from sanzhi_desktop.resources.sentences import explain

    try:
        target(database)
    except DomainError as error:
        sys.stderr.write(explain(error) + "\n")
        return False
    return True


def _start_log(folders: Folders) -> None:
    from sanzhi_desktop.ui import logs

    logs.start(folders.logs)


def _to_front(window: DeskWindow) -> None:
    window.showNormal()
    window.raise_()
    window.activateWindow()
