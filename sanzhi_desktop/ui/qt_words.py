"""The words of Qt's own dialogs that its Chinese translation leaves in English.

Imported before the first paint: nothing heavy may be imported here. Must not: words of ours.
"""

from PySide6.QtCore import QObject, QTranslator

_WORDS = {
    "&Look in:": "查看位置(&L)：",
    "Files of &type:": "文件类型(&T)：",
    "Folder": "文件夹",
    "File Folder": "文件夹",
    "File": "文件",
    "%1 File": "%1 文件",
    "Drive": "驱动器",
    "Shortcut": "快捷方式",
    "Alias": "替身",
    "Unknown": "未知",
}


class QtWords(QTranslator):
    """Asked by Qt for what no other translator knows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def isEmpty(self) -> bool:
        return False

    def translate(
        self,
        context: str,
        source: str,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """The Chinese word; None, which stands for "not known", for everything of ours."""
        del disambiguation, n
        # Qt goes on asking when nothing comes back.
        return _WORDS.get(source) if context.startswith("Q") else None  # type: ignore[return-value]
