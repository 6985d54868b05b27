"""The settings as a form: appearance at once, the daemon's into its settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.asking import Failure
from gui.machine_link import CHANGE_VOICE
from gui.setting_fields import WIDE_PX, Field, make_field
from gui.setting_texts import GROUPS, choice_title, group_title, hint, title
from gui.theme import APPEARANCES
from gui.widgets import ElidedLabel, label, make_form

RATES = (44_100, 48_000, 88_200, 96_000)
OWN = ("data_folder", "appearance")  # not in the form: the place of the file itself, and what changes at once
VOICE_SETTINGS = ("model_folder", "compute_device")  # what the voice is loaded anew for
AT_ONCE = ("panel_stays", "osc_", *VOICE_SETTINGS)  # beginnings of names; the others at the next start
TITLE_DIGITS = 34  # width of the titles, so that all forms of the page line up


class SettingsPage(QWidget):
    """Emits wishes: the appearance as soon as it is chosen, the daemon's settings when Save is pressed."""

    appearance_wished = pyqtSignal(str)
    save_wished = pyqtSignal(dict)  # the settings that were changed, as settings.json holds them

    def __init__(self, settings: Any, appearance: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._forms: list[tuple[QLabel, QFormLayout, dict[str, QWidget]]] = []
        self.appearance = QComboBox()
        for choice in APPEARANCES:
            self.appearance.addItem(choice_title("appearance", choice), choice)
        self.appearance.setCurrentIndex(self.appearance.findData(appearance))
        self.appearance.setAccessibleName(title("appearance"))
        self.appearance.setFixedWidth(WIDE_PX)
        self.appearance.currentIndexChanged.connect(
            lambda _: self.appearance_wished.emit(self.appearance.currentData())
        )
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("role", "primary")
        self.save.clicked.connect(self._save)
        self.said = ElidedLabel("", "muted")
        self.open_folder = QPushButton(self.tr("Open the data folder"))
        body = QWidget()
        body.setObjectName("scroll_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(self.tr("Settings"), "title"))
        head.addWidget(self.search, 1)
        if is_dataclass(settings):
            self._add_daemon(column, settings)
            head.addWidget(self.open_folder)
            head.addWidget(self.save)
        else:
            self._add_form(column, "Panel", {"appearance": self.appearance})
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolls by keyboard
        self.area.setAccessibleName(self.tr("Settings"))
        self.area.setWidget(body)
        self.area.setWidgetResizable(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 8, 8)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addWidget(self.said)
        whole.addWidget(self.area, 1)

    def controls(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        inner = [widget for field in self.fields.values() for widget in field.widgets]
        buttons = (self.open_folder, self.save) if self.fields else ()
        return [self.search, *buttons, self.area, self.appearance, *inner]

    def offer_devices(self, names: tuple[str, ...]) -> None:
        """The sound outputs of this machine, to choose from."""
        box = self.fields["audio_device"].widgets[0] if "audio_device" in self.fields else None
        if isinstance(box, QComboBox):
            before = box.currentText()
            box.clear()
            box.addItems(["", *names])
            box.setCurrentText(before)

    def offer_compute_devices(self, names: tuple[str, ...]) -> None:
        """What this machine can compute on; what was chosen stays in the list, marked, where it is not there."""
        box = self.fields["compute_device"].widgets[0] if "compute_device" in self.fields else None
        if not isinstance(box, QComboBox):
            return
        chosen = box.currentData()
        box.clear()
        for name in names:
            box.addItem(choice_title("compute_device", name), name)
        if chosen not in names:
            missing = self.tr("{device}: not on this machine").format(device=choice_title("compute_device", chosen))
            box.addItem(missing, chosen)
        box.setCurrentIndex(box.findData(chosen))

    def show_loading(self) -> None:
        """A voice that was asked for is being loaded."""
        self.said.setText(self.tr("The voice is being loaded..."))

    def show_voice(self, model_id: str) -> None:
        """It is there."""
        self.said.setText(self.tr("Saved. {voice} is loaded.").format(voice=model_id))

    def show_failure(self, failure: Failure) -> None:
        """That the voice could not be loaded."""
        if failure.what == CHANGE_VOICE:
            self.said.setText(failure.text)

    def show_value(self, name: str, value: object) -> None:
        """A setting was changed elsewhere, and is in the file already."""
        field = self.fields.get(name)
        if field is None:
            return
        widget = field.widgets[0]
        if isinstance(widget, QComboBox) and widget.isEditable():
            widget.setCurrentText(str(value))
        elif isinstance(widget, QComboBox):
            widget.setCurrentIndex(widget.findData(value))
        elif isinstance(widget, QSpinBox) and isinstance(value, int):
            widget.setValue(value)
        elif isinstance(widget, QLineEdit) and isinstance(value, str):
            widget.setText(value)
        field.saved = field.value()

    def changes(self) -> dict[str, object]:
        """What differs from the settings as they were last saved."""
        return {name: value for name, f in self.fields.items() if (value := f.value()) != f.saved}

    def show_saved(self, changes: Mapping[str, object]) -> None:
        for name in changes.keys() & self.fields.keys():
            self.fields[name].saved = changes[name]
        if all(name.startswith(AT_ONCE) for name in changes):
            self.said.setText(self.tr("Saved."))
        else:
            self.said.setText(self.tr("Saved. Cuevox takes it on when it is started again."))

    def _add_daemon(self, column: QVBoxLayout, settings: Any) -> None:
        choices: Mapping[str, tuple[Any, ...]] = {"rate": RATES, **getattr(settings, "choices", {})}
        names = [item.name for item in fields(settings) if item.name not in OWN]
        placed = {name for group in GROUPS.values() for name in group}
        for group_name, group in GROUPS.items():
            members = [name for name in group or names if name in names and (group or name not in placed)]
            for name in members:
                self.fields[name] = make_field(name, getattr(settings, name), choices.get(name, ()))
            shown: dict[str, QWidget] = {name: self.fields[name].shown for name in members}
            if group_name == "Panel":
                shown = {"appearance": self.appearance, **shown}
            if shown:
                self._add_form(column, group_name, shown)
        self.open_folder.setToolTip(
            self.tr("Clips, projects, presets and settings.json: {folder}").format(folder=settings.data_folder)
        )
        self.open_folder.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(settings.data_folder)))
        )

    def _add_form(self, column: QVBoxLayout, group_name: str, shown: dict[str, QWidget]) -> None:
        section = label(group_title(group_name), "section")
        section.setContentsMargins(0, 10, 0, 0)
        form = make_form(
            {title(name): widget for name, widget in shown.items()},
            self.fontMetrics().horizontalAdvance("0") * TITLE_DIGITS,
        )
        column.addWidget(section)
        column.addLayout(form)
        self._forms.append((section, form, shown))

    def _narrow(self, text: str) -> None:
        """Only the settings whose title, explanation or name in the file holds all the words."""
        words = text.casefold().split()
        for section, form, shown in self._forms:
            any_left = False
            for name, widget in shown.items():
                found = f"{section.text()} {title(name)} {hint(name)} {name}".casefold()
                is_left = all(word in found for word in words)
                form.setRowVisible(widget, is_left)
                any_left = any_left or is_left
            section.setVisible(any_left)

    def _save(self) -> None:
        if changes := self.changes():
            self.said.setText("")
            self.save_wished.emit(changes)
        else:
            self.said.setText(self.tr("Nothing has changed."))
