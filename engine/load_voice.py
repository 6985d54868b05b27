"""Which voice a folder holds: the embedded kind or the official model. Both are spoken with in the same way."""

from __future__ import annotations

import gc
from pathlib import Path

import torch

from engine.device import AUTO, torch_device
from engine.errors import BadCheckpointError
from engine.official_checkpoint import CONFIG, GPT_WEIGHTS
from engine.official_model import OfficialModel
from engine.official_stages import OfficialOptions
from engine.synthesizer import Synthesizer

EMBEDDED_CONFIG = "config.json"
MOST_TOLD = 8  # names of a folder that holds neither


def load(folder: Path | None = None, device: str = AUTO, *, streamed: bool = False) -> Synthesizer:
    """The voice in `folder`, by default the one that comes with the program.

    device: what the official model computes on, one of engine.device.devices(); the embedded kind is made for
    processors and stays there. streamed: as OfficialOptions has it. Raises BadCheckpointError, which says what was
    found instead, and NoDeviceError.
    """
    check(folder, device)
    if folder is not None and _is_official(folder):
        return Synthesizer(OfficialModel.load(folder, OfficialOptions(streamed=streamed), torch_device(device)))
    return Synthesizer.load(folder)


def check(folder: Path | None, device: str = AUTO) -> None:
    """Raises what load() would raise, as far as that is to be seen at once."""
    torch_device(device)
    if folder is None or _is_official(folder) or (folder / EMBEDDED_CONFIG).is_file():
        return
    raise BadCheckpointError(
        f"{folder} holds no voice: {_found(folder)}. Name a folder with {CONFIG.path} and {GPT_WEIGHTS.path} (the "
        f"official model; `launcher.py model get` downloads it) or with {EMBEDDED_CONFIG} (a voice as Cuevox trains it)"
    )


def give_memory_back() -> None:
    """After the last reference to a voice is gone: what it held goes back to the system and to other programs."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _is_official(folder: Path) -> bool:
    return (folder / CONFIG.path).is_file() or (folder / GPT_WEIGHTS.path).is_file()


def _found(folder: Path) -> str:
    if not folder.exists():
        return "it does not exist"
    if not folder.is_dir():
        return "it is a file, not a folder"
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        return f"it cannot be read ({error.strerror or error})"
    if not names:
        return "it is empty"
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return f"there is {', '.join(names[:MOST_TOLD])}{more}"
