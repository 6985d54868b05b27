"""A pattern in the place of an address: it asks every command and line that it means, and may do nothing but read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bridge.cue import Line
from bridge.errors import BadArgumentError, NotFoundError, RefusedError
from bridge.osc_arguments import Arguments
from bridge.osc_button import VERBS
from bridge.osc_command import Action, Command
from bridge.osc_packet import Arg, Message
from bridge.osc_pattern import BadPatternError, matching
from bridge.osc_replies import Call

MAX_LINES = 200  # a client over UDP would lose more
STATUS = "/cuevox/line/status"


def read_pattern(
    message: Message, commands: Mapping[str, Command], lines: Callable[[], tuple[Line, ...]]
) -> tuple[Action, Arguments]:
    """`/cuevox/line/gate_*/status` and the like. Each that is meant is answered as if it had been asked by itself.

    Raises BridgeError: no pattern, none that only reads, or arguments that one of the commands does not take.
    """
    address = message.address
    try:
        meant = matching(address, commands)
        verbs = _verbs(address)
        _check_reads(
            address, [each for each in meant if not commands[each].reads] + [v for v in verbs if v != "status"]
        )
        if verbs:
            args = Arguments(message, "no arguments but pairs")
            args.pairs()
            return Action(lambda call: _tell_lines(call, address, commands[STATUS], lines())), args
        asked = [(each, Arguments(Message(each, message.args), f"{each} {commands[each].usage}")) for each in meant]
        actions = [(each, commands[each].read(args)) for each, args in asked]
    except BadPatternError as error:
        raise BadArgumentError(f"{address}: {error}") from error
    if not actions:
        raise NotFoundError(f"the pattern {address} means no command; try /cuevox/line/*/status")

    def act(call: Call) -> None:
        for each, action in actions:
            action.carry_out(replace(call, address=each))

    return Action(act), asked[-1][1]


def _verbs(address: str) -> list[str]:
    """Of `/cuevox/line/LINE/VERB`, the form that names a line; empty for another form."""
    parts = address.split("/")
    if len(parts) != 5 or not matching("/".join(parts[:3]), ["/cuevox/line"]):
        return []
    return [verb for verb in VERBS if matching(parts[4], [verb])]


def _check_reads(address: str, wrong: list[str]) -> None:
    if wrong:
        raise RefusedError(
            f"{address} is a pattern that means {wrong[0]} too; patterns may only read, as /cuevox/line/*/status does. "
            "Send each command to its own address"
        )


def _tell_lines(call: Call, address: str, status: Command, lines: tuple[Line, ...]) -> None:
    ids = [line.cue.id for line in lines if matching(address, [f"/cuevox/line/{line.cue.id}/status"])]
    if not ids:
        raise NotFoundError(f"the pattern {address} means none of the {len(lines)} lines")
    if len(ids) > MAX_LINES:
        raise BadArgumentError(f"the pattern {address} means {len(ids)} lines; {MAX_LINES} are the most at a time")
    for line_id in ids:
        args = Arguments(Message(STATUS, (Arg("s", line_id),)), status.usage)
        status.read(args).carry_out(replace(call, address=STATUS))
