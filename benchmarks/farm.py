"""How fast a farm is on one and on two machines, which are network namespaces of this one with a core each.

    python benchmarks/farm.py two --lines 64            the embedded voice: lines a minute on 1 and on 2 workers
    python benchmarks/farm.py two --lines 64 --waiting  the same with a voice of tones that takes a second a line
    python benchmarks/farm.py cost --lines 10000        a voice of tones: cost and memory of all that is not speaking
    python benchmarks/farm.py batch                     the embedded voice in one process, by lines that go together

`two` needs root and Linux. Lines are those of lines.txt, over and over, each time with another seed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.batch.job import SpeakJob
from bridge.emotion_source import EmotionSource
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.ray_fleet import RayFleet
from bridge.farm.renderer import FarmRenderer
from engine.types import Emotion, Rendering, RenderRequest, SynthesizerLike
from tests.bridge.farm_fleet import ToneWorker
from tests.fakes import FakeSynthesizer

ROOT = Path(__file__).resolve().parent.parent
NEVER = threading.Event()
ADDRESS = "10.83.0.1:6379"


def lines(n: int) -> Iterator[SpeakJob]:
    texts = (ROOT / "benchmarks" / "lines.txt").read_text("utf-8").splitlines()
    timbres = sorted((ROOT / "presets" / "timbre").glob("*.flac"))
    neutral = EmotionSource(weights=Emotion())
    for i in range(n):
        yield SpeakJob(f"l{i:06}", texts[i % len(texts)], timbres[i % len(timbres)], neutral, 1.0, i, 48_000)


class WaitingTones(FakeSynthesizer):
    """Takes its time without the processor, so that what is measured is the farm on any machine."""

    def render(self, request: RenderRequest) -> Rendering:
        time.sleep(1.0)
        return super().render(request)


class WaitingWorker(ToneWorker):
    def _load(self) -> SynthesizerLike:
        return WaitingTones()


def two(n: int, waiting: bool) -> None:
    """Starts the machines and asks inside of the first one."""
    from tests.bridge.test_farm_ray import ENVIRONMENT, TwoHosts, end, node

    with TwoHosts() as hosts, contextlib.ExitStack() as nodes:
        folder = Path("/tmp") / f"cvray{os.getpid()}"
        folder.mkdir()
        nodes.callback(shutil.rmtree, folder, ignore_errors=True)
        for host in (1, 2):
            nodes.callback(end, node(hosts, host, host - 1, folder))
            time.sleep(20)  # until its head answers
        command = [sys.executable, str(Path(__file__).resolve()), "inside", "--lines", str(n)]
        command += ["--waiting"] * waiting
        subprocess.run(["ip", "netns", "exec", hosts.names[0], *command], env=os.environ | ENVIRONMENT, check=True)


def inside(n: int, waiting: bool) -> None:
    for n_workers in (1, 2):
        shelf = ClipShelf()
        with RayFleet(shelf, address=ADDRESS, worker=WaitingWorker if waiting else None) as fleet:
            with FarmRenderer(fleet, shelf, least=n_workers, most=n_workers) as farm:
                for _ in farm.render(lines(16 * n_workers), NEVER):  # both have loaded the voice and the timbres
                    pass
                began_s, sound_s = time.perf_counter(), 0.0
                for spoken in farm.render(lines(n), NEVER):
                    assert spoken.audio is not None, spoken.error
                    sound_s += len(spoken.audio) / 48_000
                took_s = time.perf_counter() - began_s
        print(
            f"{n_workers} workers: {n} lines, {sound_s:.0f} s of sound in {took_s:.1f} s: {60 * n / took_s:.1f} "
            "lines a minute",
            flush=True,
        )


def cost(n: int) -> None:
    shelf = ClipShelf()
    with RayFleet(shelf, cores=1, worker=ToneWorker) as fleet, FarmRenderer(fleet, shelf, most=1) as farm:
        for _ in farm.render(lines(64), NEVER):
            pass
        for each in (100, 1_000, n):
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            for spoken in farm.render(lines(each), NEVER):
                assert spoken.audio is not None, spoken.error
            took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{each} lines: {1000 * took_s / each:.2f} ms a line, {1000 * cpu_s / each:.2f} ms of it here, "
                f"highest memory here {peak_mb:.0f} MB, {store_mb(fleet):.0f} MB in the object store",
                flush=True,
            )


def store_mb(fleet: RayFleet) -> float:
    import ray

    total, free = ray.cluster_resources(), ray.available_resources()
    return (total["object_store_memory"] - free.get("object_store_memory", 0)) / 2**20


def batch() -> None:
    """By CPU time, which other programs disturb less than the clock."""
    from bridge.batch.many import READ_AHEAD, of_like_length
    from bridge.batch.speak import prepare
    from bridge.prompt_cache import PromptCache
    from engine.device import device_class, use_threads
    from engine.synthesizer import Synthesizer

    use_threads(1)
    voice = Synthesizer.load()
    prompts = PromptCache(voice)
    jobs = list(lines(READ_AHEAD // 2))
    prepared = {job.id: prepare(job, prompts).request for job in jobs}
    together: dict[str, np.ndarray] = {}
    print(device_class())
    for size in (0, 1, 2, 4, 8, 16):
        began_s, n_same, furthest = time.process_time(), 0, 0.0
        for some in of_like_length(iter(jobs), size or 1):
            requests = [prepared[job.id] for job in some]
            renderings = voice.render_many(requests) if size else [voice.render(request) for request in requests]
            for job, rendering in zip(some, renderings, strict=True):
                audio = np.concatenate(list(rendering.blocks))
                before = together.setdefault(job.id, audio)
                n_same += np.array_equal(audio, before)
                furthest = max(furthest, float(np.abs(audio - before).max()))
                if not size or size == 1:
                    together[job.id] = audio
        cpu_s = time.process_time() - began_s
        print(
            f"{size or 'streamed'} at once: {60 * len(jobs) / cpu_s:.1f} lines a minute; {n_same} of {len(jobs)} bit "
            f"for bit as before, furthest {furthest:.1e}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["two", "inside", "cost", "batch"])
    parser.add_argument("--lines", type=int, default=64)
    parser.add_argument("--waiting", action="store_true")
    options = parser.parse_args()
    if options.what == "batch":
        batch()
    elif options.what == "cost":
        cost(options.lines)
    else:
        {"two": two, "inside": inside}[options.what](options.lines, options.waiting)


if __name__ == "__main__":
    main()
