"""How often a clip of two people is told from a clip of one, as the panel does before a voice is learnt.

Usage: python -m benchmarks.several_voices CORPUS [N]

CORPUS: a folder with audio/ID.opus and labels-*.jsonl, an `id` and a `timbre` in each row. N clips of each kind are
put together from its lines, up to 10 s long: lines of one timbre in all its emotions, or of two timbres by turns.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from bridge.clip_check import SEVERAL_VOICES, voices_apart
from engine.audio import read_clip, resample
from engine.synthesizer import Synthesizer
from engine.types import Audio

RATE, LEAST_S, MOST_S = 24_000, 8, 10
SEED = 11
LEAST_LINES = 4  # of a timbre


def lines_of(corpus: Path) -> dict[str, list[Path]]:
    """Audio files by timbre."""
    found: dict[str, list[Path]] = defaultdict(list)
    for labels in sorted(corpus.glob("labels-*.jsonl")):
        for row in map(json.loads, labels.read_text("utf-8").splitlines()):
            found[str(row["timbre"])].append(corpus / "audio" / f"{row['id']}.opus")
    return {timbre: files for timbre, files in found.items() if len(files) >= LEAST_LINES}


def clip_of(speakers: list[list[Path]], chance: random.Random) -> Audio:
    parts: list[Audio] = []
    while sum(map(len, parts)) < LEAST_S * RATE:
        parts += [resample(*read_clip(chance.choice(files)), RATE) for files in speakers]
    return np.concatenate(parts)[: MOST_S * RATE]


def main(arguments: list[str]) -> int:
    lines, chance = lines_of(Path(arguments[0])), random.Random(SEED)
    n, voice = int(arguments[1]) if len(arguments) > 1 else 100, Synthesizer.load()
    found = {1: 0, 2: 0}
    for _ in range(n):
        for n_people in found:
            speakers = [lines[timbre] for timbre in chance.sample(sorted(lines), n_people)]
            distance = voices_apart(voice, clip_of(speakers, chance), RATE)
            found[n_people] += distance is not None and distance > SEVERAL_VOICES
    print(f"two people: {found[2]} of {n} found; one person: {found[1]} of {n} taken for two")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
