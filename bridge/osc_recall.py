"""Commands of before the start that come again under the same request id: answered again, and nothing made twice.

The journal holds them, with the takes they made. Those of a moment ago, of this start, are in bridge.osc_clients.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from bridge.cue import Line, Take
from bridge.journal import REQUEST_S, RequestRecord
from bridge.osc_clients import Peer
from bridge.osc_endings import CLOSING, OpenCalls
from bridge.osc_packet import Message, encode
from bridge.osc_replies import Call, Replies


class Recall:
    """Belongs to the API's thread."""

    def __init__(
        self,
        lines: Callable[[], Sequence[Line]],
        replies: Replies,
        open_calls: OpenCalls,
        clock: Callable[[], float],
    ) -> None:
        """lines: the daemon's, as they are now. clock: seconds that never go back."""
        self._lines, self._replies, self._open_calls, self._clock = lines, replies, open_calls, clock
        self._kept: dict[RequestRecord, tuple[str, ...]] = {}
        self._ends_s = float("-inf")

    def take_on(self, kept: Mapping[RequestRecord, tuple[str, ...]]) -> None:
        """The journal's, with the ids of their takes. They hold for as long from now on as a new one would."""
        self._kept, self._ends_s = dict(kept), self._clock() + REQUEST_S

    def answer(self, call: Call) -> bool:
        """Answer the call by how its takes stand. -> False: it is a new one, or what it made was removed."""
        if not self._kept or call.record is None:
            return False
        if self._clock() > self._ends_s:
            self._kept.clear()
            return False
        take_ids = self._kept.pop(call.record, ())
        found = [(line, take) for line in self._lines() for take in line.takes if take.id in take_ids]
        if not found or len(found) < len(take_ids):
            return False
        for line, take in found:
            self._answer(call, line, take)
        return True

    def _answer(self, call: Call, line: Line, take: Take) -> None:
        self._replies.accepted(call, f"{take.id} was taken on before Cuevox started again", line.cue.id, take.id)
        if call.address.endswith("/play"):
            # Its time has passed: to let it sound now would be a late line without a word.
            text = f"Cuevox ended before {take.id} had sounded; play line {line.cue.id!r} again, without a text"
            self._replies.error(call, CLOSING, text, line.cue.id, take.id)
        else:
            self._open_calls.resume_render(call, line, take)


def record_of(client: Peer, request_id: str, message: Message) -> RequestRecord:
    """The command as the journal knows it."""
    return RequestRecord(lasting_name(client), request_id, hashlib.sha256(encode(message)).hexdigest())


def lasting_name(client: Peer) -> str:
    """A client's name that holds over a restart of ours: a connection comes from another port afterwards."""
    return f"tcp {client.host}" if client.transport == "tcp" else f"udp {client.host} {client.port}"
