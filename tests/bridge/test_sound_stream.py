"""The stream's callback, called by hand as PortAudio would: what is due begins at its sample, whatever the rate."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import DeviceError
from bridge.sound import Sound
from bridge.sound_stream import SETTLE_S, Stream
from engine.types import Audio

RATE = 48_000
BLOCK = 480
HELD_BACK_S = 0.02  # by the device


class StandIn:
    """sounddevice, as far as a stream uses it: one device, which takes the rates that it is told to take."""

    class PortAudioError(Exception):
        pass

    def __init__(self, takes: tuple[int, ...] = (RATE,)) -> None:
        self.takes = takes
        self.now_ns = time.perf_counter_ns()

    def query_devices(self, device: str | None, kind: str) -> dict[str, Any]:
        return {"name": "stand-in", "max_output_channels": 2, "default_samplerate": float(self.takes[0])}

    def OutputStream(self, *, samplerate: int, callback: Any, **rest: Any) -> Any:
        if samplerate not in self.takes:
            raise self.PortAudioError("Invalid sample rate")
        self.rate, self.callback = samplerate, callback
        return SimpleNamespace(latency=HELD_BACK_S, active=True, start=lambda: None, abort=lambda: None)

    def play(self, n_blocks: int) -> Audio:
        """The next blocks of the device, each asked for exactly in time."""
        blocks = []
        for _ in range(n_blocks):
            out = np.zeros((BLOCK, 2), np.float32)
            at = SimpleNamespace(currentTime=0.0, outputBufferDacTime=HELD_BACK_S)
            self.callback(out, BLOCK, at, SimpleNamespace(output_underflow=False))
            blocks.append(out[:, 0].copy())
            self.now_ns += BLOCK * 10**9 // self.rate
        return np.concatenate(blocks)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr("bridge.sound_stream.import_sounddevice", lambda: stand_in)
    monkeypatch.setattr("bridge.sound_stream.time.perf_counter_ns", lambda: stand_in.now_ns)
    return stand_in


def sound(due_ns: int, audio: Audio) -> Sound:
    made = Sound(RATE, lambda ms: None, lambda n, cut: None, due_ns=due_ns)
    made.ring.write(audio)
    made.all_fed = True
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.integers(60, 3000), st.lists(st.integers(0, 20_000), min_size=1, max_size=4))
def test_sounds_are_heard_at_their_moment_to_the_sample(device: StandIn, first: int, gaps: list[int]) -> None:
    device.takes = (RATE,)
    stream = Stream("", RATE, 0)
    before = device.play(round(SETTLE_S * RATE / BLOCK) + 1)
    begun_ns = device.now_ns + round(HELD_BACK_S * 1e9)  # when the next block is heard
    starts = np.cumsum([first, *gaps])
    one = np.full(1, 2.0**-6, np.float32)
    stream.sounds = tuple(sound(begun_ns + int(n) * 10**9 // RATE, one) for n in starts)
    heard = device.play(int(starts[-1]) // BLOCK + 2)
    assert not before.any()
    expected = np.zeros(len(heard))
    for n in starts:
        expected[n] += 2.0**-6
    np.testing.assert_array_equal(heard, expected)


def test_a_device_of_another_rate_gets_the_same_sound_at_the_same_moment(device: StandIn) -> None:
    device.takes = (44_100,)
    stream = Stream("", RATE, 0)
    assert stream.rate == 44_100
    device.play(50)
    due_ns = device.now_ns + round(HELD_BACK_S * 1e9) + 10**8
    click = np.zeros(9601, np.float32)
    click[4800:4801] = 0.5
    stream.sounds = (sound(due_ns, click),)
    heard = device.play(100)
    assert abs(int(np.argmax(np.abs(heard))) - (4410 + 4410)) <= 1


def test_a_device_that_takes_no_rate_at_all_is_told(device: StandIn) -> None:
    device.takes = (44_100,)
    device.OutputStream = lambda **rest: (_ for _ in ()).throw(device.PortAudioError("Device unavailable"))  # type: ignore[method-assign]
    with pytest.raises(DeviceError, match=r"Device unavailable.*close the program that holds it"):
        Stream("", RATE, 0)
