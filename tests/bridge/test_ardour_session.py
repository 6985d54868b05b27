"""Drops into a session file of Ardour's own making; Ardour loads the result and says what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.drops.ardour_session import ArdourSession
from bridge.drops.base import DropError, DropJob
from bridge.files import PREVIOUS_SUFFIX
from bridge.ixml import ClipMetadata
from bridge.timeline import Position
from bridge.wav import write_wav
from tests import ardour

RATE = 48_000
LIST = """
AudioEngine:set_backend ("None (Dummy)", "Unit-Test", "")
s = load_session ("{folder}", "{name}")
assert (s, "no session")
for r in s:get_tracks ():iter () do
  for g in r:to_track ():playlist ():region_list ():iter () do
    print ("REGION", r:name (), g:name (), g:position ():samples (), g:length ():samples ())
  end
end
close_session ()
"""


@pytest.fixture
def session(tmp_path: Path) -> ardour.Closed:
    return ardour.closed_session(tmp_path, tracks=("Guard", "Guard 2"), rate=RATE)


@pytest.fixture
def target(session: ardour.Closed) -> ArdourSession:
    return ArdourSession(session.file)


def job(folder: Path, name: str, at: int | None, n_samples: int = 24_001) -> DropJob:
    path = folder / f"{name}.wav"
    ramp = np.linspace(0.1, 0.5, n_samples, dtype=np.float32)
    write_wav(path, ramp, RATE, 24, ClipMetadata(line="gate", take=name, text="Who goes there?"))
    return DropJob(name, path, n_samples, RATE, "Guard", None if at is None else Position(at, RATE))


def loaded(session: ardour.Closed) -> list[list[str]]:
    """What Ardour itself finds: track, region, position, length."""
    said = session.run(LIST.format(folder=session.folder, name=session.name))
    return [line.split()[1:] for line in said.splitlines() if line.startswith("REGION")]


def test_ardour_finds_the_clip_where_it_was_put(target: ArdourSession, session: ardour.Closed, tmp_path: Path) -> None:
    before = session.file.read_bytes()
    asked = job(tmp_path, "gate_01_t01", 172_801)
    receipt = target.drop(asked)
    assert (receipt.track, receipt.where, receipt.n_samples) == ("Guard", asked.at, 24_001)
    assert target.drop(asked) == receipt, "the same drop again is answered, not done twice"
    assert loaded(session) == [["Guard", "gate_01_t01", "172801", "24001"]]
    copied = next(session.folder.glob("interchange/*/audiofiles/gate_01_t01.wav"))
    assert copied.read_bytes() == asked.clip.read_bytes()
    assert session.file.with_name(session.file.name + PREVIOUS_SUFFIX).read_bytes() == before


def test_nothing_is_covered_and_a_track_that_is_missing_is_named(target: ArdourSession, tmp_path: Path) -> None:
    first = target.drop(job(tmp_path, "gate_01_t01", 48_000))
    second = target.drop(job(tmp_path, "gate_02_t01", 50_000))
    behind = target.drop(job(tmp_path, "gate_03_t01", None))
    assert (first.track, second.track, behind.track) == ("Guard", "Guard 2", "Guard")
    assert behind.where.sample == 50_000 + 24_001 + RATE
    with pytest.raises(DropError, match="no audio track 'Guard 3'"):
        target.drop(job(tmp_path, "gate_04_t01", 60_000))
    assert not list(tmp_path.glob("**/audiofiles/gate_04_t01.wav")), "nothing of it is left behind"


def test_undo_takes_out_that_clip_only(target: ArdourSession, session: ardour.Closed, tmp_path: Path) -> None:
    mine, other = job(tmp_path, "gate_01_t01", 48_000), job(tmp_path, "gate_02_t01", 480_000)
    target.drop(mine)
    target.drop(other)
    target.undo(mine)
    assert loaded(session) == [["Guard", "gate_02_t01", "480000", "24001"]]
    assert not list(session.folder.glob("interchange/*/audiofiles/gate_01_t01.wav"))
    with pytest.raises(DropError, match="nothing to undo"):
        target.undo(mine)


def test_what_cannot_be_used_is_refused_and_stays_as_it_is(
    target: ArdourSession, session: ardour.Closed, tmp_path: Path
) -> None:
    with pytest.raises(DropError, match="the session runs at 48000 Hz"):
        target.drop(replace(job(tmp_path, "gate_01_t01", 0), rate=44_100))
    broken = tmp_path / "broken.ardour"
    for content, says in ((b"<Session", "cannot be read"), (b"<Session version='3002'/>", "Ardour 7 or newer")):
        broken.write_bytes(content)
        with pytest.raises(DropError, match=says):
            ArdourSession(broken).drop(job(tmp_path, "gate_01_t01", 0))
        assert broken.read_bytes() == content
    assert not ArdourSession(tmp_path / "none.ardour").probe().ready
    assert "ardour_session" in ArdourSession(None).probe().text
