"""What computes: how many threads of it, and which machines give the same samples from the same seed."""

from __future__ import annotations

import platform

import torch

from engine import half


def use_threads(n: int) -> None:
    """For all that this process computes from now on."""
    torch.set_num_threads(n)


def device_class() -> str:
    """In words. Two machines of one class do the same sums in the same order."""
    capability = torch.backends.cpu.get_cpu_capability()
    precision = "bfloat16" if half.is_fast() else "float32"
    return f"{platform.machine()} {capability} {precision} torch {torch.__version__.partition('+')[0]}"
