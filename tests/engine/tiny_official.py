"""The official model in miniature: every file of the release in its own layout, with random weights.

Where upstream's code fixes a size it stays (1024 speech features, 80 bands, a speaker embedding of 192), the rest is
as small as it goes. As in the real files there are parts that are never used and leftovers of training.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from sentencepiece import SentencePieceTrainer
from torch import Tensor, nn

from engine import official_config, official_layout
from engine.bigvgan import BigVGAN
from engine.gpt import GPT, gpt_config
from engine.layout import Layout
from engine.official_model import OfficialModel
from engine.official_s2m import OfficialS2M
from engine.official_stages import OfficialOptions
from engine.semantic_codec import SemanticCodec
from engine.speaker_encoder import SpeakerEncoder
from engine.speech_encoder import SpeechEncoder

SPEECH_LAYERS = 1  # of the two that the miniature has
EMOTION_SIZES = [3, 2, 1, 2, 1, 1, 2, 2]
CONDITIONER = {"output_size": 8, "linear_units": 8, "attention_heads": 2, "num_blocks": 1, "input_layer": "conv2d2"}
CONFIG: dict[str, Any] = {
    "dataset": {"bpe_model": "bpe.model"},
    "gpt": {
        "model_dim": 16, "layers": 2, "heads": 2, "max_mel_tokens": 40, "max_text_tokens": 30,
        "number_text_tokens": 60, "start_text_token": 0, "stop_text_token": 1,
        "number_mel_codes": 34, "start_mel_token": 32, "stop_mel_token": 33,
        "use_mel_codes_as_input": True, "train_solo_embeddings": False, "condition_type": "conformer_perceiver",
        "condition_module": CONDITIONER | {"perceiver_mult": 2},
        "emo_condition_module": CONDITIONER | {"perceiver_mult": 0.1},
    },
    "semantic_codec": {
        "codebook_size": 32, "hidden_size": 1024, "codebook_dim": 4,
        "vocos_dim": 8, "vocos_intermediate_dim": 16, "vocos_num_layers": 2,
    },
    "s2mel": {
        "preprocess_params": {
            "sr": 22050,
            "spect_params": {
                "n_fft": 1024, "win_length": 1024, "hop_length": 256, "n_mels": 80, "fmin": 0, "fmax": "None",
            },
        },
        "dit_type": "DiT",
        "style_encoder": {"dim": 192},
        "length_regulator": {
            "channels": 16, "is_discrete": False, "in_channels": 1024, "sampling_ratios": [1, 1], "n_codebooks": 1,
            "vector_quantize": False, "f0_condition": False,
        },
        "DiT": {
            "hidden_dim": 16, "num_heads": 2, "depth": 3, "in_channels": 80, "content_dim": 16,
            "style_condition": True, "final_layer_type": "wavenet", "target": "mel", "f0_condition": False,
            "is_causal": False, "long_skip_connection": True, "uvit_skip_connection": True, "time_as_token": False,
            "style_as_token": False, "add_resblock_in_transformer": False, "zero_prompt_speech_token": False,
        },
        "wavenet": {
            "hidden_dim": 16, "num_layers": 2, "kernel_size": 5, "dilation_rate": 1, "style_condition": True,
        },
    },
    "emo_num": EMOTION_SIZES,
}  # fmt: skip
SPEECH_CONFIG: dict[str, Any] = {
    "hidden_size": 1024, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 8,
    "feature_projection_input_dim": 160, "hidden_act": "swish", "position_embeddings_type": "relative_key",
    "left_max_position_embeddings": 8, "right_max_position_embeddings": 4, "conv_depthwise_kernel_size": 5,
    "layer_norm_eps": 1e-5, "add_adapter": False,
}  # fmt: skip
VOCODER_CONFIG = {
    "resblock": "1", "upsample_rates": [4, 4, 4, 4], "upsample_kernel_sizes": [8, 8, 8, 8],
    "upsample_initial_channel": 32, "resblock_kernel_sizes": [3, 7], "resblock_dilation_sizes": [[1, 3], [1, 3]],
    "use_tanh_at_final": False, "use_bias_at_final": False, "activation": "snakebeta", "snake_logscale": True,
    "num_mels": 80, "n_fft": 1024, "hop_size": 256, "win_size": 1024, "sampling_rate": 22050, "fmin": 0, "fmax": None,
}  # fmt: skip


@dataclass(frozen=True)
class TinyOfficial:
    """What was written."""

    gpt: GPT
    s2m: OfficialS2M
    codec: SemanticCodec
    speaker: SpeakerEncoder
    speech: SpeechEncoder
    vocoder: BigVGAN


def write(folder: Path, seed: int = 0) -> TinyOfficial:
    """Make the miniature and write all its files."""
    torch.manual_seed(seed)
    speech_config = official_config.speech_encoder(SPEECH_CONFIG, SPEECH_LAYERS)
    s2m_config = official_config.s2m(CONFIG["s2mel"], CONFIG["gpt"]["model_dim"])
    vocoder_config = official_config.bigvgan(VOCODER_CONFIG)
    tiny = TinyOfficial(
        gpt=GPT(gpt_config(CONFIG["gpt"])),
        s2m=OfficialS2M(s2m_config),
        codec=SemanticCodec(official_config.semantic_codec(CONFIG["semantic_codec"])),
        speaker=SpeakerEncoder(official_config.speaker_encoder(official_config.CAMPPLUS)),
        speech=SpeechEncoder(speech_config),
        vocoder=BigVGAN(vocoder_config),
    )
    for module in vars(tiny).values():
        module.eval().requires_grad_(False)
    tiny.speech.mean.normal_()
    tiny.speech.variance.uniform_(0.5, 2)

    _write_text(folder / "config.yaml", json.dumps(CONFIG))  # JSON is YAML
    _save(folder / "gpt.pth", {"model": upstream(tiny.gpt, official_layout.GPT)})
    _save(folder / "s2mel.pth", _s2mel(tiny.s2m))
    _save(folder / "feat1.pt", torch.randn(sum(EMOTION_SIZES), 192))
    _save(folder / "feat2.pt", torch.randn(sum(EMOTION_SIZES), CONFIG["gpt"]["model_dim"]))
    speech = upstream(tiny.speech, official_layout.speech_encoder(speech_config, SPEECH_CONFIG["num_hidden_layers"]))
    _save(folder / "wav2vec2bert_stats.pt", {key: speech.pop(key) for key in ("mean", "var")})
    _save(
        folder / "facebook/w2v-bert-2.0/model.safetensors",
        {
            **speech,
            "masked_spec_embed": torch.zeros(1024),
            "encoder.layers.1.self_attn.linear_q.bias": torch.zeros(1024),
        },
    )
    _write_text(folder / "facebook/w2v-bert-2.0/config.json", json.dumps(SPEECH_CONFIG))
    _save(
        folder / "amphion/MaskGCT/semantic_codec/model.safetensors",
        {**upstream(tiny.codec, official_layout.SEMANTIC_CODEC, r"_project$"), "decoder.1.bias": torch.zeros(1024)},
    )
    _save(folder / "funasr/campplus/campplus_cn_common.bin", upstream(tiny.speaker, official_layout.SPEAKER_ENCODER))
    bigvgan = folder / "nvidia/bigvgan_v2_22khz_80band_256x"
    _write_text(bigvgan / "config.json", json.dumps(VOCODER_CONFIG))
    layout = official_layout.bigvgan(vocoder_config)
    _save(bigvgan / "bigvgan_generator.pt", {"generator": upstream(tiny.vocoder, layout, r"^conv|^ups|convs")})
    (folder / "bpe.model").write_bytes(_text_pieces())
    return tiny


def load(folder: Path, options: OfficialOptions | None = None) -> OfficialModel:
    """What write() wrote, on the CPU."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(official_config, "SPEECH_LAYERS", SPEECH_LAYERS)
        return OfficialModel.load(folder, options, torch.device("cpu"))


def upstream(module: nn.Module, layout: Layout, weight_norm: str = r"^$") -> dict[str, Tensor]:
    """The module's weights under upstream's names; layers that match `weight_norm` have weight_g and weight_v."""
    state: dict[str, Tensor] = {}
    for key, value in module.state_dict().items():
        name = layout.upstream(key)
        if name.endswith(".weight") and re.search(weight_norm, name.removesuffix(".weight")):
            axes = tuple(range(1, value.dim()))
            state[f"{name}_g"] = torch.linalg.vector_norm(value, dim=axes, keepdim=True)
            state[f"{name}_v"] = 3 * value
        else:
            state[name] = value
    return state


def _text_pieces() -> bytes:
    """A SentencePiece model with the ids of the real one: start 0, stop 1, unknown 2."""
    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG, 0123456789.", "WHO? ME! 'YES'", "你好"]),
        model_writer=model, vocab_size=CONFIG["gpt"]["number_text_tokens"], model_type="bpe",
        bos_id=0, eos_id=1, unk_id=2, minloglevel=2,
    )  # fmt: skip
    return model.getvalue()


def _s2mel(s2m: OfficialS2M) -> dict[str, Any]:
    """In parts, from a training on many cards that left its optimiser behind."""
    state = upstream(s2m, official_layout.s2m(s2m.config), r"\.wavenet\.|final_layer\.linear$")
    state["cfm.estimator.input_pos"] = torch.arange(8)
    state["cfm.estimator.cond_embedder.weight"] = torch.zeros(4, 16)
    state["length_regulator.mask_token"] = torch.zeros(1, 16)
    net: dict[str, dict[str, Tensor]] = {}
    for key, value in state.items():
        part, _, name = key.partition(".")
        net.setdefault(part, {})[f"module.{name}" if part == "cfm" else name] = value
    return {"net": net, "optimizer": {"state": {0: {"exp_avg": torch.zeros(4)}}}, "epoch": 3, "iters": 100}


def _save(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file({key: value.contiguous() for key, value in content.items()}, path)
    else:
        torch.save(content, path)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
