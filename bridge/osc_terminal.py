"""Cuevox over OSC from a terminal: `launcher.py send` asks one command, `launcher.py watch` shows all that goes on."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence

from bridge.osc_clients import TOPICS
from bridge.osc_pattern import is_pattern
from bridge.osc_peer import ERRORS, OscPeer, Reply
from bridge.osc_words import words_of

ANSWER_S = 5.0  # until a reply; what was accepted may take as long as it takes, while a ping is answered
LOOK_S = 0.5  # how often it is looked whether the watching is to end
RENEW_S = 10.0  # a subscription over UDP ends 30 s after the last message
WATCHED = ("lines", "errors", "traffic")  # not the meters: twenty numbers a second are no reading matter
HEARTBEAT = "/cuevox/server/heartbeat"
TRAFFIC = "/cuevox/server/traffic"
DROP = "/cuevox/line/drop"
PING = "/cuevox/server/ping"
MARK = "asked by send itself"  # in pings whose answers are not shown
CONNECT = "/cuevox/connect"
OWN_REPLIES = ("/reply/cuevox/server/", f"/reply{CONNECT}")  # to what `watch` itself asks
NEVER_ANSWERED = ("/reply/", ERRORS)
NOT_CONNECTED = "not_connected"
WAY_OUT = "is Cuevox running, and at this port? (--osc-port N in front of the command asks at another)"
KEPT = "a line that was accepted is kept, and made after its next start"
PASSCODE_FROM = "the passcode is taken from osc_passcode in settings.json; --data FOLDER says in which folder that is"
YES = ("yes", "true", "on", "1")

DONE, FAILED, UNHEARD = 0, 1, 2  # exit statuses


def send(
    host: str,
    port: int,
    address: str,
    words: Sequence[str],
    say: Callable[[str], None],
    *,
    by_tcp: bool = False,
    in_s: float | None = None,
    passcode: str = "",
) -> int:
    """Send a command, all its arguments as text, and say every reply until its last ending. -> the exit status.

    Text is what the contract takes for any argument, so nobody has to name types. in_s: a time tag so far ahead.
    """
    if address.startswith(NEVER_ANSWERED):
        say(f"{address} is the address of an answer, which Cuevox hears in silence; send a command: /cuevox/NOUN/VERB")
        return FAILED
    endings = _Endings(address, drops=_asks_for_drop(words))
    unheard = f"no reply from {host}:{port} within {ANSWER_S:g} s; {WAY_OUT}"
    try:
        client = OscPeer(host, port, by_tcp=by_tcp)
    except OSError as error:
        say(f"nobody listens at {host}:{port} ({error.strerror or error}); {WAY_OUT}")
        return UNHEARD
    with client as peer:
        if passcode:
            connected = peer.ask_or_none(CONNECT, passcode)
            if connected is None or connected.status == "error":
                say(line_of(connected, CONNECT) if connected else unheard)
                return FAILED if connected else UNHEARD
        peer.send(address, *words, at_s=None if in_s is None else time.time() + in_s)
        heard_s = time.monotonic() + (in_s or 0.0)  # nothing is due before its time tag
        is_asked = False  # whether it is still there
        while not endings.are_complete:
            reply = peer.next_reply(LOOK_S)
            now_s = time.monotonic()
            if reply is not None:
                heard_s, is_asked = now_s, False
                if reply.command == PING and reply.data == (MARK,):
                    if endings.of_a_pattern:
                        break
                    continue
                had_one = endings.of_a_pattern
                endings.add(reply)
                say(line_of(reply, address))
                if endings.of_a_pattern and not had_one:  # nobody tells how many come, but what comes behind them all
                    peer.send(PING, MARK)
                if reply.code == NOT_CONNECTED:
                    say(PASSCODE_FROM)
            elif peer.has_ended:
                say(f"Cuevox has ended the connection before its last reply; {KEPT}")
                return UNHEARD
            elif now_s - heard_s < ANSWER_S:
                continue
            elif endings.have_begun and not is_asked:
                peer.send(PING, MARK)
                heard_s, is_asked = now_s, True
            else:
                say(f"{unheard}; {KEPT}" if endings.have_begun else unheard)
                return UNHEARD
    return FAILED if endings.has_error else DONE


def watch(
    host: str,
    port: int,
    ending: threading.Event,
    say: Callable[[str], None],
    *,
    topics: Sequence[str] = WATCHED,
    passcode: str = "",
) -> int:
    """Say every message that Cuevox takes and sends, every line that changes and every error, until `ending`.

    Cuevox may be started later, or anew: whoever is subscribed hears a heartbeat each second, so silence means that the
    subscription is gone. -> the exit status: FAILED at once where the daemon refuses to be watched.
    """
    if unknown := [topic for topic in topics if topic not in TOPICS]:
        say(f"there is no topic {', '.join(unknown)}; give some of {', '.join(TOPICS)}, or none for what is usual")
        return FAILED
    with OscPeer(host, port) as peer:
        heard_s = asked_s = float("-inf")
        is_heard = False
        last_status: tuple[object, ...] = ()
        while not ending.is_set():
            now_s = time.monotonic()
            if now_s - max(heard_s, asked_s) >= ANSWER_S:
                if is_heard or asked_s < 0:
                    say(f"waiting for Cuevox at {host}:{port}")
                is_heard, asked_s = False, now_s
                if passcode:
                    peer.send(CONNECT, passcode)
                for topic in topics:
                    peer.send("/cuevox/server/subscribe", topic)
            elif now_s - asked_s >= RENEW_S:
                asked_s = now_s
                peer.send(PING)
            message = peer.next_message(LOOK_S)
            if message is None:
                continue
            heard_s = time.monotonic()
            if not is_heard:
                is_heard = True
                say(f"watching {host}:{port}; Ctrl+C ends it")
            values = tuple(message)
            # The load is another one each second, which is no news.
            is_news = message.address != HEARTBEAT or values[:-1] != last_status
            if message.address == HEARTBEAT:
                last_status = values[:-1]
            if message.address.startswith(OWN_REPLIES):
                # What is answered to the watching itself is no news, unless it is that there is nothing to watch.
                _, status, code, text = (*values, "", "", "", "")[:4]
                if status == "error" and not (passcode and code == NOT_CONNECTED):  # started anew: connected again soon
                    say(f"error {code}: {text}")
                    if code == NOT_CONNECTED:
                        say(PASSCODE_FROM)
                    return FAILED
            elif is_news:
                say(_watched_line(message.address, values))
    return DONE


def line_of(reply: Reply, asked: str) -> str:
    """A reply for people: status, code, text, then the data. The command is named where it is not the one asked."""
    command = "" if reply.command in (asked, "") else f"{reply.command} "
    data = f"  [{words_of(reply.data)}]" if reply.data else ""
    return f"{command}{reply.status} {reply.code}: {reply.text}{data}"


class _Endings:
    """Which endings a command still owes: one, or one for each accepted take, and one for each drop of them."""

    def __init__(self, address: str, *, drops: bool) -> None:
        self._address = address
        self._is_pattern = is_pattern(address)  # each that it means is answered under its own address
        self._drops = drops
        self._accepted = 0
        self._ended = 0
        self._drops_owed = 0
        self.has_error = False

    @property
    def have_begun(self) -> bool:
        return self._accepted > 0

    @property
    def of_a_pattern(self) -> bool:
        return self._is_pattern and self._ended > 0

    @property
    def are_complete(self) -> bool:
        return not self.of_a_pattern and self._ended >= max(1, self._accepted) and self._drops_owed <= 0

    def add(self, reply: Reply) -> None:
        self.has_error |= reply.status == "error"
        if reply.command in (self._address, ""):
            self._is_pattern = False  # it was refused as a whole
        if self._is_pattern or reply.command in (self._address, ""):
            self._accepted += reply.status == "accepted"
            self._ended += reply.is_ending
            self._drops_owed += self._drops and reply.status == "done"
        elif reply.command == DROP and reply.is_ending:
            self._drops_owed -= 1


def _asks_for_drop(words: Sequence[str]) -> bool:
    return any(key == "drop" and value.lower() in YES for key, value in itertools.pairwise(words))


def _watched_line(address: str, values: tuple[object, ...]) -> str:
    if address == TRAFFIC and len(values) == 4:
        direction, peer, told, arguments = values
        return f"{'>' if direction == 'in' else '<'} {peer} {told} {arguments}".rstrip()
    return f"  {address} {words_of(values)}".rstrip()
