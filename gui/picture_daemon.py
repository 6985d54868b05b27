"""A daemon that stands still, for pictures: lines in every state, made up, and the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile

from bridge import events
from bridge.clip_check import ClipReport, check_clip, read_part
from bridge.cue import Cue, Length, Line, LineState, Take
from bridge.machine import Machine
from bridge.sheets import ReadOptions, Sheet
from bridge.timeline import Position
from engine.types import Emotion

RATE = 48_000
PRESETS = Path(__file__).parent.parent / "presets"
OWN_VOICE = "Old Tom"  # beside those that come with Cuevox


@dataclass(frozen=True)
class PicturePreset:
    """A preset as it lies in presets/."""

    name: str
    note: str
    colour: str
    origin: str = "cuevox"
    weights: Mapping[str, float] = field(default_factory=dict)


class PictureVoices:
    """The presets that come with Cuevox; nothing is learnt, kept or heard."""

    def presets(self, kind: str) -> tuple[PicturePreset, ...]:
        found = [json.loads(path.read_text("utf-8")) for path in sorted((PRESETS / kind).glob("*.json"))]
        presets = [PicturePreset(p["name"], p["note"], p["colour"], weights=p.get("weights", {})) for p in found]
        if kind == "timbre":
            presets.append(PicturePreset(OWN_VOICE, "hoarse, close to the microphone", "#c0a36e", origin="yours"))
        return tuple(presets)

    def add_timbre_of(
        self, file: Path, start_s: float, end_s: float, name: str, note: str, consent: str, colour: str = ""
    ) -> float:
        return 0.0

    def check_clip(self, file: Path, start_s: float, end_s: float) -> tuple[ClipReport, Future[float | None]]:
        answer: Future[float | None] = Future()
        answer.set_result(0.1)
        return check_clip(*read_part(file, start_s, end_s)), answer

    def play_file(self, file: Path, start_s: float, end_s: float) -> None: ...

    def play_timbre(self, name: str) -> None: ...

    def save_morph(self, name: str, morph: str, note: str = "", colour: str = "") -> None: ...

    def export_emotions(self, names: Iterable[str], file: Path) -> None: ...

    def import_emotions(self, file: Path) -> tuple[str, ...]:
        return ()

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None: ...

    def rename_preset(self, kind: str, name: str, new: str) -> None: ...

    def remove_preset(self, kind: str, name: str) -> None: ...

    def bring_back_preset(self, kind: str, name: str) -> None: ...

    def hear_emotion(self, emotion: str) -> Future[Emotion]:
        return Future()


class PictureSetup:
    """Settings, devices and the machine as a picture shows them."""

    def machine(self) -> Machine:
        return Machine(0.31, 910_000_000, 6_200_000_000, 16_600_000_000)

    def save_settings(self, changes: Mapping[str, object]) -> None: ...

    def change_osc(self, changes: Mapping[str, object]) -> int:
        return 27183

    def sound_device(self) -> events.SoundDevice:
        return events.SoundDevice("", "Studio monitors", 48_000, 10.7, 0, "")

    def choose_device(self, device: str) -> events.SoundDevice:
        return self.sound_device()

    def change_voice(self, changes: Mapping[str, object]) -> Future[str]:
        return Future()

    def compute_devices(self) -> tuple[str, ...]:
        return ("auto", "cpu", "cuda")

    def output_devices(self) -> tuple[str, ...]:
        return ("Studio monitors", "Headphones")


class PictureDaemon:
    """Stands still: the lines of a picture, with the daemon's interface. It renders and plays nothing."""

    osc_port = 27183

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self.voices = PictureVoices()
        self.setup = PictureSetup()
        self._lines = lines

    def submit(self, cue: Cue) -> tuple[Take, ...]:
        return ()

    def edit(self, cue: Cue) -> None: ...

    def play(self, line_id: str, cue: Cue | None = None, *, take_id: str = "", gain_db: float = 0.0) -> Take:
        return Take(f"{line_id}_t01", line_id, 0, LineState.PLAYING)

    def stop(self, line_id: str | None = None) -> None: ...

    def cancel(self, line_id: str) -> LineState:
        return LineState.CANCELLED

    def pick(self, line_id: str, take_id: str) -> None: ...

    def pick_best(self, line_id: str) -> str:
        return ""

    def pick_earlier(self, line_id: str) -> str:
        return ""

    def lock(self, line_id: str, take_id: str = "") -> str:
        return take_id

    def unlock(self, line_id: str) -> None: ...

    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take:
        return Take(f"{line_id}_t01", line_id, 0, LineState.DROPPED)

    def undrop(self, line_id: str, *, target: str | None = None) -> Future[tuple[str, tuple[str, ...]]]:
        return Future()

    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def remove(self, line_id: str) -> None: ...

    def bring_back(self, line_id: str) -> None: ...

    def status(self) -> events.Status:
        busy = bool(self._lines)
        return events.Status(int(busy), int(busy), 0, "ready", "cuevox-mini-1", 0.42 * busy, 9.0 * busy)

    def read_sheet(self, path: Path, options: ReadOptions) -> Sheet:
        return Sheet(path, ())

    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]:
        return lambda: None


def picture_lines(folder: Path) -> tuple[Line, ...]:
    """Lines in several states. The waveforms are of the timbre presets' own clips, cut to the length of the line."""
    asked = (  # timbre, character, emotion, length in ms (0: natural), state, text
        ("Cole", "Guard", "angry=0.70,surprised=0.20", 1500, LineState.DROPPED, "Who goes there?"),
        ("Cole", "Guard", "calm", 2800, LineState.READY, "Nothing to see here. Move along, all of you."),
        ("Mara", "Captain", "afraid", 2400, LineState.READY, "They are inside the walls! Ring the bell!"),
        ("Edith", "Widow", "sad", 0, LineState.PLAYING, "I told you not to come back."),
        ("Edith", "Widow", "angry", 900, LineState.FAILED, "You were never meant to read that letter."),
        ("Mara", "Captain", "angry", 3250, LineState.RENDERING, "Hold the gate! Hold it until the last of us."),
        ("Alistair", "Narrator", "melancholic", 4000, LineState.QUEUED, "And then, one winter, nobody came."),
    )
    lines = []
    for number, (timbre, character, emotion, length_ms, state, text) in enumerate(asked, 1):
        line_id = f"gate_{number:02d}"
        length = Length(length_ms, 1000) if length_ms else None
        at = Position((72_500 + 4_000 * number) * RATE // 1000, RATE)
        cue = Cue(line_id, text, timbre, emotion, length=length, at=at, character=character)
        n_takes = 3 if number == 3 else 1
        takes = tuple(_picture_take(cue, state, 1000 * number + n, n, folder) for n in range(1, n_takes + 1))
        lines.append(Line(cue, state, takes, takes[-1].id if takes[-1].path else "", number))
    return tuple(lines)


def _picture_take(cue: Cue, state: LineState, seed: int, number: int, folder: Path) -> Take:
    take = Take(f"{cue.id}_t{number:02d}", cue.id, seed, state)
    if state == LineState.QUEUED:
        return take
    if state == LineState.RENDERING:
        return replace(take, progress=0.6)
    if state == LineState.FAILED:
        return replace(take, error="41 characters in 0.900 s would need a stretch of 0.31; ask for 1.9 s or more")
    n_samples = cue.length.samples(RATE) if cue.length else 2 * RATE + 4321
    path = folder / f"{take.id}.wav"
    _cut_clip(cue.timbre, n_samples, number, path)
    words = cue.text.split()
    share_s = n_samples / RATE / len(words)
    times = [{"word": w, "start_s": i * share_s, "end_s": (i + 1) * share_s} for i, w in enumerate(words)]
    emotion = ("afraid", "angry", "afraid=0.65,surprised=0.30")[number % 3]
    made = {"words": times, "cue": {**asdict(cue), "emotion": emotion}}
    path.with_suffix(".json").write_text(json.dumps(made), "utf-8")
    stretch = 1.06 if cue.length else 1.0
    return replace(take, progress=1.0, path=path, n_samples=n_samples, rate=RATE, stretch=stretch, peak_db=-3.2)


def _cut_clip(timbre: str, n_samples: int, take: int, path: Path) -> None:
    audio, rate = soundfile.read(PRESETS / "timbre" / f"{timbre.lower()}.flac", dtype="float32")
    start = rate * take
    # Straight lines between the samples will do for a picture.
    cut = np.interp(start + np.arange(n_samples) * rate / RATE, np.arange(len(audio)), audio)
    soundfile.write(path, cut, RATE)
