"""Times the parts of Cuevox's official model at full size; benchmarks/official_speed.py runs it as a process.

Tells its times as parts.py does.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.full_size.parts import LINE_FRAMES, arguments, tell, timed
from engine.audio import read_clip
from engine.decoding import Decoding, decode
from engine.official_model import OfficialModel
from engine.pronunciation import Pronunciations
from engine.sampling import Sampling


@torch.inference_mode()
def main() -> None:
    args = arguments()
    start = time.perf_counter()
    official = OfficialModel.load(args.release, device=torch.device("cpu"))
    tell("load", [time.perf_counter() - start])
    stages, clip = official._stages, read_clip(args.clip)

    voice = official._prompts.voice(*clip)
    ids = stages.tokeniser.ids(stages.tokeniser.pieces(official.read(args.text, Pronunciations())[0].phonemes))
    prefix = stages.gpt.prefix(voice.latents, voice.emotion, torch.tensor([ids]))
    starts: list[float] = []
    stages.gpt.gpt.register_forward_pre_hook(lambda *_: starts.append(time.perf_counter()))
    decoding = Decoding(Sampling(), max_codes=args.tokens)
    said = decode(stages.gpt, prefix, decoding, torch.Generator().manual_seed(0))
    assert len(said.codes) == len(starts) == args.tokens
    tell("gpt_step", [after - before for before, after in pairwise(starts[1:])])
    tell("gpt_prefix", [starts[1] - starts[0]])
    tell("gpt_latents", [0.0])  # they are those that foretold the tokens

    tell("conditioning", timed(lambda: official._prompts.voice(*clip), args.repeats))

    condition = torch.randn(1, LINE_FRAMES, voice.condition.shape[-1])
    noise = torch.randn(1, stages.mel.n_mels, voice.mel.shape[-1] + LINE_FRAMES)

    def step() -> torch.Tensor:
        return stages.s2m.mel(
            voice.condition, condition, voice.mel, voice.speaker, noise,
            n_steps=1, guidance=official.options.guidance,
        )  # fmt: skip

    mel = step()
    tell("s2m_step", timed(step, args.repeats))
    assert stages.vocoder(mel).isfinite().all()
    tell("vocoder", timed(lambda: stages.vocoder(mel), args.repeats))


if __name__ == "__main__":
    main()
