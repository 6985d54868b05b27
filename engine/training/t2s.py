"""Train text to semantic tokens, then write every token's latents.

python -m engine.training.t2s --data DATA --out t2s.pt [--minutes 35]
python -m engine.training.t2s --data DATA --out t2s.pt --write      # DATA/latents.npy, beside DATA/codes.npy
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.format import open_memmap
from torch import Tensor

from engine.t2s import MIN_S, T2S, T2SConfig, align
from engine.training.data import ALPHABET, Corpus
from engine.training.loop import Loop, arguments
from engine.training.rule import RULE
from engine.training.tokeniser import CONFIG as TOKENS
from engine.transformer import TransformerConfig
from engine.types import EMOTIONS

EMOTION_PACES = torch.tensor([RULE[name].pace for name in EMOTIONS])

CONFIG = T2SConfig(
    alphabet=ALPHABET,
    n_emotions=8,
    levels=TOKENS.levels,
    token_s=0.04,
    encoder=TransformerConfig(dim=256, n_layer=4, n_head=4, causal=False, dropout=0.1),
    gpt=TransformerConfig(dim=320, n_layer=8, n_head=5, causal=True, dropout=0.2),
)
BATCH = 20
NOISY = 0.3  # share of the codes before a step that are another code: less to learn by heart, more to recover from


@dataclass(frozen=True)
class Batch:
    """Padded lines."""

    ids: Tensor  # (B, P)
    seconds: Tensor  # (B, P)
    mask: Tensor  # (B, P) bool
    emotion: Tensor  # (B, 8)
    rate: Tensor  # (B,)
    codes: Tensor  # (B, T), -1 past the end

    def to(self, device: str) -> Batch:
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


class Codes:
    """Every line's semantic tokens."""

    def __init__(self, data: Path) -> None:
        self.all = np.load(data / "codes.npy", mmap_mode="r")
        self.places = json.loads((data / "codes-lines.json").read_text("utf-8"))

    def of(self, line: int) -> Tensor:
        first, n = self.places[line]
        return torch.from_numpy(self.all[first : first + n].astype(np.int64))


def batch_of(corpus: Corpus, codes: Codes, lines: list[int]) -> Batch:
    """The lines `lines`, padded to the longest."""
    rows = [corpus.lines[i] for i in lines]
    emotion = torch.stack([row.emotion for row in rows]).float()
    rate = torch.tensor([row.rate for row in rows]).log() - emotion @ EMOTION_PACES
    pad = torch.nn.utils.rnn.pad_sequence
    ids = pad([row.phonemes for row in rows], batch_first=True)
    mask = pad([torch.ones(len(row.phonemes)) for row in rows], batch_first=True).bool()
    seconds = pad([row.seconds for row in rows], batch_first=True)
    return Batch(ids, seconds, mask, emotion, rate, pad([codes.of(i) for i in lines], True, -1))


def latents_of(model: T2S, batch: Batch, before: Tensor) -> tuple[Tensor, Tensor]:
    """Teacher-forced latents (B, T, dim) and the planner's log seconds (B, P)."""
    states, log_seconds = model.encoder(batch.ids, batch.emotion, batch.rate, batch.mask)
    alignment = align(batch.seconds, batch.codes.shape[1], model.config.token_s)
    return model(before, model.embed_steps(states, alignment, batch.emotion, batch.rate)), log_seconds


def before_each(model: T2S, codes: Tensor) -> Tensor:
    """(B, T) codes, -1 past the end -> the code before each step."""
    return F.pad(codes[:, :-1].clamp(min=0), (1, 0), value=model.start)


def losses_of(model: T2S, batch: Batch, before: Tensor) -> dict[str, Tensor]:
    """Cross-entropy of the codes, and how far the plan is from the seconds (the ends are trimmed, so not learnt)."""
    latents, log_seconds = latents_of(model, batch, before)
    said = batch.codes >= 0
    inner = batch.mask.clone()
    inner[:, 0] = False
    inner.scatter_(1, batch.mask.sum(1, keepdim=True) - 1, False)
    wanted = torch.log(batch.seconds + MIN_S)
    return {
        "code": F.cross_entropy(model.logits(latents[said]).float(), batch.codes[said]),
        "seconds": F.smooth_l1_loss(log_seconds[inner].float(), wanted[inner], beta=0.3),
    }


def train(data: Path, out: Path, minutes: float, device: str, steps: int | None = None) -> None:
    """Train or go on training."""
    corpus, codes, model = Corpus(data), Codes(data), T2S(CONFIG)
    loop = Loop(model, out=out, minutes=minutes, peak=8e-4, device=device, steps=steps, decay=0.05)

    def losses(rng: np.random.Generator) -> dict[str, Tensor]:
        # Lines of about one length together: less padding.
        pool = sorted(rng.choice(corpus.train, 8 * BATCH, replace=False), key=lambda i: corpus.lines[i].n_frames)
        at = int(rng.integers(8)) * BATCH
        batch = batch_of(corpus, codes, pool[at : at + BATCH]).to(device)
        before = before_each(model, batch.codes)
        other = torch.rand(before.shape, device=device) < NOISY
        other[:, 0] = False
        before = torch.where(other, torch.randint_like(before, model.start), before)
        with torch.autocast(device, torch.bfloat16):
            return losses_of(model, batch, before)

    @torch.inference_mode()
    def check() -> dict[str, float]:
        batch = batch_of(corpus, codes, corpus.dev[:48]).to(device)
        values = losses_of(model, batch, before_each(model, batch.codes))
        return {name: float(loss) for name, loss in values.items()}

    loop.run(losses, check)


@torch.inference_mode()
def write(data: Path, out: Path, device: str) -> None:
    """Latents of all codes: latents.npy (M, dim) float16."""
    corpus, codes, model = Corpus(data), Codes(data), T2S(CONFIG).to(device).eval()
    model.load_state_dict(torch.load(out, weights_only=True, map_location=device)["model"])
    shape = (len(codes.all), CONFIG.gpt.dim)
    latents = open_memmap(data / "latents.npy", mode="w+", dtype=np.float16, shape=shape)
    for i, (first, n) in enumerate(codes.places):
        batch = batch_of(corpus, codes, [i]).to(device)
        latents[first : first + n] = latents_of(model, batch, before_each(model, batch.codes))[0][0].cpu().numpy()
    latents.flush()
    print(f"{shape[0]} latents, spread {latents[:: max(1, shape[0] // 10_000)].astype(np.float32).std():.3f}")


def main() -> None:
    parser = arguments(__doc__, minutes=35)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.write:
        write(args.data, args.out, args.device)
    else:
        train(args.data, args.out, args.minutes, args.device, args.steps)


if __name__ == "__main__":
    main()
