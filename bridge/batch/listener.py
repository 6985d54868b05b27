"""Speech recognition for the judge, where it is installed: faster-whisper with a model in a folder of this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soxr

from bridge.errors import BridgeError
from bridge.extras import advice
from engine.types import Audio

RATE = 16_000  # that Whisper hears at


class ListenerError(BridgeError):
    """Speech recognition that was asked for and is not there."""

    code = "no_recognition"


class WhisperListener:
    """English, on the CPU."""

    def __init__(self, folder: Path) -> None:
        """folder: a model as faster-whisper has it (model.bin, config.json...). Raises ListenerError."""
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ListenerError(
                f"recognition needs the package faster-whisper, which is not installed yet: {advice('judge')}. Or "
                "leave --asr out: the takes are then ranked without it"
            ) from error
        if not (folder / "model.bin").is_file():
            raise ListenerError(f"{folder} holds no model.bin; give the folder of a Whisper model for faster-whisper")
        try:
            self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
        except Exception as error:  # whatever damaged files make of the library
            raise ListenerError(f"the Whisper model in {folder} cannot be read ({error}); get it again") from error

    def hear(self, audio: Audio, rate: int) -> str:
        clip = np.asarray(soxr.resample(audio, rate, RATE), np.float32)
        segments, _ = self._model.transcribe(clip, language="en", beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)
