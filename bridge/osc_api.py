"""What the DAW may ask over OSC: finds the command, lets no request be done twice, sees that each is answered.

Two threads meet here. The OSC thread calls `check`, which reads arguments and touches nothing else, and hands over. All
the rest - clients, replies, the daemon's events - belongs to the API's own thread, which does one thing after
another; so an event of a take can never overtake the reply that announced it. Only while that thread waits for the disk
a third one answers questions of other clients in its place.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from bridge import events, osc_query
from bridge.errors import BridgeError, BusyError
from bridge.osc_access import CONNECT, Access, Level, NotAllowedError
from bridge.osc_arguments import Arguments, common_of
from bridge.osc_button import button_meant
from bridge.osc_checked import (
    Checked,
    InternalFaultError,
    against_daemon,
    all_or_none,
    is_answer,
    refused,
    unknown_address,
)
from bridge.osc_clients import Clients, Peer
from bridge.osc_command import Action, OscDaemon
from bridge.osc_commands import Commands
from bridge.osc_endings import CLOSING, OpenCalls
from bridge.osc_feed import Feed
from bridge.osc_inbox import Inbox
from bridge.osc_packet import Message, PacketError
from bridge.osc_pattern import is_pattern
from bridge.osc_reading import read_pattern
from bridge.osc_recall import Recall, record_of
from bridge.osc_replies import Call, Replies, Send
from bridge.settings import Settings
from engine.errors import EngineError

UNHEARD = (events.Warned, events.PresetsChanged, events.Status)  # events that tell clients nothing
ENOUGH, ENOUGH_OF_ALL = 20, 100  # commands that wait here; the others wait unread, which costs less

_log = logging.getLogger(__name__)


class OscApi:
    """One API for one daemon and one server. `open` and `close` are the server's to call."""

    def __init__(self, daemon: OscDaemon, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._daemon = daemon
        self._inbox = Inbox(daemon.settings.osc_max_waiting)
        self._mine = threading.Lock()  # held by whichever of the API's threads is at work
        self._send: Send = lambda peer, message: None
        self._clock = clock
        self._access_rules = _access_rules(daemon.settings)
        self._access = _access_of(daemon.settings, clock)
        self._clients = Clients(clock)
        self._replies = Replies(self._clients, self._put_out, daemon.publish)
        self._open_calls = OpenCalls(self._replies, daemon.settings.drop_targets, clock)
        self._recall = Recall(daemon.lines, self._replies, self._open_calls, clock)
        self._feed = Feed(self._clients, self._put_out, daemon.status, clock)
        self._commands = Commands(
            daemon, self._clients, self._replies, self._open_calls, self._feed, self._in_background, self._at_disk
        ).table

    def open(self, send: Send) -> None:
        """Begin to work; `send(peer, message)` may be called from now on until `close` returns."""
        self._send = send
        self._recall.take_on(self._daemon.requests())
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="osc-background")
        self._unsubscribe = self._daemon.subscribe(self._on_event)
        self._thread = threading.Thread(target=self._work, name="osc-api")
        self._thread.start()
        self._aside = threading.Thread(target=self._work_aside, name="osc-api-aside")
        self._aside.start()

    def close(self) -> None:
        """Everything that was taken on gets its ending, then nothing is sent any more."""
        self._unsubscribe()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._inbox.put(None)
        self._thread.join()
        self._inbox.close()
        self._aside.join()

    # ---- the OSC thread ---------------------------------------------------------------------------------------------

    def admits(self, peer: Peer) -> bool:
        """Whether the client is heard at all."""
        return self._access.admits(peer)

    def has_enough(self, peer: Peer) -> bool:
        """Whether the client's next packets should wait before they are looked into."""
        n_waiting = self._inbox.n_waiting_of(peer)
        return n_waiting >= ENOUGH or (n_waiting > 0 and self._inbox.n_waiting >= ENOUGH_OF_ALL)

    def check(self, peer: Peer, messages: Sequence[Message], *, at_ns: int | None = None) -> list[Checked]:
        """Read the commands of one bundle. If one of them is wrong, none is to be carried out. Raises nothing.

        `at_ns`: its time tag, in nanoseconds of Unix time.
        """
        checked = [self._check(peer, message) for message in messages if not is_answer(message)]
        for each in checked:
            each.call.at_ns = at_ns
        return all_or_none(checked)

    def query(self, head: bytes, port: int) -> bytes | None:
        """The answer to a question over HTTP; None when such are not answered."""
        return osc_query.answer(head, self._commands, port) if self._daemon.settings.osc_query else None

    def keeps_time(self, checked: Sequence[Checked]) -> bool:
        """Whether all of them see to it themselves that nothing happens before their time tag."""
        return all(each.action is not None and each.action.keeps_time for each in checked)

    def carry_out(self, checked: Sequence[Checked]) -> None:
        """Hand over. Commands of one bundle are checked against what there is first, then done with nothing between.

        When too much waits already, each is answered as busy at once, past the API's thread.
        """
        if not checked:
            return
        quick = all(each.action is None or each.action.is_quick for each in checked)
        if not self._inbox.put_of(checked[0].call.peer, partial(self._do_all, checked), quick=quick):
            for each in checked:
                self._shed(each.call)

    def refuse(self, peer: Peer, error: BridgeError, messages: Sequence[Message] = ()) -> None:
        """Answer what cannot be read, or comes at a wrong time, with an error."""
        if messages:
            self.carry_out([refused(peer, m, error) for m in messages if not is_answer(m)])
        else:
            call = Call(peer, error.address if isinstance(error, PacketError) else "")
            if not self._inbox.put_of(peer, partial(self._replies.error, call, error.code, str(error))):
                self._shed(call)

    def gone(self, peer: Peer) -> None:
        """A connection has ended."""
        self._access.gone(peer)
        self._inbox.put(partial(self._clients.gone, peer))

    def guard(self, settings: Settings) -> None:
        """Other rules of who may speak, at once: who is connected under the old ones has to begin anew."""
        if (rules := _access_rules(settings)) != self._access_rules:
            self._access_rules = rules
            self._access = _access_of(settings, self._clock)
            self._inbox.put(self._clients.forget_subscribers)

    def _shed(self, call: Call) -> None:
        """Not taken on. The one reply that another thread than the API's sends: that one has enough to do."""
        error = BusyError("too many commands wait already; this one was not taken on, send it again in a moment")
        self._put_out(*self._replies.error_of(call, error.code, str(error)))

    def _check(self, peer: Peer, message: Message) -> Checked:
        call = Call(peer, message.address)
        try:
            if message.address == CONNECT:
                return self._connect(call, message)
            level = self._access.check(peer)
            if is_pattern(message.address):
                action, args = read_pattern(message, self._commands, self._daemon.lines)
                call.request_id, call.reply_port = args.request_id, args.reply_port
                return Checked(call, message, action)
            asked = button_meant(message, self._commands)
            if asked is None:
                return Checked(call, message, Action(lambda call: self._replies.done(call, "released: nothing to do")))
            command = self._commands.get(asked.address)
            if command is None:
                raise unknown_address(asked.address, self._commands)
            args = Arguments(asked, f"{asked.address} {command.usage}")
            action = command.read(args)
            call.request_id, call.reply_port = args.request_id, args.reply_port
            if (needed := max(command.level, action.level)) > level:
                raise NotAllowedError(
                    f"{asked.address} takes the level {needed.name.lower()}, and your passcode is for "
                    f"{level.name.lower()}; send {CONNECT} with the one for {needed.name.lower()}"
                )
            return Checked(call, message, action)
        except BridgeError as error:
            return refused(peer, message, error)
        except Exception as error:  # a fault of ours is an answer too, not silence
            _log.exception("%s could not be read", message.address)
            return refused(peer, message, InternalFaultError(error))

    def _connect(self, call: Call, message: Message) -> Checked:
        """The handshake. What it says is kept nowhere: not with the request, not for the panel."""
        bare = Message(message.address)
        call.request_id, call.reply_port = common_of(message)
        try:
            args = Arguments(message, f"{CONNECT} PASSCODE, or nothing for a challenge")
            secret = args.text("passcode") if args.n_left % 2 else None
            args.pairs()
            if secret is None:
                nonce = self._access.challenge(call.peer)
                text = "send back hmac: and the HMAC-SHA256 of this challenge under the passcode, in hexadecimal"
                return Checked(call, bare, Action(lambda call: self._replies.done(call, text, nonce)))
            level = self._access.connect(call.peer, secret).name.lower()
        except BridgeError as error:
            return Checked(call, bare, error=error)
        text = f"{call.peer} is connected, and may {level}"
        return Checked(call, bare, Action(lambda call: self._replies.done(call, text, level)))

    # ---- the API's thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            try:
                with self._mine:
                    wait_s = self._feed.tick()
                job = self._inbox.get(wait_s)
                with self._mine:
                    if job is None:
                        self._open_calls.close()
                        return
                    job()
            except queue.Empty:
                pass
            except Exception:  # one bad job must not end the thread that answers all others
                _log.exception("a fault of the OSC interface")

    def _work_aside(self) -> None:
        while (job := self._inbox.get_aside()) is not None:
            try:
                with self._mine:
                    job()
            except Exception:
                _log.exception("a fault of the OSC interface")

    @contextlib.contextmanager
    def _at_disk(self) -> Iterator[None]:
        """Around a call of the daemon that writes to the disk before it returns."""
        with self._inbox.at_disk():
            self._mine.release()
            try:
                yield
            finally:
                self._mine.acquire()

    def _do_all(self, checked: Sequence[Checked]) -> None:
        if len(checked) > 1:
            checked = all_or_none([against_daemon(each) for each in checked])
        for each in checked:
            self._do(each)

    def _do(self, checked: Checked) -> None:
        call, message = checked.call, checked.message
        self._daemon.publish(
            events.OscTraffic(True, str(call.peer), message.address, tuple(a.value for a in message.args))
        )
        self._clients.heard(call.peer, call.reply_port)
        client = self._clients.target(call.peer, call.reply_port)
        try:
            if checked.error:
                raise checked.error
            assert checked.action is not None
            if call.request_id:
                call.request, is_new = self._clients.request(client, call.request_id, message)
                if not is_new:
                    for answer in call.request.answers:
                        self._replies.send_again(call, answer)
                    return
                call.record = record_of(client, call.request_id, message)
                if self._recall.answer(call):
                    return
            checked.action.carry_out(call)
        except Exception as error:
            if call.request is not None and not call.request.answers:
                self._clients.forget(client, call.request_id)
                call.request = None
            self._fail(call, error)

    def _fail(self, call: Call, error: BaseException) -> None:
        if isinstance(error, BridgeError | EngineError):
            self._replies.error(call, error.code, str(error))
        else:
            _log.error("%s failed", call.address, exc_info=error)
            fault = InternalFaultError(error)
            self._replies.error(call, fault.code, str(fault))

    def _in_background(self, call: Call, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        def tell_end() -> None:
            self._replies.error(call, CLOSING, "Cuevox ends now; ask again after its next start")

        def finish(future: Future[Any]) -> None:
            if future.cancelled():
                tell_end()
            elif error := future.exception():
                self._fail(call, error)
            else:
                then(future.result())

        try:
            future = self._pool.submit(work)
        except RuntimeError:  # the pool is closed: this command waited when the end came
            tell_end()
            return
        future.add_done_callback(lambda future: self._inbox.put(partial(finish, future)))

    def _on_event(self, event: events.Event) -> None:
        """Called on the daemon's threads."""
        if isinstance(event, events.OscTraffic) and not self._feed.hears_traffic:
            return
        if not isinstance(event, UNHEARD):
            self._inbox.put(partial(self._tell, event))

    def _tell(self, event: events.Event) -> None:
        if isinstance(event, events.ErrorRaised):
            if event.source != "osc":  # those of commands were told with their reply
                self._replies.error_to_subscribers(event.source, event.code, event.text)
            return
        self._open_calls.on_event(event)
        self._feed.on_event(event)

    def _put_out(self, peer: Peer, message: Message) -> None:
        self._send(peer, message)


def _access_rules(settings: Settings) -> tuple[object, ...]:
    return settings.osc_passcode, settings.osc_passcode_play, settings.osc_passcode_look, settings.osc_allow


def _access_of(settings: Settings, clock: Callable[[], float]) -> Access:
    lesser = {Level.PLAY: settings.osc_passcode_play, Level.LOOK: settings.osc_passcode_look}
    return Access(settings.osc_passcode, settings.osc_allow, clock, lesser=lesser)
