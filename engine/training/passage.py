"""Write the passage that a trained voice is heard with when it is to be brought closer to a timbre prompt.

python -m engine.training.passage --model FOLDER    # FOLDER/passage.safetensors
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from engine import checkpoint, speech_planner
from engine.embedded_decoding import EmbeddedOptions, Tokens, decode, parts_for
from engine.passage import Passage
from engine.t2s import T2S
from engine.text import Phonemiser

# Every sound of English, in some eight seconds.
TEXT = (
    "The beige hue on the waters of the loch impressed all, including the French queen, before she heard that symphony "
    "again, just as young Arthur wanted."
)


@torch.inference_mode()
def spoken(t2s: T2S) -> Passage:
    """TEXT, neutrally."""
    ids = {phoneme: i + 1 for i, phoneme in enumerate(t2s.config.alphabet)}
    phonemes = Phonemiser(t2s.config.alphabet)(TEXT).phonemes
    emotion = torch.zeros(1, t2s.config.n_emotions)
    plan = speech_planner.plan(t2s, torch.tensor([[0, *(ids[p] for p in phonemes), 0]]), emotion)
    parts = parts_for([plan], t2s.config.token_s)
    steps = decode(t2s, parts, emotion, EmbeddedOptions(), torch.Generator().manual_seed(0))
    return Passage(*Tokens(steps).until(parts[0].n_tokens))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=checkpoint.EMBEDDED)
    folder = parser.parse_args().model
    t2s, _, _ = checkpoint.load(folder)
    passage = spoken(t2s)
    checkpoint.save_passage(folder, passage)
    print(f"{passage.codes.shape[1] * t2s.config.token_s:.1f} s")


if __name__ == "__main__":
    main()
