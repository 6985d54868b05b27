"""Settle a trained voice: its emotions held to the corpus's rule.

    python -m engine.training.calibrate --name NAME [--lines FILE] [--count 10] [--rounds 2] [--model FOLDER]

The voice speaks the lines neutrally and with each emotion at weight 0.8, its timbres in turn. What pitch, its range,
level and pace lack against the rule (engine/training/rule.py) becomes the voice's manners in FOLDER/config.json. The
pace comes first, from the planner alone; each round then measures the sound, and prints what is left at weight 1.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, replace
from itertools import cycle
from pathlib import Path

import numpy as np

from engine import checkpoint
from engine.audio import MINI_MEL, read_clip
from engine.checkpoint import Settled
from engine.embedded_model import EmbeddedModel
from engine.manner import Manner
from engine.prompt import pitch
from engine.synthesizer import Synthesizer
from engine.training.rule import RULE
from engine.types import EMOTIONS, Audio, Emotion, Rendering, RenderRequest, Timbre

WEIGHT = 0.8
PACE_ROUNDS = 4
ROOT = Path(__file__).resolve().parent.parent.parent


def emotion_of(name: str) -> Emotion:
    """One emotion at WEIGHT; neutral for any other name."""
    return Emotion(tuple(WEIGHT * (name == e) for e in EMOTIONS))


class Sayings:
    """The lines, each by a timbre and with a seed of its own."""

    def __init__(self, voice: Synthesizer, lines: list[str], timbres: list[Timbre]) -> None:
        self.voice = voice
        self.requests = [
            RenderRequest(text, timbre, Emotion(), seed, MINI_MEL.rate)
            for seed, (text, timbre) in enumerate(zip(lines, cycle(timbres), strict=False))
        ]

    def seconds(self, name: str) -> float:
        """Of all lines together, as planned."""
        emotion = emotion_of(name)
        return sum(self.voice.render(replace(r, emotion=emotion)).plan.n_samples for r in self.requests) / MINI_MEL.rate

    def sound(self, name: str) -> Manner:
        """Mean pitch, log of the mean deviation and level of all lines; no pace."""
        emotion = emotion_of(name)
        made = []
        for rendering in self.voice.render_many([replace(r, emotion=emotion) for r in self.requests]):
            assert isinstance(rendering, Rendering), rendering  # lines of our own
            made.append(measured(np.concatenate(list(rendering.blocks))))
        octaves, deviations, levels = (np.mean(column) for column in zip(*made, strict=True))
        return Manner(float(octaves), math.log(float(deviations)), float(levels))


def measured(audio: Audio) -> tuple[float, float, float]:
    """Mean log2 of the pitch, its standard deviation, level in dB."""
    f0 = pitch(audio, len(audio) // MINI_MEL.hop)
    octaves = np.log2(f0[f0 > 0])
    return float(octaves.mean()), float(octaves.std()), float(10 * np.log10(np.mean(np.square(audio))))


def paces(sayings: Sayings, settle: dict[str, Manner]) -> None:
    """Bring the lengths that the planner gives to the rule's, in `settle`, which the voice speaks by."""
    neutral_s = sayings.seconds("")
    for _ in range(PACE_ROUNDS):
        for name, rule in RULE.items():
            left = rule.pace - math.log(neutral_s / sayings.seconds(name)) / WEIGHT
            settle[name] = replace(settle[name], pace=settle[name].pace + left)


def sounds(sayings: Sayings, settle: dict[str, Manner], rounds: int) -> None:
    """The same for what is heard."""
    neutral = sayings.sound("")
    for n in range(rounds):
        for name, rule in RULE.items():
            moved = (sayings.sound(name) + neutral.scaled(-1)).scaled(1 / WEIGHT)
            left = replace(rule + moved.scaled(-1), pace=0.0)
            heard = f"{left.octaves * 12:+.2f} semitones, range x {math.exp(left.spread):.2f}, {left.level_db:+.2f} dB"
            print(f"round {n + 1} {name}: left {heard}", flush=True)
            settle[name] += left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="a new one, since the voice's samples change")
    parser.add_argument("--model", type=Path, default=checkpoint.EMBEDDED)
    parser.add_argument("--lines", type=Path, default=ROOT / "benchmarks" / "lines.txt")
    parser.add_argument("--timbres", type=Path, default=ROOT / "presets" / "timbre", help="a folder of clips")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    parts = checkpoint.load(args.model)
    settle = {name: Manner() for name in RULE}
    voice = Synthesizer(
        EmbeddedModel(*parts, settled=Settled(args.name, settle), passage=checkpoint.load_passage(args.model))
    )
    clips = sorted(p for p in args.timbres.iterdir() if p.suffix in {".flac", ".wav"})
    timbres = [voice.encode_timbre(*read_clip(clip)) for clip in clips[: args.count]]
    sayings = Sayings(voice, args.lines.read_text("utf-8").splitlines()[: args.count], timbres)
    paces(sayings, settle)
    sounds(sayings, settle, args.rounds)
    rounded = {
        name: Manner(**{k: round(v, 4) for k, v in asdict(manner).items()}) for name, manner in settle.items()
    }  # fmt: skip
    checkpoint.save_settled(args.model, Settled(args.name, rounded))
    for name, manner in rounded.items():
        print(name, manner)


if __name__ == "__main__":
    main()
