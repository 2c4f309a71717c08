"""The small parts that screens are made of: labels, badges, banners, buttons, cards.

Imported before the first paint: no domain, no sentences here (see `badges`).

Text from outside is always plain text: a party's name must not become markup.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.theme import Tone

GAP = 8
WIDE = 16


def reveal(widget: QWidget, *, on: bool) -> None:
    """Shows or hides a part. Shown before it has its place, it would flash up as a window."""
    if on and widget.parentWidget() is None:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, on=False)
    else:
        widget.setVisible(on)


class PlainLabel(QLabel):
    """A label that shows its text as it is, never as markup. `role` names its look."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, role: str = "") -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if role:
            self.setProperty("text_role", role)

    def wrapped(self) -> "PlainLabel":
        """The same label, breaking its lines."""
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        return self

    def selectable(self) -> "PlainLabel":
        """The same label, with text that can be copied by mouse."""
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return self


class Badge(PlainLabel):
    """A word on a coloured ground."""

    def __init__(
        self, text: str = "", tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setProperty("badge", True)
        self.setProperty("tone", tone.value)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def show_as(self, text: str, tone: Tone) -> None:
        """Changes word and tone."""
        self.setText(text)
        theme.set_property(self, "tone", tone.value)
        reveal(self, on=bool(text))


class Banner(QFrame):
    """A line across a screen: something to know before going on. Hidden without text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("banner", True)
        self.setProperty("tone", Tone.INFO.value)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(GAP)
        self.label = PlainLabel().wrapped()
        row.addWidget(self.label, 1)
        self._row = row
        self.hide()

    def show_text(self, text: str, tone: Tone = Tone.INFO) -> None:
        """Shows a text, or hides the banner when there is none."""
        self.label.setText(text)
        theme.set_property(self, "tone", tone.value)
        self.label.style().unpolish(self.label)
        self.label.style().polish(self.label)
        reveal(self, on=bool(text))

    def add_button(self, made: QPushButton) -> None:
        """A button at the right end."""
        self._row.addWidget(made)

    def add_beside(self, made: QWidget) -> None:
        """Something beside the text."""
        self._row.addWidget(made, 1)


class Card(QFrame):
    """A group on its own ground, with an optional heading; `body` takes the content."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(WIDE, 12, WIDE, 14)
        self.body.setSpacing(GAP)
        self.head: QHBoxLayout | None = None
        if heading:
            self.head = QHBoxLayout()
            self.head.addWidget(PlainLabel(heading, role="heading"))
            self.head.addStretch(1)
            self.body.addLayout(self.head)


class PressButton(QPushButton):
    """A push button that Enter presses as the space bar does, in dialogs and outside them."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
            event.accept()
        else:
            super().keyPressEvent(event)


def button(
    text: str,
    slot: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
    shortcut: str | QKeySequence.StandardKey = "",
    tip: str = "",
) -> QPushButton:
    """A push button; its shortcut is told in its tool tip. `kind`: primary, danger, small, link."""
    made = PressButton(text)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if icon:
        colour = theme.current().accent_text if kind == "primary" else ""
        made.setIcon(theme.icon(icon, colour))
    if shortcut:
        keys = QKeySequence(shortcut)
        # Beside the letter of the caption, not in its place; and at once, not after an animation.
        QShortcut(keys, made).activated.connect(made.click)
        spoken = keys.toString(QKeySequence.SequenceFormat.NativeText)
        tip = f"{tip}（{spoken}）" if tip else spoken
    if tip:
        made.setToolTip(tip)
    if slot is not None:
        made.clicked.connect(lambda _checked=False: slot())
    return made


def row(*parts: QWidget | None, spacing: int = GAP) -> QHBoxLayout:
    """Widgets side by side; None is a stretch."""
    return _fill(QHBoxLayout(), parts, spacing)


def column(*parts: QWidget | None, spacing: int = GAP) -> QVBoxLayout:
    """Widgets one under the other; None is a stretch."""
    made = QVBoxLayout()
    _fill(made, parts, spacing)
    return made


def _fill(layout: QBoxLayout, parts: tuple[QWidget | None, ...], spacing: int) -> QHBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        else:
            layout.addWidget(part)
    return layout  # type: ignore[return-value]  # the callers know which one they passed


def holding(layout: QLayout, parent: QWidget | None = None) -> QWidget:
    """A bare widget around a layout."""
    made = QWidget(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made


class _WheelGuard(QObject):
    """Keeps the wheel for scrolling: a value must not change because the mouse passed over it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        passing = isinstance(watched, QWidget) and not watched.hasFocus()
        if passing and isinstance(event, QWheelEvent):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class ScrollPage(QScrollArea):
    """Content that scrolls; the field that gets the focus comes into sight."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        content.setObjectName("page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        content = self.widget()
        if now is not None and content is not None and content.isAncestorOf(now):
            self.ensureWidgetVisible(now, 20, 40)


def scrolled(content: QWidget) -> QScrollArea:
    """Content that scrolls; the area itself takes no keyboard focus."""
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox

    area = ScrollPage(content)
    guard = _WheelGuard(area)
    for kind in (QComboBox, QAbstractSpinBox):
        for child in content.findChildren(kind):
            child.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            child.installEventFilter(guard)
    return area


class EmptyState(QWidget):
    """What stands where a list has nothing to show: why, and what to do about it."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._picture.setPixmap(theme.icon(icon, theme.current().faint).pixmap(QSize(48, 48)))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = PlainLabel(role="heading")
        self._hint = PlainLabel(role="muted").wrapped()
        for label in (self._text, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lines = column(None, self._picture, self._text, self._hint, None)
        self.setLayout(self._lines)

    def say(self, text: str, hint: str = "") -> None:
        """Shows one line and, smaller, what to do."""
        self._text.setText(text)
        self._hint.setText(hint)
        reveal(self._hint, on=bool(hint))


def clear(layout: QLayout) -> None:
    """Removes everything from a layout; the widgets are deleted."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
