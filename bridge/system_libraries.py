"""Shared libraries of the system that pip cannot bring on Linux: PortAudio for sound, and what Qt's windows stand on.

Standard library only: launcher.py uses it before any package is there. On Windows and macOS the wheels hold everything.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Shared object -> Debian's and Ubuntu's package. What Qt needs is taken from a run of `ldd` over PyQt6's wheel.
DEBIAN_PACKAGES = {
    "libportaudio.so.2": "libportaudio2",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
FONTS = "fonts"  # stands among the missing libraries when there is no font: Qt would show boxes for letters
DEBIAN_FONTS = "fonts-dejavu-core"

_ARCH_PACKAGES = (
    "portaudio libglvnd glib2 fontconfig dbus libxkbcommon libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-image "
    "xcb-util-keysyms xcb-util-renderutil libxcb libx11 ttf-dejavu"
).split()
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def missing() -> list[str]:
    """The shared objects (and FONTS) that this machine lacks; nothing on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    return [name for name in DEBIAN_PACKAGES if not _loads(name)] + ([] if _has_fonts() else [FONTS])


def install_command(names: Sequence[str]) -> list[str]:
    """The command that brings the missing `names`, to be run as root; empty where it is not known."""
    if shutil.which("apt-get"):
        packages = [DEBIAN_FONTS if name == FONTS else DEBIAN_PACKAGES[name] for name in names]
        return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    for tool in ("dnf", "zypper"):
        if shutil.which(tool):  # RPM knows packages by the shared objects in them
            return [tool, "install", *("font(dejavusans)" if n == FONTS else f"{n}()(64bit)" for n in names)]
    if shutil.which("pacman"):
        return ["pacman", "-S", "--needed", *_ARCH_PACKAGES]
    return []


def advice(names: Sequence[str]) -> str:
    """What a person has to do about the missing `names`."""
    command = install_command(names)
    if not command:
        return f"install {', '.join(names)} with your system's package manager"
    return f"run: sudo {shlex.join(command)}"


def provide() -> None:
    """Install what is missing where that is ours to do: on Debian and Ubuntu, as root. Elsewhere say how.

    Never an error: a machine without a display or sound still renders.
    """
    names = missing()
    if not names:
        return
    print(f"Missing system libraries: {', '.join(names)}", file=sys.stderr)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _run_apt(install_command(names))
        names = missing()
    if names:
        print(f"For sound and the panel's window, {advice(names)}", file=sys.stderr, flush=True)


def _run_apt(command: list[str]) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "--quiet", "update"], [*command, "--quiet", "-o", "Dpkg::Use-Pty=0"]):
        # apt's own words go to standard error: standard output is for what Cuevox itself has to say.
        if subprocess.run(step, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno()).returncode:
            print(f"`{' '.join(step)}` did not succeed", file=sys.stderr, flush=True)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    folders = (Path(folder).expanduser() for folder in _FONT_FOLDERS)
    return any(next(folder.rglob(f"*.{kind}"), None) for folder in folders for kind in ("ttf", "otf", "ttc"))
