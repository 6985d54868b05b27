"""What the demo asks for: twelve lines by twelve voices, in every emotion, with lengths and places in all forms."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.timeline import Position, parse_length, parse_position

RATE = 48_000


@dataclass(frozen=True)
class DemoLine:
    """A line of the tour, in the words of the OSC contract."""

    id: str
    character: str
    timbre: str
    emotion: str
    seconds: str
    at: str
    text: str

    @property
    def n_samples(self) -> int:
        return parse_length(self.seconds).samples(RATE)

    @property
    def position(self) -> Position:
        return parse_position(self.at, rate=RATE)

    @property
    def pairs(self) -> tuple[str | int, ...]:
        """As `/cuevox/line/render` and `/cuevox/line/play` take them."""
        return (
            *("timbre", self.timbre, "emotion", self.emotion, "seconds", self.seconds, "at", self.at),
            *("character", self.character, "seed", len(self.text)),
        )


# Each length is about what the voice itself would take.
LINES = (
    DemoLine("line_01", "Narrator", "Mara", "neutral", "2.6", "sec:1", "The harbour was quiet, and all windows dark."),
    DemoLine("line_02", "Guard", "Brand", "angry", "1.6", "sec:5.5", "Get away from that door, right now!"),
    DemoLine("line_03", "Ines", "Ines", "happy", "1.95", "sec:8.512", "You made it! I knew you would come back to us."),
    DemoLine(
        "line_04", "Child", "Wisp", "afraid", "frames:32@25", "tc:00:00:12:06@25", "Did you hear that? Look there."
    ),
    DemoLine(
        "line_05", "Edith", "Edith", "sad", "2.6", "smp:768001@48000", "He never wrote again, and I stopped waiting."
    ),
    DemoLine("line_06", "Jory", "Jory", "surprised", "2.1", "sec:19.5", "Wait, you can open it from the inside?"),
    DemoLine("line_07", "Lord", "Alistair", "disgusted", "2.1", "sec:22.5", "You call this a meal? Take it away."),
    DemoLine(
        "line_08", "Vale", "Vale", "melancholic", "2.9", "sec:25.5", "All the boats are gone, and so are the people."
    ),
    DemoLine(
        "line_09", "Control", "Celeste", "calm", "smp:96001@48000", "sec:29.5", "Docking complete. Open the hatch."
    ),
    DemoLine("line_10", "Sentry", "Dorn", "bored guard", "2.85", "sec:33", "Nobody comes in here after dark. Nobody."),
    DemoLine(
        "line_11", "Rowan", "Rowan", "happy=0.4,surprised=0.6", "1.55", "sec:36.24", "Look, the sky is full of light!"
    ),
    DemoLine(
        "line_12",
        "Cole",
        "Cole",
        "sad=0.3,calm=0.4",
        "2.6",
        "sec:39.001",
        "This is as far as I go. Good luck out there.",
    ),
)
LIVE = LINES[-1]  # this one is asked for live: it is to be heard while it is made
