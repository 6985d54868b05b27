"""From a segment's tokens to the condition that S2M follows, as far as the tokens are there."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.length_regulator import even_spread
from engine.official_planner import QUIET_CODES, frames_of, spread
from engine.official_stages import OfficialStages
from engine.official_tokens import Tokens

# Of a segment that is begun before all its tokens are there: so much of its end waits for them, and takes on what the
# GPT missed of its length. A miss of LengthPolicy.tolerance stretches it to STRETCH, which still sounds natural.
LAID_OUT_LAST = 0.4


def waits_for_all(n_frames: int) -> int:
    """The frame of a segment from which on its tokens have to be there, all of them."""
    return n_frames - math.ceil(LAID_OUT_LAST * n_frames)


class Condition:
    """Content -> condition of exactly n_frames.

    With `n_planned`, the number of tokens that the GPT was told, frames are laid out as if it kept to that, until
    waits_for_all(); what is left is then spread over the tokens that are left. The length regulator's norms look over
    what is there by then, so what comes early has a condition that differs a little from that of the whole.
    """

    def __init__(self, stages: OfficialStages, tokens: Tokens, n_frames: int, n_planned: int | None = None) -> None:
        self._stages, self._tokens, self.n_frames, self._n_planned = stages, tokens, n_frames, n_planned
        self._whole: Tensor | None = None
        self._source: Tensor | None = None
        self.end_stretch = 1.0  # of what was laid out last, against the model's own length

    def until(self, first: int, right: int) -> Tensor:
        """(1, n, dim) with n >= right. Frames before `first` are made already."""
        if self._whole is not None:
            return self._whole
        source = self._planned(right)
        if source is None:
            source = self._source = self._laid_out(first)
        said = self._tokens.until(int(source[-1]) + 1)
        content = self._stages.s2m.content(self._stages.codec.embed(said.codes[None]), said.latents[None])
        condition = self._stages.s2m.regulator(content, source)
        if self._source is not None:
            self._whole = condition
        return condition

    def voiced(self) -> Tensor:
        """(n_frames,) bool: all but pauses, as far as that is known."""
        if self._source is None:
            return torch.ones(self.n_frames, dtype=torch.bool)
        codes = self._tokens.until(None).codes.cpu()
        return ~torch.isin(codes[self._source], torch.tensor(QUIET_CODES))

    def _planned(self, right: int) -> Tensor | None:
        """Tokens of the frames up to `right` by the plan; None: the end is near, or the GPT has come to it."""
        if self._n_planned is None or right > waits_for_all(self.n_frames):
            return None
        source = even_spread(self._n_planned, self.n_frames)[:right]
        self._tokens.until(int(source[-1]) + 1)
        return None if self._tokens.ended else source

    def _laid_out(self, first: int) -> Tensor:
        codes = self._tokens.until(None).codes
        if not first or self._n_planned is None:
            return spread(codes, self.n_frames)
        planned = even_spread(self._n_planned, self.n_frames)[: first + 1]
        n_passed = min(int(planned[-1]), len(codes) - 1)
        rest = codes[n_passed:]
        self.end_stretch = (self.n_frames - first) / frames_of(len(rest))
        return torch.cat([planned[:-1], n_passed + spread(rest, self.n_frames - first)])
