"""Train the source-filter vocoder on the corpus's own mels and pitch.

python -m engine.training.vocoder --data DATA --out vocoder.pt [--minutes 25]

Where DATA/spoken.npy is there, its lines are gone on with, and half of the pieces show the vocoder the mel that S2M
made instead of the line's own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.audio import MINI_MEL, log_mel
from engine.prompt import MEL_MEAN, MEL_STD
from engine.source_filter import SourceFilterConfig, SourceFilterVocoder
from engine.training.data import N_MELS, Corpus
from engine.training.loop import Loop, arguments

CONFIG = SourceFilterConfig(rate=24_000, hop=240, n_fft=960, n_mels=N_MELS, dim=256, depth=8)
CROP, BATCH = 40, 12
RESOLUTIONS = (256, 512, 1024, 2048)


def batch_of(
    corpus: Corpus, rng: np.random.Generator, lines: list[int], batch: int = BATCH, *, own: bool = False
) -> tuple[Tensor, ...]:
    """audio (B, CROP hop) at random gain, its normalised mel (B, n_mels, CROP), F0 (B, CROP).

    The mel is that of a piece with its surroundings, as at run time, not of a piece cut out with silence around it.
    """
    margin = 3
    picked = corpus.crops(rng, batch, CROP + 2 * margin, lines)
    audio = np.stack([corpus.audio[at : at + CROP + 2 * margin].reshape(-1) for _, at in picked])
    gain = 10 ** (rng.uniform(-8, 3, (batch, 1)) / 20)
    wide = torch.from_numpy((audio / 32768 * gain).astype(np.float32))
    mel = (log_mel(wide)[:, :, margin:-margin] - MEL_MEAN) / MEL_STD
    f0 = torch.from_numpy(np.stack([corpus.f0[at + margin : at + margin + CROP] for _, at in picked]))
    if corpus.spoken is not None and not own:
        for row, (_, at) in enumerate(picked):
            made = corpus.spoken[at + margin : at + margin + CROP].astype(np.float32).T
            if rng.random() < 0.5:
                mel[row] = torch.from_numpy(made) + float(np.log(gain[row, 0])) / MEL_STD
    return wide[:, margin * MINI_MEL.hop : -margin * MINI_MEL.hop], mel, f0


def spectral_losses(made: Tensor, real: Tensor) -> dict[str, Tensor]:
    """15 x L1 of log-mels; at four resolutions L1 of log magnitudes and spectral convergence (Parallel WaveGAN)."""
    stft = torch.zeros(())
    for n in RESOLUTIONS:
        window = torch.hann_window(n, device=real.device)
        a, b = (
            (s.real.square() + s.imag.square() + 1e-9).sqrt()
            for s in (torch.stft(x, n, n // 4, n, window, return_complex=True) for x in (made, real))
        )
        stft = stft + F.l1_loss(torch.log(a + 1e-4), torch.log(b + 1e-4)) + (a - b).norm() / b.norm()
    return {"mel": 15 * F.l1_loss(log_mel(made), log_mel(real)), "stft": stft}


def train(data: Path, out: Path, minutes: float, device: str, steps: int | None = None) -> None:
    """Train or go on training."""
    corpus, model = Corpus(data), SourceFilterVocoder(CONFIG)
    loop = Loop(model, out=out, minutes=minutes, peak=1e-3, device=device, steps=steps, betas=(0.8, 0.9), clip=10.0)

    lines = corpus.train
    if (spoken := corpus.spoken) is not None:
        lines = [i for i in lines if np.isfinite(spoken[corpus.lines[i].start, 0])]

    def losses(rng: np.random.Generator) -> dict[str, Tensor]:
        audio, mel, f0 = (x.to(device) for x in batch_of(corpus, rng, lines))
        with torch.autocast(device, torch.bfloat16):
            made = model(mel, f0, torch.randn_like(audio))
        return spectral_losses(made, audio)

    @torch.inference_mode()
    def check() -> dict[str, float]:
        audio, mel, f0 = batch_of(corpus, np.random.default_rng(0), corpus.dev, 48, own=True)
        made = model(mel, f0, torch.randn(audio.shape, generator=torch.Generator().manual_seed(0)))
        return {name: float(loss) for name, loss in spectral_losses(made, audio).items()}

    loop.run(losses, check)


def main() -> None:
    args = arguments(__doc__, minutes=25).parse_args()
    train(args.data, args.out, args.minutes, args.device, args.steps)


if __name__ == "__main__":
    main()
