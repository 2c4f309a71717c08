"""Preferences of this PC: look, zoom, window place, folders. Nothing legal and no secret.

An INI file of our own, never the registry; an unreadable file counts as empty.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QGuiApplication

from sanzhi_desktop.ui.theme import ZOOMS, Scheme

FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where this PC keeps what: settings, drafts and logs, and the papers people save."""

    config: Path
    data: Path

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.data / "logs"

    @property
    def drafts(self) -> Path:
        """The journal of what was typed and not yet sent."""
        return self.data / "drafts.db"


class DeskSettings:
    """Reads and writes the preferences."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        folders.config.mkdir(parents=True, exist_ok=True)
        self._file = QSettings(str(folders.config / "desk.ini"), QSettings.Format.IniFormat)

    @property
    def follow(self) -> bool:
        """Whether the look follows the system; `scheme` is then what the system shows now."""
        return str(self._file.value("look/scheme", "")) == FOLLOW

    @follow.setter
    def follow(self, value: bool) -> None:
        self._file.setValue("look/scheme", FOLLOW if value else self.scheme.value)

    @property
    def scheme(self) -> Scheme:
        """Light or dark."""
        if self.follow:
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return Scheme.DARK if dark else Scheme.LIGHT
        text = str(self._file.value("look/scheme", Scheme.LIGHT.value))
        return Scheme(text) if text in {s.value for s in Scheme} else Scheme.LIGHT

    @scheme.setter
    def scheme(self, value: Scheme) -> None:
        self._file.setValue("look/scheme", value.value)

    @property
    def zoom(self) -> float:
        """How large letters are, 1.0 being the usual size."""
        try:
            value = float(str(self._file.value("look/zoom", "1.0")))
        except ValueError:
            return 1.0
        return min(max(value, ZOOMS[0]), ZOOMS[-1])

    @zoom.setter
    def zoom(self, value: float) -> None:
        self._file.setValue("look/zoom", f"{value:.2f}")

    @property
    def last_person(self) -> str:
        """Who signed in last on this PC."""
        return str(self._file.value("login/person", ""))

    @last_person.setter
    def last_person(self, value: str) -> None:
        self._file.setValue("login/person", value)

    @property
    def last_place(self) -> str:
        """Where somebody signed in last: "" for this PC's database, else a server's name."""
        return str(self._file.value("login/place", ""))

    @last_place.setter
    def last_place(self, value: str) -> None:
        self._file.setValue("login/place", value)

    @property
    def papers(self) -> Path:
        """Where copies of papers are saved to at first."""
        text = str(self._file.value("folders/papers", ""))
        return Path(text) if text else Path.home()

    @papers.setter
    def papers(self, value: Path) -> None:
        self._file.setValue("folders/papers", str(value))

    @property
    def backups(self) -> Path:
        """Where backups of this PC's database go."""
        text = str(self._file.value("folders/backups", ""))
        return Path(text) if text else self.folders.data / "backups"

    @backups.setter
    def backups(self, value: Path) -> None:
        self._file.setValue("folders/backups", str(value))

    @property
    def key_file(self) -> str:
        """The person's own P12 file; its passphrase is asked each time and never kept."""
        return str(self._file.value("keys/p12", ""))

    @key_file.setter
    def key_file(self, value: str) -> None:
        self._file.setValue("keys/p12", value)

    @property
    def token_driver(self) -> str:
        """The PKCS#11 driver of the person's token (UKey)."""
        return str(self._file.value("keys/driver", ""))

    @token_driver.setter
    def token_driver(self, value: str) -> None:
        self._file.setValue("keys/driver", value)

    def window_place(self) -> QByteArray:
        """Where the window stood."""
        value = self._file.value("window/place", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_window_place(self, place: QByteArray) -> None:
        """Remembers where the window stands."""
        self._file.setValue("window/place", place)
        self._file.sync()
