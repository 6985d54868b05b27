"""From a planned line to its blocks of audio, window by window, so that sound comes before the line is done.

All windows are a function of the line's length alone, and every random number is drawn for a place on the line, so
the same line gives the same samples whoever listens and however fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from engine.exact_length import FADE_S, ending_softly
from engine.speech_model import Acoustics, Features, Frames, Windows
from engine.types import Audio


def line_blocks(
    pieces: Sequence[tuple[int, Acoustics]], n_frames: int, frames: Frames, windows: Windows
) -> Iterator[Audio]:
    """Pieces, each with its first frame, and the silence around them -> n_frames hops of audio."""
    at = 0
    for first, piece in pieces:
        if first > at:
            yield np.zeros((first - at) * frames.hop, np.float32)
        sound, at = piece_blocks(piece, frames, windows), first + piece.n_frames
        # The line's own end is faded after its last frame is cut.
        yield from sound if at == n_frames else ending_softly(sound, frames.rate, piece.n_frames * frames.hop)
    if n_frames > at:
        yield np.zeros((n_frames - at) * frames.hop, np.float32)


@torch.inference_mode()
def piece_blocks(piece: Acoustics, frames: Frames, windows: Windows) -> Iterator[Audio]:
    """A piece's sound, within -1..1. The vocoder hears across the joins as far as it ever hears, so there are none."""
    known: Features = ()
    start = spoken = 0  # the first frame that is known, and the first that is not spoken yet
    for first, end in windows.over(piece.n_frames):
        more = piece.features(first, end)
        known = tuple(torch.cat(pair, -1) for pair in zip(known, more, strict=True)) if known else more
        ready = piece.n_frames if end == piece.n_frames else end - frames.reach
        if ready <= spoken:
            continue
        known, start = (
            _without(known, max(0, spoken - frames.reach) - start, end - start),
            max(0, spoken - frames.reach),
        )
        sound = piece.sound(known)[(spoken - start) * frames.hop : (ready - start) * frames.hop]
        block = np.clip(sound.float().cpu().numpy(), -1, 1)
        yield block if spoken else _fading_in(block, frames.rate)
        spoken = ready


def _without(features: Features, n: int, n_frames: int) -> Features:
    """The same without the first n of n_frames frames."""
    return tuple(x[..., n * x.shape[-1] // n_frames :] for x in features)


def _fading_in(block: Audio, rate: int) -> Audio:
    """Without the click of a hard start."""
    n = min(len(block), round(FADE_S * rate))
    return np.concatenate([block[:n] * np.linspace(0, 1, n, dtype=np.float32), block[n:]])
