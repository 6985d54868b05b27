"""Times the parts of Cuevox's official model at full size; benchmarks/official_speed.py runs it as a process.

Prints one JSON object: seconds by part, and the peak of resident memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audio import read_clip
from engine.decoding import Decoding, decode
from engine.length_regulator import even_spread
from engine.official_model import OfficialModel
from engine.official_planner import frames_of
from engine.pronunciation import Pronunciations
from engine.sampling import Sampling


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("release", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("text")
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="of the 25 that are timed")
    args = parser.parse_args()
    start = time.perf_counter()
    official = OfficialModel.load(args.release, device=torch.device("cpu"))
    seconds = {"load": time.perf_counter() - start}
    stages, options = official._stages, official.options

    start = time.perf_counter()
    voice = official._prompts.voice(*read_clip(args.clip))
    seconds["conditioning"] = time.perf_counter() - start

    start = time.perf_counter()
    ids = stages.tokeniser.ids(stages.tokeniser.pieces(official.read(args.text, Pronunciations())[0].phonemes))
    prefix = stages.gpt.prefix(voice.latents, voice.emotion, torch.tensor([ids]))
    decoding = Decoding(Sampling(), max_codes=args.tokens)
    said = decode(stages.gpt, prefix, decoding, torch.Generator().manual_seed(0))
    seconds["gpt"] = time.perf_counter() - start
    assert len(said.codes) == args.tokens

    start = time.perf_counter()
    n_frames = frames_of(args.tokens)
    content = stages.s2m.content(stages.codec.embed(said.codes[None]), said.latents[None])
    condition = stages.s2m.regulator(content, even_spread(args.tokens, n_frames))
    before = time.perf_counter() - start
    noise = torch.randn(1, stages.mel.n_mels, voice.mel.shape[-1] + n_frames)
    start = time.perf_counter()
    options = replace(options, n_steps=args.steps)
    mel = stages.s2m.mel(
        voice.condition, condition, voice.mel, voice.speaker, noise, n_steps=args.steps, guidance=options.guidance
    )
    seconds["s2m"] = before + (time.perf_counter() - start) * 25 / args.steps

    start = time.perf_counter()
    audio = stages.vocoder(mel)
    seconds["vocoder"] = time.perf_counter() - start
    assert audio.isfinite().all()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "n_tokens": args.tokens, "n_frames": n_frames, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
