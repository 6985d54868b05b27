"""Presets of the user's own get other names, go and come back; those of the program stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import BadArgumentError, NotFoundError, RefusedError, UnknownPresetError
from bridge.preset_store import PresetStore
from tests.bridge.test_preset_store import write_speech


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    (tmp_path / "inbox").mkdir()
    store = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    store.save_emotion("Grim", {"sad": 0.5}, "for the end")
    return store


def names(store: PresetStore) -> list[str]:
    return [preset.name for preset in store.emotions if preset.origin == "yours"]


def test_a_line_that_uses_the_old_name_still_finds_the_preset(store: PresetStore, tmp_path: Path) -> None:
    store.rename("emotion", "grim", "Grim hope")
    store.rename("emotion", "Grim hope", "Dawn")
    assert names(store) == ["Dawn"]
    for name in ("Grim", "grim hope", "Dawn"):
        assert store.emotion(name).note == "for the end"
    again = PresetStore(tmp_path / "presets", tmp_path / "inbox")
    assert again.emotion("Grim").name == "Dawn"


def test_a_preset_that_is_saved_anew_is_still_found_by_its_old_name(store: PresetStore) -> None:
    store.rename("emotion", "Grim", "Dawn")
    store.save_emotion("Dawn", {"happy": 0.2})
    assert store.emotion("Grim").weights == {"happy": 0.2}


def test_a_former_name_is_free_for_another_preset(store: PresetStore) -> None:
    store.rename("emotion", "Grim", "Dawn")
    store.save_emotion("Grim", {"angry": 0.9})
    assert store.emotion("Grim").weights == {"angry": 0.9}
    assert store.emotion("Dawn").weights == {"sad": 0.5}


def test_only_the_case_of_a_name_may_change(store: PresetStore) -> None:
    store.rename("emotion", "Grim", "GRIM")
    assert store.emotion("grim").name == "GRIM" and store.emotion("grim").formerly == ()


def test_a_voice_keeps_its_clip_through_it_all(store: PresetStore, tmp_path: Path) -> None:
    write_speech(tmp_path / "inbox" / "clip.wav")
    store.add_timbre("Nora", "clip.wav", consent="Nora, today, for tests")
    clip = store.timbre("Nora").clip
    store.rename("timbre", "Nora", "Leonora")
    assert store.timbre("Nora").name == "Leonora" and store.timbre("morph:Nora,Mara=0.5").clip == clip
    store.remove("timbre", "Leonora")
    assert clip.is_file()  # lines that wait were accepted with it
    with pytest.raises(UnknownPresetError, match="Mara"):
        store.timbre("Nora")
    store.bring_back("timbre", "leonora")
    assert (store.timbre("Nora").clip, store.timbre("Nora").consent) == (clip, "Nora, today, for tests")


def test_what_was_removed_comes_back_and_nothing_is_lost(store: PresetStore, tmp_path: Path) -> None:
    store.remove("emotion", "Grim")
    assert names(store) == []
    store.save_emotion("Grim", {"angry": 0.9})
    with pytest.raises(RefusedError, match="rename that one"):
        store.bring_back("emotion", "Grim")
    store.remove("emotion", "Grim")
    store.bring_back("emotion", "Grim")
    assert store.emotion("Grim").weights == {"angry": 0.9}
    assert len(list((tmp_path / "presets" / "emotion" / "removed").iterdir())) == 1
    with pytest.raises(NotFoundError, match="was removed"):
        store.bring_back("emotion", "Dawn")


def test_names_that_read_alike_as_files_are_kept_apart(store: PresetStore) -> None:
    for name, weight in (("怒り", 0.3), ("悲しみ", 0.4)):
        store.save_emotion(name, {"sad": weight})
        store.remove("emotion", name)
    store.bring_back("emotion", "怒り")
    assert store.emotion("怒り").weights == {"sad": 0.3}


def test_what_cannot_be_done_is_said(store: PresetStore) -> None:
    with pytest.raises(RefusedError, match="comes with the program"):
        store.rename("emotion", "happy", "merry")
    with pytest.raises(RefusedError, match="comes with the program"):
        store.remove("timbre", "Mara")
    with pytest.raises(RefusedError, match="choose another name"):
        store.rename("emotion", "Grim", "Happy")
    with pytest.raises(UnknownPresetError, match="happy"):
        store.remove("emotion", "nothing")
    with pytest.raises(BadArgumentError, match="would read as"):
        store.rename("emotion", "Grim", "sad=0.5")
    with pytest.raises(BadArgumentError, match="timbre or emotion"):
        store.remove("colour", "Grim")
    assert names(store) == ["Grim"]
