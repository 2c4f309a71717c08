"""Looks at the stored bytes of a case's materials, one after the other, while people read on.

One job per file, so that a preview never waits for more than one of them.
"""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.files import FileState
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane


class MaterialsCheck(QObject):
    """The states found so far. `looked`: the id of the material just looked at; `finished`: all
    of them were."""

    looked = Signal(str)
    finished = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stored: tuple[Material, ...] = ()
        self._states: dict[str, FileState] = {}
        self.fault = ""  # why the look ended early

    def begin(self, materials: Iterable[Material]) -> None:
        """Looks at these, unless that was done already: every change elsewhere shows the case
        again, and hashing all its files each time would keep the PC busy with nothing else."""
        stored = tuple(m for m in materials if m.sha256)
        if stored == self._stored and not self.fault:
            return
        self._stored = stored
        self._states = {}
        self.fault = ""
        self._next(0)

    def forget(self) -> None:
        """The case is opened anew: what was found before is not what stands there now."""
        self._stored, self._states, self.fault = (), {}, ""
        self.finished.emit()

    def state(self, material: Material) -> FileState | None:
        """What was found; None before, and for what has no file."""
        return self._states.get(material.material_id)

    def changed(self) -> tuple[Material, ...]:
        """The materials that are no longer what was submitted."""
        return tuple(m for m in self._stored if self.state(m) is FileState.CHANGED)

    def missing(self) -> tuple[Material, ...]:
        """The materials whose file is not there."""
        return tuple(m for m in self._stored if self.state(m) is FileState.MISSING)

    def _next(self, place: int) -> None:
        if place >= len(self._stored):
            self.finished.emit()
            return
        material, files = self._stored[place], self._desk.session.files
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: files.state(material.sha256),
            done=partial(self._found, place),
            failed=self._failed,
            key="look",
        )

    def _found(self, place: int, state: FileState) -> None:
        if place >= len(self._stored):  # forgotten meanwhile
            return
        material = self._stored[place]
        self._states[material.material_id] = state
        self.looked.emit(material.material_id)
        self._next(place + 1)

    def _failed(self, error: BaseException) -> None:
        self.fault = self._desk.problems.text(error)
        self.finished.emit()
