"""Voices between two as presets, and emotions that go from one Cuevox to another as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.errors import BadArgumentError, BridgeError, RefusedError
from bridge.preset_files import BadPresetFileError
from bridge.preset_store import PresetStore


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore(tmp_path / "presets", tmp_path / "inbox")


def test_a_voice_between_two_is_named_in_a_line_or_kept_as_a_preset(store: PresetStore, tmp_path: Path) -> None:
    between = store.timbre("morph:mara, Cole=0.25")
    assert (between.name, between.share) == ("morph:Mara,Cole=0.25", 0.25)
    assert between.other is not None and (between.clip.stem, between.other.stem) == ("mara", "cole")
    store.save_morph("Twin", between.name, colour="#102030")
    kept = PresetStore(tmp_path / "presets", tmp_path / "inbox").timbre("twin")
    assert kept.other is not None
    assert (kept.note, kept.colour, kept.share) == ("between Mara and Cole", "#102030", 0.25)
    assert kept.clip.read_bytes() == between.clip.read_bytes() and kept.clip.parent == tmp_path / "presets" / "timbre"
    with pytest.raises(BadArgumentError, match="lies between two itself"):
        store.timbre("morph:Twin,Mara=0.5")
    with pytest.raises(RefusedError, match="comes with the program"):
        store.save_morph("Mara", between.name)
    with pytest.raises(BadArgumentError, match="no voice between two"):
        store.save_morph("Other", "Mara")


@pytest.mark.parametrize("name", ["morph:Mara=0.5", "morph:Mara,Cole", "morph:Mara,Cole=2", "morph:Mara,Nobody=0.5"])
def test_a_wrong_morph_is_refused(store: PresetStore, name: str) -> None:
    with pytest.raises(BridgeError, match=r"FIRST,SECOND=SHARE|Nobody"):
        store.timbre(name)


def test_a_morph_file_with_a_wrong_share_is_left_out(store: PresetStore, tmp_path: Path) -> None:
    store.save_morph("Twin", "morph:Mara,Cole=0.5")
    (file,) = (tmp_path / "presets" / "timbre").glob("*.json")
    values = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(values | {"morph": {"clip": values["clip"], "share": 3}}), "utf-8")
    store.reload()
    assert "share" in store.problems[0]


def test_emotions_come_back_from_their_file_under_a_free_name(store: PresetStore, tmp_path: Path) -> None:
    store.save_emotion("Grim hope", {"sad": 0.3}, "for the end", "#102030")
    file = tmp_path / "emotions.json"
    store.export_emotions(["grim hope", "panic"], file)
    other = PresetStore(tmp_path / "other", tmp_path / "inbox")
    other.save_emotion("grim hope", {"happy": 1.0})
    assert other.import_emotions(file) == ("Grim hope 2", "panic")
    kept = other.emotion("grim hope 2")
    assert (kept.note, kept.colour, kept.weights, kept.origin) == ("for the end", "#102030", {"sad": 0.3}, "yours")
    assert other.emotion("grim hope").weights == {"happy": 1.0}, "nothing is replaced"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("no JSON", "is no file of emotions"),
        ("[]", "one JSON object"),
        ('{"cuevox": "emotions", "format": 9, "presets": []}', "newer one"),
        ('{"cuevox": "emotions", "format": 1, "presets": []}', "1 to 500 presets"),
        ('{"name": "x", "weights": {"joyful": 1}}', "preset 1 .x.*joyful"),
        ('{"name": "x", "weights": {"happy": 1}, "colr": ""}', "unknown keys colr"),
        (
            '{"cuevox": "emotions", "format": 1, "presets": [{"name": "a", "weights": {}}, {"weights": {}}]}',
            "preset 2: name.*nothing was imported",
        ),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_imports_nothing(
    store: PresetStore, tmp_path: Path, text: str, wrong: str
) -> None:
    file, before = tmp_path / "wrong.json", store.emotions
    file.write_text(text, "utf-8")
    with pytest.raises(BadPresetFileError, match=wrong):
        store.import_emotions(file)
    assert store.emotions == before
