"""The parts know each other in one direction only: gui -> bridge -> engine, and launcher.py knows all."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("engine", "bridge", "gui")

# What the files of a part may import of us and of others, by top name. The standard library is free but for FORBIDDEN.
MAY_IMPORT = {
    "engine": {"engine", "numpy", "torch", "torchaudio", "soundfile", "soxr", "safetensors", "phonemizer"}
    | {"espeakng_loader", "parselmouth", "transformers", "yaml", "sentencepiece", "wetext"},
    "bridge": {"bridge", "engine", "numpy", "soundfile", "soxr", "sounddevice", "pythonosc", "platformdirs"}
    | {"zeroconf", "ifaddr"}
    | {"huggingface_hub", "python_calamine", "xlsxwriter", "safetensors", "psutil", "_Framework"}
    | {"faster_whisper", "opentimelineio", "ray", "grpc", "google"},  # of optional groups
    "gui": {"gui", "bridge", "engine", "numpy", "soundfile", "PyQt6", "pyqtgraph"},
}
# The engine computes: no threads, sockets or devices, and no process or event loop of its own.
FORBIDDEN = {"engine": {"threading", "_thread", "concurrent", "multiprocessing", "asyncio", "socket", "socketserver"}}
# Of all files, only these import the package.
ONLY = {
    "pythonosc": {
        "bridge/osc_server.py",
        "bridge/osc_packet.py",
        # The other end of the line, in the demo and in a terminal: it must not decode with what it is to try out.
        "bridge/osc_peer.py",
        "bridge/osc_terminal.py",
    },
    "opentimelineio": {"bridge/drops/exchange.py"},  # it may be missing
    "grpc": {"bridge/drops/ptsl.py"},
    "google": {"bridge/drops/ptsl.py"},
    "_Framework": {"bridge/companions/ableton_cuevox/__init__.py"},  # it runs inside of Ableton Live
    "sounddevice": {"bridge/sound_devices.py"},
    "platformdirs": {"bridge/settings.py", "launcher.py"},
    "yaml": {"engine/official_checkpoint.py"},
    "huggingface_hub": {"bridge/model_download.py"},
    "ray": {"bridge/farm/ray_fleet.py"},
    "python_calamine": {"bridge/sheets/xlsx_table.py"},  # which has looked into the file before
    "xlsxwriter": {"bridge/sheets/writing.py"},
    "psutil": {"bridge/machine.py", "bridge/farm/worker.py"},
    "faster_whisper": {"bridge/batch/listener.py"},
}
# Run before any package is installed.
STANDARD_LIBRARY_ONLY = {"bridge/__init__.py", "bridge/setup_env.py", "bridge/system_libraries.py"} | {
    "bridge/extras.py",
    "bridge/batch/__init__.py",
    "bridge/batch/arguments.py",
    "bridge/farm/__init__.py",
    "bridge/farm/arguments.py",
}


@dataclass(frozen=True)
class Import:
    file: str  # with / between folders, from the root
    line: int
    module: str  # dotted
    at_start: bool  # when the file is imported, not later in a function and not only for the type checker

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, also those in functions. A relative one counts as its absolute name."""
    file = path.relative_to(ROOT)
    tree = ast.parse(path.read_text("utf-8"), str(path))
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module, names, level):
                base = ".".join([*file.parts[:-level], *([module] if module else [])]) if level else (module or "")
                # `from bridge import events` names a module or a thing in the package: both count as below it.
                modules = [f"{base}.{name.name}" for name in names]
            case _:
                continue
        for module in modules:
            yield Import(file.as_posix(), node.lineno, module, id(node) not in late)


def files_of(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


ALL = [i for part in PARTS for path in files_of(part) for i in imports_of(path)] + list(
    imports_of(ROOT / "launcher.py")
)


def test_there_is_something_to_look_at() -> None:
    assert {i.file.split("/")[0] for i in ALL} == {*PARTS, "launcher.py"}
    assert len(ALL) > 200


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_what_it_may(part: str) -> None:
    free = sys.stdlib_module_names - FORBIDDEN.get(part, set())
    wrong = [i for i in ALL if i.file.startswith(f"{part}/") and i.top not in free | MAY_IMPORT[part]]
    assert not wrong, "\n".join(map(str, wrong))


def test_nobody_imports_the_launcher_or_the_tests() -> None:
    wrong = [i for i in ALL if i.top in ("launcher", "tests")]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("package", ONLY)
def test_a_package_with_one_owner_has_one_owner(package: str) -> None:
    wrong = [i for i in ALL if i.top == package and i.file not in ONLY[package]]
    assert not wrong, "\n".join(map(str, wrong))


def test_only_the_link_touches_the_daemon() -> None:
    """The rest of the panel sees values only: cues, events, errors, places, the engine's types, what audio measures."""
    values = {"bridge.cue", "bridge.events", "bridge.errors", "bridge.timeline", "bridge.loudness", "engine.types"}
    values |= {"bridge.machine", "bridge.clip_name", "bridge.clip_check", "bridge.consent", "bridge.sheets"}
    of_gui = [i for i in ALL if i.file.startswith("gui/") and i.top in ("bridge", "engine")]
    # `from bridge import events` is bridge.events, `from bridge.cue import Cue` is bridge.cue.Cue
    link = ("gui/link.py", "gui/machine_link.py", "gui/voice_link.py")  # the link and its parts
    wrong = [i for i in of_gui if i.file not in link and ".".join(i.module.split(".")[:2]) not in values]
    pictures = [i for i in wrong if i.file == "gui/screenshots.py" and i.module.startswith("bridge.settings")]
    assert wrong == pictures, "\n".join(map(str, wrong))  # the form of the settings is shown with all there are
    daemons = [i for i in ALL if i.file.startswith("gui/") and i.module.startswith("bridge.daemon")]
    assert all(i.file == "gui/link.py" for i in daemons)


def test_training_is_not_needed_to_speak() -> None:
    wrong = [i for i in ALL if i.module.startswith("engine.training") and not i.file.startswith("engine/training/")]
    assert not wrong, "\n".join(map(str, wrong))


def test_what_runs_before_the_packages_are_there_needs_none() -> None:
    free = sys.stdlib_module_names | {"bridge"}
    early = [i for i in ALL if i.file in STANDARD_LIBRARY_ONLY]
    wrong = [i for i in early if i.top not in free]
    wrong += [
        i for i in early if i.top == "bridge" and f"{'/'.join(i.module.split('.')[:2])}.py" not in STANDARD_LIBRARY_ONLY
    ]
    wrong += [i for i in ALL if i.file == "launcher.py" and i.at_start and i.top not in sys.stdlib_module_names]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("part", PARTS)
def test_no_circle(part: str) -> None:
    """Modules that import each other when they start work by luck."""
    known = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in files_of(part)}

    def module_of(name: str) -> str | None:
        if name in known:
            return name
        parent = name.rpartition(".")[0]
        return parent if parent in known else None

    needs: dict[str, set[str]] = {
        name: {m for i in imports_of(path) if i.at_start and (m := module_of(i.module)) is not None and m != name}
        for name, path in known.items()
    }
    open_: list[str] = []
    done: set[str] = set()

    def visit(name: str) -> None:
        assert name not in open_, " -> ".join([*open_[open_.index(name) :], name])
        if name not in done:
            open_.append(name)
            for other in sorted(needs[name]):
                visit(other)
            open_.pop()
            done.add(name)

    for name in needs:
        visit(name)


def test_an_import_is_seen_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "gui").mkdir()
    path = tmp_path / "gui" / "x.py"
    path.write_text("import a.b\nfrom . import y\nfrom .z import w\ndef f():\n    from c import d\n")
    found = [(i.module, i.at_start) for i in imports_of(path)]
    assert found == [("a.b", True), ("gui.y", True), ("gui.z.w", True), ("c.d", False)]
