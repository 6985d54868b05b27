"""Checkpoints of the stages -> the voice that the program loads.

python -m engine.training.export --t2s t2s.pt --s2m s2m.pt --emotion emotion.pt --vocoder vocoder.pt [--out FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from engine import checkpoint
from engine.s2m import S2M
from engine.source_filter import SourceFilterVocoder
from engine.t2s import T2S
from engine.training.s2m import CONFIG as S2M_CONFIG
from engine.training.t2s import CONFIG as T2S_CONFIG
from engine.training.vocoder import CONFIG as VOCODER_CONFIG

M = TypeVar("M", bound=nn.Module)


def trained(model: M, path: Path) -> M:
    """The model with the weights of a training checkpoint."""
    model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["model"])
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for stage in (*checkpoint.STAGES, "emotion"):
        parser.add_argument(f"--{stage}", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=checkpoint.EMBEDDED)
    args = parser.parse_args()
    s2m = trained(S2M(S2M_CONFIG), args.s2m)
    trained(s2m.emotion, args.emotion)
    checkpoint.save(
        args.out,
        trained(T2S(T2S_CONFIG), args.t2s),
        s2m,
        trained(SourceFilterVocoder(VOCODER_CONFIG), args.vocoder),
    )
    for file in sorted(args.out.iterdir()):
        print(f"{file.name} {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
