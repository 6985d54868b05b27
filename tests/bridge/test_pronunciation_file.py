"""The user's dictionary reaches the voice, is read again when it changes, and a fault in it is told."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from bridge.cue import Cue
from bridge.pronunciation_file import FILE_NAME, PronunciationFile
from engine.pronunciation import Pronunciations
from tests.bridge.studio import Studio

CUE = Cue("gate", "Open the GIF.", timbre="mara")


def write(path: Path, content: str, at_s: int) -> None:
    path.write_text(content, "utf-8")
    os.utime(path, (at_s, at_s))


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path, file = tmp_path / FILE_NAME, PronunciationFile(tmp_path)
    assert file.read() == Pronunciations()
    write(path, '{"GIF": "jiff"}', 1000)
    assert file.read() == Pronunciations({"gif": "jiff"})
    write(path, '{"GIF": "giff"}', 2000)
    assert file.read() == Pronunciations({"gif": "giff"})
    path.unlink()
    assert file.read() == Pronunciations()


def test_the_dictionary_reaches_the_voice_and_a_fault_in_it_ends_the_take(studio: Studio) -> None:
    path = studio.settings.data_folder / FILE_NAME
    path.parent.mkdir()
    write(path, '{"GIF": "jiff"}', 1000)
    daemon, log = studio.start()
    (take,) = daemon.submit(CUE)
    log.ending(take.id)
    assert studio.voice.rendered[-1].pronunciations == Pronunciations({"gif": "jiff"})
    write(path, '{"GIF": 5}', 2000)
    (take,) = daemon.submit(replace(CUE, id="gate_2"))
    failed = log.ending(take.id)
    assert failed.code == "bad_argument" and str(path) in failed.text
