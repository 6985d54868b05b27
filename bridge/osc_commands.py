"""The commands of the contract, each in two halves.

Its arguments are read and checked as soon as it comes, on the OSC thread, which gives an action. The action asks the
daemon and replies, on the API's thread, at once or when its time tag is due.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bridge import events
from bridge.cue import Cue, Line, LineState, Take
from bridge.errors import BadArgumentError, NotFoundError
from bridge.journal import RequestRecord
from bridge.osc_arguments import MAX_PORT, Arguments, as_name
from bridge.osc_clients import TOPICS, Clients
from bridge.osc_cue import LINE_KEYS, AskedLine, parse_at, parse_line
from bridge.osc_endings import OpenCalls
from bridge.osc_feed import Feed, line_values, status_values
from bridge.osc_packet import Arg, Message, arg, encode
from bridge.osc_replies import MAX_REPLY, Call, Replies
from bridge.settings import Settings
from bridge.timeline import Position
from bridge.version import VERSION

CONTRACT_VERSION = 1
MAX_OFFSET = 2**31 - 1
BUTTON_VERBS = ("play", "stop", "cancel", "drop", "status")  # that work as /cuevox/line/LINE/VERB 1
PRESET_KINDS = ("timbre", "emotion")


class OscDaemon(Protocol):
    """What the commands ask of the daemon. bridge.daemon.Daemon is the real one; no call waits for a rendering."""

    @property
    def settings(self) -> Settings: ...
    def check(self, cue: Cue) -> None: ...  # raises what submit would raise for what the cue says
    def submit(self, cue: Cue, *, request: RequestRecord | None = None) -> tuple[Take, ...]: ...
    def play(
        self,
        line_id: str,
        cue: Cue | None = None,
        *,
        play_id: str = "",
        at_ns: int | None = None,
        request: RequestRecord | None = None,
    ) -> Take: ...
    def requests(self) -> Mapping[RequestRecord, tuple[str, ...]]: ...
    def stop(self, line_id: str | None = None) -> None: ...
    def cancel(self, line_id: str) -> LineState: ...
    def pick(self, line_id: str, take_id: str) -> None: ...
    def drop(self, line_id: str, *, target: str | None = None, at: Position | None = None) -> Take: ...
    def lines(self) -> tuple[Line, ...]: ...
    def status(self) -> events.Status: ...
    def presets(self, kind: str) -> tuple[Any, ...]: ...
    def add_timbre(self, name: str, file: str) -> float: ...
    def subscribe(self, callback: Callable[[events.Event], None]) -> Callable[[], None]: ...
    def publish(self, event: events.Event) -> None: ...
    def quit(self) -> None: ...


@dataclass(frozen=True)
class Action:
    """A command that is ready to be carried out."""

    carry_out: Callable[[Call], None]
    check: Callable[[], None] | None = None  # what only the daemon can tell; raises BridgeError
    keeps_time: bool = False  # it may be carried out ahead of its time tag, and still acts at it
    is_quick: bool = True  # nothing is written to the disk: it may go before the work of others


@dataclass(frozen=True)
class Command:
    read: Callable[[Arguments], Action]  # raises BridgeError
    usage: str  # its arguments, for the error that says what would be right
    about: str  # what it does, in one line; with the usage it is the list of commands in docs/osc.md
    reads: bool = False  # changes nothing, so that a pattern may ask it


class Commands:
    """The table of addresses, and what stands behind each."""

    def __init__(
        self,
        daemon: OscDaemon,
        clients: Clients,
        replies: Replies,
        open_calls: OpenCalls,
        feed: Feed,
        in_background: Callable[[Call, Callable[[], Any], Callable[[Any], None]], None],
    ) -> None:
        """`in_background(call, work, then)`: for what waits for a disk or the engine; `then` takes its result."""
        self._daemon = daemon
        self._clients = clients
        self._replies = replies
        self._open_calls = open_calls
        self._feed = feed
        self._in_background = in_background
        self._play_ids = itertools.count(1)
        self.table: Mapping[str, Command] = {
            "/cuevox/server/version": Command(
                self._version, "no arguments", "product, contract version, model", reads=True
            ),
            "/cuevox/server/ping": Command(self._ping, "any arguments", "the same arguments come back", reads=True),
            "/cuevox/server/time": Command(
                self._time, "any arguments", "the clock that time tags are read by, then the same arguments", reads=True
            ),
            "/cuevox/server/status": Command(
                self._status, "no arguments", "what waits, is made and sounds; state of the voice; load", reads=True
            ),
            "/cuevox/server/reply_port": Command(
                self._reply_port, "PORT", "replies to this client go to that port from now on"
            ),
            "/cuevox/server/subscribe": Command(
                self._subscribe, f"TOPIC (one of {', '.join(TOPICS)})", "be told of changes without asking"
            ),
            "/cuevox/server/quit": Command(
                self._quit, "no arguments", "ends Cuevox; what waits is made after the next start"
            ),
            "/cuevox/preset/list": Command(
                self._preset_list,
                "KIND (timbre or emotion) OFFSET",
                "names of the presets, a page at a time",
                reads=True,
            ),
            "/cuevox/preset/add": Command(
                self._preset_add, "KIND (timbre) NAME FILE", "learns a voice from a clip in the inbox"
            ),
            "/cuevox/line/render": Command(
                self._render, "LINE TEXT, then pairs such as seconds 2.4", "speaks a line into a clip"
            ),
            "/cuevox/line/play": Command(
                self._play, "LINE, or LINE TEXT and pairs", "lets the picked take sound, or speaks a line live"
            ),
            "/cuevox/line/stop": Command(self._stop, "LINE, or nothing for all", "ends the sound of a line, or all"),
            "/cuevox/line/cancel": Command(self._cancel, "LINE", "ends what waits or is being made of a line"),
            "/cuevox/line/status": Command(
                self._line_status, "LINE", "state, picked take and path of a line", reads=True
            ),
            "/cuevox/line/pick": Command(self._pick, "LINE TAKE", "chooses the take that is played and dropped"),
            "/cuevox/line/drop": Command(
                self._drop, "LINE, then pairs: target, at", "puts the picked take into the projects"
            ),
        }

    # ---- server -----------------------------------------------------------------------------------------------------

    def _version(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            model = self._daemon.status().model_id
            self._replies.done(call, f"Cuevox {VERSION}", VERSION, CONTRACT_VERSION, model)

        return Action(act)

    def _ping(self, args: Arguments) -> Action:
        rest = _repeatable(args, "/cuevox/server/ping")
        return Action(lambda call: self._replies.done(call, "pong", *rest))

    def _time(self, args: Arguments) -> Action:
        rest = _repeatable(args, "/cuevox/server/time")
        heard_s = time.time()  # now, on the OSC thread: a queue before the reply does not make it wrong

        def act(call: Call) -> None:
            self._replies.done(call, f"{heard_s:.6f} s since 1970, as time tags are read", Arg("d", heard_s), *rest)

        return Action(act)

    def _status(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            status = self._daemon.status()
            text = f"{status.queued} queued, {status.rendering} rendering, {status.playing} playing"
            self._replies.done(call, text, *status_values(status))

        return Action(act)

    def _reply_port(self, args: Arguments) -> Action:
        port = args.whole("port", 1, MAX_PORT)
        args.pairs()

        def act(call: Call) -> None:
            self._clients.choose_port(call.peer, port)
            self._replies.done(call, f"replies to {call.peer} go to port {port}")

        return Action(act)

    def _subscribe(self, args: Arguments) -> Action:
        topic = args.text("topic").strip().lower()
        args.pairs()
        if topic not in TOPICS:
            raise BadArgumentError(f"topic is {topic[:60]!r}; give one of {', '.join(TOPICS)}")

        def act(call: Call) -> None:
            client = self._clients.target(call.peer, call.reply_port)
            lease_s = self._clients.subscribe(client, topic)
            until = "the connection ends" if lease_s is None else f"{lease_s:g} s after your last message"
            self._replies.done(call, f"subscribed to {topic} until {until}")
            self._feed.tell_present(client, self._daemon.lines(), topic)

        return Action(act)

    def _quit(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            self._replies.done(call, "Cuevox ends")
            self._daemon.quit()

        return Action(act)

    # ---- presets ----------------------------------------------------------------------------------------------------

    def _preset_list(self, args: Arguments) -> Action:
        kind = _kind(args, PRESET_KINDS)
        # An offset is a number or its text, a pair begins with a word.
        offset = args.whole("offset", 0, MAX_OFFSET) if args.n_left % 2 else 0
        args.pairs()

        def act(call: Call) -> None:
            names = [str(preset.name) for preset in self._daemon.presets(kind)]
            page = self._page(call, names[offset:])
            self._replies.done(call, f"{len(page)} of {len(names)} from {offset}", len(names), *page)

        return Action(act)

    def _preset_add(self, args: Arguments) -> Action:
        kind = _kind(args, ("timbre",))
        name, file = args.name("name"), args.name("file")
        args.pairs()

        def act(call: Call) -> None:
            def then(seconds: float) -> None:
                self._replies.done(call, f"{kind} {name} learnt from {seconds:.1f} s of speech", name, float(seconds))

            self._replies.accepted(call, f"listening to {file}", name)
            self._in_background(call, lambda: self._daemon.add_timbre(name, file), then)

        return Action(act)

    def _page(self, call: Call, names: list[str]) -> list[str]:
        """As many of the names as fit into one reply, at least one."""
        head = Message(
            f"/reply{call.address}", tuple(arg(v) for v in (call.request_id, "done", "ok", "9999 of 9999 from 9999", 0))
        )
        room = MAX_REPLY - len(encode(head))
        page: list[str] = []
        for name in names:
            room -= len(encode(Message("/", (arg(name),)))) - 4
            if page and room < 0:
                break
            page.append(name)
        return page

    # ---- lines ------------------------------------------------------------------------------------------------------

    def _render(self, args: Arguments) -> Action:
        line, text = args.name("line"), args.text("text")
        asked = parse_line(line, text, args.pairs(LINE_KEYS), self._daemon.settings)

        def act(call: Call) -> None:
            for take in self._daemon.submit(asked.cue, request=call.record):
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
            take = self._daemon.play(line, cue, play_id=play_id, at_ns=call.at_ns, request=call.record)
            self._open_calls.expect_play(call, take.id, play_id)
            act_s = () if call.at_ns is None else (Arg("d", max(call.at_ns, time.time_ns()) / 1e9),)
            self._replies.accepted(call, f"{take.id} is about to sound", line, take.id, *act_s)
            if asked:
                self._tell_notices(call, asked)

        check = (lambda: self._daemon.check(asked.cue)) if asked else None
        return Action(act, check, keeps_time=True, is_quick=False)

    def _stop(self, args: Arguments) -> Action:
        line = args.name("line") if args.n_left % 2 else None
        args.pairs()

        def act(call: Call) -> None:
            self._daemon.stop(line)
            self._replies.done(call, f"{line or 'everything'} is stopped")

        return Action(act)

    def _cancel(self, args: Arguments) -> Action:
        line = args.name("line")
        args.pairs()

        def act(call: Call) -> None:
            state = self._daemon.cancel(line)
            self._replies.done(call, f"{line} was {state.value}", line, state.value)

        return Action(act, is_quick=False)

    def _line_status(self, args: Arguments) -> Action:
        line_id = args.name("line")
        args.pairs()

        def act(call: Call) -> None:
            line = next((each for each in self._daemon.lines() if each.cue.id == line_id), None)
            if line is None:
                raise NotFoundError(f"no line {line_id!r}; render it first")
            take = line.picked_take
            detail = f": {take.error}" if take and take.error else ""
            self._replies.done(call, f"{line_id} is {line.state.value}{detail}", *line_values(line))

        return Action(act)

    def _pick(self, args: Arguments) -> Action:
        line, take = args.name("line"), args.name("take")
        args.pairs()

        def act(call: Call) -> None:
            self._daemon.pick(line, take)
            self._replies.done(call, f"{take} is picked")

        return Action(act, is_quick=False)

    def _drop(self, args: Arguments) -> Action:
        line = args.name("line")
        pairs = args.pairs(("target", "at"))
        target = as_name(pairs["target"], "target") if "target" in pairs else None
        at, notices = parse_at(pairs["at"], self._daemon.settings) if "at" in pairs else (None, ())

        def act(call: Call) -> None:
            take = self._daemon.drop(line, target=target, at=at)
            self._open_calls.expect_drop(call, take.id, target)
            self._replies.accepted(call, f"{take.id} goes into the project", line, take.id)
            for notice in notices:
                self._replies.warning(call, notice.code, notice.text)

        return Action(act, is_quick=False)

    def _tell_notices(self, call: Call, asked: AskedLine) -> None:
        for notice in asked.notices:
            self._replies.warning(call, notice.code, notice.text)


def reference(table: Mapping[str, Command]) -> str:
    """The list of commands in docs/osc.md, as Markdown."""
    rows = [f"| `{address}` | {command.usage} | {command.about} |" for address, command in table.items()]
    return "\n".join(["| command | arguments | what it does |", "|---|---|---|", *rows])


def _repeatable(args: Arguments, address: str) -> tuple[Arg, ...]:
    """All arguments, to be sent back as they are. Raises BadArgumentError when they do not fit into a reply."""
    rest = args.rest()
    size = len(encode(Message(f"/reply{address}", (*(arg(t) for t in ("", "done", "ok", " " * 60, 0.0)), *rest))))
    if size > MAX_REPLY:
        raise BadArgumentError(f"the reply would have {size} bytes; {MAX_REPLY} is the most. Send fewer arguments")
    return rest


def _kind(args: Arguments, kinds: tuple[str, ...]) -> str:
    kind = args.text("kind").strip().lower()
    if kind not in kinds:
        raise BadArgumentError(f"kind is {kind[:60]!r}; give {' or '.join(kinds)}")
    return kind
