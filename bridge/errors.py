"""Errors of the bridge. A text says what was given, what rule it broke and what to do; DAW and panel show it as is."""

import difflib
from collections.abc import Iterable


class BridgeError(Exception):
    """Base: `code` is the stable word of the OSC contract, the text is for people."""

    code = "refused"


class BadArgumentError(BridgeError):
    """An argument of a command that breaks a rule."""

    code = "bad_argument"


class SecondsOutOfRangeError(BadArgumentError):
    """A length that no line can have."""

    code = "seconds_out_of_range"


class EmptyTextError(BridgeError):
    """A line without anything to say."""

    code = "text_empty"


class NotFoundError(BridgeError):
    """A line, take or file that does not exist."""

    code = "not_found"


class BusyError(BridgeError):
    """More was asked for than the limits allow; nothing was taken on."""

    code = "busy"


class RefusedError(BridgeError):
    """Something that the settings or safety rules do not allow."""

    code = "refused"


class LockedError(RefusedError):
    """A line whose picked take is final."""

    code = "locked"


class DeviceError(BridgeError):
    """A sound device that is missing, taken or broken."""

    code = "device_failed"


class PortTakenError(BridgeError):
    """The OSC port is in use by another program."""

    code = "port_taken"


class UnknownPresetError(BridgeError):
    """A cue names a preset that neither the program nor the user's folder holds."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.code = f"unknown_{kind}"
        names = sorted(known)
        near = difflib.get_close_matches(name.strip().casefold(), [each.casefold() for each in names], 1)
        meant = [each for each in names if each.casefold() in near]
        hint = f"did you mean {meant[0]}? There are" if meant else "there are"
        super().__init__(f"no {kind} preset {name!r}; {hint}: {', '.join(names) or 'none'}")
