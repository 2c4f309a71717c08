"""Qt's own file dialog speaks Chinese throughout; our own words stay as they are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QToolButton, QTreeView
from pytestqt.qtbot import QtBot

from sanzhi_desktop.ui.qt_words import QtWords


@pytest.fixture
def translated(qapp: QApplication) -> Iterator[None]:
    ours, qt = QtWords(), QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    assert qt.load("qtbase_zh_CN", folder)
    for translator in (ours, qt):
        assert qapp.installTranslator(translator)
    yield
    for translator in (ours, qt):
        qapp.removeTranslator(translator)


@pytest.mark.usefixtures("translated")
def test_the_file_dialog_has_no_english_words(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "卷宗").mkdir()
    dialog = QFileDialog(None, "选择文件", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    words = [w.text() for w in dialog.findChildren(QLabel)]
    words += [w.text() for w in dialog.findChildren(QPushButton)]
    words += [w.toolTip() for w in dialog.findChildren(QToolButton)]
    assert "查看位置(&L)：" in words
    assert [w for w in words if re.search("[A-Za-z]{3}", w)] == []
    tree = dialog.findChild(QTreeView)
    assert isinstance(tree, QTreeView)
    model = tree.model()
    qtbot.waitUntil(lambda: model.rowCount(tree.rootIndex()) == 1)
    assert model.index(0, 2, tree.rootIndex()).data() == "文件夹"


@pytest.mark.usefixtures("translated")
def test_our_own_words_are_left_alone() -> None:
    assert QCoreApplication.translate("CaseScreen", "送审内容") == "送审内容"
    assert QCoreApplication.translate("OurDialog", "Folder") == "Folder"
