"""What is known of a command before anything is done: that it is one, that it can be read, or what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.errors import BridgeError, RefusedError
from bridge.osc_arguments import common_of
from bridge.osc_clients import Peer
from bridge.osc_command import Action
from bridge.osc_packet import Message
from bridge.osc_replies import ERROR_ADDRESS, Call


class UnknownAddressError(BridgeError):
    """An address that no command has."""

    code = "unknown_address"


class InternalFaultError(BridgeError):
    """A fault in Cuevox itself."""

    code = "internal_error"

    def __init__(self, fault: BaseException) -> None:
        super().__init__(f"a fault in Cuevox: {type(fault).__name__}: {fault}; see its log")


@dataclass(frozen=True)
class Checked:
    """A command whose arguments are read: what is to be done, or the error that it is to be answered with."""

    call: Call
    message: Message
    action: Action | None = None
    error: BridgeError | None = None


def refused(peer: Peer, message: Message, error: BridgeError) -> Checked:
    """A command that is to be answered with an error."""
    return Checked(Call(peer, message.address, *common_of(message)), message, error=error)


def all_or_none(checked: list[Checked]) -> list[Checked]:
    """If one command of a bundle is wrong, none is to be carried out."""
    wrong = next((c for c in checked if c.error), None)
    if wrong is None:
        return checked
    reason = RefusedError(
        f"not done, since another message of its bundle is wrong: {wrong.call.address}: {wrong.error}"
    )
    return [c if c.error else replace(c, action=None, error=reason) for c in checked]


def against_daemon(checked: Checked) -> Checked:
    """Checked once more, now against what the daemon knows."""
    if checked.action is None or checked.action.check is None:
        return checked
    try:
        checked.action.check()
    except BridgeError as error:
        return replace(checked, action=None, error=error)
    return checked


def is_answer(message: Message) -> bool:
    """Replies and told errors are never answered: two programs could keep each other busy with errors for ever."""
    return message.address.startswith("/reply/") or message.address == ERROR_ADDRESS


def unknown_address(address: str, known: Sequence[str] | Any) -> UnknownAddressError:
    """The error, with what may have been meant."""
    near = difflib.get_close_matches(address, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"the commands are: {', '.join(known)}"
    return UnknownAddressError(f"no command {address[:100]}; {hint}")
