"""The official model's way from tokens to sound, window by window, so that sound comes before the segment is done.

S2M goes on from what it made before, as it goes on from the timbre prompt: the last frames of it stand behind the
prompt's. A window is made with some frames to come, which are made again in the next. The vocoder hears the whole mel,
with all of its reach to both sides, so no join is heard in its sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.bigvgan import BigVGAN
from engine.decoding import Decoded, Decoding
from engine.official_planner import LengthPolicy, spread
from engine.official_prompt import OfficialVoice
from engine.official_s2m import OfficialS2M
from engine.renderer import faded
from engine.sampling import Sampling
from engine.semantic_codec import SemanticCodec
from engine.types import Audio


@dataclass(frozen=True)
class OfficialOptions:
    """How a line is drawn. Steps, guidance and sampling are upstream's."""

    decoding: Decoding = field(default_factory=lambda: Decoding(Sampling()))
    length: LengthPolicy = field(default_factory=LengthPolicy)
    n_steps: int = 25
    guidance: float = 0.7
    windows: tuple[int, ...] = (172, 344, 688)  # frames: 2, 4, then always 8 s
    context: int = 86  # frames made before that a window goes on from
    ahead: int = 43  # frames to come that a window is made with


def windows(n_frames: int, sizes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """(first, end) of each window; all after the listed ones are like the last, and none is a sliver."""
    first, i = 0, 0
    while first < n_frames:
        end = min(n_frames, first + sizes[min(i, len(sizes) - 1)])
        if n_frames - end < sizes[0] // 2:
            end = n_frames
        yield first, end
        first, i = end, i + 1


def mel_windows(
    s2m: OfficialS2M, condition: Tensor, voice: OfficialVoice, noise: Tensor, options: OfficialOptions
) -> Iterator[Tensor]:
    """Condition (1, T, condition_dim), noise (1, n_mels, T) -> mel (1, n_mels, n), in all T frames."""
    n_frames = condition.shape[1]
    made = noise[..., :0]
    for first, end in windows(n_frames, options.windows):
        left, right = max(0, first - options.context), min(n_frames, end + options.ahead)
        prompt_mel = torch.cat([voice.mel, made[..., left:first]], -1)
        new = s2m.mel(
            torch.cat([voice.condition, condition[:, left:first]], 1),
            condition[:, first:right],
            prompt_mel,
            voice.speaker,
            F.pad(noise[..., first:right], (prompt_mel.shape[-1], 0)),
            n_steps=options.n_steps,
            guidance=options.guidance,
        )[..., : end - first]
        made = torch.cat([made, new], -1)
        yield new


def sound(vocoder: BigVGAN, mels: Iterator[Tensor], n_frames: int) -> Iterator[Tensor]:
    """Mel (1, n_mels, n) piece by piece, in all n_frames -> audio (T,) piece by piece, the same as all at once."""
    reach, hop = vocoder.config.reach, vocoder.config.hop
    mel, spoken = torch.empty(0), 0
    for new in mels:
        mel = torch.cat([mel, new], -1) if mel.numel() else new
        ready = n_frames if mel.shape[-1] == n_frames else mel.shape[-1] - reach
        if ready <= spoken:
            continue
        start = max(0, spoken - reach)
        audio = vocoder(mel[..., start : ready + reach])[0]
        yield audio[(spoken - start) * hop : (ready - start) * hop]
        spoken = ready


@torch.inference_mode()
def render_segment(
    codec: SemanticCodec,
    s2m: OfficialS2M,
    vocoder: BigVGAN,
    voice: OfficialVoice,
    said: Decoded,
    n_frames: int,
    noise: Tensor,
    rate: int,
    options: OfficialOptions,
) -> Iterator[Audio]:
    """Tokens and latents of a segment -> blocks of audio at the vocoder's rate, in all n_frames hops.

    noise: (1, n_mels, n_frames).
    """
    content = s2m.content(codec.embed(said.codes[None]), said.latents[None])
    condition = s2m.regulator(content, spread(said.codes, n_frames))
    left = n_frames * vocoder.config.hop
    for audio in sound(vocoder, mel_windows(s2m, condition, voice, noise, options), n_frames):
        is_first = left == n_frames * vocoder.config.hop
        left -= len(audio)
        yield faded(audio.cpu().numpy(), into=is_first, out_of=left == 0, rate=rate)
