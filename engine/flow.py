"""Flow matching (Lipman et al. 2023): a straight path from noise to data, and two solvers. No weights."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from engine import interruption

Velocity = Callable[[Tensor, Tensor], Tensor]  # x (B, ...), time (B,) -> (B, ...)


def noisy(data: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """The point at `time` (B,) on the straight path from noise (B, ...) at 0 to data (B, ...) at 1."""
    t = time.view(-1, *[1] * (data.dim() - 1))
    return (1 - t) * noise + t * data


def cosine_times(n_steps: int) -> Tensor:
    """(n_steps + 1,) from 0 to 1, even in 1 - cos(pi t / 2): short at the start, where the velocity turns most."""
    return 1 - torch.cos(torch.linspace(0, torch.pi / 2, n_steps + 1))


def even_times(n_steps: int) -> Tensor:
    """(n_steps + 1,) from 0 to 1 in equal steps, as the official model is solved."""
    return torch.linspace(0, 1, n_steps + 1)


def follow(velocity: Velocity, noise: Tensor, times: Tensor) -> Tensor:
    """Follow the velocity from noise (B, ...) at times[0] to times[-1], one Euler step between two times."""
    x = noise
    for start, end in pairwise(times.to(noise.device)):
        interruption.step()
        x = x + (end - start) * velocity(x, start.expand(len(x)))
    return x


def asked(n_steps: int) -> Tensor:
    """(2 n_steps,): the times at which solve() asks for the velocity, in order."""
    times = cosine_times(n_steps)
    return torch.stack([times[:-1], (times[:-1] + times[1:]) / 2], 1).flatten()


def solve(velocity: Velocity, noise: Tensor, n_steps: int) -> Tensor:
    """Follow the velocity from noise (B, ...) at 0 to 1 in n_steps midpoint steps on `cosine_times`.

    Two of these, four velocities in all, end nearer to where many steps lead than six Euler steps do.
    """
    x = noise
    for start, end in pairwise(cosine_times(n_steps).to(noise.device)):
        interruption.step()
        middle = x + (end - start) / 2 * velocity(x, start.expand(len(x)))
        x = x + (end - start) * velocity(middle, ((start + end) / 2).expand(len(x)))
    return x


def guided(conditional: Tensor, unconditional: Tensor, strength: float) -> Tensor:
    """Classifier-free guidance (Ho & Salimans 2022): further along where the condition leads; 0 gives it as it is."""
    return (1 + strength) * conditional - strength * unconditional
