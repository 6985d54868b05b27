"""How long a client waits: from its packet to the acceptance, to the first sound, and to the clip in an open Ardour.

    python benchmarks/latency_osc.py                 with this machine's own sound output
    python benchmarks/latency_osc.py --null-sound    into a PulseAudio null sink that it starts for itself
    python benchmarks/latency_osc.py --null-sound --ardour
    python benchmarks/latency_osc.py --null-sound --latency 20    with a device that holds back so many ms

Client, daemon and the embedded voice are in one process on one machine, so one clock measures both ends; packets go
over loopback UDP. The first sound is the moment at which the device took the first sample of it: what the device itself
holds back comes on top. Each row: median, 95th percentile, worst.

A first sound waits until the device asks for samples. ALSA's does so four times in its latency, and twice at once now
and then: at worst about half the latency goes by.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.daemon import Daemon
from bridge.osc_peer import OscPeer, Reply
from bridge.player import Player, PlayHandle
from bridge.settings import Settings
from bridge.sound_devices import import_sounddevice
from engine.synthesizer import Synthesizer
from engine.types import Audio
from launcher import SWITCH_S
from tests import ardour
from tests.pulse import RATE, Recorder, pulse_server

WAIT_S = 120.0
GAP_S = 0.75
LINE = "Who goes there? Open the gate."
COMPANION = Path(__file__).resolve().parents[1] / "bridge" / "companions" / "ardour_cuevox.lua"


@dataclass
class TimedPlayer(Player):
    """The player, which also keeps when each sound's first sample was taken by the device (time.perf_counter)."""

    output: str
    rate: int
    first_sounds_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.output, self.rate)

    def start(
        self,
        blocks: Iterator[Audio],
        on_first_sound: Callable[[float], None],
        on_end: Callable[[int, bool], None],
        *,
        at_ns: int | None = None,
    ) -> PlayHandle:
        asked_s = time.perf_counter()

        def first(after_ms: float) -> None:
            self.first_sounds_s.append(asked_s + after_ms / 1000)
            on_first_sound(after_ms)

        return super().start(blocks, first, on_end, at_ns=at_ns)


class Desk:
    """The client: sends one command at a time and takes the time until the reply that it waits for."""

    def __init__(self, peer: OscPeer, player: TimedPlayer) -> None:
        self.peer, self.player = peer, player
        self._n_sent = 0

    def accepted_ms(self, address: str, *args: str) -> float:
        return self._ask_ms(lambda reply: reply.status == "accepted", address, *args)

    def ended_ms(self, address: str, *args: str) -> float:
        return self._ask_ms(lambda reply: reply.is_ending, address, *args)

    def first_sound_ms(self, *args: str) -> float:
        n_before, begun_s = len(self.player.first_sounds_s), time.perf_counter()
        self.ended_ms("/cuevox/line/play", *args)
        return (self.player.first_sounds_s[n_before] - begun_s) * 1000

    def _ask_ms(self, wanted: Callable[[Reply], bool], address: str, *args: str) -> float:
        self._n_sent += 1
        request = str(self._n_sent)
        begun_s = time.perf_counter()
        self.peer.send(address, *args, "request", request)
        reply = self.peer.wait_for(lambda r: r.request == request and (wanted(r) or r.status == "error"), WAIT_S)
        passed_ms = (time.perf_counter() - begun_s) * 1000
        if reply is None or reply.status == "error":
            raise SystemExit(f"{address}: {reply.text if reply else f'no reply within {WAIT_S:g} s'}")
        return passed_ms


def row(what: str, times_ms: list[float]) -> None:
    middle, high = np.percentile(times_ms, (50, 95))
    print(f"| {what} | {len(times_ms)} | {middle:.1f} | {high:.1f} | {max(times_ms):.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--null-sound", action="store_true", help="into a PulseAudio null sink")
    parser.add_argument("--ardour", action="store_true", help="drop into an Ardour that runs without a screen as well")
    parser.add_argument("--latency", type=float, metavar="MS", help="of the sound device (as PortAudio takes it)")
    parser.add_argument("--times", type=int, default=50, metavar="N", help="of each (live lines: a tenth)")
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_S)  # as the program has it
    if options.latency is not None:
        import_sounddevice().default.latency = options.latency / 1000
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cuevox-latency-")))
        (folder / "pulse").mkdir()
        server = stack.enter_context(pulse_server(folder / "pulse")) if options.null_sound else None
        program = None
        if options.ardour:
            actions = [(COMPANION, {"spool": str(folder / "data" / "spool" / "ardour")})]
            program = stack.enter_context(ardour.running(folder / "ardour", actions=actions))
        settings = Settings(
            folder / "data",
            osc_port=0,
            drop_targets=("ardour_live",) if program else (),
            ardour_osc_port=program.osc_port if program else 3819,
        )
        player = TimedPlayer("", settings.rate)
        daemon = stack.enter_context(Daemon(settings, Synthesizer.load, player=player))
        desk = Desk(stack.enter_context(OscPeer("127.0.0.1", daemon.osc_port)), player)
        recorder = stack.enter_context(Recorder(server)) if server else None
        measure(desk, options.times, drops=program is not None, recorder=recorder)
        device = player.device()
        print(f"the device held back {device.latency_ms:.1f} ms, and ran dry {device.underruns} times")


def measure(desk: Desk, n_times: int, *, drops: bool, recorder: Recorder | None) -> None:
    n_live = max(1, n_times // 10)
    desk.ended_ms("/cuevox/line/render", "ready", LINE)  # the voice is loaded now
    print("| from the packet to | times | median ms | 95 % ms | worst ms |\n|---|---|---|---|---|")
    accepted = []
    for n in range(n_times):
        accepted.append(desk.accepted_ms("/cuevox/line/render", f"line_{n}", LINE))
        desk.ended_ms("/cuevox/line/cancel", f"line_{n}")
    row("a render accepted", accepted)
    row("the first sound of a ready take", [desk.first_sound_ms("ready") for _ in range(n_times)])
    row("the first sound of a live line", [desk.first_sound_ms(f"live_{n}", LINE) for n in range(n_live)])
    if recorder:
        print_time_tags(desk, recorder, n_times)
    if drops:
        times = [desk.ended_ms("/cuevox/line/drop", "ready", "at", f"smp:{n * 480_000}") for n in range(n_live)]
        row("the clip read back in Ardour", times)


def print_time_tags(desk: Desk, recorder: Recorder, n_times: int) -> None:
    """How far apart lines begin whose time tags lie GAP_S apart, in samples beyond that; as the null sink got them."""
    desk.ended_ms("/cuevox/line/render", "tagged", "Halt!", "seconds", "0.3")
    first_s = time.time() + 0.5
    for n in range(n_times + 1):
        at_s = first_s + n * GAP_S
        desk.peer.send("/cuevox/line/play", "tagged", "request", f"tag {n}", at_s=at_s)
        reply = desk.peer.wait_for(lambda r, n=n: r.request == f"tag {n}" and r.is_ending, WAIT_S)  # type: ignore[misc]
        if reply is None or reply.status == "error":
            raise SystemExit(f"a line with a time tag: {reply.text if reply else 'no reply'}")
    loud = np.flatnonzero(np.abs(recorder.frames[:, 0]) > 1e-4)
    starts = loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > RATE // 5)][-n_times - 1 :]
    errors = np.abs(np.diff(starts) - round(GAP_S * RATE))
    exact = int((errors == 0).sum())
    print(f"time tags: of {n_times} gaps of {GAP_S:g} s {exact} were exact to the sample, the worst {errors.max()} off")


if __name__ == "__main__":
    main()
