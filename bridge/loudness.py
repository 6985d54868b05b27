"""How loud a mono clip is: ITU-R BS.1770-4 and EBU Tech 3341 (loudness, true peak), Tech 3342 (range)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from bridge.errors import BadArgumentError
from bridge.speech_span import find_speech
from engine.types import Audio

MOMENTARY_S, SHORT_TERM_S, STEP_S = 0.4, 3.0, 0.1
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU, RANGE_GATE_LU = -10.0, -20.0
RANGE_PERCENTILES = (10, 95)
OFFSET_DB = -0.691  # of the standard: a 997 Hz tone at full scale in one channel is -3.01 LUFS
SHORT_LINE_S = 3.0  # what the standard calls short-term
CEILING_DBTP = -1.0  # what EBU R 128 lets a true peak be at most
TRUE_PEAK_RATE = 192_000  # Hz, what the standard samples up to at least
LONGEST_KNOWN_S = 12  # of clips whose weighting is kept in memory, 0.4 MB a second at 48 kHz

# The two filters of K-weighting as analogue designs (Hz, Q, dB): the standard gives coefficients for 48 kHz only.
HEAD_SHELF = (1681.974450955533, 0.7071752369554196, 3.999843853973347)
EAR_HIGH_PASS = (38.13547087602444, 0.5003270373238773)
_SHELF_SLOPE = 0.4996667741545416  # the gain at its middle, as a power of that at its top


@dataclass(frozen=True)
class Loudness:
    """None: not defined, for silence or for a clip shorter than the measure's window."""

    integrated_lufs: float | None
    range_lu: float | None
    max_momentary_lufs: float | None
    max_short_term_lufs: float | None
    true_peak_dbtp: float | None


def measure(audio: Audio, rate: int) -> Loudness:
    """Audio (T,) in -1..1. A clip shorter than 0.4 s is measured as if silence followed it.

    Raises BadArgumentError when there are samples that are not numbers.
    """
    if not np.isfinite(audio).all():
        raise BadArgumentError("the audio holds samples that are not numbers; render the line again with another seed")
    power_sum = _power_sum(audio, rate)
    momentary = _window_powers(power_sum, MOMENTARY_S, rate)
    short_term = _window_powers(power_sum, SHORT_TERM_S, rate)
    return Loudness(
        integrated_lufs=_gated(momentary),
        range_lu=_range(short_term),
        max_momentary_lufs=_loudest(momentary),
        max_short_term_lufs=_loudest(short_term),
        true_peak_dbtp=true_peak_dbtp(audio, rate),
    )


def levelled(audio: Audio, rate: int, target_lufs: float | None, peak_dbtp: float | None = None) -> Audio:
    """The clip at the wanted loudness, or as near to it as the ceiling of its true peak lets it come.

    target_lufs: None: only turned down where it lies over the ceiling. peak_dbtp: the ceiling; None: CEILING_DBTP
    where there is a target, else there is none.
    """
    if target_lufs is None and peak_dbtp is None:
        return audio
    peak, ceiling = true_peak_dbtp(audio, rate), CEILING_DBTP if peak_dbtp is None else peak_dbtp
    found = 0.0 if target_lufs is None else line_loudness(audio, rate)
    if found is None or peak is None:
        return audio
    gain_db = min((target_lufs or 0.0) - found, ceiling - peak)
    return (audio * 10 ** (gain_db / 20)).astype(np.float32)


def line_loudness(audio: Audio, rate: int) -> float | None:
    """Integrated loudness of a spoken line in LUFS; None: silence.

    The standard is made for programmes: of a short line it would measure the silence at the ends along with the words.
    Speech of less than SHORT_LINE_S is therefore measured as if it went on for that long.
    """
    speech = find_speech(audio, rate)
    if speech is not None and (n := speech.end - speech.start) < SHORT_LINE_S * rate:
        audio = np.tile(audio[speech.start : speech.end], math.ceil(SHORT_LINE_S * rate / n))
    return _gated(_window_powers(_power_sum(audio, rate), MOMENTARY_S, rate))


def true_peak_dbtp(audio: Audio, rate: int) -> float | None:
    """The highest point of the curve through the samples, which may lie between them; None: silence."""
    factor = -(-TRUE_PEAK_RATE // rate)
    curve = soxr.resample(audio, rate, rate * factor) if factor > 1 else audio
    peak = max(float(np.abs(curve).max(initial=0)), float(np.abs(audio).max(initial=0)))
    return 20 * float(np.log10(peak)) if peak > 0 else None


def k_weighted(audio: Audio, rate: int) -> NDArray[np.float64]:
    """(T,) -> (T,). As a product of spectra: the clip is whole and short, so no filter has to run along it."""
    # The high pass has died away after a second: nothing comes round to the start. Whole seconds transform quickly.
    seconds = len(audio) // rate + 2
    curve = _known_curve(seconds, rate) if seconds <= LONGEST_KNOWN_S else _curve(seconds, rate)
    n = seconds * rate
    return np.fft.irfft(np.fft.rfft(audio, n) * curve, n)[: len(audio)]


def _curve(seconds: int, rate: int) -> NDArray[np.complex128]:
    """What the filters do to each frequency of a clip that long."""
    n = seconds * rate
    z = np.exp(2j * np.pi * np.arange(n // 2 + 1) / n)
    return _shelf(z, rate) * _high_pass(z, rate)


@lru_cache(maxsize=LONGEST_KNOWN_S)
def _known_curve(seconds: int, rate: int) -> NDArray[np.complex128]:
    """The same, worked out once for lines of like length: thousands come after each other."""
    return _curve(seconds, rate)


def _shelf(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    hz, q, gain_db = HEAD_SHELF
    k, top = np.tan(np.pi * hz / rate), 10 ** (gain_db / 20)
    middle = top**_SHELF_SLOPE
    above = (top + middle * k / q + k * k, 2 * (k * k - top), top - middle * k / q + k * k)
    return _quadratic(above, z) / _quadratic(_poles(k, q), z)


def _high_pass(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    hz, q = EAR_HIGH_PASS
    poles = _poles(np.tan(np.pi * hz / rate), q)
    # The standard's table has 1, -2, 1 above, unscaled: its gain at the top is a little over one, within the offset.
    return _quadratic((1.0, -2.0, 1.0), z) / (_quadratic(poles, z) / poles[0])


def _poles(k: float, q: float) -> tuple[float, float, float]:
    return 1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k


def _quadratic(c: tuple[float, float, float], z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return c[0] + c[1] / z + c[2] / z**2


def _power_sum(audio: Audio, rate: int) -> NDArray[np.float64]:
    """Of the weighted samples up to each; a clip shorter than a window has silence behind it."""
    weighted = k_weighted(audio, rate)
    short = round(MOMENTARY_S * rate) - len(weighted)
    return np.concatenate([[0.0], np.cumsum(np.square(np.pad(weighted, (0, max(0, short)))))])


def _window_powers(power_sum: NDArray[np.float64], window_s: float, rate: int) -> NDArray[np.float64]:
    """Mean square of each window, one every STEP_S; empty when the clip is shorter than a window."""
    window = round(window_s * rate)
    n_steps = int((len(power_sum) - 1 - window) / (STEP_S * rate)) + 1 if len(power_sum) > window else 0
    starts = np.round(np.arange(n_steps) * STEP_S * rate).astype(int)
    return (power_sum[starts + window] - power_sum[starts]) / window


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return OFFSET_DB + 10 * np.log10(np.maximum(power, 1e-20))


def _above(power: NDArray[np.float64], gate_lu: float) -> NDArray[np.float64]:
    """What passes the absolute gate, and then the one that lies `gate_lu` from the mean of that."""
    power = power[_lufs(power) > ABSOLUTE_GATE_LUFS]
    return power[_lufs(power) > _lufs(power.mean()) + gate_lu] if len(power) else power


def _gated(momentary: NDArray[np.float64]) -> float | None:
    power = _above(momentary, RELATIVE_GATE_LU)
    return float(_lufs(power.mean())) if len(power) else None


def _range(short_term: NDArray[np.float64]) -> float | None:
    power = _above(short_term, RANGE_GATE_LU)
    if not len(power):
        return None
    low, high = np.percentile(_lufs(power), RANGE_PERCENTILES)
    return float(high - low)


def _loudest(power: NDArray[np.float64]) -> float | None:
    loudest = float(_lufs(power.max(initial=0)))
    return loudest if loudest > ABSOLUTE_GATE_LUFS else None
