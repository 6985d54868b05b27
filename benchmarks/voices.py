"""The voice that a benchmark is to speak with, from its arguments."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from engine import load_voice
from engine.audio import read_clip
from engine.official_model import OfficialModel
from engine.synthesizer import Synthesizer
from engine.types import Audio
from tests.engine import tiny_official

ROOT = Path(__file__).resolve().parent.parent


def add_arguments(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """--model FOLDER, or --miniature: the official model with random weights, all its stages."""
    which = parser.add_mutually_exclusive_group(required=required)
    which.add_argument("--model", type=Path)
    which.add_argument("--miniature", action="store_true")


def voice_of(args: argparse.Namespace) -> Synthesizer:
    """Any voice; by default the one that comes with the program."""
    return Synthesizer(official_of(args)) if args.miniature else load_voice.load(args.model)


def official_of(args: argparse.Namespace) -> OfficialModel:
    """The official model."""
    if not args.miniature:
        return OfficialModel.load(args.model)
    with tempfile.TemporaryDirectory() as scratch:
        tiny_official.write(Path(scratch))
        return tiny_official.load(Path(scratch))


def clips() -> list[tuple[Audio, int]]:
    """Those of the voices that come with the program."""
    return [read_clip(path) for path in sorted((ROOT / "presets" / "timbre").glob("*.flac"))]
