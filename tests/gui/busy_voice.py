"""A voice that works hard: it multiplies matrices with torch for as long as told, as a real one does."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from engine.types import Audio, RenderRequest
from tests.fakes import FakeSynthesizer


class BusyVoice(FakeSynthesizer):
    """`worked_s`: how long it has been at work in all."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self.worked_s = 0.0

    def _blocks(self, request: RenderRequest, n_samples: int) -> Iterator[Audio]:
        matrix = torch.randn(400, 400)
        for block in super()._blocks(request, n_samples):
            start = time.perf_counter()
            while time.perf_counter() - start < self._seconds / self.n_blocks:
                matrix = torch.nn.functional.normalize(matrix @ matrix)
            self.worked_s += time.perf_counter() - start
            yield block
