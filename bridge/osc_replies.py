"""Replies as the contract has them: `/reply` + the command's address, then request, status, code, text and data."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bridge import events
from bridge.journal import RequestRecord
from bridge.osc_clients import Answer, Clients, Peer, Request
from bridge.osc_packet import Message, arg, encode

MAX_REPLY = 1400  # bytes of a UDP reply: clients read little more, and larger packets are lost more often
ERROR_ADDRESS = "/cuevox/error"

Send = Callable[[Peer, Message], None]

_log = logging.getLogger(__name__)


@dataclass
class Call:
    """One command of a client, on its way."""

    peer: Peer
    address: str  # of the command, as it was sent; empty when it could not be read
    request_id: str = ""
    reply_port: int | None = None
    request: Request | None = None  # what is remembered of it, when it has an id
    record: RequestRecord | None = None  # and what the journal is to keep
    at_ns: int | None = None  # its time tag, in nanoseconds of Unix time


class Replies:
    """Sends them, keeps them with their request, and tells errors to subscribers and the daemon's log as well."""

    def __init__(self, clients: Clients, send: Send, publish: Callable[[events.Event], None]) -> None:
        self._clients = clients
        self._send = send
        self._publish = publish

    def accepted(self, call: Call, text: str, *data: object) -> None:
        self._answer(call, Answer(call.address, "accepted", "ok", text, data))

    def progress(self, call: Call, text: str, *data: object) -> None:
        """Not kept: a request that comes again is told how it stands by the stages around it."""
        self.send_again(call, Answer(call.address, "progress", "ok", text, data))

    def done(self, call: Call, text: str, *data: object, code: str = "ok") -> None:
        self._answer(call, Answer(call.address, "done", code, text, data))

    def warning(self, call: Call, code: str, text: str, *data: object) -> None:
        self._answer(call, Answer(call.address, "warning", code, text, data))

    def error(self, call: Call, code: str, text: str, *data: object) -> None:
        self._answer(call, Answer(call.address, "error", code, text, data))
        # Without its text, which may hold what a line says; the log is kept, and sent to others when help is needed.
        _log.info("%s from %s: error %s", call.address or "a packet", call.peer, code)
        self._publish(events.ErrorRaised("osc", code, f"{call.address or 'packet'} from {call.peer}: {text}"))
        self.error_to_subscribers(call.address, code, text, call.request_id)

    def error_of(self, call: Call, code: str, text: str) -> tuple[Peer, Message]:
        """Where an error reply goes, and the reply. Changes nothing, so that any thread may ask for it."""
        target = self._clients.target(call.peer, call.reply_port)
        address = f"/reply{call.address}" if call.address else ERROR_ADDRESS
        return target, _fitting(address, target, call.request_id, Answer(call.address, "error", code, text, ()))

    def error_to_subscribers(self, source: str, code: str, text: str, request_id: str = "") -> None:
        for client in self._clients.subscribers("errors"):
            self._send(
                client, _fitting(ERROR_ADDRESS, client, request_id, Answer(source, "error", code, text, (source,)))
            )

    def send_again(self, call: Call, answer: Answer) -> None:
        target = self._clients.target(call.peer, call.reply_port)
        # A packet whose address could not be read is answered where errors are told.
        address = f"/reply{answer.command}" if answer.command else ERROR_ADDRESS
        message = _fitting(address, target, call.request_id, answer)
        self._send(target, message)
        self._publish(events.OscTraffic(False, str(target), address, tuple(a.value for a in message.args)))

    def _answer(self, call: Call, answer: Answer) -> None:
        if call.request is not None:
            call.request.answers.append(answer)
        self.send_again(call, answer)


def page_of(call: Call, names: list[str]) -> list[str]:
    """As many of the names as fit into one reply, at least one."""
    head = Message(
        f"/reply{call.address}",
        tuple(arg(v) for v in (call.request_id, "done", "ok", " " * 100, " " * 200, 0)),
    )
    room = MAX_REPLY - len(encode(head))
    page: list[str] = []
    for name in names:
        room -= len(encode(Message("/", (arg(name),)))) - 4
        if page and room < 0:
            break
        page.append(name)
    return page


def _fitting(address: str, target: Peer, request_id: str, answer: Answer) -> Message:
    """The reply; over UDP the text for people gives way until it fits into one small datagram.

    Data are never cut, since a cut path is a wrong path: names and ids are short by rule, so only a file that lies very
    deep can make a reply longer, and that one is sent as it is.
    """

    def message(text: str) -> Message:
        return Message(address, tuple(arg(v) for v in (request_id, answer.status, answer.code, text, *answer.data)))

    whole = message(answer.text)
    excess = len(encode(whole)) - MAX_REPLY
    if target.transport != "udp" or excess <= 0:
        return whole
    room = max(0, len(answer.text.encode(errors="replace")) - excess - len("..."))
    return message(answer.text.encode(errors="replace")[:room].decode(errors="ignore") + "...")
