"""Long lists: the first rows at once, the keys of all rows behind them, pages as looked at.

Lives here: the model and what it asks of its source. Must not: knowing what is listed.

The keys are a snapshot: the scroll bar is true, the last row is as near as the first, and a row
stays where it is while other desks work. Shown again, the same list keeps its place: the row under
the cursor, and where it stands in the window.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal

from sanzhi_desktop.ui.jobs import Jobs, Lane
from sanzhi_desktop.ui.tables import Column, Index, RowModel

R = TypeVar("R")
PAGE = 200
KEPT_PAGES = 60
SEEN_PAGES = 3  # looked at last, and so read again when something has changed
REST = 20  # times as long as reading all keys took


class Source(Protocol[R]):
    """Where a paged list comes from; called in the database lane. Equal ones are the same list."""

    def first(self, limit: int) -> Sequence[R]:
        """The first rows, as fast as can be."""
        ...

    def keys(self) -> Sequence[Any]:
        """The keys of all rows, in order."""
        ...

    def rows(self, keys: Sequence[Any]) -> Sequence[R | None]:
        """The rows of some keys, in order, as they are now; None for one that is gone."""
        ...

    def key(self, row: R) -> Any:
        """The key of a row."""
        ...


@dataclass(frozen=True, slots=True)
class _Look(Generic[R]):
    """What one look at a list brought: the first rows, and every key unless it was left out."""

    rows: Sequence[R]
    keys: Sequence[Any] | None
    seconds: float


class PagedModel(RowModel[R]):
    """A long list. `counted` tells the true number of rows once the snapshot is there."""

    counted = Signal(int)
    arrived = Signal()

    def __init__(
        self, columns: Sequence[Column[R]], jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(columns, parent)
        self._jobs = jobs
        self._source: Source[R] | None = None
        self._keys: Sequence[Any] | None = None
        self._pages: OrderedDict[int, tuple[R | None, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._turn = 0
        self._rest_until = 0.0  # when a long list may be gone through again
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._again)

    def show_source(self, source: Source[R]) -> None:
        """Shows a list; what came before stays on screen until its first rows are here.

        The same list again is read anew where it is looked at. Its keys are read again as well,
        but where that took long, not before twenty times as long has passed: a desk that stands on
        a long list must not keep the server busy while the others work.
        """
        self._later.stop()
        long = source == self._source and self._keys is not None and len(self._keys) > PAGE
        rest = self._rest_until - time.monotonic()
        if long and rest > 0:
            for page in {0, *list(self._pages)[-SEEN_PAGES:]}:
                self._asked.discard(page)
                self._ask(page)
            self._later.start(math.ceil(rest * 1000))
            return
        self._turn += 1
        turn = self._turn
        self._jobs.run(
            Lane.DATABASE,
            self,
            (lambda: _whole(source)) if long else (lambda: _Look(source.first(PAGE), None, 0.0)),
            done=lambda look: self._first(turn, source, look),
            key="first",
        )

    def _again(self) -> None:
        if self._source is not None:
            self.show_source(self._source)

    def _first(self, turn: int, source: Source[R], look: _Look[R]) -> None:
        if turn != self._turn:
            return
        self.same_list = source == self._source
        self.beginResetModel()
        self._source = source
        self._rows = tuple(look.rows)
        self._keys = look.keys
        if look.keys is None and len(look.rows) < PAGE:
            self._keys = [source.key(row) for row in look.rows]
        self._pages.clear()
        self._asked.clear()
        self.endResetModel()
        self.arrived.emit()
        if self._keys is not None:
            self._settle(look.seconds)
            return
        self._jobs.run(
            Lane.DATABASE,
            self,
            lambda: _whole(source, rows=look.rows),
            done=lambda found: self._snapshot(turn, found),
            key="keys",
        )

    def _snapshot(self, turn: int, look: _Look[R]) -> None:
        if turn != self._turn or look.keys is None or self._source is None:
            return
        shown, keys = len(self._rows), look.keys
        if len(keys) > shown:
            self.beginInsertRows(QModelIndex(), shown, len(keys) - 1)
            self._keys = keys
            self.endInsertRows()
        else:
            self._keys = keys
        if [self._source.key(row) for row in look.rows] != list(keys[:shown]):
            self._ask(0)  # somebody wrote between the two questions
        self._settle(look.seconds)

    def _settle(self, seconds: float) -> None:
        keys = self._keys or ()
        self._rest_until = time.monotonic() + seconds * REST
        self.counted.emit(len(keys))

    def key_at(self, number: int) -> Any:
        if self._keys is not None and 0 <= number < len(self._keys):
            return self._keys[number]
        row = self.row(number)
        return self._source.key(row) if row is not None and self._source is not None else None

    def place_of(self, key: Any) -> int | None:
        try:
            return list(self._keys or ()).index(key)
        except ValueError:
            return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return max(len(self._keys), len(self._rows)) if self._keys else len(self._rows)

    def row(self, number: int) -> R | None:
        if 0 <= number < len(self._rows):
            return self._rows[number]
        page, place = divmod(number, PAGE)
        if page in self._pages:
            self._pages.move_to_end(page)
            rows = self._pages[page]
            return rows[place] if place < len(rows) else None
        self._ask(page)
        return None

    def _ask(self, page: int) -> None:
        if self._source is None or self._keys is None or page in self._asked:
            return
        self._asked.add(page)
        source, turn = self._source, self._turn
        keys = self._keys[page * PAGE : (page + 1) * PAGE]
        self._jobs.run(
            Lane.DATABASE,
            self,
            lambda: source.rows(keys),
            done=lambda rows: self._page(turn, page, rows),
        )

    def _page(self, turn: int, page: int, rows: Sequence[R | None]) -> None:
        if turn != self._turn:
            return
        self._asked.discard(page)
        if page == 0:
            self._rows = tuple(rows)
        else:
            self._pages[page] = tuple(rows)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        last = min(self.rowCount(), (page + 1) * PAGE) - 1
        self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self.columns) - 1))


def _whole(source: Source[R], *, rows: Sequence[R] | None = None) -> _Look[R]:
    began = time.monotonic()
    keys = source.keys()
    took = time.monotonic() - began
    return _Look(source.first(PAGE) if rows is None else rows, keys, took)
