"""Whether sounds begin and stop at the very sample that their time tags mean, as a PulseAudio null sink gets them.

    python benchmarks/time_tags.py --times 40

A steady tone each 0.8 s, stopped 0.4 s and some milliseconds later. Told are the errors in samples: of the time between
two beginnings, and of the length. A machine with too much to do loses samples on the way; such gaps of the stream are
counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bridge.player import Player
from bridge.sound_stream import FADE_S
from tests.pulse import RATE, Recorder, pulse_server, wait_for

APART_MS, SOUNDS_MS = 800, 400
MS_NS, MS_SAMPLES = 1_000_000, RATE // 1000
N_FADE = round(FADE_S * RATE)


def heard(n_times: int) -> tuple[np.ndarray, int]:
    """-> all that was heard, and how often the stream was not filled in time."""
    tone = np.full(RATE, 0.3, np.float32)
    with (
        tempfile.TemporaryDirectory(prefix="tags-") as folder,
        pulse_server(Path(folder)) as server,
        Player("", RATE) as player,
        Recorder(server) as recorder,
    ):
        wait_for(lambda: player.device().rate > 0, "the device to be opened")
        begin_ns = time.time_ns() + 2000 * MS_NS
        for n in range(n_times):
            over = threading.Event()
            at_ns = begin_ns + n * APART_MS * MS_NS
            sound = player.start(iter([tone]), lambda ms: None, lambda n, cut, over=over: over.set(), at_ns=at_ns)  # type: ignore[misc]
            sound.stop(at_ns=at_ns + (SOUNDS_MS + n) * MS_NS)
            over.wait()
        time.sleep(0.5)  # what is on its way to the recorder
        return recorder.frames[:, 0], player.device().underruns


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=40, metavar="N")
    n_times = parser.parse_args().times
    frames, n_gaps = heard(n_times)
    loud = np.flatnonzero(np.abs(frames) > 1e-6)
    first = np.flatnonzero(np.diff(loud, prepend=-RATE) > 100 * MS_SAMPLES)
    starts, ends = loud[first], loud[[*(first[1:] - 1), -1]] + 1
    if len(starts) != n_times:
        raise SystemExit(
            f"{len(starts)} pieces of sound and not {n_times}: the stream had gaps ({n_gaps}); run it again"
        )
    lengths = ends - starts - (SOUNDS_MS + np.arange(n_times)) * MS_SAMPLES - (N_FADE - 1)  # its last sample is 0
    for what, errors in (("gaps", np.diff(starts) - APART_MS * MS_SAMPLES), ("lengths", lengths)):
        exact = int((errors == 0).sum())
        print(f"{what}: {exact} of {len(errors)} exact to the sample, the worst {np.abs(errors).max()} off")
    print(f"gaps of the stream itself: {n_gaps}")


if __name__ == "__main__":
    main()
