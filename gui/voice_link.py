"""What the panel asks of the daemon's presets and of its voice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.clip_check import ClipReport
from engine.types import Emotion
from gui.asking import Asker
from gui.daemon_like import DaemonLike

if TYPE_CHECKING:
    from gui.timbre_dialog import VoiceWish


class VoiceLink:
    """Part of DaemonLink: no call waits, and what goes wrong is told by the link's `failed`."""

    def __init__(self, asker: Asker, daemon: DaemonLike) -> None:
        self._asker, self._daemon = asker, daemon

    def play_file(self, file: str, start_s: float, end_s: float) -> None:
        """Let a part of a sound file sound in place of all that sounds."""

        def work() -> None:
            self._daemon.stop()
            self._daemon.voices.play_file(Path(file), start_s, end_s)

        self._asker.ask(f"play {Path(file).name}", work)

    def play_timbre(self, name: str) -> None:
        """Let the clip that a voice was learnt from sound in place of all that sounds."""

        def work() -> None:
            self._daemon.stop()
            self._daemon.voices.play_timbre(name)

        self._asker.ask(f"play the clip of {name}", work)

    def check_clip(
        self,
        file: str,
        start_s: float,
        end_s: float,
        then: Callable[[ClipReport], None],
        then_voices: Callable[[float | None], None],
    ) -> None:
        """Look a part of a clip over; how many speak in it comes later, between two takes."""
        what = f"look {Path(file).name} over"

        def work() -> ClipReport:
            report, voices = self._daemon.voices.check_clip(Path(file), start_s, end_s)
            voices.add_done_callback(lambda answer: self._asker.answered(what, answer, then_voices))
            return report

        self._asker.ask(what, work, then)

    def add_timbre(self, wish: VoiceWish, then: Callable[[float], None]) -> None:
        """Learn a part of a clip; `then` gets the seconds of speech that were found."""
        self._asker.ask(
            f"add timbre {wish.name}",
            lambda: self._daemon.voices.add_timbre_of(
                Path(wish.file), wish.start_s, wish.end_s, wish.name, wish.note, wish.consent, wish.colour
            ),
            then,
        )

    def save_morph(self, name: str, morph: str, note: str, colour: str) -> None:
        self._asker.ask(f"save timbre {name}", lambda: self._daemon.voices.save_morph(name, morph, note, colour))

    def export_emotions(self, names: Sequence[str], file: str) -> None:
        self._asker.ask(f"export {len(names)} emotions", lambda: self._daemon.voices.export_emotions(names, Path(file)))

    def import_emotions(self, file: str, then: Callable[[tuple[str, ...]], None]) -> None:
        """`then` gets the names under which the presets of the file are kept."""
        self._asker.ask(f"import {Path(file).name}", lambda: self._daemon.voices.import_emotions(Path(file)), then)

    def save_emotion(self, name: str, weights: Mapping[str, float], note: str = "", colour: str = "") -> None:
        self._asker.ask(f"save emotion {name}", lambda: self._daemon.voices.save_emotion(name, weights, note, colour))

    def rename(self, kind: str, name: str, new: str) -> None:
        self._asker.ask(f"rename {kind} {name}", lambda: self._daemon.voices.rename_preset(kind, name, new))

    def remove(self, kind: str, name: str, then: Callable[[], None]) -> None:
        self._asker.ask(
            f"remove {kind} {name}", lambda: self._daemon.voices.remove_preset(kind, name), lambda _: then()
        )

    def bring_back(self, kind: str, name: str) -> None:
        self._asker.ask(f"bring {kind} {name} back", lambda: self._daemon.voices.bring_back_preset(kind, name))

    def hear_emotion(
        self, emotion: str, then: Callable[[Emotion], None], *, before: Callable[[], None] | None = None
    ) -> None:
        """The weights of `clip:NAME` or `text:...`; `before` runs first, as for add_timbre.

        The answer may come after a take that is being made, so no thread of the link waits for it.
        """
        what = f"hear the emotion of {emotion[:40]}"

        def work() -> None:
            if before is not None:
                before()
            self._daemon.voices.hear_emotion(emotion).add_done_callback(
                lambda answer: self._asker.answered(what, answer, then)
            )

        self._asker.ask(what, work)
