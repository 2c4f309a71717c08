"""Preferences of this PC: look, folders, own key file, where the database is, keys, licences.

Nothing legal is set here; everything takes effect at once and is kept in the desk's own file.
"""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.connection.page import ConnectionPage
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.door import Door
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.preferences.about import About, Part, licence_text, read_about
from sanzhi_desktop.ui.preferences.shortcuts import KEYS, Key
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.settings_file import FOLLOW
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import ZOOMS, Scheme
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, scrolled


class PreferencesScreen(Screen):
    """Pages: look, folders and key, servers, keyboard, about."""

    kinds = frozenset()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.about: About | None = None
        self.root.addWidget(self.heading(self.tr("设置")))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("设置的页签"))
        self.tabs.addTab(self._build_look(), self.tr("外观"))
        self.tabs.addTab(self._build_folders(), self.tr("文件夹与证书"))
        if not desk.office.sample:
            self.tabs.addTab(self._build_servers(), self.tr("服务器"))
        self.tabs.addTab(self._build_keys(), self.tr("键盘快捷键"))
        self.tabs.addTab(self._build_about(), self.tr("关于"))
        self.root.addWidget(self.tabs, 1)
        next_tab = QShortcut(QKeySequence("Ctrl+Tab"), self)
        next_tab.activated.connect(
            lambda: self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % self.tabs.count())
        )

    def title(self) -> str:
        return self.tr("设置")

    def shown(self) -> None:
        self.read(self.desk.entry.door, self._show_place, key="door")
        self.desk.jobs.run(Lane.LOCAL, self, read_about, done=self._show_about, key="about")
        if self.tabs.currentIndex() == 0:
            self.scheme.setFocus()

    # ----- look

    def _build_look(self) -> QWidget:
        settings = self.desk.settings
        form = Form()
        self.scheme = QComboBox()
        for text, code in (
            (self.tr("浅色"), Scheme.LIGHT.value),
            (self.tr("深色"), Scheme.DARK.value),
            (self.tr("跟随系统"), FOLLOW),
        ):
            self.scheme.addItem(text, code)
        chosen = FOLLOW if settings.follow else settings.scheme.value
        self.scheme.setCurrentIndex(self.scheme.findData(chosen))
        form.add("scheme", self.tr("颜色(&C)"), self.scheme)
        self.zoom = QComboBox()
        for zoom in ZOOMS:
            self.zoom.addItem(f"{round(zoom * 100)}%", zoom)
        nearest = min(ZOOMS, key=lambda z: abs(z - settings.zoom))
        self.zoom.setCurrentIndex(ZOOMS.index(nearest))
        form.add("zoom", self.tr("文字大小(&Z)"), self.zoom)
        self.scheme.currentIndexChanged.connect(lambda _: self._dress())
        self.zoom.currentIndexChanged.connect(lambda _: self._dress())
        card = Card(self.tr("外观"))
        card.body.addWidget(form)
        card.body.addWidget(
            PlainLabel(
                self.tr("立即生效，只影响这台电脑。意见书等文书的版式不受影响。"), role="muted"
            ).wrapped()
        )
        return _page(card)

    def _dress(self) -> None:
        settings = self.desk.settings
        code = str(self.scheme.currentData())
        settings.follow = code == FOLLOW
        if code != FOLLOW:
            settings.scheme = Scheme(code)
        settings.zoom = float(self.zoom.currentData())
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, settings.scheme, zoom=settings.zoom)
        self.desk.told.emit(self.tr("外观已更改。"))

    # ----- folders and the own key

    def _build_folders(self) -> QWidget:
        settings = self.desk.settings
        self.form = Form()
        self.papers = _shown(str(settings.papers))
        choose = button(self.tr("更改…(&P)"), self._choose_papers, kind="small")
        self.form.add("papers", self.tr("文书副本存到"), self.papers, beside=choose)
        self.data = _shown(str(settings.folders.data))
        self.form.add(
            "data",
            self.tr("草稿与设置"),
            self.data,
            beside=button(self.tr("打开(&D)"), lambda: _open(settings.folders.data), kind="small"),
        )
        self.logs = _shown(str(settings.folders.logs))
        self.form.add(
            "logs",
            self.tr("运行日志"),
            self.logs,
            beside=button(self.tr("打开(&L)"), lambda: _open(settings.folders.logs), kind="small"),
        )
        self.database = _shown("")
        self.form.add("database", self.tr("数据库"), self.database)
        folders = Card(self.tr("文件夹"))
        folders.body.addWidget(self.form)
        self.keys_form = Form()
        self.key_file = _shown(settings.key_file)
        self.key_file.setPlaceholderText(self.tr("尚未选择；签名时会问"))
        self.keys_form.add(
            "key_file",
            self.tr("我的证书文件"),
            self.key_file,
            beside=button(self.tr("选择…(&K)"), self._choose_key, kind="small"),
        )
        self.forget = button(self.tr("不再记住(&F)"), self._forget_key, kind="small")
        keys = Card(self.tr("签名证书"))
        keys.body.addWidget(self.keys_form)
        keys.body.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        keys.body.addWidget(
            PlainLabel(
                self.tr("这里只记住文件的位置。证书口令每次签名时输入，从不保存。"), role="muted"
            ).wrapped()
        )
        self._say_key()
        return _page(folders, keys)

    def _show_place(self, door: Door) -> None:
        self.database.setText(door.place or self.tr("样例单位（只供试用）"))

    def _choose_papers(self) -> None:
        dialog = QFileDialog(self, self.tr("文书副本存到"), self.papers.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.keep_papers)
        dialog.open()

    def keep_papers(self, folder: str) -> None:
        """Where copies of papers are saved from now on."""
        if not Path(folder).is_dir():
            self.form.fields["papers"].error(self.tr("没有这个文件夹，请另选。"))
            return
        self.form.fields["papers"].error("")
        self.desk.settings.papers = Path(folder)
        self.papers.setText(folder)

    def _choose_key(self) -> None:
        dialog = QFileDialog(self, self.tr("选择证书文件"), "", self.tr("证书文件 (*.p12 *.pfx)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.keep_key)
        dialog.open()

    def keep_key(self, file: str) -> None:
        """Which key file the signing prompt offers first."""
        if not Path(file).is_file():
            self.keys_form.fields["key_file"].error(self.tr("没有这个文件，请另选。"))
            return
        self.keys_form.fields["key_file"].error("")
        self.desk.settings.key_file = file
        self._say_key()

    def _forget_key(self) -> None:
        self.desk.settings.key_file = ""
        self._say_key()

    def _say_key(self) -> None:
        self.key_file.setText(self.desk.settings.key_file)
        self.forget.setEnabled(bool(self.desk.settings.key_file))

    # ----- servers

    def _build_servers(self) -> QWidget:
        desk = self.desk
        known = ServerList(desk.settings.folders.config)
        person = desk.session.actor.person_id
        self.servers = ConnectionPage(known, desk.jobs, desk.entry, person=person)
        self.servers.say_first(self.tr("更改在下次登录时生效。"))
        return self.servers

    # ----- keys of the keyboard

    def _build_keys(self) -> QWidget:
        self.key_table = Table(self.tr("键盘快捷键"))
        model: RowModel[Key] = RowModel(
            [
                Column("where", self.tr("画面"), lambda k: k.where, 110),
                Column("keys", self.tr("按键"), lambda k: k.keys, 210),
                Column("what", self.tr("作用"), lambda k: k.what, 360),
            ],
            self,
        )
        self.key_table.use(model)
        model.replace(KEYS)
        return self.key_table

    # ----- about

    def _build_about(self) -> QWidget:
        self.version = PlainLabel(role="muted").wrapped()
        self.part_table = Table(self.tr("组成部分和许可"))
        self.parts: RowModel[Part] = RowModel(
            [
                Column("name", self.tr("组成部分"), lambda p: p.name, 210),
                Column("version", self.tr("版本"), lambda p: p.version, 76),
                Column("licence", self.tr("许可"), lambda p: p.licence, 220),
            ],
            self,
        )
        self.part_table.use(self.parts)
        self.licence = QPlainTextEdit()
        self.licence.setReadOnly(True)
        self.licence.setTabChangesFocus(True)
        self.licence.setAccessibleName(self.tr("许可全文"))
        self.part_table.chosen.connect(self._show_part)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.part_table)
        split.addWidget(self.licence)
        split.setStretchFactor(1, 1)
        split.setSizes([520, 520])
        made = QWidget()
        lines = QVBoxLayout(made)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addWidget(self.version)
        lines.addWidget(split, 1)
        return made

    def _show_about(self, about: About) -> None:
        if about == self.about:
            return
        self.about = about
        self.version.setText(
            self.tr(
                "三制法审 {0}，重大执法决定法制审核工作台。以下列出本程序和所用组件的许可。"
            ).format(about.version)
        )
        self.parts.replace(about.parts)

    def _show_part(self, chosen: object) -> None:
        if isinstance(chosen, Part):
            self.desk.jobs.run(
                Lane.LOCAL,
                self,
                lambda: licence_text(chosen),
                done=self.licence.setPlainText,
                key="licence",
            )


def _shown(text: str) -> QLineEdit:
    made = QLineEdit(text)
    made.setReadOnly(True)
    return made


def _page(*cards: Card) -> QWidget:
    page = QWidget()
    lines = QVBoxLayout(page)
    lines.setContentsMargins(0, 12, 0, 0)
    lines.setSpacing(12)
    for card in cards:
        card.setMaximumWidth(860)
        lines.addWidget(card)
    lines.addStretch(1)
    return scrolled(page)


def _open(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
