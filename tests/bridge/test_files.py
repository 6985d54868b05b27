"""Files appear whole or not at all; names and places are safe on every system."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RefusedError
from bridge.files import (
    MAX_NAME_LENGTH,
    PREVIOUS_SUFFIX,
    atomic_file,
    keep_previous,
    remove_leftovers,
    resolve_inside,
    safe_name,
    write_atomic,
)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    write_atomic(path, b"old")
    with pytest.raises(RuntimeError), atomic_file(path) as file:
        file.write(b"half of the n")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["clip.wav"]


def test_a_file_is_not_seen_under_its_name_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "clip.wav"
    with atomic_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        assert all(p.name.startswith(".") and p.suffix == ".part" for p in path.parent.iterdir())
    assert path.read_bytes() == b"half"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a POSIX matter")
def test_a_rewritten_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "project.RPP"
    write_atomic(path, b"1")
    path.chmod(0o640)
    write_atomic(path, b"2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("can_link", [True, False])
def test_the_file_before_a_change_stays_beside_it(
    tmp_path: Path, can_link: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_link:

        def refuse(*args: object) -> None:
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr("os.link", refuse)
    path = tmp_path / "cuevox.RPP"
    kept = path.with_name(path.name + PREVIOUS_SUFFIX)
    keep_previous(path)  # there is none: nothing to keep
    assert not any(tmp_path.iterdir())
    write_atomic(path, b"1")
    keep_previous(path)
    keep_previous(path)  # as after a crash that came before the change
    for content in (b"2", b"3"):
        before = path.read_bytes()
        keep_previous(path)
        write_atomic(path, content)
        assert (kept.read_bytes(), path.read_bytes()) == (before, content)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, kept.name]


@given(st.text())
def test_any_text_gives_a_name_that_every_system_takes(text: str) -> None:
    name = safe_name(text)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name) and not name.endswith(".")
    assert len(name) <= MAX_NAME_LENGTH + 1
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert safe_name(name) in (name, name.rstrip("_"), f"{name.rstrip('_')}_")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Émile, the 2nd", "Emile_the_2nd"),
        ("../../etc/passwd", "etc_passwd"),
        ("CON", "CON_"),
        ("nul.wav", "nul.wav_"),
        ("日本", "unnamed"),
        ("-rf", "rf"),
    ],
)
def test_names_stay_readable(text: str, name: str) -> None:
    assert safe_name(text) == name


@pytest.mark.parametrize("path", ["../x.wav", "a/../../x.wav", "/etc/passwd", "", "a\0b", "..\\x.wav", "C:x.wav"])
def test_nothing_outside_the_folder_is_reached(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    with pytest.raises(RefusedError):
        resolve_inside(folder, path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(RefusedError):
        resolve_inside(folder, "out/secret.wav")
    assert resolve_inside(folder, "in/side.wav") == folder.resolve() / "in" / "side.wav"


def test_leftovers_of_a_killed_program_are_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    left = [folder / ".clip.wav.0123456789ab.part", tmp_path / ".x.json.ffffffffffff.part"]
    mine = [folder / "clip.wav", folder / ".hidden.part", tmp_path / "song.part"]
    for path in (*left, *mine):
        path.write_bytes(b"x")
    assert remove_leftovers(tmp_path) == 2
    assert not any(path.exists() for path in left) and all(path.exists() for path in mine)
    assert remove_leftovers(tmp_path / "nothing") == 0
