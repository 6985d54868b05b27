"""Integrated loudness of a mono clip after ITU-R BS.1770-4, so that takes can be compared at equal loudness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_S, STEP_S = 0.4, 0.1
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS, LU
OFFSET = -0.691  # dB, of the standard
# The standard's two filters as analogue designs (cut-off in Hz, Q, gain in dB), since it gives coefficients for
# 48 kHz only: a high shelf for the head, a high pass for the ear.
SHELF = (1681.9744509555319, 0.7071752369554193, 3.99984385397)
HIGH_PASS = (38.13547087613982, 0.5003270373253953)


def loudness(audio: NDArray[np.float32], rate: int) -> float:
    """Audio (T,) -> LUFS; -inf for silence. A clip shorter than a block is one block."""
    block, step = round(BLOCK_S * rate), round(STEP_S * rate)
    weighted = _weigh(audio, rate)
    if len(weighted) < block:
        weighted = np.pad(weighted, (0, block - len(weighted)))
    frames = np.lib.stride_tricks.sliding_window_view(weighted, block)[::step]
    power = np.square(frames).mean(axis=1)
    power = power[_lufs(power) > ABSOLUTE_GATE]
    if not len(power):
        return float("-inf")
    power = power[_lufs(power) > _lufs(power.mean()) + RELATIVE_GATE]
    return float(_lufs(power.mean()))


def equal_gains(first: float, second: float) -> tuple[float, float]:
    """Loudness of two clips in LUFS -> their gains in dB: the louder one is turned down, so that nothing clips."""
    if not np.isfinite([first, second]).all():
        return 0.0, 0.0
    softer = min(first, second)
    return softer - first, softer - second


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return OFFSET + 10 * np.log10(np.maximum(power, 1e-20))


def _weigh(audio: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """K-weighting, as a product of spectra: the clip is short and whole, so no filter has to run sample by sample."""
    n = 2 * len(audio) + 2  # twice as long, so that the filters' tails do not come round to the start
    omega = 2 * np.pi * np.arange(n // 2 + 1) / n
    spectrum = np.fft.rfft(audio, n) * _shelf(omega, rate) * _high_pass(omega, rate)
    return np.fft.irfft(spectrum, n)[: len(audio)]


def _shelf(omega: NDArray[np.float64], rate: int) -> NDArray[np.complex128]:
    cut_hz, q, gain_db = SHELF
    k = np.tan(np.pi * cut_hz / rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    b = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    return _response(b, (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k), omega)


def _high_pass(omega: NDArray[np.float64], rate: int) -> NDArray[np.complex128]:
    cut_hz, q = HIGH_PASS
    k = np.tan(np.pi * cut_hz / rate)
    scale = 1 + k / q + k * k  # of the standard: its numerator is 1, -2, 1 as it stands
    return _response((scale, -2 * scale, scale), (scale, 2 * (k * k - 1), 1 - k / q + k * k), omega)


def _response(
    b: tuple[float, float, float], a: tuple[float, float, float], omega: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Of a biquad at angular frequencies `omega`, radians a sample."""
    z = np.exp(-1j * omega)
    return (b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)
