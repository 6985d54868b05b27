"""What accepted commands still owe their clients: progress, warnings, and exactly one ending each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bridge import events
from bridge.cue import Line, LineState, Take
from bridge.osc_replies import Call, Replies

DROP_ADDRESS = "/cuevox/line/drop"
PROGRESS_S = 0.25  # at most four a second for each take
STRETCH = (0.75, 1.25)  # where the voice still sounds like itself; outside it the client is told the factor


@dataclass
class _Open:
    call: Call
    told: set[str] = field(default_factory=set)  # warnings, by code and text
    last_progress_s: float = float("-inf")


class OpenCalls:
    """Turns the daemon's events into the replies of the commands that wait for them. One thread owns it.

    A take is waited for by its id. Endings come in the order in which the commands were taken on.
    """

    def __init__(self, replies: Replies, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back."""
        self._replies = replies
        self._clock = clock
        self._renders: dict[str, list[_Open]] = {}
        self._plays: dict[str, list[_Open]] = {}
        self._drops: dict[str, list[_Open]] = {}

    def expect_render(self, call: Call, take_id: str) -> None:
        self._renders.setdefault(take_id, []).append(_Open(call))

    def expect_play(self, call: Call, take_id: str) -> None:
        self._plays.setdefault(take_id, []).append(_Open(call))

    def expect_drop(self, call: Call, take_id: str) -> None:
        self._drops.setdefault(take_id, []).append(_Open(call))

    def on_event(self, event: events.Event) -> None:
        match event:
            case events.LineChanged(line):
                self._on_line(line)
            case events.TakeEnded(line, take_id, ok, code, text):
                self._on_take_ended(line, take_id, ok, code, text)
            case events.PlayEnded():
                self._on_play_ended(event)
            case events.DropEnded():
                self._on_drop_ended(event)

    def end_all(self, code: str, text: str) -> None:
        """No more events will come: every command that still waits ends with an error."""
        for waiting in (self._renders, self._plays, self._drops):
            for opens in waiting.values():
                for each in opens:
                    self._replies.error(each.call, code, text)
            waiting.clear()

    def _on_line(self, line: Line) -> None:
        for take in line.takes:
            for each in self._renders.get(take.id, ()):
                self._warn(each, line, take)
                now_s = self._clock()
                if (
                    take.state is LineState.RENDERING
                    and take.progress > 0
                    and now_s - each.last_progress_s >= PROGRESS_S
                ):
                    each.last_progress_s = now_s
                    self._replies.progress(
                        each.call, f"{take.progress:.0%}", line.cue.id, take.id, float(take.progress)
                    )
            for each in self._plays.get(take.id, ()):
                self._warn(each, line, take)

    def _on_take_ended(self, line: Line, take_id: str, ok: bool, code: str, text: str) -> None:
        take = next((t for t in line.takes if t.id == take_id), None)
        if not ok or take is None:
            # A live line that cannot be made has no sound whose end could be told.
            for each in self._renders.pop(take_id, []) + self._plays.pop(take_id, []):
                self._replies.error(each.call, code, text, line.cue.id, take_id)
            return
        for each in self._renders.pop(take_id, []):
            self._warn(each, line, take)
            self._replies.done(
                each.call,
                f"{take.n_samples / take.rate:.3f} s" if take.rate else text,
                line.cue.id,
                take.id,
                str(take.path or ""),
                take.n_samples,
                take.rate,
                float(take.stretch),
                take.seed,
            )
            if line.cue.drop:
                # The render is done; what becomes of the drop in it is told as an answer to /cuevox/line/drop.
                self.expect_drop(replace(each.call, address=DROP_ADDRESS), take_id)

    def _on_play_ended(self, event: events.PlayEnded) -> None:
        each = _first(self._plays, event.take_id)
        if each is not None:
            data = (event.line_id, event.take_id, event.n_samples, float(event.first_sound_ms))
            code = "stopped" if event.stopped else "ok"
            text = "stopped before its end" if event.stopped else "played to its end"
            self._replies.done(each.call, text, *data, code=code)

    def _on_drop_ended(self, event: events.DropEnded) -> None:
        for each in self._drops.pop(event.take_id, []):
            data = (event.line_id, event.take_id, event.target, event.where, event.verified)
            if event.ok:
                self._replies.done(each.call, event.text, *data)
            else:
                self._replies.error(each.call, "drop_failed", event.text, *data)

    def _warn(self, each: _Open, line: Line, take: Take) -> None:
        """Tell what a client should know of a take, once."""
        is_stretched = not STRETCH[0] <= take.stretch <= STRETCH[1]
        code = "stretch_out_of_range" if is_stretched else "engine_warning"
        texts = take.warnings
        if is_stretched and not texts:
            texts = (f"the length is {take.stretch:.2f} times the voice's own, outside {STRETCH[0]} to {STRETCH[1]}",)
        for text in texts:
            if text not in each.told:
                each.told.add(text)
                self._replies.warning(each.call, code, text, line.cue.id, take.id, float(take.stretch))


def _first(waiting: dict[str, list[_Open]], key: str) -> _Open | None:
    """Take the command that has waited longest out of the list under `key`."""
    opens = waiting.get(key)
    if not opens:
        return None
    each = opens.pop(0)
    if not opens:
        del waiting[key]
    return each
