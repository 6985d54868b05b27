"""The loop that every training stage runs in: a time limit, a learning rate that ends with it, checkpoints, curves."""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn


def arguments(doc: str | None, *, minutes: float) -> argparse.ArgumentParser:
    """The options that all stages have."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what prepare.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint; resumed from when it exists")
    parser.add_argument("--minutes", type=float, default=minutes, help="training time over all starts")
    parser.add_argument("--steps", type=int, help="stop after so many steps, whatever the time: to try a stage out")
    parser.add_argument("--device", default="cpu")
    return parser


class Loop:
    """Trains `model` until `minutes` of training are over, whatever number of starts that takes."""

    def __init__(self, model: nn.Module, *, out: Path, minutes: float, peak: float, device: str,
                 steps: int | None = None, betas: tuple[float, float] = (0.9, 0.98), decay: float = 0.01,
                 clip: float = 1.0) -> None:  # fmt: skip
        self.model, self.out, self.minutes, self.peak, self.clip = model.to(device), out, minutes, peak, clip
        self.device = torch.device(device)
        self.most_steps = steps
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=peak, betas=betas, weight_decay=decay)
        self.spent_s, self.step = 0.0, 0
        if out.exists():
            state = torch.load(out, weights_only=True, map_location=device)
            model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.spent_s, self.step = state["spent_s"], state["step"]

    def save(self) -> None:
        """A checkpoint, whole or not at all."""
        temporary = self.out.with_suffix(".tmp")
        state = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save(state | {"spent_s": self.spent_s, "step": self.step}, temporary)
        temporary.replace(self.out)

    def rate(self) -> float:
        """Warm-up over 200 steps, then a cosine over the training time down to 2 % of the peak."""
        done = min(1.0, self.spent_s / (60 * self.minutes))
        return self.peak * min(1.0, (self.step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * done))))

    def run(self, losses: Callable[[np.random.Generator], dict[str, Tensor]],
            check: Callable[[], dict[str, float]] = dict, *, check_every_s: float = 180) -> None:  # fmt: skip
        """`losses` gives one batch's losses (their sum is followed); `check` figures of unseen data."""
        rng = np.random.default_rng(self.step)
        torch.manual_seed(self.step)
        mean: dict[str, float] = {}
        checked = self.spent_s
        while not self._is_over():
            began = time.perf_counter()
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate()
            batch = losses(rng)
            self.optimiser.zero_grad(set_to_none=True)
            torch.stack(list(batch.values())).sum().backward()
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            if torch.isfinite(norm):  # one bad batch must not end hours of training
                self.optimiser.step()
            self.step += 1
            self.spent_s += time.perf_counter() - began
            for name, loss in batch.items():
                mean[name] = 0.98 * mean.get(name, float(loss.detach())) + 0.02 * float(loss.detach())
            if self.step % 100 == 0:
                self._note("training", mean)
            if self.spent_s - checked > check_every_s:
                checked = self.spent_s
                self._check(check)
                self.save()
        if mean:
            self._note("training", mean)
            self._check(check)
        self.save()

    def _is_over(self) -> bool:
        if self.most_steps is not None and self.step >= self.most_steps:
            return True
        return self.spent_s >= 60 * self.minutes

    def _check(self, check: Callable[[], dict[str, float]]) -> None:
        self.model.eval()
        self._note("unseen", check())
        self.model.train()

    def _note(self, data: str, figures: dict[str, float]) -> None:
        """Print the figures, and write them behind what the checkpoint's CSV holds: one row a figure, to plot."""
        shown = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"step {self.step} {self.spent_s / 60:.1f} min {data} {shown}", flush=True)
        path = self.out.with_suffix(".csv")
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            if is_new:
                rows.writerow(("step", "minutes", "data", "name", "value"))
            for name, value in figures.items():
                rows.writerow((self.step, round(self.spent_s / 60, 3), data, name, round(value, 5)))
