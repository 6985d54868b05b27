"""Whether the parity tests take fixtures of other sizes: makes such a set, and runs them with it.

    python benchmarks/parity_sizes.py FOLDER

FOLDER gets the set. Upstream's code is not at hand, so its numbers are Cuevox's own: that the tests pass shows that
nothing in them and in the modules hangs on the sizes of the fixtures they are usually run with, and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import official_config, official_layout
from engine.bigvgan import BigVGAN
from engine.gpt import GPT, gpt_config
from engine.layout import Layout
from engine.official_s2m import OfficialS2M
from engine.semantic_codec import SemanticCodec
from engine.speaker_encoder import SpeakerEncoder
from engine.speech_encoder import SpeechEncoder
from tests.engine import parity
from tests.engine.tiny_official import upstream

ROOT = Path(__file__).resolve().parent.parent
Config = dict[str, Any]
LATENT_DIM = 1280  # the one size that the s2mel fixture takes from elsewhere
CONDITIONER = {"output_size": 16, "linear_units": 24, "attention_heads": 2, "num_blocks": 1}


@dataclass(frozen=True)
class Variant:
    """A fixture with other sizes: what changes in its configuration, and its module."""

    changes: Mapping[str, Any]
    build: Callable[[Config], tuple[nn.Module, Layout]] | None = None
    sizes: Mapping[int, int] | None = None  # of the inputs' axes: old -> new
    most: int | None = None  # ids among the inputs are below


def _gpt(config: Config) -> tuple[nn.Module, Layout]:
    return GPT(gpt_config(config)), official_layout.GPT


def _s2mel(config: Config) -> tuple[nn.Module, Layout]:
    ours = official_config.s2m(config, LATENT_DIM)
    return OfficialS2M(ours), official_layout.s2m(ours)


def _codec(config: Config) -> tuple[nn.Module, Layout]:
    return SemanticCodec(official_config.semantic_codec(config)), official_layout.SEMANTIC_CODEC


def _speaker(config: Config) -> tuple[nn.Module, Layout]:
    return SpeakerEncoder(official_config.speaker_encoder(config)), official_layout.SPEAKER_ENCODER


def _bigvgan(config: Config) -> tuple[nn.Module, Layout]:
    ours = official_config.bigvgan(config)
    return BigVGAN(ours), official_layout.bigvgan(ours)


def _speech(config: Config) -> tuple[nn.Module, Layout]:
    ours = official_config.speech_encoder(config, config["num_hidden_layers"])
    return SpeechEncoder(ours), official_layout.speech_encoder(ours, config["num_hidden_layers"])


VARIANTS = {
    "gpt": Variant(
        {
            "model_dim": 48, "heads": 3, "layers": 2, "max_mel_tokens": 40, "max_text_tokens": 20,
            "number_text_tokens": 30, "number_mel_codes": 50, "start_mel_token": 48, "stop_mel_token": 49,
            "condition_module": CONDITIONER, "emo_condition_module": CONDITIONER,
        },
        _gpt, {66: 50}, 30,
    ),
    "s2mel": Variant(
        {
            "length_regulator": {"channels": 32, "sampling_ratios": [1, 1]},
            "DiT": {"hidden_dim": 32, "num_heads": 2, "depth": 7, "content_dim": 32}, "wavenet": {"hidden_dim": 32},
        },
        _s2mel, {48: 32},
    ),
    "semantic_codec": Variant(
        {
            "codebook_size": 64, "hidden_size": 96, "codebook_dim": 4, "vocos_dim": 32, "vocos_intermediate_dim": 64,
            "vocos_num_layers": 2,
        },
        _codec, {128: 96}, 64,
    ),
    "campplus": Variant({"growth_rate": 4, "bn_size": 3, "init_channels": 16}, _speaker),
    "bigvgan": Variant(
        {
            "upsample_rates": [8, 8, 2, 2], "upsample_kernel_sizes": [16, 16, 4, 4], "upsample_initial_channel": 64,
            "resblock_kernel_sizes": [3, 7], "resblock_dilation_sizes": [[1, 3], [1, 3]],
        },
        _bigvgan,
    ),
    "w2vbert": Variant(
        {
            "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 48, "conv_depthwise_kernel_size": 15,
            "left_max_position_embeddings": 32,
        },
        _speech, {64: 32},
    ),
    "emotion": Variant({"emo_num": [2, 5, 3, 4, 1, 6, 2, 3], "model_dim": 40}, None, {64: 40, 73: 26}),
}  # fmt: skip


def main(folder: Path) -> int:
    source = parity.FOLDER
    shutil.copytree(source, folder, copy_function=shutil.copyfile)
    torch.manual_seed(0)
    for module, variant in VARIANTS.items():
        write(folder, module, variant)
    parity.FOLDER = folder
    parity.Fixture.check = record  # type: ignore[method-assign]
    tests = sorted(str(path) for path in (ROOT / "tests" / "engine").glob("test_parity_*.py"))
    if code := pytest.main(["-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests]):
        return code
    for module in VARIANTS:
        fixture = parity._read(module)
        path = folder / f"{module}.safetensors"
        outputs = {f"out/{name}": value.contiguous().clone() for name, value in fixture.outputs.items()}
        save_file({**load_file(path), **outputs}, path)
    environment = os.environ | {"CUEVOX_PARITY": str(folder)}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], cwd=ROOT, env=environment).returncode


def record(fixture: parity.Fixture, name: str, got: Tensor, rule: str | None = None) -> None:
    """In the place of Fixture.check: what came out is what is to come out."""
    fixture.outputs[name] = got


def write(folder: Path, module: str, variant: Variant) -> None:
    """The fixture with other sizes and without outputs."""
    path = folder / f"{module}.json"
    info = json.loads(path.read_text("utf-8"))
    info["constructor"] = merged(info["constructor"], variant.changes)
    path.write_text(json.dumps(info), "utf-8")
    old = load_file(path.with_suffix(".safetensors"))
    tensors = {name: resized(x, variant) for name, x in old.items() if name.startswith("in/")}
    if variant.build is not None:
        network, layout = variant.build(info["constructor"])
        for parameter in network.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.1)
        prefix = "models." if module == "s2mel" else ""
        left_out = info.get("weights_left_out", {}).get("keys", {})
        for name, value in upstream(network, layout).items():
            if name not in left_out and name not in ("mean", "var"):
                tensors[f"w/{prefix}{name}"] = value.detach().contiguous().clone()
    save_file(tensors, path.with_suffix(".safetensors"))


def merged(config: Config, changes: Mapping[str, Any]) -> Config:
    inner = {key: merged(config[key], value) for key, value in changes.items() if isinstance(value, Mapping)}
    return {**config, **changes, **inner}


def resized(x: Tensor, variant: Variant) -> Tensor:
    """Values like those of x, in the new sizes."""
    shape = [(variant.sizes or {}).get(n, n) for n in x.shape]
    if x.is_floating_point():
        return x if shape == list(x.shape) else torch.randn(shape).abs() + 0.1
    return x if variant.most is None or not x.dim() else 2 + x % (variant.most - 2)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
