"""What the panel asks of the daemon beside lines and voices: settings, devices, OSC, the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bridge import events
from bridge.machine import Machine
from bridge.osc_peer import OscPeer
from gui.asking import Asker
from gui.daemon_like import DaemonLike
from gui.osc_text import Answer, OscValue, write_args

CHANGE_OSC = "change OSC"  # what a Failure of it is named
CHANGE_VOICE = "load the voice"
REPLY_S = 1.0  # the first reply comes at once or not at all


class MachineLink:
    """Part of DaemonLink: no call waits, and what goes wrong is told by the link's `failed`."""

    def __init__(self, asker: Asker, daemon: DaemonLike, tell_device: Callable[[events.SoundDevice], None]) -> None:
        """tell_device: called on the GUI thread with the sound device that is open."""
        self._asker, self._daemon, self._tell_device = asker, daemon, tell_device

    def save_settings(self, changes: Mapping[str, object], then: Callable[[], None]) -> None:
        self._asker.ask("save the settings", lambda: self._daemon.setup.save_settings(changes), lambda _: then())

    def change_osc(self, changes: Mapping[str, object], then: Callable[[int], None]) -> None:
        """Settings that begin with `osc_`, at once and for good; `then` gets the port that is heard at now."""
        self._asker.ask(CHANGE_OSC, lambda: self._daemon.setup.change_osc(changes), then)

    def change_voice(self, changes: Mapping[str, object], then: Callable[[str], None]) -> None:
        """Another model or another device to compute on, at once and for good; `then` gets the id of the voice.

        The answer comes when the voice is loaded, so no thread of the link waits for it.
        """
        self._asker.ask(
            CHANGE_VOICE,
            lambda: self._daemon.setup.change_voice(changes).add_done_callback(
                lambda answer: self._asker.answered(CHANGE_VOICE, answer, then)
            ),
        )

    def ask_compute_devices(self, then: Callable[[tuple[str, ...]], None]) -> None:
        self._asker.ask("list devices to compute on", self._daemon.setup.compute_devices, then)

    def ask_devices(self, then: Callable[[tuple[str, ...]], None]) -> None:
        self._asker.ask("list sound devices", self._daemon.setup.output_devices, then)

    def ask_device(self) -> None:
        """Which sound device is open; the answer comes as the signal `device`."""
        self._asker.ask("ask for the sound device", self._daemon.setup.sound_device, self._tell_device)

    def choose_device(self, name: str) -> None:
        """Go over to another sound device; empty for the system's own. What came of it is told by `device`."""

        def work() -> events.SoundDevice:
            try:
                return self._daemon.setup.choose_device(name)
            except Exception as error:
                self._asker.refused(f"choose the device {name}", error)
                return self._daemon.setup.sound_device()

        self._asker.ask("choose a device", work, self._tell_device)

    def ask_machine(self, then: Callable[[Machine], None]) -> None:
        self._asker.ask("look at the machine", self._daemon.setup.machine, then)

    @property
    def osc_port(self) -> int:
        """Where the daemon hears OSC."""
        return self._daemon.osc_port

    def send_osc(
        self, host: str, address: str, args: tuple[OscValue, ...], then: Callable[[Answer | None], None]
    ) -> None:
        """A message to the daemon as any other program would send it; `then` gets the first reply, None for none."""

        def work() -> Answer | None:
            with OscPeer(host, self._daemon.osc_port) as peer:
                peer.send(address, *args)
                reply = peer.next_reply(REPLY_S)
            if reply is None:
                return None
            words = " ".join(filter(None, (reply.status, reply.code, reply.text, write_args(reply.data))))
            return Answer(reply.command, reply.status != "error", words)

        self._asker.ask(f"send {address}", work, then)
