"""Flow matching (Lipman et al. 2023): a straight path from noise to data, its loss, and an Euler solver. No weights."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor


def noisy(data: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """The point at `time` (B,) on the straight path from noise (B, ...) at 0 to data (B, ...) at 1."""
    t = time.view(-1, *[1] * (data.dim() - 1))
    return (1 - t) * noise + t * data


def solve(velocity: Callable[[Tensor, Tensor], Tensor], noise: Tensor, n_steps: int) -> Tensor:
    """Follow velocity(x (B, ...), time (B,)) from noise at 0 to 1 in n_steps Euler steps.

    The steps are even in 1 - cos(pi t / 2): short where the path begins, since there the velocity turns most.
    """
    times = 1 - torch.cos(torch.linspace(0, torch.pi / 2, n_steps + 1, device=noise.device))
    x = noise
    for start, end in pairwise(times):
        x = x + (end - start) * velocity(x, start.expand(len(x)))
    return x
