"""The embedded voice's stages in order, window by window, so that sound comes before the line is done.

All windows are a function of the line's length alone, and every random number is drawn for a place on the line, so
the same line gives the same samples whoever listens and however fast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from engine.exact_length import FADE_S
from engine.manner import Manner
from engine.prompt import OCTAVE_STD, PITCH_HZ
from engine.s2m import S2M, Foretold
from engine.sampling import sample
from engine.source_filter import SourceFilterConfig, SourceFilterVocoder, phase_of
from engine.speech_planner import LinePlan
from engine.t2s import T2S, align
from engine.transformer import KVCache
from engine.types import Audio

WINDOWS = (48, 80, 120, 200, 320)  # frames of the first windows; all that follow are like the last
SLIVER = 40  # frames that are too few for a window of their own at the end
CONTEXT = 32  # frames to each side of a window that S2M is shown beside it; what lies beyond changes nothing audible
LOWEST_HZ, HIGHEST_HZ = 55.0, 700.0


@dataclass(frozen=True)
class RenderOptions:
    """How a line is drawn."""

    temperature: float = 0.4  # of the tokens; lower is clearer, higher livelier
    top_p: float = 0.9
    flow_steps: int = 2
    flow_temperature: float = 0.5  # of the noise that the flow starts from


@dataclass(frozen=True)
class Voice:
    """An encoded timbre as tensors, and how the line moves it."""

    speaker: Tensor  # (1, speaker_dim)
    base: float  # octaves above PITCH_HZ
    manner: Manner = field(default_factory=Manner)


@dataclass(frozen=True)
class Part:
    """A piece of the line that the GPT speaks in one go: a sentence or so."""

    plan: LinePlan
    n_tokens: int


@dataclass(frozen=True)
class Drawn:
    """All that chance gives a line beside its tokens, and the generator, which stands before the first of these."""

    noise: Tensor  # (1, n_mels, T) that the flow starts from
    breath: Tensor  # (1, T hop) that the vocoder shapes
    generator: torch.Generator


def draw(seed: int, n_frames: int, config: SourceFilterConfig, options: RenderOptions) -> Drawn:
    """A line's own, whatever is rendered beside it."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, config.n_mels, n_frames, generator=generator) * options.flow_temperature
    breath = torch.randn(1, n_frames * config.hop, generator=generator)
    return Drawn(noise, breath, generator)


Step = tuple[Tensor, Tensor]  # a token's code (1,) and its latent (1, 1, dim)


class Tokens:
    """The line's semantic tokens and latents, decoded as far as they are asked for."""

    def __init__(self, steps: Iterator[Step]) -> None:
        self._steps = steps
        self._codes: list[Tensor] = []
        self._latents: list[Tensor] = []

    def until(self, n: int) -> tuple[Tensor, Tensor]:
        """Codes (1, n) and latents (1, n, dim)."""
        while len(self._codes) < n:
            code, latent = next(self._steps)
            self._codes.append(code)
            self._latents.append(latent)
        return torch.stack(self._codes[:n], 1), torch.cat(self._latents[:n], 1)


def decode(
    model: T2S, parts: list[Part], emotion: Tensor, options: RenderOptions, generator: torch.Generator
) -> Iterator[Step]:
    """The tokens of all parts, one step after the other."""
    for part in parts:
        told = told_of(model, part, emotion)
        cache = KVCache(model.config.gpt, batch=1, max_len=part.n_tokens)
        code = torch.tensor([model.start])
        for t in range(part.n_tokens):
            latent = model(code[:, None], told[:, t : t + 1], cache)
            code = next_code(model.logits(latent[:, 0]), options, generator)
            yield code, latent


def told_of(model: T2S, part: Part, emotion: Tensor) -> Tensor:
    """What each step is told beside the code before it: (1, n_tokens, dim)."""
    alignment = align(part.plan.seconds, part.n_tokens, model.config.token_s)
    return model.embed_steps(part.plan.states, alignment, emotion, part.plan.rate)


def next_code(logits: Tensor, options: RenderOptions, generator: torch.Generator) -> Tensor:
    """Logits (1, n_codes) -> code (1,)."""
    return sample(logits, temperature=options.temperature, top_p=options.top_p, generator=generator)


def windows(n_frames: int) -> Iterator[tuple[int, int]]:
    """(first, end) frames of each window of a line."""
    first, i = 0, 0
    while first < n_frames:
        end = min(n_frames, first + WINDOWS[min(i, len(WINDOWS) - 1)])
        if n_frames - end < SLIVER:
            end = n_frames
        yield first, end
        first, i = end, i + 1


@torch.inference_mode()
def render_frames(
    s2m: S2M, vocoder: SourceFilterVocoder, tokens: Tokens, n_tokens: int, voice: Voice, drawn: Drawn, flow_steps: int
) -> Iterator[Audio]:
    """Blocks of audio at the vocoder's rate, in all a hop for each frame of what was drawn."""
    config, hop = vocoder.config, vocoder.config.hop
    per_token, n_frames = s2m.config.token_frames, drawn.noise.shape[2]
    mel, f0 = torch.empty(1, config.n_mels, 0), torch.empty(1, 0)
    phase = torch.empty(1, 0, dtype=torch.float64)
    reach, spoken = config.reach, 0
    gain = np.float32(10 ** (voice.manner.level_db / 20))
    for first, end in windows(n_frames):
        # From S2M: this window and what surrounds it, in whole tokens.
        left = max(0, first - CONTEXT) // per_token * per_token
        right = min(n_frames, end + CONTEXT)
        codes, latents = tokens.until(min(n_tokens, -(-right // per_token)))
        at = slice(left // per_token, codes.shape[1])
        foretold = s2m.regulator(codes[:, at], latents[:, at], torch.ones(1), voice.speaker, right - left)
        inner = slice(first - left, end - left)
        made = s2m.mel(foretold, voice.speaker, drawn.noise[:, :, left:right], flow_steps)
        mel = torch.cat([mel, made[:, :, inner]], 2)
        more = pitch_of(foretold, voice.base, voice.manner)[:, inner]
        phase = torch.cat([phase, phase_of(more, config, phase[:, -1:] if phase.numel() else 0.0)], 1)
        f0 = torch.cat([f0, more], 1)
        # From the vocoder: all frames whose surroundings are known by now.
        ready = n_frames if end == n_frames else end - reach
        if ready <= spoken:
            continue
        start, stop = max(0, spoken - reach), min(end, ready + reach)
        samples = slice(start * hop, stop * hop)
        sound = vocoder(mel[:, :, start:stop], f0[:, start:stop], drawn.breath[:, samples], phase[:, samples])[0]
        block = sound[(spoken - start) * hop : (ready - start) * hop].numpy() * gain
        yield faded(block, into=spoken == 0, out_of=False, rate=config.rate)
        spoken = ready


def pitch_of(foretold: Foretold, base: float, manner: Manner) -> Tensor:
    """F0 (B, T) in Hz, 0 where unvoiced."""
    octave = foretold.octave * OCTAVE_STD * math.exp(manner.spread) + manner.octaves + base
    hz = (PITCH_HZ * torch.exp2(octave)).clamp(LOWEST_HZ, HIGHEST_HZ)
    return hz * (foretold.voicing > 0)


def faded(block: Audio, *, into: bool, out_of: bool, rate: int) -> Audio:
    """The block within -1..1, without the click of a hard start or end where it has one."""
    n = min(len(block), round(FADE_S * rate))
    ramp = np.linspace(0, 1, n, dtype=np.float32)
    block = np.clip(block, -1, 1)
    if into:
        block = np.concatenate([block[:n] * ramp, block[n:]])
    if out_of:
        block = np.concatenate([block[: len(block) - n], block[len(block) - n :] * ramp[::-1]])
    return block


def parts_for(plans: list[LinePlan], token_s: float) -> list[Part]:
    """Give each plan a whole number of tokens: its last pause is drawn out to end on a token's edge."""
    parts = []
    for plan in plans:
        n_tokens = max(1, -int(-(plan.total_s - 1e-6) // token_s))
        seconds = plan.seconds.clone()
        seconds[:, -1] += n_tokens * token_s - plan.total_s
        parts.append(Part(replace(plan, seconds=seconds), n_tokens))
    return parts
