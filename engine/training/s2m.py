"""Train semantic tokens and latents to mel, with the encoder of the speaker.

python -m engine.training.s2m --data DATA --out s2m.pt [--minutes 60]
python -m engine.training.s2m --data DATA --out s2m.pt --write 600    # DATA/spoken.npy: mels of 600 lines

Before DATA/latents.npy is there, tokens alone are trained on; going on with it later adds the latents.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.embedded_decoding import EmbeddedOptions
from engine.flow import noisy
from engine.s2m import RESIDUAL_STD, S2M, S2MConfig
from engine.tokeniser import FSQ
from engine.training.data import N_MELS, Corpus
from engine.training.loop import Loop, arguments
from engine.training.t2s import CONFIG as T2S_CONFIG
from engine.training.t2s import Codes

CONFIG = S2MConfig(
    n_mels=N_MELS,
    levels=T2S_CONFIG.levels,
    latent_dim=T2S_CONFIG.gpt.dim,
    token_frames=4,
    speaker_dim=192,
    n_emotions=8,
    prompt_dim=192,
    prompt_depth=4,
    dim=256,
    token_depth=5,
    frame_depth=4,
    flow_depth=7,
)
TOKENS, BATCH, PROMPT = 40, 16, 240  # tokens of a piece, pieces of a batch, frames of a prompt
WITHOUT_LATENTS = 0.3  # share of the pieces that have to do without
NOISY = 0.1  # share of the tokens whose digits are moved by one, as sampling at run time will move some


@dataclass(frozen=True)
class Batch:
    """Pieces of lines, each with a prompt of the same timbre from another line."""

    codes: Tensor  # (B, N)
    latents: Tensor  # (B, N, latent_dim)
    features: Tensor  # (B, n_mels + 2, 4 N)
    prompt: Tensor  # (B, n_mels + 2, PROMPT)
    base: Tensor  # (B,) octaves above PITCH_HZ

    def to(self, device: str) -> Batch:
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


class Pieces:
    """Draws batches."""

    def __init__(self, data: Path) -> None:
        self.corpus, self.codes = Corpus(data), Codes(data)
        latents = data / "latents.npy"
        self.latents = np.load(latents, mmap_mode="r") if latents.exists() else None
        self.of_timbre: dict[int, list[int]] = {}
        for i, line in enumerate(self.corpus.lines):
            self.of_timbre.setdefault(line.timbre, []).append(i)

    def draw(self, rng: np.random.Generator, lines: list[int], batch: int) -> Batch:
        enough = [i for i in lines if self.corpus.lines[i].n_frames >= 4 * TOKENS]
        weight = np.array([self.corpus.lines[i].n_frames for i in enough], float)
        picked = rng.choice(enough, batch, p=weight / weight.sum())
        parts = [self.piece(rng, int(i)) for i in picked]
        return Batch(*(torch.stack(column) for column in zip(*parts, strict=True)))

    def piece(self, rng: np.random.Generator, i: int) -> tuple[Tensor, ...]:
        line = self.corpus.lines[i]
        first = int(rng.integers(line.n_frames // 4 - TOKENS + 1))
        place = self.codes.places[i][0] + first
        codes = self.codes.of(i)[first : first + TOKENS]
        latents = torch.zeros(TOKENS, CONFIG.latent_dim)
        if self.latents is not None:
            latents = torch.from_numpy(self.latents[place : place + TOKENS].astype(np.float32))
        features = self.corpus.features(line.start + 4 * first, 4 * TOKENS).T
        return codes, latents, features, self.prompt(rng, i), torch.tensor(self.corpus.base(line))

    def prompt(self, rng: np.random.Generator, i: int) -> Tensor:
        """A prompt (n_mels + 2, PROMPT) of line i's timbre from another line."""
        timbre = self.corpus.lines[i].timbre
        others = [j for j in self.of_timbre[timbre] if j != i] or [i]
        other = self.corpus.lines[others[int(rng.integers(len(others)))]]
        start = int(rng.integers(max(1, other.n_frames - PROMPT)))
        prompt = self.corpus.prompt(other, start, min(PROMPT, other.n_frames - start)).T
        return torch.cat([prompt] * -(-PROMPT // prompt.shape[1]), 1)[:, :PROMPT]


def jitter(codes: Tensor, fsq: FSQ) -> Tensor:
    """Some codes with each digit moved by -1, 0 or 1."""
    top = torch.tensor(fsq.levels, device=codes.device) - 1
    digits = fsq.digits(codes)
    moved = (digits + torch.randint(-1, 2, digits.shape, device=codes.device)).clamp(min=0).minimum(top)
    chosen = torch.rand(codes.shape, device=codes.device)[..., None] < NOISY
    return (torch.where(chosen, moved, digits) * fsq.steps).sum(-1)


def losses_of(model: S2M, batch: Batch, known: Tensor, device: str, *, train: bool) -> dict[str, Tensor]:
    """Foretold mel, pitch and voicing; the flow; base pitch of the prompt."""
    mel, octave, voicing = batch.features[:, :N_MELS], batch.features[:, N_MELS], batch.features[:, N_MELS + 1]
    codes = jitter(batch.codes, model.regulator.fsq) if train else batch.codes
    with torch.autocast(device, torch.bfloat16, enabled=train):
        speaker, base = model.encode_speaker(batch.prompt)
        foretold = model.regulator(codes, batch.latents, known, speaker, mel.shape[-1])
    residual = (mel - foretold.mel.detach()) / RESIDUAL_STD
    noise, time = torch.randn_like(residual), torch.rand(len(residual), device=residual.device)
    with torch.autocast(device, torch.bfloat16, enabled=train):
        velocity = model.velocity(noisy(residual, noise, time), time, foretold, speaker)
    voiced = voicing > 0
    return {
        "mel": 2 * F.l1_loss(foretold.mel, mel),
        "flow": 0.5 * F.mse_loss(velocity, residual - noise),
        "pitch": (F.smooth_l1_loss(foretold.octave, octave, reduction="none") * voiced).mean(),
        "voicing": 0.3 * F.binary_cross_entropy_with_logits(foretold.voicing, voiced.float()),
        "base": F.smooth_l1_loss(base.float(), batch.base),
    }


def train(data: Path, out: Path, minutes: float, device: str, steps: int | None = None) -> None:
    """Train or go on training."""
    pieces, model = Pieces(data), S2M(CONFIG)
    loop = Loop(model, out=out, minutes=minutes, peak=8e-4, device=device, steps=steps)

    def losses(rng: np.random.Generator) -> dict[str, Tensor]:
        batch = pieces.draw(rng, pieces.corpus.train, BATCH).to(device)
        known = (
            torch.rand(BATCH, device=device) >= WITHOUT_LATENTS if pieces.latents is not None else torch.zeros(BATCH)
        )
        return losses_of(model, batch, known.float(), device, train=True)

    @torch.inference_mode()
    def check() -> dict[str, float]:
        batch = pieces.draw(np.random.default_rng(0), pieces.corpus.dev, 48).to(device)
        known = torch.full((48,), float(pieces.latents is not None), device=device)
        values = losses_of(model, batch, known, device, train=False)
        return {name: float(loss) for name, loss in values.items()}

    loop.run(losses, check)


@torch.inference_mode()
def write(data: Path, out: Path, n_lines: int) -> None:
    """Mels as the vocoder will get them: spoken.npy (N, n_mels) float16, normalised, nan where no line was made."""
    pieces, model, rng = Pieces(data), S2M(CONFIG).eval(), np.random.default_rng(0)
    model.load_state_dict(torch.load(out, weights_only=True)["model"])
    assert pieces.latents is not None, "write the latents first (engine.training.t2s --write)"
    spoken = np.full(pieces.corpus.mel.shape, np.nan, np.float16)
    for i in rng.choice(pieces.corpus.train, n_lines, replace=False):
        line, (first, n) = pieces.corpus.lines[i], pieces.codes.places[i]
        latents = torch.from_numpy(pieces.latents[first : first + n].astype(np.float32))[None]
        speaker, _ = model.encode_speaker(pieces.prompt(rng, i)[None])
        foretold = model.regulator(pieces.codes.of(i)[None], latents, torch.ones(1), speaker, line.n_frames)
        noise = torch.randn(1, N_MELS, line.n_frames) * EmbeddedOptions.flow_temperature
        mel = model.mel(foretold, speaker, noise, EmbeddedOptions.flow_steps)
        spoken[line.start : line.start + line.n_frames] = mel[0].T.numpy()
    np.save(data / "spoken.npy", spoken)
    print(f"{int(np.isfinite(spoken[:, 0]).sum())} frames of {n_lines} lines")


def main() -> None:
    parser = arguments(__doc__, minutes=60)
    parser.add_argument("--write", type=int, metavar="LINES")
    args = parser.parse_args()
    if args.write:
        write(args.data, args.out, args.write)
    else:
        train(args.data, args.out, args.minutes, args.device, args.steps)


if __name__ == "__main__":
    main()
