"""Small helpers that all pages share."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a role of style.qss: title, section, field, muted, small, error, warning."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made
