"""What the daemon runs on, and how: its settings, OSC, the voice, the sound device, the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace

from bridge import events
from bridge.errors import BadArgumentError, DeviceError
from bridge.machine import Machine, MachineMeter
from bridge.model_watch import ModelWatch
from bridge.playback import NO_SOUND
from bridge.player import PlayerLike
from bridge.scheduler import RenderQueue, VoiceChange
from bridge.settings import VOICE_SETTINGS, Settings
from bridge.sound_devices import output_devices
from engine.types import SynthesizerLike


class SetupDesk:
    """Owns the settings in force. Any thread may call it; changes hold at once, and at the next start too."""

    def __init__(
        self,
        settings: Settings,
        player: PlayerLike | None,
        queue: RenderQueue,
        make_synthesizer: Callable[[], SynthesizerLike] | None,
        hear: Callable[[Settings], int],
    ) -> None:
        """`make_synthesizer`: None for the voice that the settings name at the moment at which it is loaded.

        `hear`: takes settings of OSC on. -> the port; raises PortTakenError, and then everything is as it was.
        """
        self.settings = settings
        self.make_synthesizer = make_synthesizer or self._load_voice
        self._player, self._queue, self._hear = player, queue, hear
        self._machine = MachineMeter()

    def save_settings(self, changes: Mapping[str, object]) -> None:
        """Change settings.json, values as it holds them; the next start takes them on. Raises BadSettingsError."""
        # Not self.settings: what the command line said for this one time stays out of the file.
        Settings.load(self.settings.data_folder).changed(changes).save()

    def change_tempo(self, tempo: str) -> None:
        """Other tempi and metres (bridge.tempo) for `bar:` places from now on, at the next start too."""
        self.settings = self.settings.changed({"tempo_map": tempo})
        self.save_settings({"tempo_map": tempo})

    def change_osc(self, changes: Mapping[str, object]) -> int:
        """Change settings whose names begin with `osc_`, values as settings.json holds them, at once and for good.

        -> the port that OSC is heard at now. Raises BadSettingsError, PortTakenError; then everything is as it was.
        """
        if others := sorted(name for name in changes if not name.startswith("osc_")):
            raise BadArgumentError(f"{', '.join(others)}: no setting of OSC; save_settings takes it")
        changed = self.settings.changed(changes)
        port = self._hear(changed)
        self.settings = changed
        self.save_settings(changes)
        return port

    def change_voice(self, changes: Mapping[str, object]) -> Future[str]:
        """Change `model_folder` or `compute_device`, values as settings.json holds them, at once and for good.

        -> the id of the voice, which is loaded between two takes in place of the one before it; what waits is spoken
        by the new one. Raises BadSettingsError, BadCheckpointError, NoDeviceError; then everything is as it was.
        """
        if others := sorted(changes.keys() - VOICE_SETTINGS):
            raise BadArgumentError(f"{', '.join(others)}: no setting of the voice; save_settings takes it")
        from engine.load_voice import check

        changed, answer = self.settings.changed(changes), Future[str]()
        check(changed.model_folder, changed.compute_device)
        self.save_settings(changes)
        self.settings = changed
        self._queue.ask(VoiceChange(self.make_synthesizer, ModelWatch(changed.model_folder), answer))
        return answer

    def compute_devices(self) -> tuple[str, ...]:
        """Which of settings.COMPUTE_DEVICES this machine has. Loads torch, which may take a moment."""
        from engine.device import devices

        return devices()

    def output_devices(self) -> tuple[str, ...]:
        """The names that `audio_device` may have at this moment. Looks for sound servers, which may take a moment."""
        return output_devices() if self._player is None else self._player.outputs()

    def sound_device(self) -> events.SoundDevice:
        """The one that is open. Every change of it comes as an event of the same kind."""
        if self._player is None:
            return events.SoundDevice("", "", 0, 0.0, 0, NO_SOUND)
        return self._player.device()

    def choose_device(self, device: str) -> events.SoundDevice:
        """Go over to another sound device, now and after the next start; what sounds goes on there. Takes a moment.

        device: its name or a part of it, empty for the system's own. Raises DeviceError; then all is as it was.
        """
        if self._player is None:
            raise DeviceError(NO_SOUND)
        chosen = self._player.choose(device)
        self.settings = replace(self.settings, audio_device=device)
        self.save_settings({"audio_device": device})
        return chosen

    def machine(self) -> Machine:
        """How much of the machine is in use, the processor since it was last asked for."""
        return self._machine.read()

    def _load_voice(self) -> SynthesizerLike:
        # Imported here, since torch comes with it and takes seconds: lines are taken on meanwhile.
        from engine import load_voice

        settings = self.settings
        return load_voice.load(settings.model_folder, settings.compute_device, streamed=settings.stream_tokens)
