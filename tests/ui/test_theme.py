"""Both looks are complete, readable and free of stray names."""

import re
from dataclasses import fields

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from sanzhi_desktop import resources
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.theme import DARK, LIGHT, Scheme, Tokens

# text on ground, as the style sheet pairs them
PAIRS = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "rail"),
    ("text", "accent_soft"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "rail"),
    ("muted", "raised"),
    ("faint", "surface"),
    ("accent", "surface"),
    ("accent", "window"),
    ("accent", "accent_soft"),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("info", "info_soft"),
    ("ok", "ok_soft"),
    ("warn", "warn_soft"),
    ("danger", "danger_soft"),
    ("danger", "surface"),
    ("danger", "window"),
    ("danger", "accent_soft"),
    ("ok", "accent_soft"),
    ("warn", "accent_soft"),
    ("warn", "surface"),
    ("ok", "surface"),
]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=["-".join(p) for p in PAIRS])
def test_text_is_readable(tokens: Tokens, pair: tuple[str, str]) -> None:
    text, ground = (getattr(tokens, name) for name in pair)
    assert theme.contrast(text, ground) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_focus_are_seen(tokens: Tokens) -> None:
    for edge in ("strong_border", "focus"):
        assert theme.contrast(getattr(tokens, edge), tokens.surface) >= 3


def test_contrast_agrees_with_the_published_examples() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_name_of_the_sheet_is_a_token(tokens: Tokens) -> None:
    assert "@" not in theme.style_sheet(tokens)
    used = set(re.findall(r"@([a-z_]+)", resources.path("style.qss").read_text("utf-8")))
    assert used - {"chevron", "tick"} <= {f.name for f in fields(tokens)}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_palette_is_whole(tokens: Tokens) -> None:
    made = theme.palette(tokens)
    for role in QPalette.ColorRole:
        if role is not QPalette.ColorRole.NColorRoles and role is not QPalette.ColorRole.NoRole:
            assert made.isBrushSet(QPalette.ColorGroup.Active, role), role


def test_changes_while_it_runs(dressed: QApplication) -> None:
    theme.apply(dressed, Scheme.DARK, zoom=1.25)
    try:
        assert theme.current() is DARK
        assert dressed.palette().window().color().name() == DARK.window
        assert dressed.font().pointSizeF() == pytest.approx(theme.POINTS * 1.25)
    finally:
        theme.apply(dressed, Scheme.LIGHT)
    assert theme.current() is LIGHT


def test_every_icon_draws_something(dressed: QApplication) -> None:
    drawings = sorted(resources.path("icons").glob("*.svg"))
    assert drawings
    for drawing in drawings:
        image = theme.icon(drawing.stem, "#ff0000").pixmap(24, 24).toImage()
        drawn = {image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)}
        assert max(drawn) > 100, drawing.name
