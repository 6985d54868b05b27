"""Timbres and emotions as clients meet them: listed, learnt, kept, shared and heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path

import soundfile

from bridge import events
from bridge.clip_check import ClipReport, check_clip, cut_clip, read_part
from bridge.errors import BadArgumentError, NotFoundError
from bridge.files import safe_name
from bridge.playback import Playback, file_blocks
from bridge.preset_store import EmotionPreset, PresetStore, TimbrePreset
from bridge.scheduler import EmotionQuestion, RenderQueue, VoicesQuestion
from bridge.settings import Settings
from bridge.take_store import DiskError
from engine.types import Emotion


class VoiceDesk:
    """The daemon's presets and its questions to the voice. Any thread may call it; no call waits for a render."""

    def __init__(
        self,
        presets: PresetStore,
        queue: RenderQueue,
        playback: Playback,
        settings: Settings,
        publish: Callable[[events.Event], None],
    ) -> None:
        self._presets, self._queue, self._playback, self._publish = presets, queue, playback, publish
        self._rate = settings.rate
        self._inbox_folder = settings.inbox_folder

    def presets(self, kind: str) -> tuple[TimbrePreset, ...] | tuple[EmotionPreset, ...]:
        """kind: `timbre` or `emotion`."""
        match kind:
            case "timbre":
                return self._presets.timbres
            case "emotion":
                return self._presets.emotions
        raise BadArgumentError(f"there are no presets of kind {kind[:80]!r}; ask for timbre or emotion")

    def add_timbre(self, name: str, file: str, note: str = "", consent: str = "", colour: str = "") -> float:
        """Learn a clip of the inbox. -> seconds of speech found in it. Reads the clip, which may take a moment.

        consent: the speaker's, in words: who agreed, when, to what.
        """
        speech_s = self._presets.add_timbre(name, file, note, consent, colour)
        self._publish(events.PresetsChanged("timbre"))
        return speech_s

    def play_file(self, file: Path, start_s: float, end_s: float) -> None:
        """Let a part of any sound file on this machine sound."""
        try:
            rate = soundfile.info(file).samplerate
        except (OSError, soundfile.SoundFileError) as error:
            raise NotFoundError(f"{file} cannot be played: {error}") from error
        blocks = file_blocks(file, self._rate, start=round(start_s * rate), end=round(end_s * rate))
        self._playback.start("", file.name, blocks)

    def play_timbre(self, name: str) -> None:
        """Let the clip that a timbre was learnt from sound."""
        preset = self._presets.timbre(name)
        self._playback.start("", f"the clip of {preset.name}", file_blocks(preset.clip, self._rate))

    def check_clip(self, file: Path, start_s: float, end_s: float) -> tuple[ClipReport, Future[float | None]]:
        """What speaks for and against a part of any clip on this machine as one to learn a voice from.

        The future tells how far apart the speakers in it are (clip_check.several_voices), between two takes.
        """
        audio, rate = read_part(file, start_s, end_s)
        answer = Future[float | None]()
        self._queue.ask(VoicesQuestion(audio, rate, answer))
        return check_clip(audio, rate), answer

    def add_timbre_of(
        self, file: Path, start_s: float, end_s: float, name: str, note: str, consent: str, colour: str = ""
    ) -> float:
        """Learn a part of any clip on this machine as timbre `name`. -> seconds of speech found in it."""
        part = self._inbox_folder / f"{safe_name(name, fallback='voice')}.flac"
        cut_clip(file, start_s, end_s, part)
        return self.add_timbre(name, part.name, note, consent, colour)

    def save_morph(self, name: str, morph: str, note: str = "", colour: str = "") -> None:
        """Keep a voice between two, `morph:FIRST,SECOND=SHARE`, under a name."""
        self._presets.save_morph(name, morph, note, colour)
        self._publish(events.PresetsChanged("timbre"))

    def export_emotions(self, names: Iterable[str], file: Path) -> None:
        """Write emotion presets into one file, for another Cuevox."""
        try:
            self._presets.export_emotions(names, file)
        except OSError as error:
            raise DiskError(f"{file} could not be written: {error.strerror or error}; choose another folder") from error

    def import_emotions(self, file: Path) -> tuple[str, ...]:
        """Keep the emotion presets of a file. -> their names; nothing that was there is replaced."""
        names = self._presets.import_emotions(file)
        self._publish(events.PresetsChanged("emotion"))
        return names

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        """Keep weights under a name."""
        self._presets.save_emotion(name, weights, note, colour)
        self._publish(events.PresetsChanged("emotion"))

    def rename_preset(self, kind: str, name: str, new: str) -> None:
        """Give a preset of the user's another name; lines that use the one before it still find it."""
        self._presets.rename(kind, name, new)
        self._publish(events.PresetsChanged(kind))

    def remove_preset(self, kind: str, name: str) -> None:
        """Take a preset of the user's away; a line that names it is refused in words until it is brought back."""
        self._presets.remove(kind, name)
        self._publish(events.PresetsChanged(kind))

    def bring_back_preset(self, kind: str, name: str) -> None:
        """Undo remove_preset()."""
        self._presets.bring_back(kind, name)
        self._publish(events.PresetsChanged(kind))

    def hear_emotion(self, emotion: str) -> Future[Emotion]:
        """The weights that a cue's emotion text, such as `clip:NAME` or `text:...`, comes to.

        The answer comes between two takes, from the thread that owns the voice.
        """
        source, answer = self._presets.emotion_source(emotion, ""), Future[Emotion]()
        self._queue.ask(EmotionQuestion(source, answer))
        return answer
