"""The crash trial in its short form. The long one: `python benchmarks/crash_trial.py --rounds 500`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crash_trial import CrashTrial
from benchmarks.running_daemon import RunningDaemon

ROUNDS = 3  # in the third the daemon is killed while it recovers, too


@pytest.mark.timeout(300)
def test_what_was_accepted_outlives_a_kill_at_any_moment(tmp_path: Path) -> None:
    with CrashTrial(tmp_path, seed=1) as trial:
        for _ in range(ROUNDS):
            trial.round()
    figures = trial.figures
    assert figures.kills == ROUNDS + 1
    assert figures.accepted > 0 and figures.sent_again == figures.sent
    assert figures.is_clean, figures


@pytest.mark.timeout(300)
def test_the_trial_sees_what_it_looks_for(tmp_path: Path) -> None:
    """A trial that finds nothing has to be one that would have found something."""
    with CrashTrial(tmp_path, seed=1) as trial:
        trial.round()
        assert trial.figures.is_clean, trial.figures
        clip = next((tmp_path / "data-0000").rglob("clips/**/*.wav"))
        clip.with_name("nobodys.wav").write_bytes(clip.read_bytes())
        clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
        trial.accepted.add("never_made_t01")
        trial.look()
    wrongs = trial.figures.wrongs
    assert wrongs.orphaned == [str(clip.with_name("nobodys.wav"))]
    assert len(wrongs.torn) == 1 and str(clip) in wrongs.torn[0]
    assert wrongs.lost == ["never_made_t01"]


def test_of_two_daemons_started_at_once_one_says_so_and_leaves(tmp_path: Path) -> None:
    trial = CrashTrial(tmp_path)
    folder = tmp_path / "data"
    with RunningDaemon(folder, trial.program) as one, RunningDaemon(folder, trial.program, tmp_path / "other") as other:
        first, second = (one, other) if one.is_ready_or_over() else (other, one)
        assert not second.is_ready_or_over()
        assert second.process.wait() == 1
        assert "another Cuevox is at work" in second.output
        assert first.end() == 0
