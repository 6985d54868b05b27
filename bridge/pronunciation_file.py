"""The user's pronunciation dictionary in the data folder, read again when it was changed."""

from __future__ import annotations

from pathlib import Path

from engine.pronunciation import Pronunciations, read_pronunciations

FILE_NAME = "pronunciations.json"


class PronunciationFile:
    """Of one data folder; without the file there are none."""

    def __init__(self, data_folder: Path) -> None:
        self._path = data_folder / FILE_NAME
        self._seen: tuple[int, int] | None = None
        self._read = Pronunciations()

    def read(self) -> Pronunciations:
        """Raises BadDictionaryError."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            seen = None
        if seen is None or seen != self._seen:
            self._read, self._seen = read_pronunciations(self._path), seen
        return self._read
