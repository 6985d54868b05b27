"""Timbres and emotions of clips, encoded once for each content: in memory, and on disk for the next start.

Lives on the render worker's thread.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bridge.emotion_source import EmotionSource
from bridge.preset_files import TimbrePreset
from bridge.prompt_files import PromptFiles
from engine.audio import read_clip
from engine.emotion_context import in_context
from engine.errors import BadPromptError
from engine.morph import morph
from engine.types import Audio, Emotion, SynthesizerLike, Timbre

MAX_KEPT = 64  # of each kind; a timbre of the official model has up to 4 MB

Encoded = TypeVar("Encoded", Timbre, Emotion)


class PromptCache:
    """For one synthesizer. All methods may raise an EngineError."""

    def __init__(self, synthesizer: SynthesizerLike, folder: Path | None = None) -> None:
        """folder: where encoded prompts are kept; None: in memory only."""
        self.synthesizer = synthesizer
        self._files = PromptFiles(folder, synthesizer.model_id)
        self._timbres: OrderedDict[str, Timbre] = OrderedDict()
        self._emotions: OrderedDict[str, Emotion] = OrderedDict()

    def voice(self, preset: TimbrePreset) -> tuple[Timbre, str]:
        """-> the timbre of a preset and the SHA-256 of its clip; of both clips, with a +, for a voice between two."""
        first, sha256 = self.timbre(preset.clip)
        if preset.other is None:
            return first, sha256
        second, other_sha256 = self.timbre(preset.other)
        return morph(first, second, preset.share), f"{sha256}+{other_sha256}"

    def timbre(self, clip: Path) -> tuple[Timbre, str]:
        """-> the timbre and the SHA-256 of its clip."""
        return _encode(clip, self._timbres, self.synthesizer.encode_timbre, self._files.timbre, self._files.keep_timbre)

    def emotion(self, source: EmotionSource) -> tuple[Emotion, str]:
        """-> the emotion and the SHA-256 of its clip, empty when it has none."""
        if source.weights is not None:
            return source.weights, ""
        if source.clip is None:
            own, *before = map(self.synthesizer.emotion_from_text, (source.sentence, *source.before))
            return in_context(own, before), ""
        return _encode(
            source.clip, self._emotions, self.synthesizer.encode_emotion, self._files.emotion, self._files.keep_emotion
        )


def _encode(
    clip: Path,
    kept: OrderedDict[str, Encoded],
    encode: Callable[[Audio, int], Encoded],
    find: Callable[[str], Encoded | None],
    keep: Callable[[str, Encoded], None],
) -> tuple[Encoded, str]:
    try:
        with clip.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadPromptError(f"the clip {clip} cannot be read: {error.strerror or error}") from error
    if sha256 not in kept:
        found = find(sha256)
        if found is None:
            found = encode(*read_clip(clip))
            keep(sha256, found)
        kept[sha256] = found
        if len(kept) > MAX_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(sha256)
    return kept[sha256], sha256
