"""The settings form: every setting of the daemon has a field, and only what was changed is asked for."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from bridge import clip_name
from bridge.settings import Settings
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.setting_fields import make_field
from gui.setting_texts import GROUPS, HINTS, TITLES
from gui.settings_page import OWN, SettingsPage
from gui.theme import APPEARANCES, Theme
from tests.gui.stand_in import Refusal, StandInDaemon


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> SettingsPage:
    page = SettingsPage(Settings(tmp_path), "system")
    qtbot.addWidget(page)
    return page


def test_every_setting_has_a_field_and_untouched_ones_are_no_changes(page: SettingsPage) -> None:
    assert set(page.fields) == {item.name for item in fields(Settings)} - set(OWN)
    assert page.changes() == {}
    wished: list[dict[str, object]] = []
    page.save_wished.connect(wished.append)
    page.save.click()
    assert not wished and "Nothing" in page.said.text()


def test_the_appearances_are_those_of_the_settings() -> None:
    assert Settings.choices["appearance"] == APPEARANCES


def test_a_list_is_written_with_commas(qtbot: QtBot) -> None:
    field = make_field("names", ("10.0.0.2",))
    (edit,) = field.widgets
    assert isinstance(edit, QLineEdit) and field.value() == ["10.0.0.2"] == field.saved
    edit.setText(" 10.0.0.2, 10.0.0.3 ,")
    assert field.value() == ["10.0.0.2", "10.0.0.3"]


def test_changes_are_wished_as_the_file_holds_them(page: SettingsPage, tmp_path: Path) -> None:
    def widget(name: str, place: int = 0) -> object:
        return page.fields[name].widgets[place]

    page.offer_devices(("Studio monitors", "Headphones"))
    rate, depth, device, port, host = map(widget, ("rate", "depth", "audio_device", "osc_port", "osc_host"))
    drop, targets, model = widget("drop"), page.fields["drop_targets"].widgets, widget("model_folder")
    assert isinstance(rate, QComboBox) and isinstance(depth, QComboBox) and isinstance(device, QComboBox)
    assert isinstance(port, QSpinBox) and isinstance(host, QLineEdit) and isinstance(drop, QCheckBox)
    assert isinstance(model, QLineEdit)
    rate.setCurrentText("96000")
    depth.setCurrentText("32 (float)")
    device.setCurrentText("Headphones")
    port.setValue(9000)
    host.setText(" 127.0.0.2 ")
    drop.setChecked(True)
    model.setText(str(tmp_path / "model"))
    for check in targets:
        assert isinstance(check, QCheckBox)
        check.setChecked(check.objectName() == "dawproject")
    wished: list[dict[str, object]] = []
    page.save_wished.connect(wished.append)
    page.save.click()
    assert wished == [
        {
            "rate": 96_000, "depth": 32, "audio_device": "Headphones", "osc_port": 9000, "osc_host": "127.0.0.2",
            "drop": True, "drop_targets": ["dawproject"], "model_folder": str(tmp_path / "model"),
        }
    ]  # fmt: skip
    Settings(tmp_path).changed(wished[0])  # the daemon takes all of it
    page.show_saved(wished[0])
    assert "started again" in page.said.text() and page.changes() == {}


def test_a_template_shows_what_it_comes_to_or_the_rule_it_breaks(page: SettingsPage) -> None:
    field = page.fields["clip_name"]
    edit, comes_to = field.widgets[0], field.shown.findChildren(QLabel)[0]
    assert isinstance(edit, QLineEdit) and comes_to.text() == "for example clips/Guard/gate_01_t02.wav"
    edit.setText("{character}/{line}_{emotion}_{take}")
    assert comes_to.text() == "for example clips/Guard/gate_01_angry_gate_01_t02.wav"
    edit.setText("{character}/{who}")
    assert "{take}" in comes_to.text() and comes_to.property("role") == "error"


def test_the_example_has_every_field_that_a_template_may_have() -> None:
    assert set(clip_name.EXAMPLE) == set(clip_name.FIELDS)


def test_the_search_leaves_what_has_the_words(page: SettingsPage) -> None:
    page.show()
    page.search.setText("port")
    left = {name for _, _, shown in page._forms for name, widget in shown.items() if widget.isVisibleTo(page)}
    assert "osc_port" in left and all("port" in name for name in left)
    page.search.clear()
    assert page.appearance.isVisibleTo(page)


def test_every_setting_that_a_person_meets_first_has_words_of_its_own(page: SettingsPage) -> None:
    grouped = {name for group in GROUPS.values() for name in group}
    assert grouped <= set(page.fields) and grouped <= set(TITLES) and set(HINTS) <= set(TITLES)


def test_only_what_the_machine_has_is_offered_to_compute_on(page: SettingsPage, qtbot: QtBot, tmp_path: Path) -> None:
    def offered(page: SettingsPage) -> list[str]:
        box = page.fields["compute_device"].widgets[0]
        assert isinstance(box, QComboBox)
        return [box.itemText(index) for index in range(box.count())]

    page.offer_compute_devices(("auto", "cpu"))
    assert offered(page) == ["the fastest there is", "the processor"] and page.changes() == {}
    other = SettingsPage(Settings(tmp_path, compute_device="cuda"), "system")
    qtbot.addWidget(other)
    other.offer_compute_devices(("auto", "cpu"))
    assert "not on this machine" in offered(other)[2] and other.changes() == {}


def test_the_voice_is_loaded_anew_at_once_and_what_went_wrong_stands_there(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    daemon = StandInDaemon()
    window = MainWindow(DaemonLink(daemon), theme, Settings(tmp_path))
    page = window.settings_page
    try:
        page.offer_compute_devices(("auto", "cpu", "cuda"))
        box = page.fields["compute_device"].widgets[0]
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(1)
        daemon.refuse_with = Refusal("this machine has none")
        page.save.click()
        qtbot.waitUntil(lambda: page.said.text() == "this machine has none")
        daemon.refuse_with = None
        page.save.click()
        qtbot.waitUntil(lambda: "stand-in is loaded" in page.said.text())
        assert daemon.calls[-1] == ("change_voice", {"compute_device": "cpu"}) and page.changes() == {}
    finally:
        window.end()


def test_every_setting_has_a_title_in_words() -> None:
    assert {item.name for item in fields(Settings)} - set(TITLES) == {"data_folder"}
