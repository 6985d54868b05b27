"""Live sound, heard through the null sink of a real PulseAudio: what was given is what the device gets."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import DeviceError
from bridge.events import SoundDevice
from bridge.player import Player
from bridge.sound import Ring
from bridge.sound_devices import look_again, output_devices
from engine.types import Audio
from tests.pulse import RATE, WAIT_S, PulseServer, Recorder, pulse_server, undisturbed, wait_for

# ---- the ring -----------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=60))
def test_ring_gives_back_what_went_in_and_never_more_than_it_holds(
    capacity: int, steps: list[tuple[bool, int]]
) -> None:
    ring, source, heard = Ring(capacity), np.arange(1, 4001, dtype=np.float32), []
    n_in = n_out = 0
    for is_write, n in steps:
        if is_write:
            taken = ring.write(source[n_in : n_in + n])
            assert taken == min(n, capacity - (n_in - n_out))
            n_in += taken
        else:
            out = np.full(n, 0.5, np.float32)
            got = ring.add_to(out)
            assert got == min(n, n_in - n_out)
            np.testing.assert_array_equal(out[got:], 0.5)
            heard.append(out[:got] - 0.5)
            n_out += got
        assert ring.n_waiting == n_in - n_out
    np.testing.assert_array_equal(np.concatenate([*heard, np.zeros(0)]), source[:n_out])


def test_ring_keeps_order_between_two_threads() -> None:
    ring, n_samples = Ring(97), 10_000
    source = np.arange(1, n_samples + 1, dtype=np.float32)

    def write() -> None:
        left = source
        while len(left):
            left = left[ring.write(left[:61]) :]
            time.sleep(0)  # lets the other thread on

    writer = threading.Thread(target=write)
    writer.start()
    deadline_s = time.monotonic() + WAIT_S
    parts: list[Audio] = []
    while sum(map(len, parts)) < n_samples and time.monotonic() < deadline_s:
        out = np.zeros(53, np.float32)
        if got := ring.add_to(out):
            parts.append(out[:got])
        else:
            time.sleep(0)
    writer.join()
    np.testing.assert_array_equal(np.concatenate(parts), source)


# ---- a real sound server --------------------------------------------------------------------------------------------


@dataclass
class Ear:
    """What a player tells about one sound."""

    first_ms: list[float] = field(default_factory=list)
    ends: queue.Queue[tuple[int, bool]] = field(default_factory=queue.Queue)
    problems: queue.Queue[Exception] = field(default_factory=queue.Queue)
    levels: list[tuple[float, float]] = field(default_factory=list)
    devices: list[SoundDevice] = field(default_factory=list)

    def listen(self, player: Player) -> Player:
        player.listen(
            lambda peak_db, rms_db: self.levels.append((peak_db, rms_db)), self.problems.put, self.devices.append
        )
        return player

    def device(self, **wanted: str) -> SoundDevice:
        """What the device was last said to be, once it is as wanted."""

        def is_so() -> bool:
            return bool(self.devices) and all(getattr(self.devices[-1], k) == v for k, v in wanted.items())

        wait_for(is_so, f"a device with {wanted}")
        return self.devices[-1]

    def on_end(self, n_samples: int, stopped: bool) -> None:
        self.ends.put((n_samples, stopped))


@pytest.fixture(scope="module")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseServer]:
    """One for all tests that leave it as it was; those of faults have their own."""
    with pulse_server(tmp_path_factory.mktemp("p")) as server:  # short: the path of a socket has a limit
        yield server


def ramp(n_samples: int, first: int = 1) -> Audio:
    """Each sample is another one, none is zero, all are exact in float32."""
    return (np.arange(first, first + n_samples) / 2**20).astype(np.float32)


def in_blocks(audio: Audio, size: int = 1000) -> Iterator[Audio]:
    for start in range(0, len(audio), size):
        yield audio[start : start + size]


def in_two(audio: Audio, go_on: threading.Event) -> Iterator[Audio]:
    yield audio[: len(audio) // 2]
    assert go_on.wait(WAIT_S)
    yield audio[len(audio) // 2 :]


def test_the_device_gets_exactly_the_given_samples(pulse: PulseServer) -> None:
    undisturbed(lambda: check_that_the_device_gets_exactly_the_given_samples(pulse))


def check_that_the_device_gets_exactly_the_given_samples(pulse: PulseServer) -> None:
    audio, ear = ramp(2 * RATE), Ear()
    with Recorder(pulse) as recorder, ear.listen(Player("", RATE)) as player:
        player.start(in_blocks(audio), ear.first_ms.append, ear.on_end)
        assert ear.ends.get(timeout=WAIT_S) == (len(audio), False)
        heard = recorder.sounding(len(audio))
        wait_for(lambda: ear.levels[-1][0] < -100, "silence to be told")
    np.testing.assert_array_equal(heard, audio)
    (first_ms,) = ear.first_ms
    assert first_ms > 0
    assert ear.problems.empty()
    peak_db = max(peak for peak, _ in ear.levels)
    assert peak_db == pytest.approx(20 * np.log10(audio[-1]), abs=0.5)


def test_sound_begins_before_the_rest_is_made_and_gaps_are_counted(pulse: PulseServer) -> None:
    undisturbed(lambda: check_that_sound_begins_before_the_rest_is_made_and_gaps_are_counted(pulse))


def check_that_sound_begins_before_the_rest_is_made_and_gaps_are_counted(pulse: PulseServer) -> None:
    audio, ear = ramp(RATE), Ear()
    go_on, pulled_on = threading.Event(), set()

    def blocks() -> Iterator[Audio]:
        pulled_on.add(threading.current_thread().name)
        yield audio[: RATE // 4]
        assert go_on.wait(WAIT_S)
        yield audio[RATE // 4 :]

    with Recorder(pulse) as recorder, ear.listen(Player("", RATE)) as player:
        handle = player.start(blocks(), ear.first_ms.append, ear.on_end)
        np.testing.assert_array_equal(recorder.sounding(RATE // 4), audio[: RATE // 4])
        wait_for(lambda: handle.underruns == 1, "the underrun to be counted")
        wait_for(lambda: len(ear.first_ms) == 1, "the first sound to be told")
        go_on.set()
        assert ear.ends.get(timeout=WAIT_S) == (len(audio), False)
        np.testing.assert_array_equal(recorder.sounding(len(audio)), audio)
        assert handle.underruns == 1
    assert pulled_on == {"player-feed"}


def test_two_sounds_are_mixed(pulse: PulseServer) -> None:
    undisturbed(lambda: check_that_two_sounds_are_mixed(pulse))


def check_that_two_sounds_are_mixed(pulse: PulseServer) -> None:
    unit = 2.0**-20
    fine = (unit * np.tile(np.arange(1, 1001), 40)).astype(np.float32)
    coarse = (unit * 1024 * np.tile(np.arange(1, 401), 100)).astype(np.float32)  # below 1/2, and exact beside `fine`
    ear = Ear()
    with Recorder(pulse) as recorder, ear.listen(Player("", RATE)) as player:
        player.start(in_blocks(fine), ear.first_ms.append, ear.on_end)
        player.start(in_blocks(coarse), ear.first_ms.append, ear.on_end)
        assert [ear.ends.get(timeout=WAIT_S) for _ in range(2)] == [(40_000, False)] * 2
        heard = np.round(recorder.sounding(40_000) / unit).astype(int)
        wait_for(lambda: int(np.sum(recorder.frames[:, 0] >= 1024 * unit)) >= 40_000, "all of the second sound")
        heard = np.round(recorder.sounding(40_000) / unit).astype(int)
    np.testing.assert_array_equal((heard % 1024)[heard % 1024 > 0], np.round(fine / unit).astype(int))
    np.testing.assert_array_equal((heard // 1024)[heard // 1024 > 0], np.round(coarse / unit / 1024).astype(int))
    assert len(ear.first_ms) == 2


def test_stop_ends_one_sound_fades_it_and_lets_go_of_its_blocks(pulse: PulseServer) -> None:
    ear, other, closed = Ear(), Ear(), threading.Event()
    loud = np.full(RATE // 10, 0.5, np.float32)

    def endless() -> Iterator[Audio]:
        try:
            while True:
                yield loud
        finally:
            closed.set()

    with Recorder(pulse) as recorder, ear.listen(Player("", RATE)) as player:
        handle = player.start(endless(), ear.first_ms.append, ear.on_end)
        recorder.sounding(RATE // 4)
        handle.stop()
        n_samples, stopped = ear.ends.get(timeout=WAIT_S)
        assert stopped and closed.wait(WAIT_S)
        heard = recorder.sounding(n_samples - 1)  # the last one of the fade is zero
        assert np.abs(np.diff(heard)).max() < 0.05  # no click
        assert heard[-1] < 0.05
        player.start(in_blocks(ramp(100)), other.first_ms.append, other.on_end)  # the stream goes on
        assert other.ends.get(timeout=WAIT_S) == (100, False)
    assert ear.ends.empty()


def test_stop_is_told_although_the_next_block_is_still_being_made(pulse: PulseServer) -> None:
    ear, go_on = Ear(), threading.Event()

    def blocks() -> Iterator[Audio]:
        yield ramp(1000)
        assert go_on.wait(WAIT_S)
        yield ramp(1000)

    with ear.listen(Player("", RATE)) as player:
        handle = player.start(blocks(), ear.first_ms.append, ear.on_end)
        wait_for(lambda: bool(ear.first_ms), "the first sound")
        handle.stop()
        n_samples, stopped = ear.ends.get(timeout=WAIT_S)
        assert stopped and n_samples <= 1000
        go_on.set()
    assert ear.ends.empty()


def test_blocks_that_fail_end_the_sound_and_are_told(pulse: PulseServer) -> None:
    ear = Ear()

    def blocks() -> Iterator[Audio]:
        yield ramp(500)
        raise RuntimeError("out of voice")

    with Recorder(pulse) as recorder, ear.listen(Player("", RATE)) as player:
        player.start(blocks(), ear.first_ms.append, ear.on_end)
        assert ear.ends.get(timeout=WAIT_S) == (500, True)
        np.testing.assert_array_equal(recorder.sounding(500), ramp(500))
    assert str(ear.problems.get_nowait()) == "out of voice"


def test_sounds_end_when_the_player_is_closed(pulse: PulseServer) -> None:
    ear = Ear()
    player = ear.listen(Player("", RATE))
    with player:
        player.start(in_blocks(ramp(20 * RATE)), ear.first_ms.append, ear.on_end)
        wait_for(lambda: bool(ear.first_ms), "the first sound")
    n_samples, stopped = ear.ends.get(timeout=WAIT_S)
    assert stopped and n_samples < 20 * RATE
    with pytest.raises(DeviceError, match="closed"):
        player.start(in_blocks(ramp(10)), ear.first_ms.append, ear.on_end)


def test_a_device_that_is_not_there_is_told_and_the_system_s_own_sounds(pulse: PulseServer) -> None:
    ear = Ear()
    with ear.listen(Player("Moon Speakers", RATE)) as player:
        player.start(in_blocks(ramp(10)), ear.first_ms.append, ear.on_end)
        assert ear.ends.get(timeout=WAIT_S) == (10, False)
        told = ear.device(wanted="Moon Speakers")
    assert "'Moon Speakers'" in told.text and "there are: " in told.text and "sound goes to" in told.text


@pytest.mark.parametrize("code, why", [(-9997, "Invalid sample rate"), (-9985, "Device unavailable")])
def test_a_rate_that_is_refused_is_resampled_and_a_device_that_is_taken_is_told(
    pulse: PulseServer, monkeypatch: pytest.MonkeyPatch, code: int, why: str
) -> None:
    """The real PortAudio underneath; it only says no where a device with a fixed rate, or in other hands, would."""
    import sounddevice

    class Choosy(sounddevice.OutputStream):
        def __init__(self, *, samplerate: int, device: str | None, **rest: object) -> None:
            if (samplerate == RATE) if code == -9997 else (device == "pulse"):
                raise sounddevice.PortAudioError(why, code)
            super().__init__(samplerate=samplerate, device=device, **rest)

    monkeypatch.setattr(sounddevice, "OutputStream", Choosy)
    ear = Ear()
    tone = (0.5 * np.sin(2 * np.pi * 1000 / RATE * np.arange(RATE // 2))).astype(np.float32)
    with Recorder(pulse) as recorder, ear.listen(Player("pulse", RATE)) as player:
        player.start(in_blocks(tone), ear.first_ms.append, ear.on_end)
        assert ear.ends.get(timeout=WAIT_S) == (RATE // 2, False)
        told = player.device()
        if code == -9997:
            assert (told.name, told.rate) == ("pulse", 44_100) and "resampled" in told.text
        else:
            assert (told.name, told.rate) == ("default", RATE) and why in told.text and "sound goes to" in told.text
        heard = recorder.sounding(RATE // 2 - 100)
    spectrum = np.abs(np.fft.rfft(heard[:16_384] * np.hanning(16_384)))
    assert np.argmax(spectrum) * RATE / 16_384 == pytest.approx(1000, abs=3)
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.01)


# ---- faults of the device -------------------------------------------------------------------------------------------


def test_a_lost_device_is_told_and_can_come_back(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.player.LOOK_S", 0.01)
    ear = Ear()
    with pulse_server(tmp_path_factory.mktemp("p")) as pulse, ear.listen(Player("", RATE, patience_s=0)) as player:
        player.start(in_blocks(ramp(20 * RATE)), ear.first_ms.append, ear.on_end)
        wait_for(lambda: bool(ear.first_ms), "the first sound")
        pulse.stop()
        n_samples, stopped = ear.ends.get(timeout=WAIT_S)
        assert stopped and n_samples < 20 * RATE
        problem = ear.problems.get(timeout=WAIT_S)
        assert isinstance(problem, DeviceError) and "plug it in" in str(problem)
        with pytest.raises(DeviceError, match=r"no sound output.*render to a file"):
            player.start(in_blocks(ramp(10)), ear.first_ms.append, ear.on_end)
        assert player.device().name == "" and player.device().text
        with monkeypatch.context() as patch:  # as long as there is none PortAudio is left alone: a start of it leaks
            patch.setattr("bridge.player.look_again", lambda: pytest.fail("PortAudio was started again"))
            for _ in range(3):
                with pytest.raises(DeviceError, match="no sound output"):
                    player.start(in_blocks(ramp(10)), ear.first_ms.append, ear.on_end)
        pulse.start()
        player.start(in_blocks(ramp(10)), ear.first_ms.append, ear.on_end)
        assert ear.ends.get(timeout=WAIT_S) == (10, False)


def test_what_sounds_waits_for_a_device_and_goes_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    audio, ear, go_on = ramp(RATE), Ear(), threading.Event()
    with pulse_server(tmp_path_factory.mktemp("p")) as pulse, ear.listen(Player("", RATE, patience_s=WAIT_S)) as player:
        player.start(in_two(audio, go_on), ear.first_ms.append, ear.on_end)
        wait_for(lambda: bool(ear.first_ms), "the first sound")
        pulse.stop()
        assert "plug it in" in str(ear.problems.get(timeout=WAIT_S))
        pulse.start()
        go_on.set()
        assert ear.ends.get(timeout=WAIT_S) == (len(audio), False)


def test_the_system_takes_over_from_a_device_that_goes_until_it_is_back(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.player.LOOK_S", 0.05)
    monkeypatch.setattr("bridge.player.MAX_LOOK_S", 0.05)
    ear, go_on = Ear(), threading.Event()
    with pulse_server(tmp_path_factory.mktemp("p"), device="moon") as pulse:
        pulse.devices["moon"].start()
        look_again()
        with Recorder(pulse) as here, ear.listen(Player("moon", RATE)) as player:
            assert ear.device(name="moon").text == ""
            player.start(in_two(ramp(RATE), go_on), ear.first_ms.append, ear.on_end)
            wait_for(lambda: bool(ear.first_ms), "the first sound")
            pulse.devices["moon"].stop()
            assert "'moon' is gone" in str(ear.problems.get(timeout=WAIT_S))
            assert "sound goes to" in ear.device(wanted="moon", name="default").text
            go_on.set()
            assert ear.ends.get(timeout=WAIT_S) == (RATE, False)
            wait_for(lambda: here.frames.max(initial=0) > ramp(RATE)[RATE // 2], "the second half to be heard here")
            pulse.devices["moon"].start()
            assert ear.device(name="moon").text == ""


def test_a_device_is_chosen_while_a_line_sounds(tmp_path_factory: pytest.TempPathFactory) -> None:
    ear = Ear()

    def endless() -> Iterator[Audio]:
        while True:
            yield np.full(1000, 0.25, np.float32)

    with pulse_server(tmp_path_factory.mktemp("p"), device="moon") as pulse, ear.listen(Player("", RATE)) as player:
        handle = player.start(endless(), ear.first_ms.append, ear.on_end)
        wait_for(lambda: bool(ear.first_ms), "the first sound")
        with pytest.raises(DeviceError, match=r"'moon'.*there are: .*pulse"):
            player.choose("moon")  # nobody has plugged it in yet
        pulse.devices["moon"].start()
        assert "moon" in output_devices()
        with Recorder(pulse.devices["moon"]) as there:
            assert player.choose("moon").name == "moon"
            assert ear.device(name="moon").text == ""
            assert np.all(there.sounding(RATE // 4) == 0.25)
        handle.stop()
        assert ear.ends.get(timeout=WAIT_S)[1]
    assert ear.problems.empty()
