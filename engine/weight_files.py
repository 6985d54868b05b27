"""Files of weights, read into memory of the program's own.

Nothing is mapped: where another program cuts a mapped file short, or its disk goes, the whole process ends (SIGBUS); a
read ends in an error that can be told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Raises OSError, SafetensorError."""
    return load(path.read_bytes())


def read_pickle(path: Path) -> Any:
    """Tensors and plain values, and nothing that could run code. Raises whatever damaged bytes make of the reader."""
    return torch.load(path, map_location="cpu", weights_only=True, mmap=False)
