"""Page geometry in points, read from `resources/templates/page.toml`. No drawing here."""

import tomllib
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop import resources

MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its type area (版心) and grid; everything in points."""

    width: float
    height: float
    left: float
    top: float  # blank above the type area
    text_width: float
    text_height: float
    columns: int
    rows: int
    body: float
    title: float
    number: float
    number_drop: float
    seal: float
    qr: float
    foot: float
    mark: float
    mark_raise: float
    mark_sentence: str
    title_words: tuple[str, ...]

    @property
    def cell(self) -> float:
        """Width of one character cell."""
        return self.text_width / self.columns

    @property
    def pitch(self) -> float:
        """Height of one line."""
        return self.text_height / self.rows

    @property
    def right(self) -> float:
        """Right edge of the type area."""
        return self.left + self.text_width

    @property
    def base(self) -> float:
        """Upper edge of the type area, measured from the bottom of the page as PDF does."""
        return self.height - self.top


def load_sheet(form: bool, *, wide: bool = False) -> Sheet:
    """The sheet for letter-like papers, for table forms, or the one that lies across."""
    data: dict[str, Any] = tomllib.loads(
        resources.path("templates", "page.toml").read_text("utf-8")
    )
    page, number, seal, mark = (
        data["wide" if wide else "form" if form else "document"],
        data["number"],
        data["seal"],
        data["mark"],
    )
    return Sheet(
        width=page["width"] * MM,
        height=page["height"] * MM,
        left=page["left"] * MM,
        top=page["top"] * MM,
        text_width=page["text_width"] * MM,
        text_height=page["text_height"] * MM,
        columns=page["columns"],
        rows=page["rows"],
        body=page["body"],
        title=page["title"],
        number=number["size"],
        number_drop=number["drop"] * MM,
        seal=seal["size"] * MM,
        qr=seal["qr"] * MM,
        foot=data["foot"]["size"],
        mark=mark["size"],
        mark_raise=mark["raise"] * MM,
        mark_sentence=mark["sentence"],
        title_words=tuple(data["title"]["words"]),
    )
