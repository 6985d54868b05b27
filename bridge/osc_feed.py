"""What subscribers are told unasked: lines, meters, OSC traffic, and a heartbeat with the daemon's status."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bridge import events
from bridge.cue import Line
from bridge.osc_clients import ALL_TOPICS, Clients, Peer
from bridge.osc_packet import Message, arg
from bridge.osc_replies import Send
from bridge.osc_words import words_of

HEARTBEAT_S = 1.0
LINES_S = 0.1  # between two messages about lines; the newest state of each wins
METERS_S = 0.05
LINES_AT_ONCE = 100  # more wait for the next time, so that a UDP client can keep up
TRAFFIC_S = 0.1
TRAFFIC_KEPT = 200  # messages between two times; of more the oldest are lost, and told as a count
TRAFFIC_TEXT = 1000  # characters of one message's arguments: it has to fit into one small datagram

LINE_ADDRESS = "/cuevox/line/changed"
REMOVED_ADDRESS = "/cuevox/line/removed"
DEVICE_ADDRESS = "/cuevox/sound/device"
METER_ADDRESS = "/cuevox/meter/level"
TRAFFIC_ADDRESS = "/cuevox/server/traffic"
HEARTBEAT_ADDRESS = "/cuevox/server/heartbeat"


def status_values(status: events.Status) -> tuple[object, ...]:
    """As `/cuevox/server/status` tells it."""
    return status.queued, status.rendering, status.playing, status.model_state, float(status.load)


def device_values(device: events.SoundDevice) -> tuple[object, ...]:
    """Name, rate, latency in ms, how often it ran dry, and what is not as wanted."""
    return device.name, device.rate, float(device.latency_ms), device.underruns, device.text


def line_values(line: Line) -> tuple[object, ...]:
    """As `/cuevox/line/status` tells it: line, state, picked take, path."""
    take = line.picked_take
    return line.cue.id, line.state.value, line.picked, str(take.path) if take and take.path else ""


class Feed:
    """Gathers what is new and sends it at its own pace. One thread owns it."""

    def __init__(
        self, clients: Clients, send: Send, status: Callable[[], events.Status], clock: Callable[[], float]
    ) -> None:
        """`clock`: seconds that never go back."""
        self._clients = clients
        self._send = send
        self._status = status
        self._clock = clock
        self._changed: dict[str, Message] = {}  # by line id, in the order in which they changed
        self._level: Message | None = None
        self._device: Message | None = None
        self._traffic: deque[events.OscTraffic] = deque(maxlen=TRAFFIC_KEPT)
        self._n_lost = 0
        self.hears_traffic = False  # whether anybody does; other threads may look
        self._next_s = {"heartbeat": 0.0, "lines": 0.0, "meters": 0.0, "traffic": 0.0}

    def on_event(self, event: events.Event) -> None:
        match event:
            case events.LineChanged(line):
                self._put(line.cue.id, _line_message(line))
            case events.LineRemoved(line_id):
                self._put(line_id, Message(REMOVED_ADDRESS, (arg(line_id),)))
            case events.SoundDevice():
                self._device = _device_message(event)
            case events.Level(peak_db, rms_db):
                self._level = Message(METER_ADDRESS, (arg(float(peak_db)), arg(float(rms_db))))
            case events.OscTraffic():
                self._n_lost += len(self._traffic) == TRAFFIC_KEPT
                self._traffic.append(event)

    def tell_present(self, client: Peer, lines: tuple[Line, ...], topic: str) -> None:
        """A new subscriber begins with the present state."""
        self._send(client, self._heartbeat())
        if self._next_s["heartbeat"] <= self._clock():  # nobody listened before: the next one is a full second away
            self._next_s["heartbeat"] = self._clock() + HEARTBEAT_S
        if topic in ("lines", "all"):
            for line in lines[-LINES_AT_ONCE:]:  # the newest; of all others it can ask
                self._send(client, _line_message(line))

    def tell_all(self, lines: tuple[Line, ...]) -> None:
        """The state of everything once more, to everybody who is told of it, at the usual pace."""
        self._next_s["heartbeat"] = float("-inf")
        for line in lines:
            self._put(line.cue.id, _line_message(line))

    def tick(self) -> float | None:
        """Send what is due. -> seconds until the next tick is needed; None when nobody listens."""
        now_s = self._clock()
        listeners = {topic: self._clients.subscribers(topic) for topic in (*ALL_TOPICS, "traffic")}
        self.hears_traffic = bool(listeners["traffic"])
        if not self.hears_traffic:
            self._traffic.clear()
        everyone = dict.fromkeys(client for clients in listeners.values() for client in clients)
        if not everyone:
            self._changed.clear()
            self._level = self._device = None
            return None
        if self._is_due("heartbeat", HEARTBEAT_S, now_s):
            heartbeat = self._heartbeat()
            for client in everyone:
                self._send(client, heartbeat)
        if self._changed and self._is_due("lines", LINES_S, now_s):
            for line_id in list(self._changed)[:LINES_AT_ONCE]:
                message = self._changed.pop(line_id)
                for client in listeners["lines"]:
                    self._send(client, message)
        if self._device:
            for client in everyone:
                self._send(client, self._device)
            self._device = None
        if self._level and self._is_due("meters", METERS_S, now_s):
            for client in listeners["meters"]:
                self._send(client, self._level)
            self._level = None
        if self._traffic and self._is_due("traffic", TRAFFIC_S, now_s):
            self._tell_traffic(listeners["traffic"])
        waits = [self._next_s["heartbeat"]]
        waits += [self._next_s["lines"]] if self._changed else []
        waits += [self._next_s["meters"]] if self._level else []
        waits += [self._next_s["traffic"]] if self._traffic else []
        return max(0.0, min(waits) - now_s)

    def _tell_traffic(self, listeners: tuple[Peer, ...]) -> None:
        if self._n_lost:
            lost = Message(TRAFFIC_ADDRESS, tuple(arg(v) for v in ("lost", "", "", f"{self._n_lost} messages")))
            for client in listeners:
                self._send(client, lost)
            self._n_lost = 0
        for event in self._traffic:
            message = _traffic_message(event)
            for client in listeners:
                if event.peer != str(client):  # nobody has to be told what he said himself, or heard already
                    self._send(client, message)
        self._traffic.clear()

    def _is_due(self, what: str, every_s: float, now_s: float) -> bool:
        if now_s < self._next_s[what]:
            return False
        self._next_s[what] = now_s + every_s
        return True

    def _put(self, line_id: str, message: Message) -> None:
        self._changed.pop(line_id, None)  # taken out and put in again: the dict keeps the order of changes
        self._changed[line_id] = message

    def _heartbeat(self) -> Message:
        return Message(HEARTBEAT_ADDRESS, tuple(arg(v) for v in status_values(self._status())))


def _traffic_message(event: events.OscTraffic) -> Message:
    """Direction, peer, address, and the arguments as one text, since they may be anything and as long as a book."""
    text = words_of(event.args)
    text = text if len(text.encode(errors="replace")) <= TRAFFIC_TEXT else f"{text[: TRAFFIC_TEXT // 4]}..."
    values = ("in" if event.incoming else "out", event.peer, event.address, text)
    return Message(TRAFFIC_ADDRESS, tuple(arg(v) for v in values))


def _device_message(device: events.SoundDevice) -> Message:
    *values, text = device_values(device)
    return Message(DEVICE_ADDRESS, tuple(arg(v) for v in (*values, str(text)[:500])))


def _line_message(line: Line) -> Message:
    return Message(LINE_ADDRESS, tuple(arg(v) for v in line_values(line)))
