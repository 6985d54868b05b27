"""The farm on Ray itself: on one machine, and on two that are network namespaces of this one. Slow, so only when asked:

CUEVOX_FARM=1 python3 launcher.py test tests/bridge/test_farm_ray.py
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import TogetherRenderer
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.fleet import About
from bridge.farm.ray_fleet import RayFleet
from bridge.farm.renderer import FarmRenderer
from engine.types import Audio, RenderRequest
from tests.bridge.farm_fleet import ToneWorker, jobs
from tests.fakes import FakeSynthesizer

ROOT = Path(__file__).parents[2]
NEVER = threading.Event()
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "0123456789abcdef" * 4,
}
pytestmark = [
    pytest.mark.skipif(not os.environ.get("CUEVOX_FARM"), reason="starts clusters of Ray; CUEVOX_FARM=1 runs it"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed (the extra `farm`)"),
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("default"),  # Ray's own
]


class MarkedTones(FakeSynthesizer):
    """Writes down who renders what, and waits so that all have something to do. Its process may be killed meanwhile."""

    def __init__(self, folder: Path) -> None:
        super().__init__(n_blocks=2)
        self._folder = folder

    def render(self, request: RenderRequest) -> object:  # type: ignore[override]
        rendering = super().render(request)

        def blocks() -> Iterator[Audio]:
            with (self._folder / f"begun-{request.seed}").open("a") as file:
                file.write(f"{os.getpid()}\n")
            threading.Event().wait(0.04)
            yield from rendering.blocks
            with (self._folder / f"made-{request.seed}").open("a") as file:
                file.write(f"{os.getpid()}\n")

        return replace(rendering, blocks=blocks())


class MarkedWorker(ToneWorker):
    """`model_folder` is where it writes its marks."""

    def _load(self) -> MarkedTones:  # type: ignore[override]
        assert self._model_folder is not None
        return MarkedTones(Path(self._model_folder))


def marks(folder: Path, kind: str) -> dict[int, list[str]]:
    return {int(p.name.partition("-")[2]): p.read_text().split() for p in folder.glob(f"{kind}-*")}


def as_alone(made: list[Spoken], wanted: list[SpeakJob]) -> None:
    """Every line is there once, with the samples that one process makes."""
    assert sorted(each.id for each in made) == [job.id for job in wanted]
    expected = {each.id: each for each in TogetherRenderer(FakeSynthesizer).render(wanted, NEVER)}
    for each in made:
        assert each.audio is not None, each.error
        assert np.array_equal(each.audio, expected[each.id].audio)


def test_killed_workers_on_this_machine_alone(tmp_path: Path) -> None:
    """One cluster for all, since its start takes long: what listens, who is killed, what comes, who goes again."""
    shelf, wanted = ClipShelf(), jobs(200)
    with (
        RayFleet(shelf, model_folder=tmp_path, cores=3, worker=MarkedWorker) as fleet,
        FarmRenderer(fleet, shelf, most=3, n_together=8) as farm,
    ):
        assert not listening_beyond_loopback()
        assert farm.model_id == "fake-1"
        made: list[Spoken] = []
        killed: set[str] = set()
        for each in farm.render(iter(wanted), NEVER):
            made.append(each)
            if len(made) in (40, 90):
                victim = next(p[-1] for p in marks(tmp_path, "begun").values() if p[-1] not in killed)
                os.kill(int(victim), signal.SIGKILL)
                killed.add(victim)
        as_alone(made, wanted)
        assert farm.dispatcher.n_lost == 2
        assert farm.dispatcher.most_at_once == 3
        finished = marks(tmp_path, "made")
        # What a killed worker had finished and not handed over yet, its last line at most, is all that is made again.
        assert sum(len(pids) - 1 for pids in finished.values()) <= 2
        assert all(len(set(pids)) <= 2 for pids in finished.values())


def listening_beyond_loopback() -> list[str]:
    """Sockets of this process's children that others could reach."""
    listed = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout.splitlines()
    names = ("gcs_server", "raylet", "ray::")
    return [line for line in listed if any(n in line for n in names) and "127.0.0.1" not in line.split()[3]]


def has_namespaces() -> bool:
    return (
        sys.platform == "linux"
        and os.geteuid() == 0
        and shutil.which("ip") is not None
        and subprocess.run(["ip", "netns", "add", f"cuevox-{os.getpid()}"], capture_output=True).returncode == 0
        and subprocess.run(["ip", "netns", "del", f"cuevox-{os.getpid()}"], capture_output=True).returncode == 0
    )


class TwoHosts:
    """Two network namespaces with a cable between them: 10.83.0.1 and 10.83.0.2. A context manager."""

    def __init__(self) -> None:
        self.names = [f"cuevox-{os.getpid()}-{n}" for n in (1, 2)]

    def __enter__(self) -> TwoHosts:
        with contextlib.ExitStack() as stack:
            for name in self.names:
                self._ip("netns", "add", name)
                stack.callback(self._ip, "netns", "del", name)
            ends = [f"cv{os.getpid() % 10_000}{end}" for end in "ab"]
            self._ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
            for n, (name, end) in enumerate(zip(self.names, ends, strict=True), start=1):
                self._ip("link", "set", end, "netns", name)
                self._ip("-n", name, "addr", "add", f"10.83.0.{n}/24", "dev", end)
                self._ip("-n", name, "link", "set", end, "up")
                self._ip("-n", name, "link", "set", "lo", "up")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def on(self, host: int, command: list[str], core: int) -> list[str]:
        """The command as it runs on host 1 or 2, on one core."""
        return ["ip", "netns", "exec", self.names[host - 1], "taskset", "-c", str(core), *command]

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)


def node(hosts: TwoHosts, host: int, core: int, folder: Path) -> subprocess.Popen[bytes]:
    """A machine of the cluster, as docs/farm.md starts it; the first one is its head."""
    ray = str(Path(sys.executable).parent / "ray")
    own = f"--node-ip-address=10.83.0.{host}"
    what = ["--head", "--port=6379", "--include-dashboard=false", f"--temp-dir={folder}"]
    what = what if host == 1 else ["--address=10.83.0.1:6379"]
    limits = ["--num-cpus=1", "--object-store-memory=200000000", "--disable-usage-stats", "--block"]
    limits = [each for each in limits if host == 1 or each != "--disable-usage-stats"]
    with (folder / f"node{host}.log").open("wb") as log:
        return subprocess.Popen(
            hosts.on(host, [ray, "start", *what, own, *limits], core),
            env=os.environ | ENVIRONMENT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


@pytest.mark.skipif(not has_namespaces(), reason="needs root and network namespaces (Linux)")
def test_a_second_machine_joins_and_is_unplugged(tmp_path: Path) -> None:
    with TwoHosts() as hosts, contextlib.ExitStack() as nodes:
        folder = Path("/tmp") / f"cvray{os.getpid()}"  # the sockets in it have to have short names
        folder.mkdir()
        nodes.callback(shutil.rmtree, folder, ignore_errors=True)
        nodes.callback(end, node(hosts, 1, 0, folder))
        driver = subprocess.Popen(
            hosts.on(1, [sys.executable, str(ROOT / "tests" / "bridge" / "farm_driver.py"), str(tmp_path)], 0),
            env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        nodes.callback(end, driver)
        assert driver.stdout is not None
        second: subprocess.Popen[bytes] | None = None
        told: dict[str, str] = {}
        for line in driver.stdout:
            word, _, rest = line.strip().partition(" ")
            told[word] = rest
            if word == "half" and second is None:
                second = node(hosts, 2, 1, folder)
                nodes.callback(end, second)
            if word == "joined" and second is not None:
                end(second)  # in the middle of what it renders
        assert driver.wait(60) == 0
        assert told["lines"] == "1500 once, 0 failed"
        assert int(told["most"]) == 2
        assert int(told["lost"]) == 1


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """With all its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_an_about_is_the_same_wherever_it_is_asked() -> None:
    assert isinstance(ToneWorker().about(), About)
    assert ToneWorker().about() == ToneWorker().about()
