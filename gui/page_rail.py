"""The rail at the left edge: one button a page, and how many errors nobody has seen yet."""

from __future__ import annotations

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import Theme

PAGES = (  # title, icon
    (QT_TRANSLATE_NOOP("pages", "Lines"), "lines"),
    (QT_TRANSLATE_NOOP("pages", "Voices"), "voices"),
    (QT_TRANSLATE_NOOP("pages", "Live"), "live"),
    (QT_TRANSLATE_NOOP("pages", "OSC"), "osc"),
    (QT_TRANSLATE_NOOP("pages", "Log"), "log"),
    (QT_TRANSLATE_NOOP("pages", "Settings"), "settings"),
    (QT_TRANSLATE_NOOP("pages", "Help"), "help"),
)
LINES_PAGE, VOICES_PAGE, LIVE_PAGE, OSC_PAGE, LOG_PAGE, SETTINGS_PAGE, HELP_PAGE = range(len(PAGES))


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
        titles = [QCoreApplication.translate("pages", name) for name, _ in PAGES]
        widest = max(map(self.fontMetrics().horizontalAdvance, titles))
        for number, title in enumerate(titles):
            button = QToolButton()
            button.setText(title)
            button.setToolTip(f"{title} (Ctrl+{number + 1})")
            button.setProperty("role", "rail")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumWidth(widest + 12)
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
        title = QCoreApplication.translate("pages", PAGES[LOG_PAGE][0])
        self.button(LOG_PAGE).setText(f"{title} ({n_errors})" if n_errors else title)

    def _paint_icons(self) -> None:
        for page, (_, name) in enumerate(PAGES):
            self.button(page).setIcon(icon(name, self._theme.tokens.text))
