"""How near the official model's GPT comes to a told length, by the slot in which it is told.

    python benchmarks/told_lengths.py --model FOLDER [--lines 50]
    python benchmarks/told_lengths.py --miniature          # random weights: that it runs, nothing more

Each measuring line is spoken freely; its length times five stretches is then told in either of the two duration slots,
or not at all with another seed. Prints the mean miss, |length - told| / told, and how often the GPT came to no end. The
smaller the miss, the less is left for stretching; the better slot belongs into LengthPolicy.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import voices
from engine.official_planner import LengthPolicy
from engine.pronunciation import Pronunciations
from engine.speech_model import content_key
from engine.types import Emotion, Timbre

STRETCHES = (0.75, 0.875, 1.0, 1.125, 1.25)
SLOTS = (None, 0, 1)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=50)
    voices.add_arguments(parser, required=True)
    args = parser.parse_args()
    model = voices.official_of(args)
    lines = (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()[: args.lines]
    timbres = [Timbre(content_key(*clip, model.model_id), model.encode_timbre(*clip)) for clip in voices.clips()]
    misses: dict[tuple[int | None, float], list[float]] = {each: [] for each in itertools.product(SLOTS, STRETCHES)}
    endless: dict[int | None, int] = dict.fromkeys(SLOTS, 0)
    for seed, (line, timbre) in enumerate(zip(lines, itertools.cycle(timbres), strict=False)):
        text, _ = model.read(line, Pronunciations())
        own_s = model.speaker(timbre, Emotion()).say(text, seed, None).natural_s
        for slot, stretch in misses:
            policy = LengthPolicy(slot=slot, free_takes=int(slot is None))  # one take, as it comes
            model.options = replace(model.options, length=policy)
            said = model.speaker(timbre, Emotion()).say(text, seed + 1_000_000, own_s * stretch)
            misses[slot, stretch].append(abs(said.natural_s / (own_s * stretch) - 1))
            endless[slot] += bool(said.warnings)
    print("| told in | " + " | ".join(f"{stretch:g}" for stretch in STRETCHES) + " | came to no end |")
    print("|---|" + "---|" * (len(STRETCHES) + 1))
    for slot in SLOTS:
        means = " | ".join(f"{np.mean(misses[slot, stretch]):.1%}" for stretch in STRETCHES)
        name = "no slot" if slot is None else f"slot {slot}"
        print(f"| {name} | {means} | {endless[slot]} of {len(lines) * len(STRETCHES)} |")


if __name__ == "__main__":
    main()
