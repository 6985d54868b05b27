"""Colours and the style sheet of the panel, in a dark and a light dress that follow the system."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication


@dataclass(frozen=True)
class Tokens:
    """Named colours. Words keep a contrast of at least 4.5 : 1 to what is behind them, what is not words 3 : 1."""

    window: str  # behind everything
    surface: str  # panels, tables
    raised: str  # buttons, fields, cards
    hover: str
    border: str  # between parts, and around what is known by its words
    outline: str  # around fields, and of all that is known by its shape
    text: str
    muted: str  # labels, secondary facts
    accent: str  # what is chosen, waveforms, the main button
    on_accent: str
    selection: str  # background of chosen rows
    good: str
    busy: str
    warning: str
    error: str


DARK = Tokens(
    window="#15171c",
    surface="#1b1e25",
    raised="#252a33",
    hover="#2e3440",
    border="#343b48",
    outline="#7b879b",
    text="#e6e9ef",
    muted="#9ba5b5",
    accent="#63d0bd",
    on_accent="#0b211d",
    selection="#243f42",
    good="#7fd18c",
    busy="#8fb8f6",
    warning="#e8b765",
    error="#f28b82",
)

LIGHT = Tokens(
    window="#eef0f3",
    surface="#fafbfc",
    raised="#ffffff",
    hover="#e6eaef",
    border="#ccd2db",
    outline="#7b8595",
    text="#1c2129",
    muted="#5a6473",
    accent="#0b6e5f",
    on_accent="#ffffff",
    selection="#d3ece7",
    good="#1d7030",
    busy="#2360b5",
    warning="#8a5a00",
    error="#b3261e",
)

APPEARANCES = ("system", "dark", "light")  # as in the settings


class Theme(QObject):
    """The colours in force. Widgets that paint themselves read `tokens` and repaint on `changed`."""

    changed = pyqtSignal()

    def __init__(self, app: QApplication, appearance: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._appearance = appearance
        self.tokens = DARK
        app.setStyle("Fusion")  # the one style that obeys a style sheet alike on all three systems
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def appearance(self) -> str:
        return self._appearance

    def set_appearance(self, appearance: str) -> None:
        """`system`, `dark` or `light`."""
        if appearance not in APPEARANCES:
            raise ValueError(f"no appearance {appearance!r}; there are: {', '.join(APPEARANCES)}")
        self._appearance = appearance
        self._apply()

    @property
    def is_dark(self) -> bool:
        return self.tokens is DARK

    def color(self, name: str, alpha: int = 255) -> QColor:
        """The token `name` as a colour, alpha 0..255."""
        color = QColor(getattr(self.tokens, name))
        color.setAlpha(alpha)
        return color

    def _apply(self) -> None:
        if self._appearance == "system":
            hints = QGuiApplication.styleHints()
            light = hints is not None and hints.colorScheme() == Qt.ColorScheme.Light
            self.tokens = LIGHT if light else DARK
        else:
            self.tokens = LIGHT if self._appearance == "light" else DARK
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(_style_sheet(self.tokens))
        self.changed.emit()


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, color in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.error,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Link: tokens.accent,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Light: tokens.hover,
    }.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    return palette


def _style_sheet(tokens: Tokens) -> str:
    """style.qss with its $names filled in. Sizes there are in px of the device-independent kind: Qt scales them."""
    template = Template((Path(__file__).parent / "style.qss").read_text("utf-8"))
    icons = (Path(__file__).parent / "icons").as_posix()
    dress = "dark" if tokens is DARK else "light"  # Qt cannot colour the pictures of a style sheet
    return template.substitute(asdict(tokens), arrow=f"{icons}/down-{dress}.svg", check=f"{icons}/check-{dress}.svg")
