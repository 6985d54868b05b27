"""Colours that can be read: https://www.w3.org/TR/WCAG22/#contrast-minimum"""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor

from gui.theme import DARK, LIGHT, Theme, Tokens

ENOUGH = 4.5  # WCAG AA, for text of ordinary size


def luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "selection"])
def test_words_stand_out_from_every_ground(tokens: Tokens, ground: str) -> None:
    words = ["text", "muted", "accent", "good", "busy", "warning", "error"]
    weak = {word: contrast(getattr(tokens, word), getattr(tokens, ground)) for word in words}
    assert not {word: ratio for word, ratio in weak.items() if ratio < ENOUGH}


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_words_on_the_main_button_stand_out(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= ENOUGH


def test_there_is_no_other_appearance(theme: Theme) -> None:
    with pytest.raises(ValueError, match="sepia"):
        theme.set_appearance("sepia")
