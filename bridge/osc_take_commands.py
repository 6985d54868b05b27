"""`/cuevox/line/...` that speaks nothing: which lines and takes there are, and which take is the one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from bridge.osc_access import Level
from bridge.osc_arguments import Arguments, as_yes_no
from bridge.osc_command import Action, Command, OscDaemon
from bridge.osc_feed import line_values
from bridge.osc_replies import Call, Replies, page_of

LOOK = Level.LOOK


class TakeCommands:
    """The part of the table of addresses that is about what has been made of the lines."""

    def __init__(
        self, daemon: OscDaemon, replies: Replies, at_disk: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """`at_disk()`: around what writes a little to the disk, and has to be answered in order."""
        self._daemon, self._replies, self._at_disk = daemon, replies, at_disk
        self.table: Mapping[str, Command] = {
            "/cuevox/line/list": Command(
                self._list, "OFFSET, or nothing", "the names of all lines, a page at a time", "", LOOK, reads=True
            ),
            "/cuevox/line/status": Command(
                self._status, "LINE", "state, picked take and path of a line", "s", LOOK, reads=True
            ),
            "/cuevox/line/takes": Command(
                self._takes, "LINE OFFSET", "the takes of a line, a page at a time", "s", LOOK, reads=True
            ),
            "/cuevox/line/pick": Command(
                self._pick, "LINE TAKE (or best, or earlier)", "chooses the take that is played and dropped", "ss"
            ),
            "/cuevox/line/lock": Command(
                self._lock, "LINE YES (or no)", "makes the picked take final, or lets go of it", "ss"
            ),
        }

    def _list(self, args: Arguments) -> Action:
        offset = args.offset()
        args.pairs()

        def act(call: Call) -> None:
            names = [line.cue.id for line in self._daemon.lines()]
            page = page_of(call, names[offset:])
            self._replies.done(call, f"{len(page)} of {len(names)} from {offset}", len(names), *page)

        return Action(act)

    def _status(self, args: Arguments) -> Action:
        line_id = args.name("line")
        args.pairs()

        def act(call: Call) -> None:
            line = self._daemon.line(line_id)
            take = line.picked_take
            detail = f": {take.error}" if take and take.error else ""
            self._replies.done(call, f"{line_id} is {line.state.value}{detail}", *line_values(line))

        return Action(act)

    def _takes(self, args: Arguments) -> Action:
        line_id = args.name("line")
        offset = args.offset()
        args.pairs()

        def act(call: Call) -> None:
            line = self._daemon.line(line_id)
            names = [take.id for take in line.takes]
            page = page_of(call, names[offset:])
            ranked = f"; the best is {line.ranked[0].id}" if line.ranked else ""
            text = f"{len(page)} of {len(names)} from {offset}{', locked' if line.locked else ''}{ranked}"
            self._replies.done(call, text, line_id, int(line.locked), line.picked, len(names), *page)

        return Action(act)

    def _pick(self, args: Arguments) -> Action:
        line, take = args.name("line"), args.name("take")
        args.pairs()

        def act(call: Call) -> None:
            with self._at_disk():
                picked = self._pick_meant(line, take)
            self._replies.done(call, f"{picked} is picked", line, picked)

        return Action(act, is_quick=False)

    def _pick_meant(self, line: str, take: str) -> str:
        """-> the take's id. A take is never called by these words: its id begins with its line's."""
        match take.lower():
            case "best":
                return self._daemon.pick_best(line)
            case "earlier":
                return self._daemon.pick_earlier(line)
        self._daemon.pick(line, take)
        return take

    def _lock(self, args: Arguments) -> Action:
        line, locks = args.name("line"), as_yes_no(args.next("yes or no"), "yes or no")
        args.pairs()

        def act(call: Call) -> None:
            with self._at_disk():
                if locks:
                    take_id = self._daemon.lock(line)
                else:
                    self._daemon.unlock(line)
                    take_id = self._daemon.line(line).picked
            text = f"{take_id} is final" if locks else f"{line} may be changed again"
            self._replies.done(call, text, line, take_id)

        return Action(act, is_quick=False)
