"""Speech features give upstream's numbers, and the full-size file fits."""

import torch

from engine import official_config, official_layout
from engine.kaldi_fbank import resample_windowed_sinc, speech_fbank
from engine.speech_encoder import SpeechEncoder
from tests.engine.parity import check_manifest, fixture, manifest


@torch.inference_mode()
def test_from_the_prompt_to_its_features() -> None:
    given = fixture("w2vbert")
    rate = given.info["feature_extractor"]["sampling_rate"]
    audio = resample_windowed_sinc(given.inputs["wav_22k"], 22_050, rate)
    given.check("wav_16k", audio)
    features, whole = speech_fbank(given.outputs["wav_16k"][0])
    given.check("input_features", features)
    given.check("attention_mask", whole.long())

    config = official_config.speech_encoder(given.constructor, int(given.inputs["layer_index"]))
    layout = official_layout.speech_encoder(config, given.constructor["num_hidden_layers"])
    statistics = {"mean": given.inputs["stat_mean"], "var": given.inputs["stat_var"]}
    encoder = layout.load(lambda: SpeechEncoder(config), given.weights | statistics, "the fixture")
    of_given = encoder.hidden(given.outputs["input_features"], given.outputs["attention_mask"].bool())
    given.check("hidden", of_given, "hidden_from_given_features")
    given.check("hidden", encoder.hidden(*speech_fbank(audio[0])))
    given.check("feat", encoder(*speech_fbank(audio[0])))


def test_the_full_size_file_fits() -> None:
    full = manifest("w2vbert")
    config = official_config.speech_encoder(full["config"])
    layout = official_layout.speech_encoder(config, full["config"]["num_hidden_layers"])
    statistics = manifest("other_files")["files"]["wav2vec2bert_stats.pt"]["shape"]
    check_manifest(full, layout, lambda: SpeechEncoder(config), **statistics)
