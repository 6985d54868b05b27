"""A message in the form in which other programs want it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from gui.osc_text import write_args, write_message

Form = Callable[[str, int, str, Sequence[object]], str]  # host, port, address, arguments


def _osc(_host: str, _port: int, address: str, args: Sequence[object]) -> str:
    return write_message(address, args)


def _companion(_host: str, _port: int, address: str, args: Sequence[object]) -> str:
    """Bitfocus Companion, Generic OSC: two fields of a button's action."""
    return f"Path: {address}  Arguments: {' '.join(map(_quoted, args))}"


def _touch_osc(_host: str, _port: int, address: str, args: Sequence[object]) -> str:
    """A line of the button's script, in Lua."""
    return f"sendOSC({', '.join(map(_quoted, (address, *args)))})"


def _oscsend(host: str, port: int, address: str, args: Sequence[object]) -> str:
    """liblo's program, for a shell."""
    types = "".join("i" if isinstance(arg, int) else "f" if isinstance(arg, float) else "s" for arg in args)
    return shlex.join(["oscsend", host, str(port), address, *([types] if types else []), *map(str, args)])


def _python(host: str, port: int, address: str, args: Sequence[object]) -> str:
    return f"SimpleUDPClient({host!r}, {port}).send_message({address!r}, {list(args)!r})"


def _quoted(value: object) -> str:
    """Words in double quotes, so that no program takes `2` for a number; numbers as they are."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return write_args((value,))


FORMS: Mapping[str, Form] = {
    "OSC, QLab": _osc,
    "Companion": _companion,
    "TouchOSC": _touch_osc,
    "oscsend": _oscsend,
    "Python": _python,
}
