"""The demo's page: whole in itself, honest about lengths, and with pictures that show the sound."""

from __future__ import annotations

import base64
import io
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
import soundfile

from bridge.report import (
    SPECTRUM_HEIGHT,
    TOP_HZ,
    WAVE_HEIGHT,
    WIDTH,
    ReportClip,
    silent_ends,
    spectrogram_png,
    waveform_png,
    write_report,
)
from bridge.timeline import Position
from bridge.wav import ClipMetadata, write_wav

RATE = 48000


def tone(hz: float, n_samples: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(n_samples) / RATE)).astype(np.float32)


def pixels(data: bytes) -> np.ndarray:
    """(height, width, channels) of a PNG whose rows have filter 0."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    place = data.index(b"IDAT")
    size = int.from_bytes(data[place - 4 : place], "big")
    rows = np.frombuffer(zlib.decompress(data[place + 4 : place + 4 + size]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, -1)


class Page(HTMLParser):
    """Collects what a browser would fetch, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [v or "" for k, v in attrs if k == "src"]
        self.links += [v or "" for k, v in attrs if k == "href"]
        if tag not in ("img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


@pytest.fixture
def page(tmp_path: Path) -> Page:
    clips = []
    for i, hz in enumerate((440, 880)):
        path = tmp_path / "clips" / f"line #{i}.wav"
        write_wav(path, tone(hz), RATE, 24, ClipMetadata())
        clips.append(
            ReportClip(path, f"line_{i}", '<b>Halt</b> & "go"', "mira", "angry", RATE + i, at=Position(3_480_000, RATE))
        )
    clips.append(ReportClip(tmp_path / "gone.wav", "line_9", "Hm", "mira", "calm"))
    write_report(tmp_path / "report.html", clips, title="Demo")
    page = Page()
    page.feed((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not page.open
    return page


def test_the_page_needs_nothing_but_itself(page: Page, tmp_path: Path) -> None:
    assert len(page.sources) == 6
    assert all(source.startswith("data:") for source in page.sources)
    assert [(tmp_path / unquote(link)).is_file() for link in page.links] == [True, True]


def test_its_players_hold_the_clips_samples(page: Page) -> None:
    sounds = [s for s in page.sources if s.startswith("data:audio/flac")]
    audio, rate = soundfile.read(io.BytesIO(base64.b64decode(sounds[0].partition(",")[2])))
    assert rate == RATE and np.abs(audio - tone(440)).max() < 2**-15


def test_the_table_tells_asked_and_actual_length_and_what_could_not_be_read(page: Page) -> None:
    assert re.search(r"1\.000\n1\.000\n48000\n48000\n0\n", page.text)
    assert re.search(r"1\.000\n1\.000\n48001\n48000\n-1\n", page.text)
    assert "0:01:12.500" in page.text
    assert "cannot be read" in page.text
    assert '<b>Halt</b> & "go"' in page.text, "texts are shown, not obeyed"


def test_the_spectrogram_shows_a_tone_at_its_height() -> None:
    for hz in (1000, 3000, 9000):
        picture = pixels(spectrogram_png(tone(hz), RATE)).astype(int).sum(axis=2)
        assert picture.shape == (SPECTRUM_HEIGHT, WIDTH)
        row = int(picture[:, WIDTH // 2].argmax())
        assert abs(row - SPECTRUM_HEIGHT * (1 - hz / TOP_HZ)) <= 1.5


def test_the_waveform_fills_what_is_loud_and_no_more() -> None:
    audio = np.concatenate([np.zeros(RATE, np.float32), tone(1000)])
    ink = (pixels(waveform_png(audio))[..., 3] > 0).sum(axis=0)
    assert (ink[: WIDTH // 2 - 1] <= 2).all()
    assert (np.abs(ink[WIDTH // 2 + 1 :] - WAVE_HEIGHT / 2) <= 3).all()


@pytest.mark.parametrize("n_samples", [0, 1, 2, 700])
def test_very_short_clips_have_pictures_too(n_samples: int) -> None:
    audio = tone(440, n_samples)
    assert pixels(waveform_png(audio)).shape == (WAVE_HEIGHT, WIDTH, 4)
    assert pixels(spectrogram_png(audio, RATE)).shape == (SPECTRUM_HEIGHT, WIDTH, 3)


def test_silent_ends_are_counted_on_both_sides() -> None:
    audio = np.concatenate([np.zeros(100), np.ones(50), np.full(30, 1e-4)]).astype(np.float32)
    assert silent_ends(audio) == 130
    assert silent_ends(np.zeros(7, np.float32)) == 7
