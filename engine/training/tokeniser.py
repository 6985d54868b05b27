"""Train the semantic tokeniser, then write every line's codes.

python -m engine.training.tokeniser --data DATA --out tokeniser.pt [--minutes 30]
python -m engine.training.tokeniser --data DATA --out tokeniser.pt --write      # DATA/codes.npy, DATA/codes-lines.json
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.tokeniser import Tokeniser, TokeniserConfig
from engine.training.data import N_FEATURES, N_MELS, N_PHONEMES, N_TIMBRES, Corpus
from engine.training.loop import Loop, arguments

CONFIG = TokeniserConfig(
    n_features=N_FEATURES, dim=256, levels=(8, 5, 5, 5, 5), n_phonemes=N_PHONEMES, n_timbres=N_TIMBRES
)
CROP, BATCH = 192, 24


def batch_of(corpus: Corpus, rng: np.random.Generator, lines: list[int], batch: int = BATCH) -> tuple[Tensor, ...]:
    """features (B, F, CROP), phoneme ids (B, CROP), timbres (B,)."""
    picked = corpus.crops(rng, batch, CROP, lines)
    features = torch.stack([corpus.features(at, CROP) for _, at in picked]).transpose(1, 2)
    phonemes = torch.stack([corpus.phoneme_ids(line, at, CROP) for line, at in picked])
    return features, phonemes, torch.tensor([line.timbre for line, _ in picked])


def compare(features: Tensor, phonemes: Tensor, made: Tensor, logits: Tensor) -> dict[str, Tensor]:
    """The decoder's losses."""
    mel, octave, voicing = features[:, :N_MELS], features[:, N_MELS], features[:, N_MELS + 1]
    return {
        "mel": 2 * F.l1_loss(made[:, :N_MELS], mel),
        "phoneme": F.cross_entropy(logits, phonemes),
        "pitch": (F.smooth_l1_loss(made[:, N_MELS], octave, reduction="none") * (voicing > 0)).mean(),
        "voicing": 0.3 * F.binary_cross_entropy_with_logits(made[:, N_MELS + 1], (voicing > 0).float()),
    }


def train(data: Path, out: Path, minutes: float, device: str, steps: int | None = None) -> None:
    """Train or go on training."""
    corpus, model = Corpus(data), Tokeniser(CONFIG)
    loop = Loop(model, out=out, minutes=minutes, peak=1e-3, device=device, steps=steps)

    def losses(rng: np.random.Generator) -> dict[str, Tensor]:
        features, phonemes, timbres = (x.to(device) for x in batch_of(corpus, rng, corpus.train))
        with torch.autocast(device, torch.bfloat16):
            before = model.encoder(features)
        quantised = model.fsq(before.float())
        with torch.autocast(device, torch.bfloat16):
            made, logits = model.decoder(quantised, timbres)
        return compare(features, phonemes, made.float(), logits.float())

    @torch.inference_mode()
    def check() -> dict[str, float]:
        features, phonemes, timbres = batch_of(corpus, np.random.default_rng(0), corpus.dev, 48)
        codes = model.encode(features.to(device))
        made, logits = model.decoder(model.fsq.values(codes).float(), timbres.to(device))
        right = (logits.argmax(1).cpu() == phonemes).float().mean()
        values = compare(features, phonemes, made.float().cpu(), logits.float().cpu())
        shown = {name: float(loss) for name, loss in values.items()}
        return {"phoneme right": float(right), "codes used": codes.unique().numel() / codes.numel()} | shown

    loop.run(losses, check)


@torch.inference_mode()
def write(data: Path, out: Path, device: str) -> None:
    """Codes of all lines: codes.npy (M,) int16 and each line's (first, n) in codes-lines.json, order of lines.json."""
    corpus, model = Corpus(data), Tokeniser(CONFIG).to(device).eval()
    model.load_state_dict(torch.load(out, weights_only=True, map_location=device)["model"])
    codes, places, at = [], [], 0
    for line in corpus.lines:
        features = corpus.features(line.start, line.n_frames).T
        features = F.pad(features, (0, -line.n_frames % 4), mode="replicate")
        codes.append(model.encode(features[None].to(device))[0].cpu().numpy().astype(np.int16))
        places.append((at, len(codes[-1])))
        at += len(codes[-1])
    np.save(data / "codes.npy", np.concatenate(codes))
    (data / "codes-lines.json").write_text(json.dumps(places), "utf-8")
    print(f"{at} codes, {len(np.unique(np.concatenate(codes)))} different")


def main() -> None:
    parser = arguments(__doc__, minutes=30)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.write:
        write(args.data, args.out, args.device)
    else:
        train(args.data, args.out, args.minutes, args.device, args.steps)


if __name__ == "__main__":
    main()
