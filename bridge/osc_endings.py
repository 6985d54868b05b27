"""What accepted commands still owe their clients: progress, warnings, and exactly one ending each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bridge import events
from bridge.cue import Line, LineState, Take
from bridge.line_entry import PENDING
from bridge.osc_replies import Call, Replies

DROP_ADDRESS = "/cuevox/line/drop"
CLOSING = "closing"  # code of what did not come to its end because the program did
PROGRESS_S = 0.25  # at most four a second for each take
STRETCH = (0.75, 1.25)  # where the voice still sounds like itself; outside it the client is told the factor


@dataclass
class _Open:
    call: Call
    play_id: str = ""
    told: set[str] = field(default_factory=set)  # warnings, by their text
    last_progress_s: float = float("-inf")


@dataclass
class _OpenDrop:
    call: Call
    targets: tuple[str, ...]
    ended: dict[str, events.DropEnded] = field(default_factory=dict)  # by target


class OpenCalls:
    """Turns the daemon's events into the replies of the commands that wait for them. One thread owns it.

    A take is waited for by its id. Endings come in the order in which the commands were taken on.
    """

    def __init__(self, replies: Replies, drop_targets: tuple[str, ...], clock: Callable[[], float]) -> None:
        """`drop_targets`: where a drop goes that names none; `clock`: seconds that never go back."""
        self._replies = replies
        self._drop_targets = drop_targets
        self._clock = clock
        self._renders: dict[str, list[_Open]] = {}
        self._plays: dict[str, list[_Open]] = {}
        self._drops: dict[str, list[_OpenDrop]] = {}

    def expect_render(self, call: Call, take_id: str) -> None:
        self._renders.setdefault(take_id, []).append(_Open(call))

    def resume_render(self, call: Call, line: Line, take: Take) -> None:
        """A render of before the start is asked for again: its ending now, or when it comes."""
        each = _Open(call)
        if take.state in PENDING:
            self._renders.setdefault(take.id, []).append(each)
        elif take.path is None:
            code = "cancelled" if take.state is LineState.CANCELLED else "engine_failed"
            self._replies.error(call, code, take.error or f"{take.id} was {take.state}", line.cue.id, take.id)
        else:
            self._tell_rendered(each, line, take)
            if take.state is LineState.DROPPING:
                self.expect_drop(replace(call, address=DROP_ADDRESS), take.id)

    def expect_play(self, call: Call, take_id: str, play_id: str) -> None:
        """`play_id`: as it was given to the daemon; a take may sound for several clients at once."""
        self._plays.setdefault(take_id, []).append(_Open(call, play_id))

    def expect_drop(self, call: Call, take_id: str, target: str | None = None) -> None:
        """`target`: None for all that the settings name; there is one ending, when the last of them is done."""
        targets = self._drop_targets if target is None else (target,)
        self._drops.setdefault(take_id, []).append(_OpenDrop(call, targets))

    def on_event(self, event: events.Event) -> None:
        match event:
            case events.LineChanged(line):
                self._on_line(line)
            case events.TakeEnded(line, take_id, ok, code, text):
                self._on_take_ended(line, take_id, ok, code, text)
            case events.PlayLate(_, take_id, late_ms, play_id):
                for each in self._plays.get(take_id, ()):
                    if each.play_id == play_id:
                        text = f"it sounds {late_ms:.0f} ms after its time tag; send it earlier"
                        self._replies.warning(each.call, "late", text, float(late_ms))
            case events.PlayEnded():
                self._on_play_ended(event)
            case events.DropEnded():
                self._on_drop_ended(event)

    def close(self) -> None:
        """No more events will come: every command that still waits ends with an error."""
        kept = "Cuevox ends now; this is kept, and done after its next start"
        for waiting, text in (
            (self._renders, kept),
            (self._drops, kept),
            (self._plays, "Cuevox ends now, and with it every sound"),
        ):
            calls = [each.call for opens in waiting.values() for each in opens]
            waiting.clear()
            for call in calls:
                self._replies.error(call, CLOSING, text)

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
        if line.cue.drop:
            # What becomes of the drop in a command is told as an answer to /cuevox/line/drop, behind its own ending.
            for each in self._renders.get(take_id, []) + self._plays.get(take_id, []):
                self.expect_drop(replace(each.call, address=DROP_ADDRESS), take_id)
        for each in self._renders.pop(take_id, []):
            self._tell_rendered(each, line, take)

    def _tell_rendered(self, each: _Open, line: Line, take: Take) -> None:
        self._warn(each, line, take)
        self._replies.done(
            each.call,
            f"{take.n_samples / take.rate:.3f} s",
            line.cue.id,
            take.id,
            str(take.path or ""),
            take.n_samples,
            take.rate,
            float(take.stretch),
            take.seed,
        )

    def _on_play_ended(self, event: events.PlayEnded) -> None:
        waiting = self._plays.get(event.take_id, [])
        each = next((e for e in waiting if e.play_id == event.play_id), None)
        if each is not None:
            waiting.remove(each)
            if not waiting:
                del self._plays[event.take_id]
            if event.underruns:
                text = f"{event.underruns} gaps in it: the sound was not made as fast as it is heard"
                self._replies.warning(each.call, "underrun", text, event.underruns)
            data = (event.line_id, event.take_id, event.n_samples, float(event.first_sound_ms))
            code = "stopped" if event.stopped else "ok"
            text = "stopped before its end" if event.stopped else "played to its end"
            self._replies.done(each.call, text, *data, code=code)

    def _on_drop_ended(self, event: events.DropEnded) -> None:
        waiting = self._drops.get(event.take_id, [])
        # An event without a target: there is none in the settings, so it is the only one.
        each = next((d for d in waiting if event.target in (d.targets or ("",)) and event.target not in d.ended), None)
        if each is None:
            return
        each.ended[event.target] = event
        if len(each.ended) < len(each.targets):
            return
        waiting.remove(each)
        if not waiting:
            del self._drops[event.take_id]
        good = [e for e in each.ended.values() if e.ok]
        where = ",".join(dict.fromkeys(e.where for e in good))
        data = (event.line_id, event.take_id, ",".join(e.target for e in good), where, _told(good, "verified"))
        if bad := [e for e in each.ended.values() if not e.ok]:
            self._replies.error(each.call, "drop_failed", _told(bad, "text"), *data)
        else:
            self._replies.done(each.call, _told(good, "text"), *data)

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


def _told(ended: list[events.DropEnded], what: str) -> str:
    """The texts of several targets in one; each behind its target's name if there are several."""
    texts = [str(getattr(event, what)) for event in ended]
    return texts[0] if len(texts) == 1 else "; ".join(f"{e.target}: {t}" for e, t in zip(ended, texts, strict=True))
