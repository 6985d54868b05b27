"""The rail at the left edge: one button a page, and how many errors nobody has seen yet."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import Theme

PAGES = (  # title, icon
    ("Lines", "lines"),
    ("Live", "live"),
    ("OSC", "osc"),
    ("Log", "log"),
    ("Settings", "settings"),
    ("Help", "help"),
)
LINES_PAGE, LIVE_PAGE, OSC_PAGE, LOG_PAGE, SETTINGS_PAGE, HELP_PAGE = range(len(PAGES))


class PageRail(QFrame):
    """Tab reaches the chosen page's button, the arrow keys move among them."""

    page_wished = pyqtSignal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._theme = theme
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 6, 10)
        for number, (title, _) in enumerate(PAGES):
            button = QToolButton()
            button.setText(title)
            button.setToolTip(f"{title} (Ctrl+{number + 1})")
            button.setProperty("role", "rail")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumWidth(self.fontMetrics().horizontalAdvance("Settings") + 12)
            self._group.addButton(button, number)
            column.addWidget(button)
        column.addStretch(1)
        self._group.idClicked.connect(self.page_wished)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def button(self, page: int) -> QToolButton:
        button = self._group.button(page)
        assert isinstance(button, QToolButton)
        return button

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [self.button(page) for page in range(len(PAGES))]

    def show_page(self, page: int) -> None:
        self.button(page).setChecked(True)

    def show_unseen(self, n_errors: int) -> None:
        """Beside the word Log: errors that came while another page was shown."""
        self.button(LOG_PAGE).setText(f"Log ({n_errors})" if n_errors else "Log")

    def _paint_icons(self) -> None:
        for page, (_, name) in enumerate(PAGES):
            self.button(page).setIcon(icon(name, self._theme.tokens.text))
