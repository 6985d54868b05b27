"""The inbox: the folder in which a user puts clips that a voice is to be learnt from."""

from __future__ import annotations

from pathlib import Path

from bridge.errors import BadArgumentError, BridgeError, NotFoundError, RefusedError
from bridge.files import resolve_inside
from engine.errors import EngineError

CLIP_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
MAX_CLIP_BYTES = 200_000_000


class BadClipError(BridgeError):
    """A clip that no voice can be learnt from."""

    code = "bad_prompt"


class Inbox:
    """Looks clips up and judges them. Changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, name: str) -> Path | None:
        """The clip of that file name, or of that without the ending; None where there is none."""
        try:
            given = resolve_inside(self.folder, name.strip())
        except (RefusedError, OSError, ValueError):
            return None
        names = [given] if given.suffix.lower() in CLIP_SUFFIXES else []
        names += [given.with_name(given.name + suffix) for suffix in CLIP_SUFFIXES] if given.name else []
        try:
            return next((clip for clip in names if clip.is_file()), None)
        except OSError:  # a name that is too long for the file system
            return None

    def speech_in(self, file: str) -> tuple[Path, float]:
        """The clip of that very file name, and how many seconds of speech are in it. Reads it.

        Raises RefusedError, NotFoundError, BadArgumentError, BadClipError.
        """
        clip = resolve_inside(self.folder, file)
        if clip.suffix.lower() not in CLIP_SUFFIXES:
            raise BadArgumentError(f"{file!r} is no clip to learn from; give one of {', '.join(CLIP_SUFFIXES)}")
        if not clip.is_file():
            raise NotFoundError(f"{file!r} is not in {self.folder}; put the clip there first")
        if clip.stat().st_size > MAX_CLIP_BYTES:
            raise BadClipError(
                f"{file!r} is larger than {MAX_CLIP_BYTES // 10**6} MB; ten seconds of speech are enough"
            )
        return clip, _seconds_of_speech(clip)


def _seconds_of_speech(path: Path) -> float:
    """Raises BadClipError, also when there is no voice in it: better now than at every line that it is to speak."""
    # Imported here, since torch comes with it and takes seconds: the daemon is ready long before.
    from engine.audio import read_clip, speech_bounds
    from engine.prompt import prompt_features

    try:
        audio, rate = read_clip(path)
        prompt_features(audio, rate)
    except EngineError as error:
        raise BadClipError(f"{path.name}: {error}") from error
    first, end = speech_bounds(audio, rate)
    return (end - first) / rate
