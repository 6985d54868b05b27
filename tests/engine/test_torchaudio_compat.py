"""torchaudio beside any torch: usable without its native half, and left as it is where the native half works.

Each test imports torchaudio afresh, in a process of its own.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_USE_IT = """
import torch
audio = torch.sin(torch.arange(24_000) / 20)[None]
assert torchaudio.functional.resample(audio, 24_000, 16_000).shape == (1, 16_000)
assert torchaudio.compliance.kaldi.fbank(audio, num_mel_bins=80).shape == (148, 80)
assert torchaudio.functional.melscale_fbanks(201, 0.0, 8000.0, 80, 16_000).shape == (201, 80)
"""

# The operators that torchaudio's own start-up asks its native half for, given through torch's own registry.
_NATIVE_OPERATORS = """
import torch
library = torch.library.Library("_torchaudio", "DEF")
for name, result, value in (("cuda_version", "int?", None), ("is_align_available", "bool", True)):
    library.define(f"{name}() -> {result}")
    library.impl(name, lambda value=value: value, "CompositeExplicitAutograd")
loops = torch.library.Library("torchaudio", "DEF")
loops.define("_lfilter_core_loop(Tensor input, Tensor a, Tensor(a!) output) -> ()")
loops.define("_overdrive_core_loop(Tensor x, Tensor t, Tensor(a!) y, Tensor z, Tensor u) -> ()")
"""


def run(program: str, *path: Path) -> str:
    """-> what the program printed; it must end well and say nothing on standard error."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT)))}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.strip()


def torchaudio_copy(folder: Path, native_half: bytes) -> Path:
    """The installed torchaudio, but with native files of this content. -> the folder to import it from."""
    spec = importlib.util.find_spec("torchaudio")
    assert spec is not None and spec.origin is not None
    copy = folder / "torchaudio"
    (copy / "lib").mkdir(parents=True)
    for entry in Path(spec.origin).parent.iterdir():
        if entry.name not in ("lib", "__pycache__"):
            (copy / entry.name).symlink_to(entry)
    suffix = ".pyd" if os.name == "nt" else ".so"
    for name in ("_torchaudio", "libtorchaudio"):
        (copy / "lib" / f"{name}{suffix}").write_bytes(native_half)
    return folder


def test_the_installed_one_is_usable() -> None:
    run(f"from engine import torchaudio_compat\ntorchaudio = torchaudio_compat.load()\n{_USE_IT}")


def test_a_native_half_that_cannot_be_loaded_is_left_out(tmp_path: Path) -> None:
    """As beside a CPU-only torch, where the linker cannot find CUDA."""
    folder = torchaudio_copy(tmp_path, b"no library")
    program = f"""
import pathlib
glob = pathlib.Path.glob
try:
    import torchaudio
except OSError:
    pass
else:
    raise AssertionError("a plain import was meant to fail here")
from engine import torchaudio_compat
torchaudio = torchaudio_compat.load()
assert torchaudio.__file__.startswith({str(folder)!r}), torchaudio.__file__
assert pathlib.Path.glob is glob  # as it was
assert torchaudio_compat.load() is torchaudio
print(torchaudio_compat.is_native())
{_USE_IT}"""
    assert run(program, folder) == "False"


def test_a_native_half_that_works_is_left_alone(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("_ctypes")  # any library that this process can load
    assert spec is not None and spec.origin is not None
    folder = torchaudio_copy(tmp_path, Path(spec.origin).read_bytes())
    program = f"""
{_NATIVE_OPERATORS}
import pathlib
from engine import torchaudio_compat
def never(*args): raise AssertionError("the way without a native half was taken")
torchaudio_compat._native_half_optional = never
torchaudio = torchaudio_compat.load()
assert torchaudio.__file__.startswith({str(folder)!r}), torchaudio.__file__
assert len(torch.ops.loaded_libraries) >= 2, torch.ops.loaded_libraries
print(torchaudio_compat.is_native(), torchaudio._extension._IS_ALIGN_AVAILABLE)
{_USE_IT}"""
    assert run(program, folder) == "True True"


def test_a_module_without_memory_may_be_the_first_to_ask() -> None:
    """As when the program starts with an official model, whose speech encoder is built on the meta device."""
    program = """
import torch
from engine import torchaudio_compat
with torch.device("meta"):
    torchaudio = torchaudio_compat.load()
"""
    run(program + _USE_IT)
