"""The sound outputs of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bridge.errors import DeviceError

LOOK_S = 20.0  # sound servers that hang are given up then

# PortAudio lists the devices only when it starts, and starting it again would close the stream that is open.
_LOOK = (
    "import json, sounddevice; "
    "apis = [api['name'] for api in sounddevice.query_hostapis()]; "
    "outputs = [d for d in sounddevice.query_devices() if d['max_output_channels']]; "
    "print(json.dumps([[d['name'], apis[d['hostapi']]] for d in outputs]))"
)


def import_sounddevice() -> Any:
    """Late, since it looks for sound servers. Raises DeviceError."""
    try:
        import sounddevice
    except OSError as error:  # the wheel for Linux has no PortAudio of its own
        raise DeviceError(
            f"PortAudio is not installed ({error}); on Debian and Ubuntu: sudo apt-get install libportaudio2"
        ) from error
    return sounddevice


def look_again() -> None:
    """Let PortAudio list the devices anew. Only while no stream is open."""
    sounddevice = sys.modules.get("sounddevice")
    if sounddevice is not None:
        sounddevice._terminate()
        sounddevice._initialize()


def output_devices() -> tuple[str, ...]:
    """Names of the sound outputs that there are at this moment. Takes a moment itself. Raises DeviceError."""
    return tuple(dict.fromkeys(name for name, _ in _look()))


def is_there(device: str) -> bool:
    """Whether PortAudio would find `device`, a name or the words of one, now. Empty: any. Raises DeviceError."""
    words = device.lower().split()
    return any(all(word in f"{name}, {api}".lower() for word in words) for name, api in _look())


def _look() -> list[tuple[str, str]]:
    """Names of the outputs, and of the system's interface that each is reached by."""
    import_sounddevice()
    try:
        found = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, timeout=LOOK_S, check=True)
        return [(str(name), str(api)) for name, api in json.loads(found.stdout.decode().strip().splitlines()[-1])]
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise DeviceError(f"the sound outputs cannot be listed ({error}); is the sound server at work?") from error


def known_outputs(sounddevice: Any) -> tuple[str, ...]:
    """Those that PortAudio has known since it started."""
    return tuple(str(d["name"]) for d in sounddevice.query_devices() if d["max_output_channels"])


def no_such_device(sounddevice: Any, device: str, error: Exception) -> str:
    """What to tell a person when `device` is not there."""
    outputs = known_outputs(sounddevice)
    if not outputs:
        return (
            "this machine has no sound output, so nothing can be heard; render to a file instead, or connect a device "
            "(on Linux: start PulseAudio or PipeWire) and play again"
        )
    return (
        f"no sound output {device!r} ({error}); there are: {', '.join(outputs)}; "
        "write one of them, or nothing for the system's own, as audio_device in the settings"
    )
