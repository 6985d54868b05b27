"""The commands of the contract, each in two halves.

Its arguments are read and checked as soon as it comes, on the OSC thread, which gives an action. The action asks the
daemon and replies, on the API's thread, at once or when its time tag is due.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from bridge.osc_access import Level
from bridge.osc_arguments import Arguments, as_name
from bridge.osc_clients import Clients
from bridge.osc_command import NO_ARGUMENTS, Action, Command, InBackground, OscDaemon
from bridge.osc_cue import LINE_KEYS, AskedLine, parse_at, parse_line
from bridge.osc_endings import OpenCalls
from bridge.osc_feed import Feed
from bridge.osc_packet import Arg
from bridge.osc_preset_commands import PresetCommands
from bridge.osc_replies import Call, Replies
from bridge.osc_server_commands import ServerCommands
from bridge.osc_take_commands import TakeCommands

PLAY = Level.PLAY


class Commands:
    """The table of addresses, and what stands behind each."""

    def __init__(
        self,
        daemon: OscDaemon,
        clients: Clients,
        replies: Replies,
        open_calls: OpenCalls,
        feed: Feed,
        in_background: InBackground,
        at_disk: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`in_background(call, work, then)`: for what waits for a disk or the engine; `then` takes its result.

        `at_disk()`: around what writes a little to the disk, and has to be answered in order.
        """
        self._daemon = daemon
        self._clients = clients
        self._replies = replies
        self._open_calls = open_calls
        self._feed = feed
        self._in_background = in_background
        self._at_disk = at_disk
        self._play_ids = itertools.count(1)
        self.table: Mapping[str, Command] = {
            **ServerCommands(daemon, clients, replies, feed, in_background).table,
            "/cuevox/server/silence": Command(self._silence, NO_ARGUMENTS, "ends every sound, for a button", "", PLAY),
            **PresetCommands(daemon, replies, in_background).table,
            "/cuevox/line/render": Command(
                self._render, "LINE TEXT, then pairs such as seconds 2.4", "speaks a line into a clip", "ss"
            ),
            "/cuevox/line/play": Command(
                self._play,
                "LINE, or LINE TEXT and pairs",
                "lets the picked take sound, or speaks a line live",
                "s",
                PLAY,
            ),
            "/cuevox/line/stop": Command(
                self._stop, "LINE, or nothing for all", "ends the sound of a line, or all", "", PLAY
            ),
            "/cuevox/line/cancel": Command(self._cancel, "LINE", "ends what waits or is being made of a line", "s"),
            "/cuevox/line/drop": Command(
                self._drop, "LINE, then pairs: target, at", "puts the picked take into the projects", "s"
            ),
            "/cuevox/line/undrop": Command(
                self._undrop, "LINE, then pairs: target", "takes the last drop of a line out again", "s"
            ),
            **TakeCommands(daemon, replies, at_disk).table,
        }

    def _render(self, args: Arguments) -> Action:
        line, text = args.name("line"), args.text("text")
        asked = parse_line(line, text, args.pairs(LINE_KEYS), self._daemon.settings)

        def act(call: Call) -> None:
            with self._at_disk():
                takes = self._daemon.submit(asked.cue, request=call.record)
            for take in takes:
                self._open_calls.expect_render(call, take.id)
                self._replies.accepted(call, f"{take.id} is queued", line, take.id)
            self._tell_notices(call, asked)

        return Action(act, lambda: self._daemon.check(asked.cue), is_quick=False)

    def _play(self, args: Arguments) -> Action:
        line = args.name("line")
        asked: AskedLine | None = None
        if args.n_left % 2:  # pairs are even in number: the odd one before them is the text
            text = args.text("text")
            asked = parse_line(line, text, args.pairs(LINE_KEYS), self._daemon.settings)
        else:
            args.pairs()

        def act(call: Call) -> None:
            play_id = f"osc-{next(self._play_ids)}"
            cue = asked.cue if asked else None
            with self._at_disk():
                take = self._daemon.play(line, cue, play_id=play_id, at_ns=call.at_ns, request=call.record)
            self._open_calls.expect_play(call, take.id, play_id)
            act_s = () if call.at_ns is None else (Arg("d", max(call.at_ns, time.time_ns()) / 1e9),)
            self._replies.accepted(call, f"{take.id} is about to sound", line, take.id, *act_s)
            if asked:
                self._tell_notices(call, asked)

        check = (lambda: self._daemon.check(asked.cue)) if asked else None
        # To let a line sound is the show's, to speak a new one is an edit.
        level = Level.EDIT if asked else PLAY
        return Action(act, check, keeps_time=True, is_quick=False, level=level)

    def _stop(self, args: Arguments) -> Action:
        line = args.name("line") if args.n_left % 2 else None
        args.pairs()
        return self._stopping(line)

    def _silence(self, args: Arguments) -> Action:
        args.pairs()
        return self._stopping(None)

    def _stopping(self, line: str | None) -> Action:
        def act(call: Call) -> None:
            what = line or "everything"
            if call.at_ns is None or call.at_ns <= time.time_ns():
                self._daemon.stop(line)
                self._replies.done(call, f"{what} is stopped")
            else:
                self._daemon.stop(line, at_ns=call.at_ns)
                self._replies.done(call, f"{what} falls silent at its time tag", Arg("d", call.at_ns / 1e9))

        return Action(act, keeps_time=True)

    def _cancel(self, args: Arguments) -> Action:
        line = args.name("line")
        args.pairs()

        def act(call: Call) -> None:
            with self._at_disk():
                state = self._daemon.cancel(line)
            self._replies.done(call, f"{line} was {state.value}", line, state.value)

        return Action(act, is_quick=False)

    def _drop(self, args: Arguments) -> Action:
        line = args.name("line")
        pairs = args.pairs(("target", "at"))
        target = as_name(pairs["target"], "target") if "target" in pairs else None
        at, notices = parse_at(pairs["at"], self._daemon.settings) if "at" in pairs else (None, ())

        def act(call: Call) -> None:
            with self._at_disk():
                take = self._daemon.drop(line, target=target, at=at)
            self._open_calls.expect_drop(call, take.id, target)
            self._replies.accepted(call, f"{take.id} goes into the project", line, take.id)
            for notice in notices:
                self._replies.warning(call, notice.code, notice.text)

        return Action(act, is_quick=False)

    def _undrop(self, args: Arguments) -> Action:
        line = args.name("line")
        pairs = args.pairs(("target",))
        target = as_name(pairs["target"], "target") if "target" in pairs else None

        def act(call: Call) -> None:
            def then(undone: tuple[str, tuple[str, ...]]) -> None:
                take_id, targets = undone
                names = ",".join(targets)
                self._replies.done(call, f"{take_id} is out of {names} again", line, take_id, names)

            asked = self._daemon.undrop(line, target=target)
            self._replies.accepted(call, f"the drop of {line} is taken back", line)
            self._in_background(call, asked.result, then)

        return Action(act, is_quick=False)

    def _tell_notices(self, call: Call, asked: AskedLine) -> None:
        for notice in asked.notices:
            self._replies.warning(call, notice.code, notice.text)


def reference(table: Mapping[str, Command]) -> str:
    """The list of commands in docs/osc.md, as Markdown."""
    rows = [f"| `{address}` | {command.usage} | {command.about} |" for address, command in table.items()]
    return "\n".join(["| command | arguments | what it does |", "|---|---|---|", *rows])
