"""Times the parts of the PyPI package `indextts2-inference`; benchmarks/official_speed.py runs it in its environment.

The package is only called as its README shows. Forward hooks on its modules, whose names are those of the checkpoint's
keys, take the times of the GPT and keep what the others were given; then these are called again with the same, and the
velocity with as many frames more as a line of five seconds has. Tells its times as parts.py does.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from parts import LINE_FRAMES, arguments, tell, timed
from torch import Tensor, nn

BACKBONE, ESTIMATOR = "gpt.gpt", "s2mel.models.cfm.estimator"
CONDITIONING = (
    "semantic_model", "semantic_codec.encoder", "semantic_codec.quantizer", "campplus_model",
    "gpt.conditioning_encoder", "gpt.perceiver_encoder", "gpt.emo_conditioning_encoder", "gpt.emo_perceiver_encoder",
)  # fmt: skip
N_MELS = 80

Call = Callable[[], object]


class Enough(Exception):
    """Raised by a hook, to end what need not be waited for."""


class Ear:
    """Hears the modules of a model at work."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []  # of the backbone's calls
        self.calls: list[Call] = []  # of conditioning, to be made again
        self.velocity: tuple[nn.Module, tuple[Any, ...], dict[str, Any]] | None = None

    def time(self, module: nn.Module) -> None:
        starts: list[float] = []
        module.register_forward_pre_hook(lambda *_: starts.append(time.perf_counter()))
        module.register_forward_hook(lambda *_: self.spans.append((starts[-1], time.perf_counter())))

    def keep(self, module: nn.Module) -> None:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if not self.spans:  # those that come later, upstream makes again for each segment
                self.calls.append(lambda: module.forward(*args, **kwargs))

        module.register_forward_pre_hook(hook, with_kwargs=True)

    def stop_at(self, module: nn.Module) -> None:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self.velocity = module, args, kwargs
            raise Enough

        module.register_forward_pre_hook(hook, with_kwargs=True)


def find(owner: object, path: str) -> nn.Module:
    """`gpt.gpt`: the module of that name in the attribute `gpt`."""
    attribute, _, name = path.partition(".")
    return getattr(owner, attribute).get_submodule(name)


def widened(value: Any, n: int, to: int) -> Any:
    """The same for `to` frames, where it is for n."""
    if isinstance(value, Tensor):
        if not value.is_floating_point():
            value = torch.where(value == n, to, value)
        for axis, size in enumerate(value.shape):
            if size == n:
                value = value.index_select(axis, torch.arange(to) % n)
        return value
    return to if isinstance(value, int) and not isinstance(value, bool) and value == n else value


def main() -> None:
    args = arguments()
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(args.release / "hf_cache")}
    _load_torchaudio()
    results, sys.stdout = sys.stdout, sys.stderr  # where the package prints what it does
    start = time.perf_counter()
    from indextts import IndexTTS2

    tts = IndexTTS2(model_dir=str(args.release), device="cpu")

    def told(part: str, seconds: list[float]) -> None:
        with contextlib.redirect_stdout(results):
            tell(part, seconds)

    told("load", [time.perf_counter() - start])
    ear = Ear()
    ear.time(find(tts, BACKBONE))
    for name in CONDITIONING:
        ear.keep(find(tts, name))
    ear.stop_at(find(tts, ESTIMATOR))
    with contextlib.suppress(Enough), tempfile.TemporaryDirectory() as scratch:
        tts.infer(
            spk_audio_prompt=str(args.clip), text=args.text, output_path=str(Path(scratch) / "out.wav"),
            max_mel_tokens=args.tokens,
        )  # fmt: skip
    # The first call is that of the prefix, the last one the second pass, for the latents
    starts = [start for start, _ in ear.spans]
    assert len(starts) == args.tokens + 1, len(starts)
    told("gpt_step", [after - before for before, after in pairwise(starts[1:-1])])
    told("gpt_prefix", [starts[1] - starts[0]])
    told("gpt_latents", [ear.spans[-1][1] - starts[-1]])
    with torch.inference_mode():
        told("conditioning", timed(lambda: [call() for call in ear.calls], args.repeats))
        assert ear.velocity is not None
        module, given, named = ear.velocity
        n = next(v.shape[2] for v in [*given, *named.values()] if isinstance(v, Tensor) and v.shape[1:2] == (N_MELS,))
        to = n - int(args.tokens * 1.72) + LINE_FRAMES
        given, named = [widened(v, n, to) for v in given], {k: widened(v, n, to) for k, v in named.items()}
        told("s2m_step", timed(lambda: module.forward(*given, **named), args.repeats))
        mel = torch.randn(1, N_MELS, LINE_FRAMES)
        told("vocoder", timed(lambda: tts.bigvgan(mel), args.repeats))


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
