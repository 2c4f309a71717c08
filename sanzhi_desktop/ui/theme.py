"""Colours and sizes of the desk: one set of tokens, a full palette and style sheet for each.

Widgets name a *tone* or a *role* through dynamic properties; no colour stands anywhere else.
"""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from sanzhi_desktop import resources

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


class Scheme(StrEnum):
    """The two looks; both are complete."""

    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """What a badge or a banner wants to say, apart from its words."""

    NEUTRAL = "neutral"
    INFO = "info"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one scheme, as #rrggbb. `x_soft` is the quiet ground under text in `x`."""

    window: str
    surface: str
    raised: str
    rail: str
    border: str
    strong_border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    focus: str
    info: str
    info_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    danger: str
    danger_soft: str
    paper_shade: str
    disabled: str


LIGHT = Tokens(
    window="#f3f5f8",
    surface="#ffffff",
    raised="#f9fafc",
    rail="#e9edf3",
    border="#d5dbe4",
    strong_border="#7d899b",
    text="#1b2230",
    muted="#525d6e",
    faint="#66707f",
    accent="#1d5bb0",
    accent_hover="#174a91",
    accent_text="#ffffff",
    accent_soft="#dfeafa",
    focus="#1d5bb0",
    info="#1a559f",
    info_soft="#e4eefb",
    ok="#146339",
    ok_soft="#def3e6",
    warn="#7d4a00",
    warn_soft="#fcefd3",
    danger="#a4261d",
    danger_soft="#fce5e2",
    paper_shade="#c9d0da",
    disabled="#8790a0",
)

DARK = Tokens(
    window="#171b22",
    surface="#1f252e",
    raised="#262d38",
    rail="#12161c",
    border="#38414f",
    strong_border="#6c788a",
    text="#e7ebf1",
    muted="#aeb8c6",
    faint="#98a3b3",
    accent="#7fb0f5",
    accent_hover="#a3c7f9",
    accent_text="#0d1a2e",
    accent_soft="#273c5b",
    focus="#7fb0f5",
    info="#9dc4f8",
    info_soft="#223650",
    ok="#86d9a9",
    ok_soft="#1b3b2a",
    warn="#f1c270",
    warn_soft="#443315",
    danger="#f6a59d",
    danger_soft="#4c2522",
    paper_shade="#0b0e12",
    disabled="#727d8d",
)

TOKENS = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}

# Windows, macOS, then what the Linux desktops of offices carry.
FAMILIES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
)
POINTS = 10.0
ZOOMS = (0.9, 1.0, 1.1, 1.25, 1.5)


def palette(tokens: Tokens) -> QPalette:
    """A full palette: colour-scheme hints alone leave black text on dark grounds."""
    made = QPalette()
    role = QPalette.ColorRole
    plain = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.faint,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.accent_text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent_hover,
        role.Light: tokens.surface,
        role.Midlight: tokens.raised,
        role.Mid: tokens.border,
        role.Dark: tokens.strong_border,
        role.Shadow: tokens.paper_shade,
        role.Accent: tokens.accent,
    }
    for which, colour in plain.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.border))
    return made


def style_sheet(tokens: Tokens, *, zoom: float = 1.0) -> str:
    """`resources/style.qss` with `@name` replaced by the colours of one scheme."""
    text = resources.path("style.qss").read_text("utf-8")
    text = re.sub(
        r"font-size: (\d+)px", lambda size: f"font-size: {round(int(size[1]) * zoom)}px", text
    )
    shade = Scheme.LIGHT if luminance(tokens.window) > 0.5 else Scheme.DARK
    for drawing in ("chevron", "tick"):
        file = resources.path("icons", f"{drawing}-{shade}.svg")
        text = text.replace(f"@{drawing}", file.as_posix())
    # The longest names first: @accent must not eat the beginning of @accent_soft.
    for name in sorted((f.name for f in fields(tokens)), key=len, reverse=True):
        text = text.replace(f"@{name}", getattr(tokens, name))
    return text


def _font(zoom: float) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(POINTS * zoom)
    if QFontInfo(font).family() not in FAMILIES:
        # A bare machine holds no Chinese font at all: then ours, which the papers use as well.
        from PySide6.QtGui import QFontDatabase

        number = QFontDatabase.addApplicationFont(str(resources.path("fonts", "SanzhiHei.ttf")))
        font.setFamilies([*FAMILIES, *QFontDatabase.applicationFontFamilies(number)])
    return font


def apply(app: QApplication, scheme: Scheme, *, zoom: float = 1.0) -> None:
    """Dresses the whole program; may be called again while it runs."""
    tokens = TOKENS[scheme]
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setProperty("scheme", scheme.value)
    app.setFont(_font(zoom))
    app.setPalette(palette(tokens))
    app.setStyleSheet(style_sheet(tokens, zoom=zoom))
    _redraw_icons(app)


def current() -> Tokens:
    """The tokens of the running program."""
    app = QApplication.instance()
    return TOKENS[Scheme(str(app.property("scheme") or Scheme.LIGHT.value))] if app else LIGHT


def icon(name: str, colour: str = "") -> "QIcon":
    """A drawing of `resources/icons`, in the text colour of the running scheme."""
    from PySide6.QtCore import QByteArray, QSize, Qt
    from PySide6.QtGui import QIcon, QPainter, QPixmap
    from PySide6.QtSvg import QSvgRenderer

    drawing = resources.path("icons", f"{name}.svg").read_text("utf-8")
    renderer = QSvgRenderer(
        QByteArray(drawing.replace("currentColor", colour or current().muted).encode())
    )
    made = QIcon()
    for size in (16, 20, 24, 32, 48):
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        made.addPixmap(pixmap)
    _drawn[made.cacheKey()] = (name, _token_of(colour))
    return made


# Which drawing an icon shows and in which token, so that buttons follow a change of the scheme.
_drawn: dict[int, tuple[str, str]] = {}


# Inks of drawings; two tokens may share a colour in one scheme and differ in the other.
_INKS = ("muted", "accent_text", "faint", "text", "accent", "info", "ok", "warn", "danger")


def _token_of(colour: str) -> str:
    tokens = current()
    return next((ink for ink in _INKS if getattr(tokens, ink) == colour), "muted")


def _redraw_icons(app: QApplication) -> None:
    old = dict(_drawn)
    _drawn.clear()
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton) and widget.icon().cacheKey() in old:
            name, token = old[widget.icon().cacheKey()]
            widget.setIcon(icon(name, str(getattr(current(), token))))


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Sets a property that the style sheet reads, and has the widget drawn anew."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2, from 0 (black) to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        cast(float, p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4) for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2, from 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
