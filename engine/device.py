"""What computes: how many threads of it, and which machines give the same samples from the same seed."""

from __future__ import annotations

import platform

import torch

from engine import half
from engine.errors import NoDeviceError

AUTO, CPU, CUDA, MPS = "auto", "cpu", "cuda", "mps"


def use_threads(n: int) -> None:
    """For all that this process computes from now on."""
    torch.set_num_threads(n)


def devices() -> tuple[str, ...]:
    """What may be asked of torch_device() on this machine."""
    mps = [MPS] if torch.backends.mps.is_available() else []
    return (AUTO, CPU, *([CUDA] if torch.cuda.is_available() else []), *mps)


def torch_device(name: str = AUTO) -> torch.device:
    """`auto` is the CUDA card where there is one, else the processor: MPS, which was never measured, only by name.

    Raises NoDeviceError.
    """
    here = devices()
    if name not in here:
        raise NoDeviceError(f"this machine has no {name!r} to compute on; it has: {', '.join(here)}")
    if name == AUTO:
        name = CUDA if CUDA in here else CPU
    return torch.device(name)


def device_class() -> str:
    """In words. Two machines of one class do the same sums in the same order."""
    capability = torch.backends.cpu.get_cpu_capability()
    precision = "bfloat16" if half.is_fast() else "float32"
    return f"{platform.machine()} {capability} {precision} torch {torch.__version__.partition('+')[0]}"
