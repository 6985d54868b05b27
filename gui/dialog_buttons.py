"""The two buttons that every dialog ends with: Return takes the first, Esc the second."""

from __future__ import annotations

from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from gui.widgets import set_role


def accept_or_cancel(dialog: QDialog, words: str = "") -> tuple[QDialogButtonBox, QPushButton]:
    """The row of buttons, and the one that accepts. words: what that one does; else it says OK."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    accept = box.button(QDialogButtonBox.StandardButton.Ok)
    assert accept is not None
    if words:
        accept.setText(words)
    set_role(accept, "primary")
    accept.setDefault(True)  # in the dialog already: else the first button of all would become the one of Return
    return box, accept
