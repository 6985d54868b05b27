"""The embedded voice on disk: a folder with config.json and one safetensors file a stage, loaded strictly.

config.json also holds what was settled after training: the voice's name, which changes whenever its samples do, and its
manners. Both are optional: a voice fresh from training has the name of its folder and no manners, until
engine/training/calibrate.py has run. So is passage.safetensors (engine/training/passage.py): without it, a timbre is
what its encoder hears and no more.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import nn

from engine.errors import BadCheckpointError
from engine.manner import AS_IT_IS, Manner, Manners
from engine.passage import Passage
from engine.s2m import S2M, S2MConfig
from engine.source_filter import SourceFilterConfig, SourceFilterVocoder
from engine.t2s import T2S, T2SConfig
from engine.transformer import TransformerConfig
from engine.types import EMOTIONS
from engine.weight_files import read_safetensors

EMBEDDED = Path(__file__).parent / "weights" / "cuevox-mini-1"
STAGES = ("t2s", "s2m", "vocoder")
PASSAGE = "passage.safetensors"


@dataclass(frozen=True)
class Settled:
    """What is known of a voice beside its weights."""

    name: str
    manners: Manners = field(default_factory=lambda: AS_IT_IS)


C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)


def save(folder: Path, t2s: T2S, s2m: S2M, vocoder: SourceFilterVocoder) -> None:
    """Write the stages in half precision with their configs; the folder's name is the model's."""
    folder.mkdir(parents=True, exist_ok=True)
    stages: tuple[T2S | S2M | SourceFilterVocoder, ...] = (t2s, s2m, vocoder)
    for name, model in zip(STAGES, stages, strict=True):
        state = {k: v.detach().to(torch.float16).contiguous() for k, v in model.state_dict().items()}
        save_file(state, folder / f"{name}.safetensors")
    configs = {name: asdict(model.config) for name, model in zip(STAGES, stages, strict=True)}
    (folder / "config.json").write_text(json.dumps(configs, indent=2, ensure_ascii=False) + "\n", "utf-8")


def load(folder: Path) -> tuple[T2S, S2M, SourceFilterVocoder]:
    """The three stages in float32, for inference. Raises BadCheckpointError."""
    configs = _configs(folder)
    t2s = dict(_part(configs, "t2s", folder))
    for name in ("encoder", "gpt"):
        t2s[name] = _config(TransformerConfig, t2s.get(name), folder)
    return (
        _stage(T2S(_config(T2SConfig, t2s, folder)), folder / "t2s.safetensors"),
        _stage(S2M(_config(S2MConfig, _part(configs, "s2m", folder), folder)), folder / "s2m.safetensors"),
        _stage(
            SourceFilterVocoder(_config(SourceFilterConfig, _part(configs, "vocoder", folder), folder)),
            folder / "vocoder.safetensors",
        ),
    )


def load_settled(folder: Path) -> Settled:
    """Name and manners. Raises BadCheckpointError."""
    configs = _configs(folder)
    manners = _part(configs, "manners", folder) if "manners" in configs else {}
    if not set(manners) <= set(EMOTIONS):
        raise BadCheckpointError(f"{folder / 'config.json'}: 'manners' knows {EMOTIONS}, not {sorted(manners)}")
    return Settled(
        str(configs.get("name", folder.name)),
        {emotion: _config(Manner, values, folder) for emotion, values in manners.items()},
    )


def save_settled(folder: Path, settled: Settled) -> None:
    """Write name and manners beside the stages that are there. Raises BadCheckpointError."""
    configs = _configs(folder) | {
        "name": settled.name,
        "manners": {emotion: asdict(manner) for emotion, manner in settled.manners.items()},
    }
    (folder / "config.json").write_text(json.dumps(configs, indent=2, ensure_ascii=False) + "\n", "utf-8")


def save_passage(folder: Path, passage: Passage) -> None:
    """Write it beside the stages, in half precision as they are."""
    codes, latents = passage.codes[0].to(torch.int16), passage.latents[0].to(torch.float16)
    save_file({"codes": codes.contiguous(), "latents": latents.contiguous()}, folder / PASSAGE)


def load_passage(folder: Path) -> Passage | None:
    """None where the voice has none. Raises BadCheckpointError."""
    path = folder / PASSAGE
    if not path.exists():
        return None
    try:
        arrays = read_safetensors(path)
        return Passage(arrays["codes"][None].long(), arrays["latents"][None].float())
    except (OSError, SafetensorError, KeyError) as error:
        raise BadCheckpointError(f"{path} is damaged: {error!r}; get the model again") from error


def _configs(folder: Path) -> dict[str, Any]:
    try:
        configs = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadCheckpointError(
            f"{folder} holds no voice ({error}); name a folder with config.json and "
            f"{', '.join(f'{s}.safetensors' for s in STAGES)}"
        ) from error
    if not isinstance(configs, dict):
        raise BadCheckpointError(f"{folder / 'config.json'} holds no object; get the model again")
    return configs


def _part(configs: dict[str, Any], name: str, folder: Path) -> Any:
    if not isinstance(configs.get(name), dict):
        raise BadCheckpointError(f"{folder / 'config.json'} has no object {name!r}; get the model again")
    return configs[name]


def _config(kind: type[C], values: Any, folder: Path) -> C:
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(values, dict) or set(values) != known:
        given = sorted(values) if isinstance(values, dict) else values
        raise BadCheckpointError(f"{folder / 'config.json'}: {kind.__name__} needs {sorted(known)}, not {given}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def _stage(model: M, path: Path) -> M:
    try:
        state = read_safetensors(path)
        model.load_state_dict({k: v.to(torch.float32) for k, v in state.items()}, strict=True)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise BadCheckpointError(f"{path} does not fit its config.json or is damaged: {error}") from error
    return model.eval().requires_grad_(False)
