"""The official GPT at work: a prefix in, semantic tokens and their latents out, one step a token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import interruption
from engine.beams import Beams, Hypothesis
from engine.gpt import GPT
from engine.sampling import Sampling
from engine.transformer import KVCache

UPSTREAM_PLACEHOLDER = 1  # the id that stands for every slot of the prefix in upstream's record of what was said


Later = Sequence[tuple[int, Tensor]]  # after so many codes, what stands before them becomes another prefix (1, P, dim)


@dataclass(frozen=True)
class Decoding:
    """How a line is decoded.

    With `as_upstream`, for comparing numbers, three habits of upstream's decoder come back: no code is ever at position
    1, though training put one there; code 1 counts as said before anything was; and the start code, which nothing can
    speak, may be drawn. A line may then also end before its first code.
    """

    sampling: Sampling
    max_codes: int = 1500  # upstream's limit: 30 s
    as_upstream: bool = False


@dataclass(frozen=True)
class Decoded:
    """Semantic tokens (N,) and the latents (N, dim) that foretold them."""

    codes: Tensor
    latents: Tensor
    stopped: bool  # False: the limit came first, so the end of the text may be missing


@torch.inference_mode()
def decode(gpt: GPT, prefix: Tensor, decoding: Decoding, generator: torch.Generator, later: Later = ()) -> Decoded:
    """One line after its prefix (1, P, dim). The same generator state gives the same line."""
    decoded = joined(list(stream(gpt, prefix, decoding, generator, later)))
    if decoding.as_upstream and len(decoded.codes):  # what was seen on the way is not what training saw
        return Decoded(decoded.codes, gpt.latents(prefix, decoded.codes[None])[0], decoded.stopped)
    return decoded


@torch.inference_mode()
def stream(
    gpt: GPT, prefix: Tensor, decoding: Decoding, generator: torch.Generator, later: Later = ()
) -> Iterator[Decoded]:
    """What decode() gives, in pieces, each as soon as nothing that comes can change it: with beams, when all agree."""
    search = _search if decoding.sampling.n_beams > 1 else _follow
    yield from search(gpt, prefix, decoding, generator, later)


def joined(pieces: Sequence[Decoded]) -> Decoded:
    """The pieces of a line from its start, at least one."""
    return Decoded(
        torch.cat([piece.codes for piece in pieces]), torch.cat([piece.latents for piece in pieces]), pieces[-1].stopped
    )


@torch.inference_mode()
def steps(
    gpt: GPT, prefix: Tensor, decoding: Decoding, generator: torch.Generator, later: Later = ()
) -> Iterator[tuple[Tensor, Tensor]]:
    """Without beams: each code (1,) as soon as it is drawn, and its latent (1, dim). The last code is the stop code
    unless the limit came first."""
    run = _Run(gpt, prefix, decoding, later, rows=1)
    latent = run.begin()
    for step in range(decoding.max_codes):
        scores = decoding.sampling.scores(run.logits(latent), run.said)
        code = decoding.sampling.draw(scores, 1, generator)[:, 0]
        yield code, latent
        if code.item() == gpt.config.stop_code or step + 1 == decoding.max_codes:
            return
        latent = run.say(code)


def _follow(
    gpt: GPT, prefix: Tensor, decoding: Decoding, generator: torch.Generator, later: Later
) -> Iterator[Decoded]:
    for code, latent in steps(gpt, prefix, decoding, generator, later):
        stopped = code.item() == gpt.config.stop_code
        yield Decoded(code[: 1 - stopped], latent[: 1 - stopped], stopped)


def _search(
    gpt: GPT, prefix: Tensor, decoding: Decoding, generator: torch.Generator, later: Later
) -> Iterator[Decoded]:
    width, sampling = decoding.sampling.n_beams, decoding.sampling
    beams = Beams(width, stop_code=gpt.config.stop_code, device=prefix.device)
    run = _Run(gpt, prefix, decoding, later, rows=width)
    latents = [run.begin()]  # (width, dim) a step, by the rows before the step
    n_told = 0

    def told(until: Hypothesis, stopped: bool) -> Decoded:
        path = beams.trace(until, n_told)
        codes = torch.tensor([code for _, code in path], dtype=torch.long, device=prefix.device)
        seen = [latents[n_told + i][row] for i, (row, _) in enumerate(path)]
        return Decoded(codes, torch.stack(seen) if seen else latents[0][:0], stopped)

    for step in range(decoding.max_codes):
        scores = sampling.scores(run.logits(latents[-1]), run.said)
        ways = (scores + beams.scores[:, None]).flatten()
        chosen = sampling.draw(ways, 2 * width, generator)
        n_shared = beams.n_shared
        rows, codes = beams.advance(ways[chosen], chosen // scores.shape[1], chosen % scores.shape[1])
        if beams.done or step + 1 == decoding.max_codes:
            break
        sure = beams.sure()
        if sure.n_codes > n_told:
            yield told(sure, False)
            n_told = sure.n_codes
        run.reorder(rows, n_shared)
        latents.append(run.say(codes))
    yield told(*beams.best())


class _Run:
    """What passes from step to step: the cache, the place in the sequence, and which codes each row has said."""

    def __init__(self, gpt: GPT, prefix: Tensor, decoding: Decoding, later: Later, *, rows: int) -> None:
        config = gpt.config
        assert len(prefix) == 1
        assert not later or not decoding.as_upstream
        assert all(other.shape == prefix.shape for _, other in later)
        assert 0 < decoding.max_codes <= config.max_codes
        self._gpt, self._prefix, self._as_upstream = gpt, prefix, decoding.as_upstream
        self._n_before = prefix.shape[1] + 1  # with the start code
        self._later = dict(later)
        self._codes = torch.empty(rows, 0, dtype=torch.long, device=prefix.device)
        self._max_len = self._n_before + decoding.max_codes
        self._cache = self._new_cache(rows, self._max_len)
        self.said = torch.zeros(rows, config.n_codes, dtype=torch.bool, device=prefix.device)
        if self._as_upstream:
            self.said[:, [UPSTREAM_PLACEHOLDER, config.start_code]] = True

    def begin(self) -> Tensor:
        """Prefix and start code pass once for all rows -> latents (rows, dim)."""
        self._prefix = self._later.pop(0, self._prefix)
        start = torch.full((1, 1), self._gpt.config.start_code, device=self._prefix.device)
        cache = self._new_cache(1, self._n_before)
        latents = self._gpt(torch.cat([self._prefix, self._gpt.embed_codes(start, 0)], 1), cache)[:, -1]
        self._cache.start_from(cache)
        return latents.expand(len(self.said), -1)

    def say(self, codes: Tensor) -> Tensor:
        """The next code of each row (rows,) -> latents (rows, dim)."""
        interruption.step()
        self.said.scatter_(1, codes[:, None], True)
        self._codes = torch.cat([self._codes, codes[:, None]], 1)
        if self._n_said in self._later:
            return self._begin_anew(self._later.pop(self._n_said))
        position = self._n_said + 1 if self._as_upstream else self._n_said
        return self._gpt(self._gpt.embed_codes(codes[:, None], position), self._cache)[:, -1]

    def _begin_anew(self, prefix: Tensor) -> Tensor:
        """What was said passes again behind another prefix, as if that had stood there from the start."""
        rows, start = len(self._codes), self._gpt.config.start_code
        self._cache = self._new_cache(rows, self._max_len)
        said = self._gpt.embed_codes(F.pad(self._codes, (1, 0), value=start), 0)
        return self._gpt(torch.cat([prefix.expand(rows, -1, -1), said], 1), self._cache)[:, -1]

    @property
    def _n_said(self) -> int:
        return self._codes.shape[1]

    def reorder(self, rows: Tensor, n_shared: int) -> None:
        """Row i goes on as row rows[i] did; the first n_shared codes are the same in all rows."""
        self.said, self._codes = self.said[rows], self._codes[rows]
        self._cache.reorder(rows, start=self._n_before + n_shared)

    def logits(self, latents: Tensor) -> Tensor:
        """Latents (rows, dim) -> (rows, n_codes), -inf for what may not come next."""
        logits = self._gpt.logits(latents)
        if not self._as_upstream:
            logits[:, self._gpt.config.start_code] = -torch.inf
            if not self._n_said:
                logits[:, self._gpt.config.stop_code] = -torch.inf
        return logits

    def _new_cache(self, rows: int, max_len: int) -> KVCache:
        dtype, device = self._prefix.dtype, self._prefix.device
        return KVCache(self._gpt.config, batch=rows, max_len=max_len, dtype=dtype, device=device)
