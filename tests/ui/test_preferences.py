"""Preferences: what is set takes effect, is kept, and never touches anything legal."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QFontMetrics, QPalette, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.ui import theme, widgets
from sanzhi_desktop.ui.preferences.about import licence_text, read_about
from sanzhi_desktop.ui.preferences.shortcuts import KEYS
from sanzhi_desktop.ui.screens.preferences import PreferencesScreen
from sanzhi_desktop.ui.screens.rules import RulesScreen
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from sanzhi_desktop.ui.settings_file import DeskSettings
from sanzhi_desktop.ui.theme import Scheme
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat


@pytest.fixture
def desk(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, "shenhe_01", work) as taken:
        yield taken
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, Scheme.LIGHT)


def ground() -> str:
    return QApplication.palette().color(QPalette.ColorRole.Window).name()


def choose(box: Any, code: object) -> None:
    box.setCurrentIndex(box.findData(code))


def kept(desk: Seat) -> DeskSettings:
    """The settings as the next start reads them."""
    desk.settings._file.sync()
    return DeskSettings(desk.settings.folders)


def test_look_changes_at_once_and_stays(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    assert ground() == theme.LIGHT.window
    choose(screen.scheme, Scheme.DARK.value)
    assert ground() == theme.DARK.window
    assert kept(desk).scheme is Scheme.DARK
    before = QApplication.font().pointSizeF()
    choose(screen.zoom, 1.5)
    assert QApplication.font().pointSizeF() == pytest.approx(before * 1.5)
    assert kept(desk).zoom == 1.5
    title = screen.findChild(widgets.PlainLabel)  # the heading grows with the rest
    assert QFontMetrics(title.font()).height() > QFontMetrics(QApplication.font()).height()
    choose(screen.zoom, 1.0)


def test_icons_follow_the_look(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    plain = widgets.button("", icon="search")
    strong = widgets.button("", icon="plus", kind="primary")
    desk.qtbot.addWidget(plain)
    desk.qtbot.addWidget(strong)

    def inks(made: QPushButton) -> set[str]:
        image = made.icon().pixmap(24, 24).toImage()
        pixels = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        return {pixel.name() for pixel in pixels if pixel.alpha() == 255}

    assert theme.LIGHT.muted in inks(plain)
    choose(screen.scheme, Scheme.DARK.value)
    assert theme.DARK.muted in inks(plain)
    assert theme.DARK.accent_text in inks(strong)
    choose(screen.scheme, Scheme.LIGHT.value)
    assert theme.LIGHT.muted in inks(plain)
    assert theme.LIGHT.accent_text in inks(strong)


def test_follow_takes_what_the_system_shows(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    choose(screen.scheme, Scheme.DARK.value)
    choose(screen.scheme, "follow")
    again = kept(desk)
    assert again.follow
    assert again.scheme is Scheme.LIGHT  # the offscreen platform is no dark one
    assert ground() == theme.LIGHT.window
    choose(screen.scheme, Scheme.DARK.value)
    assert not kept(desk).follow


def test_folders_are_kept_and_wrong_ones_refused_in_place(desk: Seat, tmp_path: Path) -> None:
    screen = desk.sit(PreferencesScreen)
    folder = tmp_path / "文书 副本"
    screen.keep_papers(str(folder))
    assert "没有这个文件夹" in screen.form.fields["papers"].fault.text()
    folder.mkdir()
    screen.keep_papers(str(folder))
    assert screen.form.fields["papers"].fault.text() == ""
    assert kept(desk).papers == folder
    assert screen.papers.text() == str(folder)


def test_own_key_file_is_remembered_by_place_only(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    file = desk.key_file("shenhe_01")
    screen.keep_key(str(file) + ".missing")
    assert "没有这个文件" in screen.keys_form.fields["key_file"].fault.text()
    screen.keep_key(str(file))
    assert kept(desk).key_file == str(file)
    written = (desk.settings.folders.config / "desk.ini").read_bytes()
    assert file.read_bytes() not in written
    screen.forget.click()
    assert kept(desk).key_file == ""
    assert not screen.forget.isEnabled()


def test_every_part_is_listed_with_its_licence() -> None:
    about = read_about()
    names = {re.sub(r"[-_.]+", "-", part.name).lower() for part in about.parts}
    for line in metadata.requires("sanzhi-desktop") or []:
        wanted = re.split(r"[^A-Za-z0-9._-]", line)[0]
        assert re.sub(r"[-_.]+", "-", wanted).lower() in names
    short = {part.name: part.licence for part in about.parts}
    assert all(short.values())
    assert "LGPL" in short["psycopg"]
    fonts = [part for part in about.parts if "字体" in part.name]
    texts = "\n".join(licence_text(part) for part in fonts)
    assert "SIL OPEN FONT LICENSE" in texts.upper()
    assert "GNU GENERAL PUBLIC LICENSE" in texts
    assert "special exception" in texts
    assert "Apache License" in licence_text(about.parts[0])


def test_a_licence_is_read_in_full(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    screen.tabs.setCurrentIndex(3)
    parts = screen.parts
    assert parts.rowCount() > 15
    place = next(n for n in range(parts.rowCount()) if parts.row(n).licence == "SIL OFL 1.1")
    screen.part_table.setCurrentIndex(parts.index(place, 0))
    desk.idle()
    assert "PERMISSION & CONDITIONS" in screen.licence.toPlainText()


def test_listed_keys_are_those_of_the_screens(desk: Seat) -> None:
    for where, make in (("规则方案", RulesScreen), ("工作台", WorklistScreen)):
        screen = desk.sit(make)
        real = {s.key().toString() for s in screen.findChildren(QShortcut)}
        real |= {b.shortcut().toString() for b in screen.findChildren(QAbstractButton)}
        for key in (k for k in KEYS if k.where == where):
            for part in key.keys.split(" … "):
                assert part in real, f"{where}: {part}"


def test_where_the_database_is_is_said(desk: Seat) -> None:
    screen = desk.sit(PreferencesScreen)
    assert "样例单位" in screen.database.text()


def test_names_and_models(desk: Seat, qtmodeltester: ModelTester) -> None:
    screen = desk.sit(PreferencesScreen)
    for page in range(screen.tabs.count()):
        screen.tabs.setCurrentIndex(page)
        assert nameless(screen) == []
    qtmodeltester.check(screen.parts, force_py=True)  # type: ignore[no-untyped-call]
