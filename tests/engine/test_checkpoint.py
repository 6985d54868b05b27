"""A voice on disk comes back as it was, and whatever does not fit is refused with its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import checkpoint
from engine.errors import BadCheckpointError
from engine.passage import Passage
from tests.engine.tiny import tiny_voice


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoint.save(tmp_path / "voice", *tiny_voice())
    return tmp_path / "voice"


def test_what_is_saved_comes_back(folder: Path) -> None:
    for saved, loaded in zip(tiny_voice(), checkpoint.load(folder), strict=True):
        assert saved.config == loaded.config
        for name, weight in saved.state_dict().items():
            torch.testing.assert_close(loaded.state_dict()[name], weight, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("change", ["missing", "extra", "shape"])
def test_weights_are_loaded_strictly(folder: Path, change: str) -> None:
    path = folder / "t2s.safetensors"
    state = load_file(path)
    if change == "missing":
        del state["head.bias"]
    elif change == "extra":
        state["more"] = torch.zeros(1)
    else:
        state["head.bias"] = torch.zeros(3)
    save_file(state, path)
    with pytest.raises(BadCheckpointError, match=r"t2s\.safetensors"):
        checkpoint.load(folder)


def test_a_damaged_file_is_named(folder: Path) -> None:
    (folder / "s2m.safetensors").write_bytes(b"not weights")
    with pytest.raises(BadCheckpointError, match=r"s2m\.safetensors"):
        checkpoint.load(folder)


def test_an_unknown_or_missing_setting_is_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["s2m"]["colour"] = "green"
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(BadCheckpointError, match="S2MConfig"):
        checkpoint.load(folder)


@pytest.mark.parametrize("text", ["{}", "[1]", "{", '{"t2s": 3}'])
def test_a_config_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text, "utf-8")
    with pytest.raises(BadCheckpointError):
        checkpoint.load(folder)


def test_an_empty_folder_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpointError, match=r"t2s\.safetensors"):
        checkpoint.load(tmp_path)


def test_a_passage_comes_back_and_may_be_missing(tmp_path: Path) -> None:
    assert checkpoint.load_passage(tmp_path) is None
    passage = Passage(torch.arange(7)[None], torch.linspace(-2, 2, 28).view(1, 7, 4))
    checkpoint.save_passage(tmp_path, passage)
    again = checkpoint.load_passage(tmp_path)
    assert again is not None and torch.equal(again.codes, passage.codes)
    torch.testing.assert_close(again.latents, passage.latents, atol=1e-3, rtol=1e-3)


def test_a_damaged_passage_is_told(tmp_path: Path) -> None:
    (tmp_path / checkpoint.PASSAGE).write_bytes(b"cut off")
    with pytest.raises(BadCheckpointError, match=r"passage\.safetensors is damaged"):
        checkpoint.load_passage(tmp_path)
