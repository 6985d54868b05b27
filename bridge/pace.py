"""How fast the voice speaks at the moment, and so how long what waits will take."""

from __future__ import annotations

FORGETS = 0.8  # share of the past that still counts after another take
COARSE_S = 60.0  # from here on in steps of five seconds, so that the number does not tremble
STEP_S = 5.0


class Pace:
    """Seconds of work for a character of text, the last takes counting most. One thread adds, any may ask."""

    def __init__(self) -> None:
        self._n_characters = 0.0
        self._busy_s = 0.0

    def took(self, n_characters: int, busy_s: float) -> None:
        """A take of so many characters was made in that time."""
        self._n_characters = FORGETS * self._n_characters + n_characters
        self._busy_s = FORGETS * self._busy_s + busy_s

    def left_s(self, n_characters: int) -> float | None:
        """Seconds that so many characters will take; None while nothing was made yet."""
        if not n_characters:
            return 0.0
        if not self._n_characters:
            return None
        left_s = n_characters * self._busy_s / self._n_characters
        return float(round(left_s)) if left_s < COARSE_S else STEP_S * round(left_s / STEP_S)
