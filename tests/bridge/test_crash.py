"""The daemon is killed in the middle of its work: nothing accepted is lost, nothing is torn, nothing is made twice."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import rpp
import soundfile

ROUNDS = 3
ROOT = Path(__file__).parents[2]


def child(folder: Path, first: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash_child", str(folder), first], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.timeout(300)
def test_what_was_accepted_outlives_a_kill_at_any_moment(tmp_path: Path) -> None:
    folder, chance, accepted = tmp_path / "data", random.Random(20), dict[str, str]()
    for n_round in range(ROUNDS):
        with child(folder, str(10_000 * n_round)) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(8, 30)):
                take_id, seed = process.stdout.readline().split()
                accepted[take_id] = seed
            process.kill()
            # The last line may be half printed; a whole one was accepted.
            accepted |= dict(pair for line in process.stdout if len(pair := line.split()) == 2 and line.endswith("\n"))
    with child(folder, "rest") as process:
        assert process.stdout is not None
        takes = [line.split() for line in process.stdout]
    assert process.returncode == 0

    assert {take_id: seed for take_id, seed, _, _ in takes if take_id in accepted} == accepted
    assert len(takes) <= len(accepted) + ROUNDS  # one more each time may be kept and not yet answered
    assert {state for _, _, state, _ in takes} == {"ready", "dropped"}
    clips = {path for path in (folder / "clips").rglob("*") if path.is_file()}
    assert clips == {Path(path).with_suffix(suffix) for _, _, _, path in takes for suffix in (".wav", ".json")}
    for _, _, _, path in takes:
        assert soundfile.info(path).frames == 12_000
    dropped = sorted(take_id for take_id, _, state, _ in takes if state == "dropped")
    project = rpp.loads((folder / "projects" / "cuevox.RPP").read_text())
    assert sorted(item.find("NAME")[1] for item in project.findall(".//ITEM")) == dropped
    with zipfile.ZipFile(folder / "projects" / "cuevox.dawproject") as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".wav") for name in archive.namelist()) == len(dropped)
    assert not list(folder.rglob("*.part"))
