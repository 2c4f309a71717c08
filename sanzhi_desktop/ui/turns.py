"""Long work of the GUI thread, cut into steps, so that typing goes on in between.

Lives here: the order of steps. Must not: what a step does.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid


def in_turns(owner: QObject, steps: Sequence[Callable[[], object]]) -> None:
    """Runs each step in a turn of the event loop of its own, keys and paints coming in between.

    A step that raises ends the row, and so does the end of `owner`.
    """
    left = iter(steps)

    def turn() -> None:
        step = next(left, None)
        if step is not None:
            step()
        if step is not None and isValid(owner):
            QTimer.singleShot(0, owner, turn)

    QTimer.singleShot(0, owner, turn)
