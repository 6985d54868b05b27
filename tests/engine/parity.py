"""Reads the parity fixtures: numbers that the public IndexTTS2 code gives for small random weights.

They lie outside of the project, in the folder that the environment variable CUEVOX_PARITY names (default:
../shared/parity beside the project's root); tests that need them are skipped where they are absent. A fixture carries
its own configuration, tensor names and tolerances, so another set with other sizes runs through the same tests.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.layout import Layout

FOLDER = Path(os.environ.get("CUEVOX_PARITY") or Path(__file__).parents[3] / "shared" / "parity")


@dataclass(frozen=True)
class Measured:
    """One comparison with upstream's numbers."""

    module: str
    output: str
    tolerance: float  # 0: has to be equal
    difference: float  # the largest


MEASURED: list[Measured] = []  # of this run, in order; benchmarks/parity.py makes its table of it


@dataclass(frozen=True)
class Fixture:
    """A small upstream module: how it was built, what it holds, what went in and what came out."""

    module: str
    info: dict[str, Any]  # the whole JSON
    weights: dict[str, Tensor]  # by upstream's names, float32 (integer buffers keep their type)
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]

    @property
    def constructor(self) -> dict[str, Any]:
        """The configuration that upstream's module was built with."""
        return self.info["constructor"]

    def tolerance(self, name: str) -> float:
        """The largest absolute difference allowed for an output or a comparison that the JSON names."""
        value = self.info["tolerance"].get(name, self.info["tolerance"].get("default_max_abs", 0.0))
        return 0.0 if value == "exact" else float(value)

    def check(self, name: str, got: Tensor, rule: str | None = None) -> None:
        """Compare with out/`name` under the tolerance called `rule` (default: the output's own) and note it down."""
        expected = self.outputs[name]
        assert got.shape == expected.shape, f"{name}: {tuple(got.shape)} instead of {tuple(expected.shape)}"
        whole = not expected.is_floating_point()
        tolerance = 0.0 if whole else self.tolerance(rule or name)
        difference = float((got.double() - expected.double()).abs().max())
        MEASURED.append(Measured(self.module, rule or name, tolerance, difference))
        assert difference <= tolerance, f"{self.module} {rule or name}: differs by {difference:.3g} > {tolerance:.3g}"


@cache
def _read(module: str) -> Fixture:
    tensors = load_file(FOLDER / f"{module}.safetensors")
    parts: dict[str, dict[str, Tensor]] = {"w": {}, "in": {}, "out": {}}
    for name, value in tensors.items():
        kind, _, key = name.partition("/")
        parts[kind][key] = value.to(torch.float32) if kind == "w" and value.is_floating_point() else value
    info = json.loads((FOLDER / f"{module}.json").read_text("utf-8"))
    return Fixture(module, info, parts["w"], parts["in"], parts["out"])


def _need(path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"no parity fixture {path}; name their folder with CUEVOX_PARITY")


def fixture(module: str) -> Fixture:
    """The fixture of `module`, e.g. "s2mel". Skips the test where it is absent."""
    _need(FOLDER / f"{module}.json")
    return _read(module)


def manifest(module: str) -> dict[str, Any]:
    """What the full-size file of `module` holds: its `config`, and `keys` with their shapes. Skips where absent."""
    path = FOLDER / "manifests" / f"{module}.json"
    _need(path)
    return json.loads(path.read_text("utf-8"))


def on_meta(keys: dict[str, list[int]]) -> dict[str, Tensor]:
    """A manifest's keys as a state dict without values."""
    return {name: torch.empty(shape, device="meta") for name, shape in keys.items()}


def check_manifest(full: dict[str, Any], layout: Layout, build: Callable[[], nn.Module], **beside: list[int]) -> None:
    """The full-size file fits key by key and shape by shape, and what is left out is what upstream never uses.

    `beside`: keys that come from another file.
    """
    layout.load(build, on_meta(full["keys"] | beside), "the manifest")

    def among(patterns: Iterable[str]) -> set[str]:
        return {key for key in full["keys"] if any(re.search(pattern, key) for pattern in patterns)}

    assert among([rf"^(?:{pattern})$" for pattern in layout.ignored]) == among(full.get("unused_at_inference", ()))
