"""The embedded voice's semantic-to-mel stage.

A length regulator spreads tokens and the GPT's latents over frames and foretells mel, pitch and voicing; flow
matching adds what the foretold mean leaves out. Tokens carry no timbre: it enters here, as a speaker embedding.
(IndexTTS2, Zhou et al. 2025, section 3.3: GPT latents beside the tokens, which keeps strongly emotional speech
intelligible.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import frames
from engine.blocks import ChannelNorm, convnexts
from engine.flow import asked, solve
from engine.frames import FrameConv, depthwise
from engine.prompt_encoder import PromptEncoder
from engine.tokeniser import FSQ

RESIDUAL_STD = 0.35  # of what the foretold mel leaves out, in normalised mel
DILATIONS = (1, 2, 4)  # of the velocity's blocks, in turn


@dataclass(frozen=True)
class S2MConfig:
    """Sizes of the stage."""

    n_mels: int
    levels: tuple[int, ...]  # of the semantic token's digits
    latent_dim: int  # of the GPT
    token_frames: int  # mel frames a token lasts
    speaker_dim: int
    n_emotions: int
    prompt_dim: int
    prompt_depth: int
    dim: int
    token_depth: int  # regulator blocks at the rate of tokens
    frame_depth: int  # and at the rate of frames
    flow_depth: int

    @property
    def flow_reach(self) -> int:
        """Frames to each side that the velocity of a frame depends on."""
        return 3 * (1 + sum(DILATIONS[i % len(DILATIONS)] for i in range(self.flow_depth)))


@dataclass(frozen=True)
class Foretold:
    """What the regulator says of every frame."""

    condition: Tensor  # (B, dim, T)
    mel: Tensor  # (B, n_mels, T) normalised
    octave: Tensor  # (B, T) above the speaker's base, normalised
    voicing: Tensor  # (B, T) logit


class Regulator(nn.Module):
    """Tokens (B, N), latents (B, N, latent_dim), speaker (B, speaker_dim) -> Foretold for n_frames <= N token_frames.

    `known` (B,) is 1 where the latents are given and 0 where the tokens alone have to do.
    """

    def __init__(self, config: S2MConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.dim
        self.fsq = FSQ(config.levels)
        self.codes = nn.Embedding(math.prod(config.levels), dim)
        self.values = nn.Linear(len(config.levels), dim)
        self.latent_norm = nn.LayerNorm(config.latent_dim)
        self.latents = nn.Linear(config.latent_dim, dim)
        self.speaker = nn.Linear(config.speaker_dim, 2 * dim)
        self.tokens = nn.Sequential(
            nn.Conv1d(dim, dim, 3, padding=1), ChannelNorm(dim), convnexts(dim, config.token_depth)
        )
        self.spread = nn.ConvTranspose1d(
            dim, dim, 2 * config.token_frames, config.token_frames, config.token_frames // 2
        )
        self.frames = nn.Sequential(ChannelNorm(dim), convnexts(dim, config.frame_depth), ChannelNorm(dim))
        self.head = nn.Conv1d(dim, config.n_mels + 2, 1)
        nn.init.normal_(self.codes.weight, std=0.02)

    def forward(self, codes: Tensor, latents: Tensor, known: Tensor, speaker: Tensor, n_frames: int) -> Foretold:
        x = self.codes(codes) + self.values(self.fsq.values(codes).float())
        x = x + self.latents(self.latent_norm(latents)) * known[:, None, None]
        at_tokens, at_frames = self.speaker(speaker)[:, :, None].chunk(2, 1)
        x = self.tokens(x.transpose(1, 2) + at_tokens)
        x = self.frames(self.spread(x)[:, :, :n_frames] + at_frames)
        mel, octave, voicing = self.head(x).float().split([self.config.n_mels, 1, 1], 1)
        return Foretold(x, mel, octave[:, 0], voicing[:, 0])


class VelocityBlock(nn.Module):
    """ConvNeXt whose norm is steered by time and speaker (adaptive layer norm as in DiT, Peebles & Xie 2023)."""

    neutral: Tensor  # (3 dim,) scale, shift and gate where nothing steers

    def __init__(self, dim: int, dilation: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(dim, dim, 7, padding=3 * dilation, dilation=dilation, groups=dim)
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.expand, self.contract = nn.Linear(dim, 3 * dim), nn.Linear(3 * dim, dim)
        self.steer = nn.Linear(dim, 3 * dim)
        self.register_buffer("neutral", torch.tensor([1.0, 0.0, 0.2]).repeat_interleave(dim), persistent=False)
        nn.init.zeros_(self.steer.weight)
        nn.init.zeros_(self.steer.bias)

    def steering(self, manner: Tensor) -> Tensor:
        """(B, dim) -> (B, 3, 1, dim): scale, shift and gate."""
        return (self.steer(manner) + self.neutral).unflatten(1, (3, 1, -1))

    def forward(self, x: Tensor, steering: Tensor) -> Tensor:
        """x (B, dim, T)."""
        scale, shift, gate = steering.unbind(1)
        y = torch.addcmul(shift, self.norm(depthwise(self.depthwise, x.transpose(1, 2))), scale)
        y = self.contract(F.gelu(self.expand(y)))
        return torch.addcmul(x, y.transpose(1, 2), gate.transpose(1, 2))


class Velocity(nn.Module):
    """Which way a noisy residual moves. x (B, n_mels, T), time (B,), what is foretold, speaker -> (B, n_mels, T)."""

    def __init__(self, config: S2MConfig) -> None:
        super().__init__()
        dim = config.dim
        self.n_mels = config.n_mels
        self.stem = nn.Conv1d(2 * config.n_mels + dim, dim, 7, padding=3)
        self.time = nn.Sequential(nn.Linear(64, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.speaker = nn.Linear(config.speaker_dim, dim)
        self.blocks = nn.ModuleList(
            [VelocityBlock(dim, DILATIONS[i % len(DILATIONS)]) for i in range(config.flow_depth)]
        )
        self.norm = ChannelNorm(dim)
        self.out = nn.Conv1d(dim, config.n_mels, 1)
        self._settled: tuple[FrameConv, FrameConv] | None = None  # the stem, for the residual and for what is told

    def settle(self) -> None:
        """The weights change no more: from now on convolutions are matrix products (engine/frames.py)."""
        weight = self.stem.weight
        self._settled = (
            FrameConv(weight[:, : self.n_mels], None),
            FrameConv(weight[:, self.n_mels :], self.stem.bias),
        )
        frames.settle(self)

    def told(self, foretold: Foretold) -> Tensor:
        """What the stem makes of all that stays as it is from step to step: (B, dim, T)."""
        known = torch.cat([foretold.mel, foretold.condition], 1)
        if self._settled is not None:
            return self._settled[1](known)
        return self._stem(known, self.stem.weight[:, self.n_mels :], self.stem.bias)

    def steering(self, time: Tensor, speaker: Tensor) -> list[Tensor]:
        """time (B,), speaker (B, speaker_dim) -> for each block (B, 3, 1, dim)."""
        waves = time[:, None] * torch.exp(torch.linspace(0, math.log(1000), 32, device=time.device))
        manner = F.silu(self.time(torch.cat([waves.sin(), waves.cos()], 1)) + self.speaker(speaker))
        return [block.steering(manner) for block in self.blocks if isinstance(block, VelocityBlock)]

    def forward(self, x: Tensor, time: Tensor, foretold: Foretold, speaker: Tensor) -> Tensor:
        return self.steered(x, self.steering(time, speaker), self.told(foretold))

    def steered(self, x: Tensor, steering: Sequence[Tensor], told: Tensor) -> Tensor:
        """Where what is told, and how the blocks are steered, is known already."""
        if self._settled is not None:
            h = self._settled[0](x) + told
        else:
            h = self._stem(x, self.stem.weight[:, : self.n_mels]) + told
        for block, of_block in zip(self.blocks, steering, strict=True):
            h = block(h, of_block)
        return self.out(self.norm(h)).float()

    def _stem(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """Some input channels of the stem, in the precision that its weights have."""
        return F.conv1d(x.to(weight.dtype), weight, bias, padding=self.stem.padding).float()


class S2M(nn.Module):
    """Speaker and emotion encoders, regulator and velocity."""

    def __init__(self, config: S2MConfig) -> None:
        super().__init__()
        self.config = config
        n_features = config.n_mels + 2
        # The speaker's base pitch stands behind the embedding.
        self.speaker = PromptEncoder(n_features, config.speaker_dim + 1, config.prompt_dim, config.prompt_depth)
        self.emotion = PromptEncoder(n_features, config.n_emotions, config.prompt_dim, config.prompt_depth)
        self.regulator = Regulator(config)
        self.velocity = Velocity(config)

    def encode_speaker(self, prompt: Tensor) -> tuple[Tensor, Tensor]:
        """Prompt features (B, n_mels + 2, T) -> embedding (B, speaker_dim), base in octaves above PITCH_HZ (B,)."""
        embedding, base = self.speaker(prompt).split([self.config.speaker_dim, 1], 1)
        return embedding, base[:, 0]

    def encode_emotion(self, prompt: Tensor, base: Tensor) -> Tensor:
        """Prompt features (B, n_mels + 2, T), base pitch (B,) -> logits of the emotions' weights (B, n_emotions)."""
        return self.emotion(moving_with(prompt, base))

    def mel(self, foretold: Foretold, speaker: Tensor, noise: Tensor, n_steps: int) -> Tensor:
        """Normalised mel (B, n_mels, T) from noise of that shape."""
        if n_steps == 0:
            return foretold.mel
        told, B = self.velocity.told(foretold), len(noise)
        times = asked(n_steps).to(noise.device)
        blocks = self.velocity.steering(times.repeat_interleave(B), speaker.repeat(len(times), 1))
        steering = iter(zip(*(of_block.split(B) for of_block in blocks), strict=True))
        residual = solve(lambda x, _: self.velocity.steered(x, next(steering), told), noise, n_steps)
        return foretold.mel + RESIDUAL_STD * residual


def moving_with(prompt: Tensor, base: Tensor) -> Tensor:
    """Prompt features (B, n_mels + 2, T) with the pitch against the speaker's base (B,)."""
    octave = prompt.shape[1] - 2
    moved = prompt.clone()
    moved[:, octave] -= base[:, None]
    return moved
