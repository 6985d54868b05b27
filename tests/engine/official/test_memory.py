"""A full device is told, and the official model goes on with less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
import torch

from engine.bigvgan import BigVGAN
from engine.errors import OutOfMemoryError
from engine.gpt import GPT
from engine.official_stages import SMALL_WINDOWS
from engine.synthesizer import Synthesizer
from engine.types import RenderRequest
from tests.engine import tiny_official
from tests.engine.official.spoken import OPTIONS, spoken


def test_a_full_device_is_told_and_the_next_line_is_spoken(
    voice: Synthesizer, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> NoReturn:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    request = replace(request_, n_samples=20_000)
    with monkeypatch.context() as patch:
        patch.setattr(GPT, "prefix", full)
        with pytest.raises(OutOfMemoryError, match=r"for the GPT .*2 GiB.*split the line"):
            voice.render(request)
    with monkeypatch.context() as patch:
        patch.setattr(BigVGAN, "forward", full)
        with pytest.raises(OutOfMemoryError, match="vocoder"):
            spoken(voice, request)
    assert len(spoken(voice, request)) == 20_000


def test_a_voice_makes_do_with_less_memory_first_in_smaller_windows_then_on_the_cpu(
    folder: Path, voice: Synthesizer, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errors are the device's own, raised where it would raise them; only the device stands in."""
    model = tiny_official.load(folder, OPTIONS)  # its own: it is changed for good
    voice, request, spoken_by = Synthesizer(model), replace(request_, n_samples=20_000), BigVGAN.forward

    def too_large(vocoder: BigVGAN, mel: torch.Tensor) -> torch.Tensor:
        if model.windows != SMALL_WINDOWS:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return spoken_by(vocoder, mel)

    whole = spoken(voice, request)
    with monkeypatch.context() as patch:
        patch.setattr(BigVGAN, "forward", too_large)
        with pytest.raises(OutOfMemoryError):
            spoken(voice, request)
        assert "smaller pieces" in voice.make_do()
        assert len(spoken(voice, request)) == 20_000
    model._device = torch.device("cuda")  # as it would be where the next error comes from
    assert "on the CPU" in voice.make_do()
    assert model._device == model._stages.gpt.speed_emb.weight.device == torch.device("cpu")
    assert len(spoken(voice, request)) == len(whole) == 20_000
    assert voice.make_do() == ""
