"""Times the parts of the PyPI package `indextts2-inference`; benchmarks/official_speed.py runs it in its environment.

The package is only called as its README shows. The times are taken by forward hooks on its modules, whose names are
those of the checkpoint's keys. Prints one JSON object like cuevox.py does.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

BACKBONE, ESTIMATOR, REGULATOR = "gpt.gpt", "s2mel.models.cfm.estimator", "s2mel.models.length_regulator"
CONDITIONING = (
    "semantic_model", "semantic_codec.encoder", "semantic_codec.quantizer", "campplus_model",
    "gpt.conditioning_encoder", "gpt.perceiver_encoder", "gpt.emo_conditioning_encoder", "gpt.emo_perceiver_encoder",
)  # fmt: skip
N_STEPS = 25  # of the solver, fixed in the package


class Enough(Exception):
    """Raised by a hook, to end what need not be waited for."""


class Clock:
    """When which module ran: (name, start, end), in the order of the ends."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, float, float]] = []

    def watch(self, name: str, module: nn.Module, most: int | None = None) -> None:
        starts: list[float] = []

        def before(*_: object) -> None:
            if most is not None and len(self.of(name)) == most:
                raise Enough
            starts.append(time.perf_counter())

        def after(*_: object) -> None:
            self.spans.append((name, starts.pop(), time.perf_counter()))

        module.register_forward_pre_hook(before)
        module.register_forward_hook(after)

    def of(self, *names: str) -> list[tuple[float, float]]:
        return [(start, end) for name, start, end in self.spans if name in names]


def find(owner: object, path: str) -> nn.Module:
    """`gpt.gpt`: the module of that name in the attribute `gpt`."""
    attribute, _, name = path.partition(".")
    return getattr(owner, attribute).get_submodule(name)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("release", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("text")
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="of the 25 that are timed")
    args = parser.parse_args()
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(args.release / "hf_cache")}
    _load_torchaudio()
    with contextlib.redirect_stdout(sys.stderr):
        from indextts import IndexTTS2

        start = time.perf_counter()
        tts = IndexTTS2(model_dir=str(args.release), device="cpu")
        seconds = {"load": time.perf_counter() - start}
        clock = Clock()
        for name in (BACKBONE, REGULATOR, *CONDITIONING):
            clock.watch(name, find(tts, name))
        clock.watch(ESTIMATOR, find(tts, ESTIMATOR), most=None if args.steps == N_STEPS else args.steps)
        with contextlib.suppress(Enough), tempfile.TemporaryDirectory() as scratch:
            tts.infer(
                spk_audio_prompt=str(args.clip), text=args.text, output_path=str(Path(scratch) / "out.wav"),
                max_mel_tokens=args.tokens,
            )  # fmt: skip
        n_frames = int(args.tokens * 1.72)
        with torch.inference_mode():
            mel = torch.randn(1, 80, n_frames)
            start = time.perf_counter()
            tts.bigvgan(mel)
            seconds["vocoder"] = time.perf_counter() - start

    said, steps = clock.of(BACKBONE), clock.of(ESTIMATOR)
    before = [span for span in clock.of(*CONDITIONING) if span[1] <= said[0][0]]
    seconds |= {
        "conditioning": _total(before),
        "gpt": said[-1][1] - said[0][0],  # the last call is the second pass, for the latents
        "gpt_steps": said[-2][1] - said[0][0],
        "s2m": _total(clock.of(REGULATOR)[-1:]) + (steps[-1][1] - steps[0][0]) * N_STEPS / len(steps),
    }
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "seconds": seconds,
                "n_tokens": len(said) - 1,
                "n_frames": n_frames,
                "n_steps": len(steps),
                "peak_mb": peak_mb,
            }
        )
    )


def _total(spans: list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in spans)


def _load_torchaudio() -> None:
    """Its Linux wheel fails to import beside a CPU-only torch: as Cuevox does, without its native half."""
    path = Path(__file__).resolve().parents[2] / "engine" / "torchaudio_compat.py"
    spec = importlib.util.spec_from_file_location("torchaudio_compat", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.load()


if __name__ == "__main__":
    main()
