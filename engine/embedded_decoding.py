"""The embedded voice's GPT at work: a planned phrase in, semantic tokens and their latents out, one step a token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from engine import interruption
from engine.sampling import Sampling
from engine.speech_planner import LinePlan
from engine.t2s import T2S, align
from engine.transformer import KVCache

Step = tuple[Tensor, Tensor]  # a token's code (1,) and its latent (1, 1, dim)


@dataclass(frozen=True)
class EmbeddedOptions:
    """How a line is drawn."""

    temperature: float = 0.4  # of the tokens; lower is clearer, higher livelier
    top_p: float = 0.9
    flow_steps: int = 2
    flow_temperature: float = 0.5  # of the noise that the flow starts from

    @cached_property
    def sampling(self) -> Sampling:
        """Of the tokens, one beam without a penalty."""
        return Sampling(self.temperature, None, self.top_p, repetition_penalty=1.0, n_beams=1)


@dataclass(frozen=True)
class Part:
    """A piece of the line that the GPT speaks in one go: a sentence or so."""

    plan: LinePlan
    n_tokens: int


def parts_for(plans: list[LinePlan], token_s: float) -> list[Part]:
    """Give each plan a whole number of tokens: its last pause is drawn out to end on a token's edge."""
    parts = []
    for plan in plans:
        n_tokens = max(1, -int(-(plan.total_s - 1e-6) // token_s))
        seconds = plan.seconds.clone()
        seconds[:, -1] += n_tokens * token_s - plan.total_s
        parts.append(Part(replace(plan, seconds=seconds), n_tokens))
    return parts


class Tokens:
    """Semantic tokens and latents, decoded as far as they are asked for."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = iter(steps)
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
    model: T2S, parts: list[Part], emotion: Tensor, options: EmbeddedOptions, generator: torch.Generator
) -> Iterator[Step]:
    """The tokens of all parts, one step after the other."""
    for part in parts:
        told = told_of(model, part, emotion)
        cache = KVCache(model.config.gpt, batch=1, max_len=part.n_tokens)
        code = torch.tensor([model.start])
        for t in range(part.n_tokens):
            interruption.step()
            latent = model(code[:, None], told[:, t : t + 1], cache)
            code = next_code(model.logits(latent[:, 0]), options, generator)
            yield code, latent


def told_of(model: T2S, part: Part, emotion: Tensor) -> Tensor:
    """What each step is told beside the code before it: (1, n_tokens, dim)."""
    alignment = align(part.plan.seconds, part.n_tokens, model.config.token_s)
    return model.embed_steps(part.plan.states, alignment, emotion, part.plan.rate)


def next_code(logits: Tensor, options: EmbeddedOptions, generator: torch.Generator) -> Tensor:
    """Logits (1, n_codes) -> code (1,)."""
    sampling = options.sampling
    return sampling.draw(sampling.scores(logits), 1, generator)[:, 0]
