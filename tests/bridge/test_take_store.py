"""Clips and their JSON on disk, and the journal: real files, read back by others."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wavinfo import WavInfoReader

from bridge.cue import Cue, Length, LineState, Position, Score, Take
from bridge.errors import BadArgumentError
from bridge.journal import DropWish, Journal, JournalError, LineRecord, TakeRecord
from bridge.take_store import DiskError, Provenance, TakeStore
from bridge.wav import read_info
from engine.types import Emotion, Plan, WordTime

RATE = 48_000
CUE = Cue(
    "gate_012",
    "Halt! Qui va là?",
    "Mara",
    emotion="battle cry",
    weight=0.5,
    length=Length(57, 24000, 1001),
    at=Position(160_000_000, 44_100),
    takes=3,
    character="Gate Guard",
    drop=True,
)
PLAN = Plan(114_114, RATE, 100_000, 1.14114, (WordTime("Halt", 0.05, 0.4), WordTime("là", 1.5, 1.9)), ("a warning",))
MADE = Provenance(
    "gate_012_t01",
    77,
    "fake-1",
    "Mara",
    "ab" * 32,
    Emotion((0.1, 0.4, 0, 0, 0, 0, 0, 0)),
    consent="Mara agreed to games, 2026-05-01",
)


def noise(n_samples: int = PLAN.n_samples) -> np.ndarray:
    return np.random.default_rng(n_samples).uniform(-0.5, 0.5, n_samples).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "clips", depth=24, project="Castle")


def test_a_clip_has_its_samples_its_place_and_its_story(store: TakeStore) -> None:
    path = store.write(CUE, PLAN, noise(), MADE)
    assert path == store.folder / "Gate_Guard" / "gate_012_t01.wav"
    audio, rate = soundfile.read(path, dtype="float32")
    info = soundfile.info(path)
    assert (rate, len(audio), info.channels, info.subtype) == (RATE, 114_114, 1, "PCM_24")
    np.testing.assert_allclose(audio, noise(), atol=2**-23)
    bext = WavInfoReader(str(path)).bext
    assert bext is not None
    assert bext.time_reference == 174_149_660  # 160,000,000 samples at 44.1 kHz, to the nearest sample
    assert bext.originator.startswith("Cuevox") and "Halt!" in bext.description
    clip = read_info(path).metadata
    assert (clip.text, clip.seed, clip.intensity, clip.project) == (CUE.text, 77, 0.5, "Castle")
    assert [(marker.sample, marker.label) for marker in clip.markers] == [(2400, "Halt"), (72_000, "là")]


def test_the_json_beside_it_has_all_that_makes_it_again(store: TakeStore) -> None:
    path = store.write(CUE, PLAN, noise(), MADE)
    made = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert made["text"] == CUE.text and made["seed"] == 77 and made["model"] == "fake-1"
    assert made["timbre"] == {"name": "Mara", "clip_sha256": "ab" * 32, "consent": "Mara agreed to games, 2026-05-01"}
    assert made["emotion"]["given"] == "battle cry" and made["emotion"]["weights"] == {"happy": 0.1, "angry": 0.4}
    assert made["length"]["asked"] == "2.377375" and made["length"]["samples"] == 114_114
    assert made["at"] == "smp:160000000@44100" and made["generated"] is True
    assert made["program"].startswith("Cuevox ") and made["words"][1]["word"] == "là"


@pytest.mark.parametrize(("depth", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_the_depth_is_a_setting(tmp_path: Path, depth: int, subtype: str) -> None:
    path = TakeStore(tmp_path, depth=depth, project="").write(CUE, PLAN, noise(), MADE)
    assert soundfile.info(path).subtype == subtype


@pytest.mark.parametrize("rate", [44_100, 48_000, 88_200, 96_000, 192_000])
@pytest.mark.parametrize("depth", [16, 24, 32])
def test_every_rate_and_depth_is_stamped_measured_and_marked(tmp_path: Path, rate: int, depth: int) -> None:
    n_samples = round(2.5 * rate)
    plan = replace(PLAN, n_samples=n_samples, rate=rate, natural_samples=n_samples)
    audio = (0.1 * np.sin(2 * np.pi * 997 * np.arange(n_samples) / rate)).astype(np.float32)
    path = TakeStore(tmp_path, depth=depth, project="Castle").write(CUE, plan, audio, MADE)
    read, found_rate = soundfile.read(path, dtype="float32")
    assert (len(read), found_rate) == (n_samples, rate)
    np.testing.assert_allclose(read, audio, atol=2.0 ** -(min(depth, 24) - 1))
    reader = WavInfoReader(str(path))
    assert reader.bext is not None
    assert reader.bext.time_reference == round(160_000_000 * rate / 44_100)
    assert reader.bext.loudness_value == pytest.approx(-23.01, abs=0.05)
    assert reader.bext.max_true_peak == pytest.approx(-20, abs=0.05)
    assert [marker.sample for marker in read_info(path).metadata.markers] == [round(0.05 * rate), round(1.5 * rate)]
    aswg = reader.ixml.parsed.find("ASWG")
    fields = ("isGenerated", "characterName", "emotion", "intensity", "text", "contentType")
    said = [aswg.findtext(field) for field in fields]
    assert said == ["true", "Gate Guard", "battle cry", "0.5", "Halt! Qui va là?", "dialog"]


def test_a_name_template_makes_folders_and_names(tmp_path: Path) -> None:
    store = TakeStore(tmp_path, depth=24, project="Castle", name="{project}/{character}/{line}_{emotion}_{take}")
    path = store.write(CUE, PLAN, noise(), MADE)
    assert path == tmp_path / "Castle" / "Gate_Guard" / "gate_012_battle_cry_gate_012_t01.wav"
    assert store.write(CUE, PLAN, noise(), MADE) == path and path.with_suffix(".json").is_file()


def test_ids_that_give_one_file_name_have_two_files(store: TakeStore) -> None:
    paths = [
        store.write(CUE, PLAN, noise(), replace(MADE, take_id=take_id))
        for take_id in ("a b_t01", "a_b_t01", "a/b_t01", "x" * 90 + "1", "x" * 90 + "2", "ü_t01", "../../up_t01")
    ]
    assert len(set(paths)) == len(paths)
    assert all(path.parent == store.folder / "Gate_Guard" for path in paths)


def test_a_take_written_again_after_a_crash_takes_its_own_place(store: TakeStore) -> None:
    first = store.write(CUE, PLAN, noise(), MADE)
    first.with_suffix(".json").unlink()
    assert store.write(CUE, PLAN, noise(), MADE) == first
    assert sorted(path.name for path in first.parent.iterdir()) == ["gate_012_t01.json", "gate_012_t01.wav"]


def test_a_file_of_somebody_else_is_never_written_over(store: TakeStore) -> None:
    place = store.folder / "Gate_Guard" / "gate_012_t01.wav"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine")
    path = store.write(CUE, PLAN, noise(), MADE)
    assert path != place and place.read_bytes() == b"mine"


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "clips").write_text("a file where the folder should be")
    with pytest.raises(DiskError, match="gate_012_t01"):
        TakeStore(tmp_path / "clips", depth=24, project="").write(CUE, PLAN, noise(), MADE)


def test_sound_that_is_no_number_is_not_written(store: TakeStore) -> None:
    with pytest.raises(BadArgumentError):
        store.write(CUE, PLAN, np.full(PLAN.n_samples, np.nan, np.float32), MADE)
    assert list(store.folder.rglob("*.*")) == []


# ---- the journal ----------------------------------------------------------------------------------------------------

TAKE = Take("gate_012_t01", "gate_012", 77, LineState.QUEUED)


def test_what_was_kept_comes_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "cuevox.sqlite"
    journal = Journal(path)
    first = LineRecord(CUE, 1, "gate_012_t02", 12)
    takes = [
        TakeRecord(
            replace(TAKE, id=f"gate_012_t{n:02}", path=tmp_path / "x.wav", peak_db=-3.5, warnings=("w",)), CUE, n, 1
        )
        for n in (2, 11, 12)
    ]
    journal.save(first, takes)
    takes[1] = replace(takes[1], wish=DropWish(("dawproject",), Position(5, 44_100)))
    takes[2] = replace(takes[2], wish=DropWish((), None))
    journal.save(first, takes[1:])
    second = LineRecord(replace(CUE, id="a", length=None, at=None), 2, "", 1)
    journal.save(second, [TakeRecord(replace(TAKE, id="a_t01", line="a"), second.cue, 1, 1)])
    journal.close()
    lines, found = Journal(path).load()
    assert lines == [first, second]
    assert found == [TakeRecord(replace(TAKE, id="a_t01", line="a"), second.cue, 1, 1), *takes]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1), state=st.sampled_from(LineState))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, state: LineState) -> None:
    journal = Journal(tmp_path_factory.mktemp("journal") / "j.sqlite")
    record = LineRecord(replace(CUE, id=text, text=text), 1, "", 1)
    kept = TakeRecord(replace(TAKE, line=text, state=state, error=text), record.cue, 1, 1)
    journal.save(record, [kept])
    assert journal.load() == ([record], [kept])
    journal.close()


def test_a_removed_line_is_remembered_without_its_takes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite")
    record = LineRecord(CUE, 1, "", 1)
    journal.save(record, [TakeRecord(TAKE, CUE, 1, 1)])
    journal.save(replace(record, removed=True))
    assert journal.load() == ([replace(record, removed=True)], [])
    journal.close()


def test_a_journal_of_the_first_schema_opens_with_all_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    cue = (
        '{"id": "gate_012", "text": "Halt!", "timbre": "Mara", "emotion": "neutral", "weight": 1.0, "length": null, '
        '"speed": 1.0, "at": null, "seed": null, "takes": 1, "character": "", "drop": false}'
    )
    take = (
        '{"id": "gate_012_t01", "line": "gate_012", "seed": 77, "state": "queued", "progress": 0.0, "path": null, '
        '"n_samples": 0, "rate": 0, "stretch": 1.0, "error": "", "warnings": [], "peak_db": null}'
    )
    old = sqlite3.connect(path)
    old.executescript(
        "CREATE TABLE line (id TEXT PRIMARY KEY, number INTEGER NOT NULL, cue TEXT NOT NULL, picked TEXT NOT NULL,"
        " n_takes INTEGER NOT NULL, removed INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE take (id TEXT PRIMARY KEY, line TEXT NOT NULL, number INTEGER NOT NULL, batch INTEGER NOT NULL,"
        " cue TEXT NOT NULL, take TEXT NOT NULL, wish TEXT NOT NULL) WITHOUT ROWID;"
        "PRAGMA user_version = 1;"
    )
    old.execute("INSERT INTO line VALUES ('gate_012', 1, ?, 'gate_012_t01', 1, 0)", (cue,))
    old.execute("INSERT INTO take VALUES ('gate_012_t01', 'gate_012', 1, 1, ?, ?, '')", (cue, take))
    old.commit()
    old.close()
    record = LineRecord(Cue("gate_012", "Halt!", "Mara"), 1, "gate_012_t01", 1)
    kept = TakeRecord(TAKE, record.cue, 1, 1)
    journal = Journal(path)
    assert journal.load() == ([record], [kept])
    changed = replace(record, locked=True, earlier_picks=("gate_012_t02",))
    scored = replace(kept, take=replace(TAKE, parent="gate_012_t02", scores=(Score("words", 1.5, "one wrong"),)))
    journal.save(changed, [scored])
    journal.close()
    journal = Journal(path)  # and now it is one of the present schema
    assert journal.load() == ([changed], [scored])
    journal.close()


def test_two_daemons_never_share_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    journal = Journal(path)
    with pytest.raises(JournalError, match="another Cuevox"):
        Journal(path)
    program = f"from bridge.journal import Journal; from pathlib import Path; Journal(Path({str(path)!r}))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "another Cuevox" in other.stderr
    journal.close()
    Journal(path).close()


def test_what_was_answered_is_there_after_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    program = (
        "import os, signal; from pathlib import Path; from bridge.cue import *; from bridge.journal import *\n"
        f"journal = Journal(Path({str(path)!r}))\n"
        "for i in range(5):\n"
        "    cue = Cue(f'line_{i}', 'Halt!', 'Mara')\n"
        "    take = Take(f'line_{i}_t01', cue.id, i, LineState.QUEUED)\n"
        "    journal.save(LineRecord(cue, i + 1, '', 1), [TakeRecord(take, cue, 1, 1)])\n"
        "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    subprocess.run([sys.executable, "-c", program], timeout=60)
    journal = Journal(path)
    lines, takes = journal.load()
    journal.close()
    assert [line.cue.id for line in lines] == [f"line_{i}" for i in range(5)]
    assert [kept.take.seed for kept in takes] == list(range(5))


def test_a_damaged_or_newer_journal_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(JournalError, match="damaged"):
        Journal(damaged)
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalError, match="newer"):
        Journal(newer)
    assert damaged.read_bytes().startswith(b"this is no database")
