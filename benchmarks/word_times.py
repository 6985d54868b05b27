"""How far estimated word times lie from those that the embedded voice plans, which are what it speaks.

    python benchmarks/word_times.py

Each measuring line is planned; its words are then estimated from their letters (engine/word_times.py) over the whole
line, as with the official model: once with its pauses of 0.1 s and more given, once without. No sound is made.
"""

from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import voices
from engine.official_text import OfficialText
from engine.synthesizer import Synthesizer
from engine.text import SpokenText
from engine.text_pieces import spaced
from engine.types import Emotion, Plan, RenderRequest
from engine.word_times import Span, estimated, letters, words_of

FRAME_S = 0.01
PAUSE_S = 0.1
N_VOICES = 4
RATE = 24_000


def main() -> None:
    voice, text = Synthesizer.load(), OfficialText()
    timbres = [voice.encode_timbre(*clip) for clip in voices.clips()[:N_VOICES]]
    errors_ms: dict[str, list[float]] = {"pauses given": [], "pauses not given": []}
    n_left_out = 0
    lines = (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()
    for seed, (line, timbre) in enumerate(zip(lines, cycle(timbres), strict=False)):
        plan = voice.render(RenderRequest(line, timbre, Emotion(), seed, RATE)).plan
        said = spaced(text.normalise(line))
        spoken = SpokenText(said, words_of(line, said))
        if len(spoken.words) != len(plan.words):
            n_left_out += 1
            continue
        for name, errors in errors_ms.items():
            span = Span(0, letters(said), voiced(plan, with_pauses=name == "pauses given"))
            guessed = estimated(spoken, [span], FRAME_S)
            errors += [1000 * abs(a.start_s - b.start_s) for a, b in zip(guessed, plan.words, strict=True)]
    print("| | words | mean ms | median | 90 % | farthest |\n|---|---|---|---|---|---|")
    for name, errors in errors_ms.items():
        figures = (np.mean(errors), *(np.percentile(errors, p) for p in (50, 90, 100)))
        print(f"| {name} | {len(errors)} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |")
    print(f"{n_left_out} lines left out, whose words are told apart otherwise")


def voiced(plan: Plan, *, with_pauses: bool) -> torch.Tensor:
    """(n_frames,) bool."""
    frames = torch.ones(round(plan.n_samples / plan.rate / FRAME_S), dtype=torch.bool)
    if with_pauses:
        frames[: round(plan.words[0].start_s / FRAME_S)] = False
        for phoneme in plan.phonemes:
            if not phoneme.phoneme and phoneme.end_s - phoneme.start_s > PAUSE_S:
                frames[round(phoneme.start_s / FRAME_S) : round(phoneme.end_s / FRAME_S)] = False
    return frames


if __name__ == "__main__":
    main()
