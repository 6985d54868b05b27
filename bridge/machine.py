"""How much of the machine is in use: processor, memory, and the memory of the graphics card that holds a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType

import psutil


@dataclass(frozen=True)
class Machine:
    """Bytes, and shares from 0 to 1."""

    cpu: float  # of all processors, since it was asked for the last time
    own_bytes: int  # what Cuevox holds
    used_bytes: int
    total_bytes: int
    gpu: str = ""  # name of the card; empty: none is in use
    gpu_used_bytes: int = 0
    gpu_total_bytes: int = 0
    gpu_load: float | None = None  # None: not known, the driver's own library (nvidia-ml-py) is not there


class MachineMeter:
    """One for each that asks: the processor's share is of the time between two questions."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        psutil.cpu_percent()  # the first answer would be of no time at all

    def read(self) -> Machine:
        memory = psutil.virtual_memory()
        own_bytes = self._process.memory_info().rss
        return Machine(
            psutil.cpu_percent() / 100, own_bytes, memory.total - memory.available, memory.total, *_graphics_card()
        )


def _graphics_card() -> tuple[str, int, int, float | None]:
    """Its name, bytes in use, bytes in all, load. torch is looked at only where the voice has loaded it already."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda") or not torch.cuda.is_initialized():
        return "", 0, 0, None
    free, total = torch.cuda.mem_get_info()
    return torch.cuda.get_device_name(), total - free, total, _card_load(torch)


def _card_load(torch: ModuleType) -> float | None:
    try:
        return float(torch.cuda.utilization()) / 100
    except Exception:  # ModuleNotFoundError without pynvml, and a zoo of its own errors in containers and on Jetson
        return None
