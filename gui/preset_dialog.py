"""Asks what a preset is to be called: name, note and colour, or another name alone."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from gui.colour_button import ColourButton
from gui.dialog_buttons import accept_or_cancel
from gui.widgets import label, make_form

translate = QCoreApplication.translate
MAX_LENGTH = 80  # of a preset's name (bridge.preset_store)
WIDE_DIGITS = 52  # of the dialogs


@dataclass(frozen=True)
class PresetTexts:
    """What a person says of a preset. An empty colour: one is made from the name."""

    name: str
    note: str = ""
    colour: str = ""


class PresetDialog(QDialog):
    """OK is there as soon as there is a name."""

    def __init__(self, parent: QWidget | None = None, texts: PresetTexts | None = None) -> None:
        """texts: what stands there at first."""
        super().__init__(parent)
        texts = texts or PresetTexts("")
        self.setWindowTitle(self.tr("Save preset"))
        self.name, self.note = QLineEdit(texts.name), QLineEdit(texts.note)
        self.name.setMaxLength(MAX_LENGTH)
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.note.setAccessibleName(self.tr("Note: one line that says when to use it"))
        self.note.setPlaceholderText(self.tr("when to use it"))
        self.colour = ColourButton(texts.colour)
        self.colour.setAccessibleName(self.tr("Colour of the preset"))
        buttons, ok = accept_or_cancel(self, self.tr("Save"))
        ok.setEnabled(bool(texts.name))
        self.name.textChanged.connect(lambda text: ok.setEnabled(bool(text.strip())))
        form = make_form({self.tr("Name"): self.name, self.tr("Note"): self.note, self.tr("Colour"): self.colour})
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * WIDE_DIGITS)
        self.name.setFocus()

    @property
    def texts(self) -> PresetTexts:
        return PresetTexts(self.name.text().strip(), self.note.text().strip(), self.colour.colour)

    def set_colour(self, colour: str) -> None:
        """`#rrggbb`; empty for one made from the name."""
        self.colour.set_colour(colour)


class RenameDialog(QDialog):
    """OK is there for a name that is another one."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("PresetDialog", "Rename {name}").format(name=name))
        self.name = QLineEdit(name)
        self.name.setMaxLength(MAX_LENGTH)
        self.name.setAccessibleName(translate("PresetDialog", "New name"))
        self.name.selectAll()
        buttons, ok = accept_or_cancel(self, translate("PresetDialog", "Rename"))
        ok.setEnabled(False)
        self.name.textChanged.connect(lambda text: ok.setEnabled(text.strip() not in ("", name)))
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addLayout(make_form({translate("PresetDialog", "New name"): self.name}))
        column.addWidget(
            label(translate("PresetDialog", "Lines that use the old one still find it."), "muted", wrap=True)
        )
        column.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * WIDE_DIGITS)
        self.name.setFocus()


def ask_texts(parent: QWidget, texts: PresetTexts | None = None) -> PresetTexts | None:
    """Name, note and colour; None when the dialog was left without OK. `texts`: what stands there at first."""
    dialog = PresetDialog(parent, texts)
    return dialog.texts if dialog.exec() == QDialog.DialogCode.Accepted else None


def ask_name(parent: QWidget, name: str) -> str | None:
    """Another name for a preset; None when the dialog was left without one."""
    dialog = RenameDialog(parent, name)
    return dialog.name.text().strip() if dialog.exec() == QDialog.DialogCode.Accepted else None
