"""`/cuevox/server/...`: the program as a whole, who is told what, the sound device, where drops go."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bridge.drops.base import Probe
from bridge.errors import BadArgumentError, RefusedError
from bridge.events import SoundDevice
from bridge.osc_access import Level
from bridge.osc_arguments import MAX_PORT, Arguments, as_text
from bridge.osc_capabilities import capabilities
from bridge.osc_clients import TOPICS, Clients
from bridge.osc_command import NO_ARGUMENTS, Action, Command, InBackground, OscDaemon
from bridge.osc_feed import Feed, device_values, status_values
from bridge.osc_packet import Arg, Message, arg, encode
from bridge.osc_replies import MAX_REPLY, Call, Replies, page_of
from bridge.tempo import parse_tempo
from bridge.version import VERSION

CONTRACT_VERSION = 1
LOOK, PLAY = Level.LOOK, Level.PLAY


class ServerCommands:
    """The part of the table of addresses that is about the program itself."""

    def __init__(
        self, daemon: OscDaemon, clients: Clients, replies: Replies, feed: Feed, in_background: InBackground
    ) -> None:
        self._daemon, self._clients, self._replies, self._feed = daemon, clients, replies, feed
        self._in_background = in_background
        topics = ", ".join(TOPICS)
        self.table: Mapping[str, Command] = {
            "/cuevox/server/version": Command(
                self._version,
                NO_ARGUMENTS,
                "product, contract version, model, then what it can do",
                "",
                LOOK,
                reads=True,
            ),
            "/cuevox/server/ping": Command(
                self._ping, "any arguments", "the same arguments come back", "", LOOK, reads=True
            ),
            "/cuevox/server/time": Command(
                self._time,
                "any arguments",
                "the clock that time tags are read by, then the same arguments",
                "",
                LOOK,
                reads=True,
            ),
            "/cuevox/server/status": Command(
                self._status,
                NO_ARGUMENTS,
                "what waits, is made and sounds; state of the voice; load",
                "",
                LOOK,
                reads=True,
            ),
            "/cuevox/server/reply_port": Command(
                self._reply_port, "PORT", "replies to this client go to that port from now on", "i", LOOK
            ),
            "/cuevox/server/subscribe": Command(
                self._subscribe, f"TOPIC (one of {topics})", "be told of changes without asking", "s", LOOK
            ),
            "/cuevox/server/unsubscribe": Command(
                self._unsubscribe, f"TOPIC (one of {topics}), or nothing for all", "be told no more", "", LOOK
            ),
            "/cuevox/server/subscribers": Command(
                self._subscribers, "OFFSET, or nothing", "who is told of changes, and of which", "", LOOK, reads=True
            ),
            "/cuevox/server/refresh": Command(
                self._refresh, NO_ARGUMENTS, "tells subscribers the state of everything anew", "", LOOK
            ),
            "/cuevox/server/devices": Command(
                self._devices, "OFFSET, or nothing", "the sound device in use, then all there are", "", LOOK, reads=True
            ),
            "/cuevox/server/device": Command(
                self._device, "NAME, or an empty text for the system's own", "goes over to a sound device", "s"
            ),
            "/cuevox/server/targets": Command(
                self._targets, NO_ARGUMENTS, "where drops go, and whether each is ready", "", LOOK, reads=True
            ),
            "/cuevox/server/tempo": Command(
                self._tempo, 'MAP, such as 97.5 3/4 or "120 4/4; 9=90"', "tempi and metres that bar: places follow", "s"
            ),
            "/cuevox/server/quit": Command(
                self._quit, NO_ARGUMENTS, "ends Cuevox; what waits is made after the next start"
            ),
        }

    def _version(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            model = self._daemon.status().model_id
            words = capabilities(self._daemon.settings)
            self._replies.done(call, f"Cuevox {VERSION}", VERSION, CONTRACT_VERSION, model, *words)

        return Action(act)

    def _ping(self, args: Arguments) -> Action:
        rest = _repeatable(args, "/cuevox/server/ping")

        def act(call: Call) -> None:
            status = self._daemon.status()
            text = f"pong; {status.queued} queued, voice {status.model_state}; it is {time.time():.3f} s since 1970"
            self._replies.done(call, text, *rest)

        return Action(act)

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

    def _unsubscribe(self, args: Arguments) -> Action:
        topic = args.text("topic").strip().lower() if args.n_left % 2 else "all"
        args.pairs()
        if topic not in TOPICS:
            raise BadArgumentError(f"topic is {topic[:60]!r}; give one of {', '.join(TOPICS)}")

        def act(call: Call) -> None:
            self._clients.unsubscribe(self._clients.target(call.peer, call.reply_port), topic)
            self._replies.done(call, f"no longer subscribed to {topic}")

        return Action(act)

    def _subscribers(self, args: Arguments) -> Action:
        offset = args.offset()
        args.pairs()

        def act(call: Call) -> None:
            found = [f"{client} {','.join(topics)}" for client, topics in self._clients.subscriptions()]
            page = page_of(call, found[offset:])
            self._replies.done(call, f"{len(page)} of {len(found)} from {offset}", len(found), *page)

        return Action(act)

    def _refresh(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            if not self._clients.topics_of(self._clients.target(call.peer, call.reply_port)):
                raise RefusedError("nothing is told to you; send /cuevox/server/subscribe TOPIC first")
            lines = self._daemon.lines()
            self._replies.done(call, f"{len(lines)} lines are told anew", len(lines))
            self._feed.tell_all(lines)

        return Action(act)

    # ---- sound device, drop targets, tempo --------------------------------------------------------------------------

    def _devices(self, args: Arguments) -> Action:
        offset = args.offset()
        args.pairs()

        def act(call: Call) -> None:
            def then(names: tuple[str, ...]) -> None:
                device = self._daemon.setup.sound_device()
                page = page_of(call, list(names[offset:]))
                text = device.text or f"{device.name or 'no device'} is in use"
                text = f"{text}; {len(page)} of {len(names)} from {offset}"
                self._replies.done(call, text, device.name, *page)

            self._in_background(call, self._daemon.setup.output_devices, then)

        return Action(act)

    def _device(self, args: Arguments) -> Action:
        name = as_text(args.next("name"), "name").strip()
        args.pairs()

        def act(call: Call) -> None:
            def then(device: SoundDevice) -> None:
                self._replies.done(call, device.text or f"{device.name} is in use", *device_values(device))

            self._in_background(call, lambda: self._daemon.setup.choose_device(name), then)

        return Action(act, is_quick=False)

    def _targets(self, args: Arguments) -> Action:
        args.pairs()

        def act(call: Call) -> None:
            def then(probes: dict[str, Probe]) -> None:
                text = "; ".join(f"{name}: {probe.text}" for name, probe in probes.items())
                data = [value for name, probe in probes.items() for value in (name, int(probe.ready))]
                self._replies.done(call, text or "no drop target is set", len(probes), *data)

            asked = self._daemon.probe_targets()
            self._in_background(call, asked.result, then)

        return Action(act)

    def _tempo(self, args: Arguments) -> Action:
        first = args.next("map")
        tempo = parse_tempo(as_text(first, "map"))
        args.pairs()

        def act(call: Call) -> None:
            self._daemon.setup.change_tempo(str(tempo))
            self._replies.done(call, f"bar: places follow {tempo}", str(tempo))

        return Action(act, is_quick=False)


def _repeatable(args: Arguments, address: str) -> tuple[Arg, ...]:
    """All arguments, to be sent back as they are. Raises BadArgumentError when they do not fit into a reply."""
    rest = args.rest()
    size = len(encode(Message(f"/reply{address}", (*(arg(t) for t in ("", "done", "ok", " " * 60, 0.0)), *rest))))
    if size > MAX_REPLY:
        raise BadArgumentError(f"the reply would have {size} bytes; {MAX_REPLY} is the most. Send fewer arguments")
    return rest
