"""torchaudio, also beside a CPU-only torch: import it from here, never directly.

The Linux wheel of torchaudio carries a native half that is linked against CUDA. Beside a CPU build of torch its loading
fails, and `import torchaudio` raises OSError, although what the engine needs (Kaldi features, resampling, mel filters)
is plain Python on top of torch. torchaudio itself knows how to live without the native half - it is then as if built
without it - but only when the files are missing, not when they cannot be loaded. So: if, and only if, the plain import
fails with OSError, import once more and let torchaudio find no native files at all. What needs the
native half (forced alignment, RNN-T loss, lfilter's fast path) is then missing or slower.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import torch


def load() -> ModuleType:
    """The torchaudio module, whole or without its native half. Raises ImportError when it is not installed."""
    # The first to ask may be a module that is being built on the meta device, where torchaudio's constants, which are
    # made when it is imported, would have no values.
    with torch.device("cpu"):
        try:
            return importlib.import_module("torchaudio")
        except OSError:
            # What the failed import left behind would be taken for loaded.
            for name in [n for n in sys.modules if n == "torchaudio" or n.startswith("torchaudio.")]:
                del sys.modules[name]
        with _native_half_optional():
            return importlib.import_module("torchaudio")


def is_native() -> bool:
    """Whether torchaudio's native half is loaded."""
    return bool(load()._extension._IS_TORCHAUDIO_EXT_AVAILABLE)


@contextmanager
def _native_half_optional() -> Iterator[None]:
    """Meanwhile pathlib finds none of torchaudio's native files, so that torchaudio takes its own way without them.

    torchaudio looks for them with `Path.glob` in its folder `lib` (torchaudio/_extension/utils.py, 2.11).
    """
    glob: Callable[..., Any] = Path.glob

    def glob_without_native_half(self: Path, pattern: str, *args: Any, **kwargs: Any) -> Any:
        if self.name == "lib" and self.parent.name == "torchaudio":
            return iter(())
        return glob(self, pattern, *args, **kwargs)

    Path.glob = glob_without_native_half  # type: ignore[method-assign]
    try:
        yield
    finally:
        Path.glob = glob  # type: ignore[method-assign]
