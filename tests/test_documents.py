"""What the documents promise about the packages is true of pyproject.toml and of what is installed."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def plain(name: str) -> str:
    """As PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    return plain(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0])


def with_all_they_bring(names: set[str]) -> set[str]:
    """The packages and, as far as they are installed here, everything that they require on this system."""
    found: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        found.add(name)
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system, or of an extra that is not installed
        left |= {name_of(r) for r in requires if "extra ==" not in r and _is_here(name_of(r))} - found
    return found


def _is_here(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@pytest.mark.parametrize("document", ["NOTICE", "docs/dependencies.md"])
def test_every_package_is_named(document: str) -> None:
    asked = [*PROJECT["dependencies"], *(r for group in PROJECT["optional-dependencies"].values() for r in group)]
    of_cuda = ("nvidia-", "cuda-", "triton")  # come with one build of torch only; dependencies.md tells of them
    packages = {n for n in with_all_they_bring({name_of(r) for r in asked}) if not n.startswith(of_cuda)}
    named = {plain(word) for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", (ROOT / document).read_text("utf-8"))}
    assert not packages - named


def test_the_version_is_the_same_everywhere() -> None:
    from bridge.version import VERSION

    assert VERSION == PROJECT["version"]
