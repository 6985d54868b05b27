"""The official release at full size with random weights: every file in its place, 7 GB, for timing and nothing else.

Keys and shapes come from the manifests beside the parity fixtures. Values are scaled so that nothing overflows, and the
GPT never says its stop code: a line is as long as its limit of tokens allows.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.bigvgan import half_band
from tests.engine.test_emotion_classifier import write_classifier

Manifest = Mapping[str, Any]

REVISION = "0" * 40
NEVER = -1e4  # a logit
EMOTION_ROWS = [3, 17, 2, 8, 4, 5, 10, 24]
SPEECH_EXTRACTOR = {
    "feature_extractor_type": "SeamlessM4TFeatureExtractor", "feature_size": 80, "num_mel_bins": 80, "stride": 2,
    "padding_side": "right", "padding_value": 1, "return_attention_mask": True, "sampling_rate": 16000,
}  # fmt: skip
FORMULAS: dict[str, Callable[[tuple[int, ...]], Tensor]] = {
    "input_pos": lambda shape: torch.arange(shape[0]),
    "num_batches_tracked": lambda shape: torch.tensor(100),
    "freqs": lambda shape: torch.exp(-math.log(10_000) * torch.arange(shape[0]) / shape[0]),
    "filter": lambda shape: half_band(),
    "pe": lambda shape: _waves(shape[1], shape[2])[None],
    "running_var": torch.ones,
    "running_mean": torch.zeros,
    "bias": torch.zeros,
    "alpha": torch.zeros,
    "beta": torch.zeros,
    "gamma": torch.ones,
}


def write(folder: Path, fixtures: Path, seed: int = 0) -> None:
    """Everything that upstream reads to speak, from the manifests in fixtures/manifests and fixtures/text_bpe.model."""
    generator = torch.Generator().manual_seed(seed)
    manifests = {path.stem: json.loads(path.read_text("utf-8")) for path in (fixtures / "manifests").glob("*.json")}

    def state(name: str) -> dict[str, Tensor]:
        return _state(manifests[name]["keys"], generator)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(json.dumps(_config(manifests)), "utf-8")  # JSON is YAML
    shutil.copy(fixtures / "text_bpe.model", folder / "bpe.model")
    (folder / "bpe.model").chmod(0o644)
    gpt = state("gpt")
    section = manifests["gpt"]["config"]
    gpt["mel_head.bias"][[section["start_mel_token"], section["stop_mel_token"]]] = NEVER
    torch.save(gpt, folder / "gpt.pth")
    del gpt
    net: dict[str, dict[str, Tensor]] = {}
    for key, value in state("s2mel").items():
        part, _, name = key.partition(".")
        net.setdefault(part, {})[name] = value
    torch.save({"net": net}, folder / "s2mel.pth")
    n_rows = sum(EMOTION_ROWS)
    torch.save(torch.randn(n_rows, 192, generator=generator), folder / "feat1.pt")
    torch.save(torch.randn(n_rows, section["model_dim"], generator=generator), folder / "feat2.pt")
    torch.save({"mean": torch.zeros(1024), "var": torch.ones(1024)}, folder / "wav2vec2bert_stats.pt")

    write_classifier(folder / "qwen0.6bemo4-merge")  # a small one: upstream loads it, and nothing here asks it

    speech = _hub(folder, "facebook/w2v-bert-2.0")
    save_file(state("w2vbert"), speech / "model.safetensors", {"format": "pt"})
    speech_config = {"model_type": "wav2vec2-bert", "architectures": ["Wav2Vec2BertModel"]}
    (speech / "config.json").write_text(json.dumps(speech_config | manifests["w2vbert"]["config"]), "utf-8")
    (speech / "preprocessor_config.json").write_text(json.dumps(SPEECH_EXTRACTOR), "utf-8")
    codec = _hub(folder, "amphion/MaskGCT") / "semantic_codec"
    codec.mkdir()
    save_file(state("semantic_codec"), codec / "model.safetensors", {"format": "pt"})
    torch.save(state("campplus"), _hub(folder, "funasr/campplus") / "campplus_cn_common.bin")
    vocoder = _hub(folder, "nvidia/bigvgan_v2_22khz_80band_256x")
    torch.save({"generator": state("bigvgan")}, vocoder / "bigvgan_generator.pt")
    (vocoder / "config.json").write_text(json.dumps(_vocoder_config(manifests["bigvgan"]["config"])), "utf-8")


def _hub(folder: Path, repository: str) -> Path:
    """The folder of a repository in a cache of the hub, as upstream leaves it beside the checkpoint."""
    cached = folder / "hf_cache" / f"models--{repository.replace('/', '--')}"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text(REVISION, "ascii")
    (cached / "snapshots" / REVISION).mkdir(parents=True)
    return cached / "snapshots" / REVISION


def _config(manifests: Mapping[str, Manifest]) -> dict[str, Any]:
    mel = {"sample_rate": 24000, "n_fft": 1024, "hop_length": 256, "win_length": 1024, "n_mels": 100, "mel_fmin": 0}
    return {
        "dataset": {
            "bpe_model": "bpe.model", "sample_rate": 24000, "squeeze": False, "mel": mel | {"normalize": False},
        },
        "gpt": manifests["gpt"]["config"],
        "semantic_codec": manifests["semantic_codec"]["config"],
        "s2mel": manifests["s2mel"]["config"],
        "gpt_checkpoint": "gpt.pth", "w2v_stat": "wav2vec2bert_stats.pt", "s2mel_checkpoint": "s2mel.pth",
        "emo_matrix": "feat2.pt", "spk_matrix": "feat1.pt", "emo_num": EMOTION_ROWS,
        "qwen_emo_path": "qwen0.6bemo4-merge/",
        "vocoder": {"type": "bigvgan", "name": "nvidia/bigvgan_v2_22khz_80band_256x"},
        "version": 2.0,
    }  # fmt: skip


def _vocoder_config(section: Manifest) -> dict[str, Any]:
    return {**section, "segment_size": 65536, "num_freq": 1025, "normalize_volume": True, "fmax_for_loss": None}


def _state(shapes: Mapping[str, list[int]], generator: torch.Generator) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for key, shape in shapes.items():
        formula = FORMULAS.get(key.rpartition(".")[2])
        if formula is not None:
            state[key] = formula(tuple(shape))
        elif not key.endswith(".weight_g"):
            state[key] = _random(key, tuple(shape), generator)
    for key, shape in shapes.items():
        if key.endswith(".weight_g"):
            axes = tuple(range(1, len(shape)))
            state[key] = torch.linalg.vector_norm(state[f"{key[:-1]}v"], dim=axes, keepdim=True)
    return state


def _random(key: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Of about the size that keeps what passes through as large as it was."""
    if len(shape) == 1:  # of a norm
        return torch.ones(shape)
    is_turned = key.startswith("gpt.h.")  # GPT-2 keeps its matrices as (in, out)
    n_in = shape[0] if is_turned else math.prod(shape[1:])
    return torch.randn(shape, generator=generator) / math.sqrt(n_in)


def _waves(n: int, dim: int) -> Tensor:
    angles = torch.arange(n)[:, None] * torch.exp(torch.arange(0, dim, 2) * (-math.log(10_000) / dim))
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
