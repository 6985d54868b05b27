"""Import tables for Wwise and FMOD: rows, another take of a line, and the script in a stand-in of FMOD Studio."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.drops.base import DropError, DropJob
from bridge.drops.game_table import FmodScript, GameTable, WwiseTable
from bridge.ixml import ClipMetadata
from bridge.wav import write_wav

# As much of FMOD Studio's scripting as the script uses, with its names; prints the project after two runs.
STUDIO = """
var fs = require("fs"), vm = require("vm");
function Item(kind) { this.kind = kind; this.items = []; this.groupTracks = []; this.timeline = {}; }
Item.prototype.isOfType = function (kind) { return this.kind === kind; };
Object.defineProperty(Item.prototype, "folder", { set: function (f) { f.items.push(this); } });
Item.prototype.addGroupTrack = function (name) {
  var track = { name: name, modules: [] };
  track.addSound = function (timeline, kind, start, length) {
    var sound = { kind: kind, start: start, length: length }; track.modules.push(sound); return sound;
  };
  this.groupTracks.push(track);
  return track;
};
var root = new Item("MasterEventFolder"), menu = null, said = [];
var bin = { imports: 0, assets: {}, getAsset: function (name) { return bin.assets[name] || null; } };
var studio = {
  project: {
    workspace: { masterEventFolder: root, masterAssetFolder: bin },
    create: function (kind) { return new Item(kind); },
    importAudioFile: function (path) {
      if (!fs.existsSync(path)) { return null; }
      bin.imports += 1;
      return bin.assets[path.split("/").pop()] = { path: path, length: 1.5 };
    }
  },
  menu: { addMenuItem: function (item) { menu = item; } },
  system: { message: function (text) { said.push(text); } }
};
vm.runInNewContext(fs.readFileSync(process.argv[2], "utf-8"), { studio: studio });
menu.execute(); menu.execute();
console.log(JSON.stringify({ menu: menu.name, said: said, root: root, imports: bin.imports }));
"""


@pytest.fixture
def job(tmp_path: Path) -> DropJob:
    path = tmp_path / "clips" / "gate_01_t01.wav"
    write_wav(path, np.zeros(4800, np.float32), 48_000, 24, ClipMetadata(take="gate_01_t01"))
    return DropJob("gate_01_t01", path, 4800, 48_000, "Old Guard", line="gate_01", text='Who goes there?\n"Halt!"\té')


@pytest.fixture(params=["wwise", "fmod"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> GameTable:
    return WwiseTable(tmp_path / "wwise.txt") if request.param == "wwise" else FmodScript(tmp_path / "fmod.js")


def second_take(job: DropJob) -> DropJob:
    path = job.clip.with_name("gate_01_t02.wav")
    shutil.copyfile(job.clip, path)
    return replace(job, id="gate_01_t02", clip=path)


def test_a_line_has_one_row_and_another_take_takes_it(target: GameTable, job: DropJob) -> None:
    other = replace(job, id="gate_02_t01", line="gate_02", character="Mira")
    receipt = target.drop(job)
    assert target.drop(job) == target.verify(job) == receipt
    target.drop(other)
    later = second_take(job)
    target.drop(later)
    rows = target.parse(target.path.read_text("utf-8"))
    assert [(row.character, row.line, Path(row.file).name) for row in rows] == [
        ("Mira", "gate_02", "gate_01_t01.wav"),
        ("Old_Guard", "gate_01", "gate_01_t02.wav"),
    ]
    assert rows[1].text == 'Who goes there? "Halt!" é'
    with pytest.raises(DropError, match=r"gate_01_t02\.wav for the line"):
        target.undo(job)
    target.undo(later)
    assert [row.line for row in target.parse(target.path.read_text("utf-8"))] == ["gate_02"]


def test_a_file_of_somebody_else_is_left_alone(target: GameTable, job: DropJob) -> None:
    target.path.write_text("my notes\nof the day\n")
    with pytest.raises(DropError, match="nothing was written"):
        target.drop(job)
    assert not target.probe().ready
    assert target.path.read_text() == "my notes\nof the day\n"


def test_a_clip_that_is_gone_or_another_one_is_refused(target: GameTable, job: DropJob) -> None:
    with pytest.raises(DropError, match="not 99"):
        target.drop(replace(job, n_samples=99))
    job.clip.unlink()
    with pytest.raises(DropError, match="render the line again"):
        target.drop(job)
    assert not target.path.exists()


def test_the_wwise_table_has_the_columns_that_wwise_reads(tmp_path: Path, job: DropJob) -> None:
    target = WwiseTable(tmp_path / "wwise.txt", root=r"\Actor-Mixer Hierarchy\VO")
    target.drop(job)
    with target.path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert row == {
        "Audio File": str(job.clip.resolve()),
        "Object Path": r"\Actor-Mixer Hierarchy\VO\<Actor-Mixer>Old_Guard\<Sound Voice>gate_01",
        "Notes": 'Who goes there? "Halt!" é',
    }


def test_the_hierarchy_of_wwise_2025_has_property_containers(tmp_path: Path, job: DropJob) -> None:
    target = WwiseTable(tmp_path / "wwise.txt", root=r"\Containers\Default Work Unit")
    assert target.drop(job) == target.verify(job)
    place = r"\Containers\Default Work Unit\<Property Container>Old_Guard\<Sound Voice>gate_01"
    assert place in target.path.read_text("utf-8")


def test_a_table_of_an_earlier_cuevox_is_taken_on(tmp_path: Path, job: DropJob) -> None:
    target = WwiseTable(tmp_path / "wwise.txt")
    place = r"\Actor-Mixer Hierarchy\Default Work Unit\<Actor-Mixer>Mira\<Sound Voice>gate_09"
    target.path.write_text(
        f"Audio File\tObject Path\tNotes\tOriginals Sub Folder\r\n/clips/a.wav\t{place}\tHalt!\tMira\r\n", "utf-8"
    )
    target.drop(job)
    assert [row.line for row in target.parse(target.path.read_text("utf-8"))] == ["gate_09", "gate_01"]
    assert "Originals" not in target.path.read_text("utf-8")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed (Debian: nodejs)")
def test_the_fmod_script_makes_an_event_of_each_line_once(tmp_path: Path, job: DropJob) -> None:
    target = FmodScript(tmp_path / "fmod.js")
    target.drop(job)
    target.drop(replace(second_take(job), line="gone"))
    job.clip.with_name("gate_01_t02.wav").unlink()
    (tmp_path / "studio.js").write_text(STUDIO)
    command = ["node", str(tmp_path / "studio.js"), str(target.path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL)
    found = json.loads(ran.stdout)
    assert found["menu"] == "Cuevox\\Import lines"
    assert found["imports"] == 1  # at the second run the asset is there
    assert found["said"][0].startswith("1 of 2 lines are in Cuevox.\ngone: the file cannot be imported")
    (folder,) = found["root"]["items"]
    (character,) = folder["items"]
    (event,) = character["items"]
    assert (folder["name"], character["name"], event["name"], event["kind"]) == (
        "Cuevox",
        "Old_Guard",
        "gate_01",
        "Event",
    )
    (sound,) = event["groupTracks"][0]["modules"]
    assert sound == {
        "kind": "SingleSound",
        "start": 0,
        "length": 1.5,
        "audioFile": {"path": str(job.clip), "length": 1.5},
    }
