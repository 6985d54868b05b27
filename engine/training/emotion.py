"""Train the encoder that hears the emotion of a prompt.

It stands apart from the rest of S2M, whose speaker encoder tells it the voice's base pitch at run time.

python -m engine.training.emotion --data DATA --out emotion.pt [--minutes 8]

With DATA/spoken.npy, a third of the lines that are in it are heard as S2M speaks them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.prompt_encoder import PromptEncoder
from engine.s2m import moving_with
from engine.training.data import N_MELS, Corpus
from engine.training.loop import Loop, arguments
from engine.training.s2m import CONFIG, PROMPT

BATCH = 32
BASE_ERROR = 0.08  # octaves; how far off the speaker encoder is on voices that it does not know
TILT, GAIN = 0.25, 0.3  # of the mel, in its normalised units: rooms and microphones colour a voice


def encoder() -> PromptEncoder:
    """The encoder as S2M holds it."""
    return PromptEncoder(N_MELS + 2, CONFIG.n_emotions, CONFIG.prompt_dim, CONFIG.prompt_depth)


class Prompts:
    """Draws prompts and the emotions they were spoken with."""

    def __init__(self, data: Path) -> None:
        self.corpus = Corpus(data)

    def draw(self, rng: np.random.Generator, lines: list[int], batch: int, *, plain: bool) -> tuple[Tensor, ...]:
        """-> features (B, n_mels + 2, PROMPT), base pitch (B,), emotion (B, 8). Plain: as they are."""
        parts = [self.one(rng, int(i), plain=plain) for i in rng.choice(lines, batch)]
        features, base, emotion = (torch.stack(column) for column in zip(*parts, strict=True))
        return features, base, emotion

    def one(self, rng: np.random.Generator, i: int, *, plain: bool) -> tuple[Tensor, Tensor, Tensor]:
        corpus, line = self.corpus, self.corpus.lines[i]
        n = min(PROMPT, line.n_frames)
        first = int(rng.integers(line.n_frames - n + 1))
        features = corpus.prompt(line, first, n)
        base = corpus.base(line)
        if not plain:
            if corpus.spoken is not None and rng.random() < 1 / 3:
                made = torch.from_numpy(corpus.spoken[line.start + first : line.start + first + n].astype(np.float32))
                if torch.isfinite(made).all():
                    features[:, :N_MELS] = made + corpus.to_prompt_level(line)
            features[:, :N_MELS] += TILT * float(rng.normal()) * torch.linspace(-1, 1, N_MELS)
            features[:, :N_MELS] += GAIN * float(rng.normal())
            band, at = int(rng.integers(4, 20)), int(rng.integers(N_MELS))
            features[:, at : min(N_MELS, at + band)] = features[:, :N_MELS].mean()
            base += BASE_ERROR * float(rng.normal())
        features = torch.cat([features] * -(-PROMPT // n))[:PROMPT]
        return features.T, torch.tensor(base), line.emotion.float()


def train(data: Path, out: Path, minutes: float, device: str, steps: int | None = None) -> None:
    """Train or go on training."""
    prompts, model = Prompts(data), encoder()
    loop = Loop(model, out=out, minutes=minutes, peak=6e-4, device=device, steps=steps, decay=0.1)

    def loss(features: Tensor, base: Tensor, emotion: Tensor, *, drop: float) -> Tensor:
        logits = model(F.dropout(moving_with(features, base), drop))
        return F.binary_cross_entropy_with_logits(logits.float(), emotion)

    def losses(rng: np.random.Generator) -> dict[str, Tensor]:
        batch = [x.to(device) for x in prompts.draw(rng, prompts.corpus.train, BATCH, plain=False)]
        with torch.autocast(device, torch.bfloat16):
            return {"emotion": loss(*batch, drop=0.2)}

    @torch.inference_mode()
    def check() -> dict[str, float]:
        features, base, emotion = prompts.draw(np.random.default_rng(0), prompts.corpus.dev, 160, plain=True)
        logits = model(moving_with(features.to(device), base.to(device))).float().cpu()
        strong = emotion.max(1).values >= 0.5
        right = (logits.argmax(1) == emotion.argmax(1))[strong].float().mean()
        entropy = float(F.binary_cross_entropy_with_logits(logits, emotion))
        return {"emotion": entropy, "first right": float(right)}

    loop.run(losses, check, check_every_s=60)


def main() -> None:
    args = arguments(__doc__, minutes=8).parse_args()
    train(args.data, args.out, args.minutes, args.device, args.steps)


if __name__ == "__main__":
    main()
