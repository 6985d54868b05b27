"""Whether a text is a good value of a setting that people write by hand."""

from __future__ import annotations

import re
from fractions import Fraction

from bridge.errors import BadArgumentError
from bridge.osc_access import network_of
from bridge.tempo import parse_tempo
from bridge.timeline import parse_frame_rate

_REAPER_COMMAND = re.compile("(_[A-Za-z0-9_]{1,80})?")


def is_network(text: str) -> bool:
    """An address or a network, such as 192.168.1.0/24."""
    try:
        network_of(text)
    except ValueError:
        return False
    return True


def is_loudness(text: str) -> bool:
    """LUFS, or nothing."""
    try:
        return not text or -60 <= float(text) <= -5
    except ValueError:
        return False


def is_frame_rate(text: str) -> bool:
    """Frames a second, such as 23.976 or 29.97df."""
    try:
        parse_frame_rate(text)
    except BadArgumentError:
        return False
    return True


def is_peak(text: str) -> bool:
    """dBTP, or nothing."""
    try:
        return not text or -30 <= float(text) <= 0
    except ValueError:
        return False


def is_tempo_map(text: str) -> bool:
    """Tempi and metres (bridge.tempo), or nothing."""
    try:
        return not text or bool(parse_tempo(text))
    except BadArgumentError:
        return False


def is_tempo(text: str) -> bool:
    """Beats a minute."""
    try:
        return len(text) <= 20 and 10 <= Fraction(text) <= 1000
    except (ValueError, ZeroDivisionError):
        return False


def is_reaper_command(text: str) -> bool:
    """The ID of a script in REAPER's list of actions, or nothing."""
    return _REAPER_COMMAND.fullmatch(text) is not None
