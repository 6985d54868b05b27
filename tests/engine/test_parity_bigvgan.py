"""BigVGAN and the mel of timbre prompts give upstream's numbers, and the full-size file fits."""

import torch

from engine import official_config, official_layout
from engine.audio import log_mel
from engine.bigvgan import BigVGAN
from tests.engine.parity import check_manifest, fixture, manifest


@torch.inference_mode()
def test_mel_to_audio() -> None:
    given = fixture("bigvgan")
    config = official_config.bigvgan(given.constructor)
    vocoder = official_layout.bigvgan(config).load(lambda: BigVGAN(config), given.weights, "the fixture")
    given.check("wav", vocoder(given.inputs["mel"])[:, None])


@torch.inference_mode()
def test_audio_to_mel() -> None:
    given = fixture("bigvgan")
    given.check("mel", log_mel(given.inputs["wav_22k"], official_config.vocoder_mel(given.constructor)))


def test_the_full_size_file_fits() -> None:
    full = manifest("bigvgan")
    config = official_config.bigvgan(full["config"])
    check_manifest(full, official_layout.bigvgan(config), lambda: BigVGAN(config))
    assert config.hop == 256


def test_prompts_get_the_mel_that_the_vocoder_speaks() -> None:
    assert official_config.prompt_mel(manifest("s2mel")["config"]["preprocess_params"]) == official_config.vocoder_mel(
        manifest("bigvgan")["config"]
    )
