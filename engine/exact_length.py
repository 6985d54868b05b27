"""A line of exactly the asked length: what a stretch is told as, and blocks cut or filled up to the sample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr

from engine.types import Audio

STRETCH = (0.75, 1.25)  # lengths against the model's own that still sound natural
FADE_S = 0.003  # at both ends of a line, against clicks


def stretch_warnings(stretch: float) -> tuple[str, ...]:
    """What to tell of a stretch: nothing where it sounds natural."""
    if STRETCH[0] <= stretch <= STRETCH[1]:
        return ()
    kind = "shorter" if stretch < 1 else "longer"
    return (
        f"the length asked for is {stretch:.2f} times the voice's own, outside {STRETCH[0]} to {STRETCH[1]}: "
        f"it is made, but much {kind} than it would be said; change the text or the length",
    )


def exactly(blocks: Iterator[Audio], from_rate: int, rate: int, n_samples: int) -> Iterator[Audio]:
    """Blocks at `from_rate` -> blocks at `rate`, in all cut or filled up to n_samples."""
    stream = soxr.ResampleStream(from_rate, rate, 1, dtype="float32") if rate != from_rate else None
    left = n_samples
    for block in blocks:
        out = (stream.resample_chunk(block) if stream else block)[:left]
        left -= len(out)
        if len(out):
            yield out
    if stream:
        out = stream.resample_chunk(np.zeros(0, np.float32), last=True)[:left]
        left -= len(out)
        if len(out):
            yield out
    if left:
        yield np.zeros(left, np.float32)


def ending_softly(blocks: Iterator[Audio], rate: int, n_samples: int) -> Iterator[Audio]:
    """Blocks that have n_samples in all -> the same, faded to zero in the last FADE_S: a cut may fall anywhere."""
    n_fade = min(n_samples, round(FADE_S * rate))
    at = 0
    for block in blocks:
        left = n_samples - at - np.arange(1, len(block) + 1)  # samples behind each one
        yield (block * np.minimum(left / max(n_fade, 1), 1)).astype(np.float32) if left[-1] < n_fade else block
        at += len(block)
