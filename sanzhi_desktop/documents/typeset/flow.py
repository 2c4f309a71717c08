"""Puts pieces on pages: what holds together stays together, table headings come again.

A piece knows its height and draws itself; what it shows is unknown here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sanzhi_desktop.documents.typeset.geometry import Sheet
from sanzhi_desktop.documents.typeset.ink import Book, Page

_EPSILON = 0.01


class Piece(Protocol):
    """Something with a height that draws itself below a line."""

    @property
    def height(self) -> float:
        """Room it takes, in points."""

    @property
    def keep(self) -> bool:
        """Whether it must stand on the same page as the next piece."""

    @property
    def on_grid(self) -> bool:
        """Whether it starts on a line of the grid."""

    @property
    def again(self) -> "Piece | None":
        """What is repeated above it when it comes first on a page (a table's heading)."""

    def split(self, room: float) -> "tuple[Piece, Piece] | None":
        """Itself in two, the first at most `room` high; None when it stays whole."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Draws itself with its upper left corner at the point."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty lines; they vanish at the top of a page."""

    height: float
    keep: bool = False
    on_grid: bool = True
    again: None = None

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Leaves no ink."""


@dataclass(frozen=True, slots=True)
class Break:
    """The next piece starts a page, or not where the first page ran over."""

    unless_over: bool = False
    height: float = 0.0
    keep: bool = False
    on_grid: bool = True
    again: None = None

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Leaves no ink."""


class Flow:
    """Places pieces one after the other and starts pages."""

    def __init__(self, book: Book, sheet: Sheet, decorate: Callable[[Page], None]) -> None:
        self._book = book
        self._sheet = sheet
        self._decorate = decorate
        self._room = sheet.rows * sheet.pitch
        self._page: Page | None = None
        self._used = 0.0

    def run(self, pieces: Sequence[Piece]) -> None:
        """Draws all pieces."""
        start = 0
        while start < len(pieces):
            end = start
            while pieces[end].keep and end + 1 < len(pieces):
                end += 1
            self._chain(pieces[start : end + 1])
            start = end + 1
        if not self._book.pages:
            self._turn()
        # Last, so that readers and copied text meet the page's own words first.
        for page in self._book.pages:
            self._decorate(page)

    def _turn(self) -> Page:
        self._page = self._book.page()
        self._used = 0.0
        return self._page

    def _start(self, piece: Piece) -> float:
        """Where the piece would begin, from the top of the type area."""
        if not piece.on_grid:
            return self._used
        pitch = self._sheet.pitch
        return -int(-(self._used - _EPSILON) // pitch) * pitch

    def _chain(self, chain: Sequence[Piece]) -> None:
        whole = sum(piece.height for piece in chain)
        need = self._start(chain[0]) + whole
        last = chain[-1]
        splits = len(chain) == 1 and last.split(self._room - self._start(last)) is not None
        if self._used > 0 and need > self._room + _EPSILON and whole <= self._room and not splits:
            self._page = None
        for piece in chain:
            self._put(piece)

    def _put(self, piece: Piece) -> None:
        if isinstance(piece, Break):
            if not (piece.unless_over and len(self._book.pages) > 1):
                self._page = None
            return
        page = self._page or self._turn()
        if isinstance(piece, Blank) and self._used == 0:
            return
        fresh = self._used == 0
        if fresh and piece.again is not None:
            self._draw(page, piece.again, 0.0)
        start = self._start(piece)
        if start + piece.height > self._room + _EPSILON:
            if isinstance(piece, Blank):
                self._used = self._room
                return
            parts = piece.split(self._room - start)
            if parts is not None:
                self._draw(page, parts[0], start)
                self._page = None
                self._put(parts[1])
                return
            if not fresh:
                self._page = None
                self._put(piece)
                return
        self._draw(page, piece, start)

    def _draw(self, page: Page, piece: Piece, start: float) -> None:
        piece.draw(page, self._sheet.left, self._sheet.base - start)
        self._used = start + piece.height
