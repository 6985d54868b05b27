"""The speaker encoder and its fbank give upstream's numbers, and the full-size file fits."""

import torch

from engine import official_config, official_layout
from engine.kaldi_fbank import kaldi_fbank, speaker_fbank
from engine.speaker_encoder import SpeakerEncoder
from tests.engine.parity import Fixture, check_manifest, fixture, manifest


def encoder(given: Fixture) -> SpeakerEncoder:
    config = official_config.speaker_encoder(given.constructor)
    return official_layout.SPEAKER_ENCODER.load(lambda: SpeakerEncoder(config), given.weights, "the fixture")


@torch.inference_mode()
def test_the_fbank() -> None:
    given = fixture("campplus")
    audio = given.inputs["wav_16k"][0]
    given.check("fbank", kaldi_fbank(audio))
    given.check("fbank_centred", speaker_fbank(audio)[0])


@torch.inference_mode()
def test_the_embedding() -> None:
    given = fixture("campplus")
    network = encoder(given)
    given.check("style", network(given.outputs["fbank_centred"][None]), "style_from_given_fbank_centred")
    given.check("style", network(speaker_fbank(given.inputs["wav_16k"][0])))


def test_the_full_size_file_fits() -> None:
    full = manifest("campplus")
    assert full["config"] == official_config.CAMPPLUS
    config = official_config.speaker_encoder(full["config"])
    check_manifest(full, official_layout.SPEAKER_ENCODER, lambda: SpeakerEncoder(config))
