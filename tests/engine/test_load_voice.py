"""Which voice a folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine import checkpoint, load_voice, official_config
from engine.errors import BadCheckpointError
from engine.official_model import OfficialModel
from engine.synthesizer import Synthesizer
from tests.engine import tiny_official
from tests.engine.tiny import tiny_voice


def test_an_embedded_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mini"
    checkpoint.save(folder, *tiny_voice())
    voice = load_voice.load(folder)
    assert isinstance(voice, Synthesizer) and voice.model_id == "mini"
    monkeypatch.setattr(checkpoint, "EMBEDDED", folder)
    assert load_voice.load().model_id == "mini"


def test_the_official_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official_config, "SPEECH_LAYERS", tiny_official.SPEECH_LAYERS)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    tiny_official.write(tmp_path)
    voice = load_voice.load(tmp_path)
    assert isinstance(voice._model, OfficialModel) and voice.model_id.startswith("indextts-2-")


@pytest.mark.parametrize("there", ["config.yaml", "gpt.pth"])
def test_a_part_of_the_official_model_is_told_as_such(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("{}")
    with pytest.raises(BadCheckpointError, match=r"lacks .*s2mel\.pth \(1\.2 GB") as error:
        load_voice.load(tmp_path)
    assert f"model get {tmp_path}" in str(error.value)


def test_what_is_no_voice_is_told_with_what_was_found(tmp_path: Path) -> None:
    def told(folder: Path) -> str:
        with pytest.raises(BadCheckpointError, match="holds no voice") as error:
            load_voice.load(folder)
        assert str(folder) in str(error.value) and "config.json" in str(error.value)
        return str(error.value)

    assert "does not exist" in told(tmp_path / "nowhere")
    assert "it is empty" in told(tmp_path)
    for i in range(10):
        (tmp_path / f"{i}.wav").touch()
    assert "there is 0.wav, 1.wav" in told(tmp_path) and "and 2 more" in told(tmp_path)
    assert "a file, not a folder" in told(tmp_path / "0.wav")
