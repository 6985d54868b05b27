"""A voice says what its speaker agreed to, and so does every clip that it speaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from bridge.consent import NONE_GIVEN, consent_text
from bridge.errors import BadArgumentError
from bridge.settings import Settings
from tests.bridge.osc_desk import Desk, Studio, open_studio

ADD, RENDER = "/cuevox/preset/add", "/cuevox/line/render"
CONSENT = ("consent_by", "Tom Miller", "consent_on", "2026-05-01", "consent_for", "the game Castle")
IN_WORDS = "Tom Miller, 2026-05-01, for the game Castle"


def put_clip(studio: Studio) -> None:
    voice, rate = soundfile.read(studio.daemon.voices.presets("timbre")[0].clip)
    soundfile.write(studio.daemon.settings.inbox_folder / "tom.wav", voice, rate)


def test_consent_goes_from_the_client_into_every_clip(tmp_path: Path) -> None:
    with open_studio(tmp_path) as studio, Desk(studio.port) as desk:
        put_clip(studio)
        assert desk.ask(ADD, "timbre", "Tom", "tom.wav", *CONSENT).status == "done"
        assert not [heard for heard in desk.kept if heard.status == "warning"]
        assert desk.ask(ADD, "timbre", "Nobody", "tom.wav").status == "done"
        for name, consent in (("Tom", IN_WORDS), ("Nobody", NONE_GIVEN)):
            clip = Path(desk.ask(RENDER, name, "Halt!", "timbre", name).data[2])
            assert json.loads(clip.with_suffix(".json").read_text("utf-8"))["timbre"]["consent"] == consent
        assert json.loads((tmp_path / "presets" / "timbre" / "tom.json").read_text("utf-8"))["consent"] == IN_WORDS


def test_without_consent_nothing_is_learnt_where_that_is_the_rule(tmp_path: Path) -> None:
    settings = Settings(tmp_path, osc_port=0, osc_consent_required=True)
    with open_studio(tmp_path, settings=settings) as studio, Desk(studio.port) as desk:
        put_clip(studio)
        refused = desk.ask(ADD, "timbre", "Tom", "tom.wav")
        assert (refused.status, refused.code) == ("error", "refused") and "consent_by" in refused.text
        assert desk.ask(ADD, "timbre", "Tom", "tom.wav", *CONSENT).status == "done"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (("Tom", "", "games"), "consent_on is missing"),
        (("Tom", "2026-05-01", ""), "consent_for is missing"),
        (("Tom", "last May", "games"), "a day as 2026-05-01"),
        (("To\u202em", "2026-05-01", "games"), "printable"),
        (("T" * 201, "2026-05-01", "games"), "200"),
    ],
)
def test_a_consent_in_parts_is_none(given: tuple[str, str, str], wrong: str) -> None:
    with pytest.raises(BadArgumentError, match=wrong):
        consent_text(*given)
