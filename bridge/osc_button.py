"""Buttons of touch panels, MIDI bridges and stream decks: a command in the address, and one number.

1 (or anything but 0) is a button that is pressed. 0 is its release, and does nothing, or each press would act twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.errors import BadArgumentError
from bridge.osc_arguments import as_number
from bridge.osc_command import NO_ARGUMENTS, Command
from bridge.osc_packet import Arg, Message

# Of the commands on lines, those that work as /cuevox/line/LINE/VERB 1, further arguments behind the verb.
VERBS = ("play", "render", "stop", "cancel", "drop", "undrop", "status", "takes", "pick", "lock")


def button_meant(message: Message, commands: Mapping[str, Command]) -> Message | None:
    """A button's message as the command it stands for; None for one that was released.

    Other messages come back as they are. Raises BadArgumentError for a button's value that is no number.
    """
    if len(message.args) > 1:
        return message
    match message.address.split("/"):
        case ["", "cuevox", "line", line, verb, *more] if line and verb in VERBS and all(more):
            meant = Message(f"/cuevox/line/{verb}", tuple(Arg("s", text) for text in (line, *more)))
        case _ if message.args and message.address in commands and commands[message.address].usage == NO_ARGUMENTS:
            meant = Message(message.address)
        case _:
            return message
    return meant if _is_pressed(message) else None


def _is_pressed(message: Message) -> bool:
    if not message.args:
        return True
    try:
        return as_number(message.args[0], "the button's value", float("-inf"), float("inf")) != 0
    except BadArgumentError:
        raise BadArgumentError(
            f"{message.address} takes one number, as of a button: 1 for pressed, 0 for released. For more, send the "
            f"command with its arguments behind the address"
        ) from None
