"""Settings on disk: what is written comes back, what is wrong is refused by name."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.drop_worker import targets_of
from bridge.settings import DROP_TARGETS, BadSettingsError, Settings
from bridge.version import VERSION


def test_a_folder_without_settings_has_the_defaults(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "new")
    assert settings == Settings(tmp_path / "new")
    assert (settings.osc_host, settings.osc_port, settings.rate, settings.depth) == ("127.0.0.1", 27183, 48_000, 24)
    assert not (tmp_path / "new").exists()


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    settings = Settings(
        tmp_path,
        osc_port=0,
        rate=44_100,
        depth=32,
        drop=True,
        drop_targets=("ardour_live", "watch_folder"),
        watch_folder=tmp_path / "watched",
        ardour_action=3,
        tempo_bpm="97.5",
        model_folder=tmp_path / "voice",
    )
    settings.save()
    assert Settings.load(tmp_path) == settings
    assert str(settings.tempo) == "97.5 4/4"
    assert str(settings.changed({"tempo_map": "120; 9=3/4"}).tempo) == "120 4/4; 9=120 3/4"


def test_every_drop_target_that_can_be_set_exists(tmp_path: Path) -> None:
    targets = targets_of(Settings(tmp_path, drop_targets=DROP_TARGETS))
    assert {name: target.name for name, target in targets.items()} == {name: name for name in DROP_TARGETS}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"osc_prot": 1}, "osc_prot"),
        ({"osc_port": "27183"}, "osc_port"),
        ({"osc_port": True}, "osc_port"),
        ({"osc_port": 70_000}, "osc_port"),
        ({"rate": 48_000.0}, "rate"),
        ({"depth": 20}, "depth"),
        ({"drop_targets": ["tape"]}, "drop_targets"),
        ({"drop_targets": "dawproject"}, "drop_targets"),
        ({"ardour_action": 11}, "ardour_action"),
        ({"clip_name": "{character}"}, "clip_name"),
        ({"clip_loudness": "loud"}, "clip_loudness"),
        ({"clip_loudness": "nan"}, "clip_loudness"),
        ({"tempo_bpm": "fast"}, "tempo_bpm"),
        ({"tempo_bpm": "0"}, "tempo_bpm"),
        ({"data_folder": "elsewhere"}, "data_folder"),
        ([], "object"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, values: object, named: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(values))
    with pytest.raises(BadSettingsError, match=named):
        Settings.load(tmp_path)


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(data)
    with pytest.raises(BadSettingsError, match=r"settings\.json"):
        Settings.load(tmp_path)


def test_a_changed_copy_is_checked_too(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError, match="rate"):
        replace(Settings(tmp_path), rate=1)


def test_the_version_is_that_of_the_package() -> None:
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    assert tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"] == VERSION


def test_some_settings_are_changed_by_the_rules_of_the_file(tmp_path: Path) -> None:
    changed = Settings(tmp_path).changed({"rate": 96_000, "drop_targets": ["dawproject"], "model_folder": "m"})
    assert (changed.rate, changed.drop_targets, changed.model_folder) == (96_000, ("dawproject",), Path("m"))
    for values in ({"rate": "96000"}, {"rate": 1}, {"colour": "red"}, {"appearance": "pink"}):
        with pytest.raises(BadSettingsError):
            Settings(tmp_path).changed(values)
