"""The library of voices: cards, the voice between two, and how a clip becomes a voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import QDate, Qt
from pytestqt.qtbot import QtBot

from bridge.cue import Cue
from bridge.daemon import Daemon
from bridge.preset_store import SHIPPED
from bridge.settings import Settings
from gui.link import DaemonLink
from gui.main_window import MainWindow
from gui.page_rail import LINES_PAGE, VOICES_PAGE
from gui.preset_dialog import PresetTexts
from gui.theme import Theme
from gui.timbre_dialog import BEST_S, TimbreDialog, VoiceWish
from gui.timbre_page import TimbrePage
from tests.fakes import FakePlayer, FakeSynthesizer
from tests.gui.stand_in import Preset, StandInDaemon

WAIT_MS = 20_000


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> TimbrePage:
    page = TimbrePage(theme)
    qtbot.addWidget(page)
    page.resize(700, 500)
    page.set_presets(
        "timbre", [Preset("Mara", "warm, close"), Preset("Cole", "gravelly"), Preset("Ann", origin="yours")]
    )
    page.show()
    return page


@pytest.fixture
def link(daemon: StandInDaemon) -> Iterator[DaemonLink]:
    link = DaemonLink(daemon)
    yield link
    link.close()


@pytest.fixture
def clip(tmp_path: Path) -> str:
    """20 s of sound after half a second of silence."""
    audio = 0.3 * np.sin(np.arange(20 * 16_000) / 7).astype(np.float32)
    audio[:8000] = 0
    soundfile.write(tmp_path / "aunt may.wav", audio, 16_000)
    return str(tmp_path / "aunt may.wav")


def test_a_card_for_each_voice_and_the_search_finds_them(page: TimbrePage) -> None:
    assert list(page.cards) == ["Mara", "Cole", "Ann"]
    page.search.setText("gravel")
    assert [name for name, card in page.cards.items() if card.isVisible()] == ["Cole"]
    page.search.setText("")
    assert all(card.isVisible() for card in page.cards.values())
    n_columns = page._n_columns
    page.resize(2 * page.width(), 500)
    assert page._n_columns >= 2 * n_columns - 1 and n_columns >= 1


def test_cards_wish_and_the_slider_makes_a_voice_between_two(qtbot: QtBot, page: TimbrePage) -> None:
    wishes: list[tuple[str, str]] = []
    page.clip_wished.connect(lambda name: wishes.append(("clip", name)))
    page.line_wished.connect(lambda name: wishes.append(("line", name)))
    page.use_wished.connect(lambda name: wishes.append(("use", name)))
    card = page.cards["Cole"]
    for button in (card.clip, card.line, card.use):
        assert "Cole" in button.accessibleName()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wishes == [("clip", "Cole"), ("line", "Cole"), ("use", "Cole")]
    page.second.setCurrentText("Ann")
    page.share.setValue(30)
    page.hear.click()
    assert wishes[-1] == ("line", "morph:Mara,Ann=0.3")


def test_a_voice_needs_a_name_a_consent_and_a_part_that_is_long_enough(
    qtbot: QtBot, theme: Theme, daemon: StandInDaemon, link: DaemonLink, clip: str
) -> None:
    dialog = TimbreDialog(clip, link, theme)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "✓" in dialog.report.text() and "one person" in dialog.voices.text(), timeout=WAIT_MS)
    assert dialog.bounds() == pytest.approx((0.5, 0.5 + BEST_S), abs=0.01)
    assert dialog.name.text() == "aunt may" and not dialog.ok.isEnabled()
    qtbot.keyClicks(dialog.who, "May Parker")
    assert not dialog.ok.isEnabled()
    qtbot.keyClicks(dialog.purpose, "the game Northgate")
    assert dialog.ok.isEnabled()
    dialog.end.setValue(3.0)  # the handles by keyboard
    assert dialog.bounds() == pytest.approx((0.5, 3.0), abs=0.01)
    dialog.start.setValue(4.0)
    assert dialog.bounds() == pytest.approx((3.0, 4.0), abs=0.01), "two that cross change places"
    dialog.part.setRegion((2.0, 2.5))
    assert (dialog.start.value(), dialog.end.value()) == (2.0, 2.5)
    assert not dialog.ok.isEnabled()
    daemon.clip_problems, daemon.voices_apart = ("noise: only 9 dB below the speech",), 0.9
    dialog.part.setRegion((2.0, 8.0))
    qtbot.waitUntil(
        lambda: "noise" in dialog.report.text() and "more than one" in dialog.voices.text(), timeout=WAIT_MS
    )
    assert dialog.ok.isEnabled(), "whoever listens may know better"
    dialog.play.click()
    qtbot.waitUntil(lambda: ("play_file", Path(clip), 2.0, 8.0) in daemon.calls, timeout=WAIT_MS)
    dialog.when.setDate(QDate(2026, 3, 1))
    consent = "May Parker, 2026-03-01, for the game Northgate"
    assert dialog.wish == VoiceWish(clip, 2.0, 8.0, "aunt may", "", consent)
    dialog.reject()


def test_a_file_that_is_no_sound_says_so(qtbot: QtBot, theme: Theme, link: DaemonLink, tmp_path: Path) -> None:
    (tmp_path / "b.wav").write_bytes(b"no audio")
    dialog = TimbreDialog(str(tmp_path / "b.wav"), link, theme)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "b.wav cannot be read" in dialog.report.text(), timeout=WAIT_MS)
    dialog.reject()


def test_on_the_real_daemon_a_clip_and_a_morph_become_voices_that_speak(
    qtbot: QtBot, open_panel: Callable[..., MainWindow], tmp_path: Path, clip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, player = FakeSynthesizer(), FakePlayer()
    with Daemon(Settings(tmp_path / "data", osc_port=0), lambda: voice, player=player) as daemon:
        panel = open_panel(daemon, daemon.settings)
        panel.show_page(VOICES_PAGE)
        speech = _speech(tmp_path)
        wish = VoiceWish(speech, 0.5, 4.5, "Aunt May", "kind", "May Parker, 2026-03-01, for a test")
        monkeypatch.setattr("gui.clip_inbox.ask_voice", lambda *_: wish)
        panel.voices.clip_dropped.emit(clip)
        qtbot.waitUntil(lambda: "Aunt May" in panel.voices.cards, timeout=WAIT_MS)
        kept = next(preset for preset in daemon.voices.presets("timbre") if preset.name == "Aunt May")
        assert (kept.consent, kept.note) == (wish.consent, "kind")  # type: ignore[union-attr]
        assert soundfile.info(kept.clip).duration == pytest.approx(4.0, abs=0.01)  # type: ignore[union-attr]
        panel.voices.cards["Aunt May"].clip.click()
        qtbot.waitUntil(lambda: len(player.sounds) == 1 and player.sounds[0].over.is_set(), timeout=WAIT_MS)
        panel.voices.first.setCurrentText("Aunt May")
        panel.voices.second.setCurrentText("Cole")
        panel.voices.hear.click()
        qtbot.waitUntil(lambda: len(voice.rendered) == 1, timeout=WAIT_MS)
        assert panel.presets.timbre == "Aunt May", "to listen is not to choose"
        monkeypatch.setattr("gui.timbre_page.ask_texts", lambda *_: PresetTexts("Twin"))
        panel.voices.save.click()
        qtbot.waitUntil(lambda: panel.presets.timbre == "Twin", timeout=WAIT_MS)
        daemon.submit(Cue("gate_01", "Who goes there?", "Twin"))
        qtbot.waitUntil(lambda: len(voice.rendered) == 2, timeout=WAIT_MS)
        assert voice.rendered[1].timbre.key == voice.rendered[0].timbre.key
        panel.voices.cards["Cole"].use.click()
        assert panel.presets.timbre == "Cole" and panel._stack.currentIndex() == LINES_PAGE
        panel.close()


def _speech(folder: Path) -> str:
    audio, rate = soundfile.read(SHIPPED / "timbre" / "mara.flac")
    soundfile.write(folder / "speech.wav", audio, rate)
    return str(folder / "speech.wav")
