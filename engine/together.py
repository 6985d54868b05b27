"""Semantic tokens of many lines at once: the GPT reads its weights once a step for all of them.

The law: what a line becomes does not depend on the lines beside it, bit for bit. Every line has its own generator, and
every number of rows that is used gives a row the same numbers. The second is a property of a machine's matrix product
(one row alone is added up in another order, so rows come in multiples of ROW_STEP), and `rows_agree` looks whether it
holds. Where it does not, lines are decoded one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.embedded_decoding import EmbeddedOptions, Part, Step, next_code, told_of
from engine.t2s import T2S
from engine.transformer import KVCache

ROW_STEP = 4  # with MKL, AVX2: any number from 4 with one thread, multiples of 4 with two
MOST_ROWS = 16
MOST_TOKENS = 6_000  # rows times steps of a group: 120 MB of keys and values with the embedded voice


@dataclass(frozen=True)
class Decoding:
    """A line that is to be decoded."""

    parts: list[Part]
    emotion: Tensor  # (1, n_emotions)
    generator: torch.Generator  # stands before the first token


@torch.inference_mode()
def decode_together(model: T2S, lines: Sequence[Decoding], options: EmbeddedOptions) -> list[list[Step]]:
    """Every line's tokens. Lines of like length go together; of lines with several parts first all first parts."""
    steps: list[list[Step]] = [[] for _ in lines]
    for nth in range(max((len(line.parts) for line in lines), default=0)):
        having = [i for i, line in enumerate(lines) if nth < len(line.parts)]
        for group in groups([lines[i].parts[nth].n_tokens for i in having]):
            places = [having[g] for g in group]
            told = [told_of(model, lines[i].parts[nth], lines[i].emotion) for i in places]
            _decode(model, told, [lines[i].generator for i in places], [steps[i] for i in places], options)
    return steps


def groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Which of the lengths go together, as places: the longest first, at most MOST_ROWS and about MOST_TOKENS each."""
    group: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if group and len(group) == max(ROW_STEP, min(MOST_ROWS, MOST_TOKENS // lengths[group[0]])):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _decode(
    model: T2S,
    told: list[Tensor],
    generators: list[torch.Generator],
    steps: list[list[Step]],
    options: EmbeddedOptions,
) -> None:
    """told: (1, n_tokens, dim) of each line, the longest first. Its steps go behind those that a line has already."""
    n_rows, longest = _filled(len(told)), told[0].shape[1]
    padded = torch.zeros(n_rows, longest, told[0].shape[2], dtype=told[0].dtype)
    for row, of_line in enumerate(told):
        padded[row, : of_line.shape[1]] = of_line[0]
    cache = KVCache(model.config.gpt, batch=n_rows, max_len=longest)
    codes = torch.full((n_rows,), model.start)
    n_speaking = len(told)
    for t in range(longest):
        while told[n_speaking - 1].shape[1] <= t:
            n_speaking -= 1
        if _filled(n_speaking) < n_rows:
            n_rows = _filled(n_speaking)
            cache.keep(n_rows)
        latents = model(codes[:n_rows, None], padded[:n_rows, t : t + 1], cache)
        logits = model.logits(latents[:, 0])
        for row in range(n_speaking):
            code = next_code(logits[row : row + 1], options, generators[row])
            codes[row] = code[0]
            steps[row].append((code, latents[row : row + 1]))


def _filled(n_rows: int) -> int:
    return -(-n_rows // ROW_STEP) * ROW_STEP


@torch.inference_mode()
def rows_agree(model: T2S) -> bool:
    """Whether on this machine a row becomes the same, bit for bit, in every number of rows that is used."""
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(model.start, (MOST_ROWS,), generator=generator)
    told = torch.randn(MOST_ROWS, 1, model.config.gpt.dim, generator=generator)
    for past in (1, 300):
        cache = KVCache(model.config.gpt, batch=MOST_ROWS, max_len=past + 1)
        cache.fill(past, generator)
        latents = model(codes[:, None], told, cache)
        logits = model.logits(latents[:, 0])
        for n_rows in range(MOST_ROWS - ROW_STEP, 0, -ROW_STEP):
            cache.length = past
            cache.keep(n_rows)
            again = model(codes[:n_rows, None], told[:n_rows], cache)
            if not (torch.equal(again, latents[:n_rows]) and torch.equal(model.logits(again[:, 0]), logits[:n_rows])):
                return False
    return True
