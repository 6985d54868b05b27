"""The recipe: every stage runs for two steps on a handful of the corpus's lines, up to a voice that speaks."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import checkpoint
from engine.synthesizer import Synthesizer
from engine.training import emotion, export, passage, prepare, s2m, t2s, tokeniser, vocoder
from engine.training.data import ALPHABET, Corpus
from engine.types import Emotion, RenderRequest
from tests.engine.tiny import fresh_voice

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
BATCH, N_TRAIN, N_DEV = 2, 8 * 2, 3
LEAST_S, MOST_S = 2.6, 4.5  # enough for a piece of every stage, little to prepare


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few lines of the corpus, two at least of every timbre."""
    if not (CORPUS / "labels-0.jsonl").exists():
        pytest.skip(f"the teacher corpus is not at {CORPUS}")
    rows = [
        json.loads(row)
        for file in sorted(CORPUS.glob("labels-*.jsonl"))
        for row in file.read_text("utf-8").splitlines()
    ]
    fitting = [row for row in rows if LEAST_S < row["seconds"] < MOST_S]
    dev = [row for row in fitting if row["timbre"] % 20 == 7][:N_DEV]
    train = [row for row in fitting if row["timbre"] % 20 != 7][: N_TRAIN + 2]
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "labels-0.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*train, *dev]), "utf-8")
    (folder / "audio").symlink_to(CORPUS / "audio")
    (folder / "vocab.json").write_text(json.dumps({"vocab": {p: i for i, p in enumerate(ALPHABET)}}), "utf-8")
    return folder


@pytest.mark.timeout(400)
def test_every_stage_runs_and_the_voice_speaks(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    torch_state = torch.get_rng_state()
    request.addfinalizer(lambda: torch.set_rng_state(torch_state))
    n_threads = torch.get_num_threads()
    request.addfinalizer(lambda: torch.set_num_threads(n_threads))  # a shard of prepare takes one
    for stage in (tokeniser, t2s, s2m, vocoder, emotion):
        monkeypatch.setattr(stage, "BATCH", BATCH)
    monkeypatch.setattr(tokeniser, "CONFIG", replace(tokeniser.CONFIG, dim=16))
    small = replace(t2s.CONFIG.gpt, dim=16, n_layer=1, n_head=2)
    small_t2s = replace(t2s.CONFIG, encoder=replace(small, causal=False), gpt=small)
    small_s2m = replace(
        s2m.CONFIG, latent_dim=16, prompt_dim=8, prompt_depth=1, dim=16, token_depth=1, frame_depth=1, flow_depth=1
    )  # fmt: skip
    small_vocoder = replace(vocoder.CONFIG, dim=16, depth=1)
    for stage, name, config in (
        (t2s, "CONFIG", small_t2s), (export, "T2S_CONFIG", small_t2s), (s2m, "CONFIG", small_s2m),
        (emotion, "CONFIG", small_s2m), (export, "S2M_CONFIG", small_s2m), (vocoder, "CONFIG", small_vocoder),
        (export, "VOCODER_CONFIG", small_vocoder),
    ):  # fmt: skip
        monkeypatch.setattr(stage, name, config)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # without bfloat16 it takes minutes

    def run(stage: object, *arguments: object) -> None:
        monkeypatch.setattr(sys, "argv", ["", *map(str, arguments)])
        stage.main()  # type: ignore[attr-defined]

    def train(stage: object, name: str, *more: object) -> None:
        run(stage, "--data", made, "--out", tmp_path / f"{name}.pt", "--steps", 2, *more)

    made = tmp_path / "data"
    run(prepare, "--corpus", corpus, "--vocab", corpus / "vocab.json", "--out", made)
    run(prepare, "--out", made, "--join")
    assert len(Corpus(made).train) >= N_TRAIN and len(Corpus(made).dev) >= 1
    train(tokeniser, "tokeniser")
    train(tokeniser, "tokeniser", "--write")
    train(vocoder, "vocoder")
    train(t2s, "t2s")
    train(t2s, "t2s", "--write")
    train(s2m, "s2m")
    train(s2m, "s2m", "--write", 2)
    train(emotion, "emotion")
    assert torch.load(tmp_path / "t2s.pt", weights_only=True)["step"] == 2
    assert np.isfinite(np.load(made / "spoken.npy")).any()
    with (tmp_path / "s2m.csv").open(newline="", encoding="utf-8") as file:
        curves = list(csv.DictReader(file))
    assert {row["data"] for row in curves} == {"training", "unseen"}
    assert {"mel", "flow", "pitch", "voicing", "base"} <= {row["name"] for row in curves}
    stages = [x for name in ("t2s", "s2m", "vocoder", "emotion") for x in (f"--{name}", tmp_path / f"{name}.pt")]
    run(export, *stages, "--out", tmp_path / "voice")
    run(passage, "--model", tmp_path / "voice")
    voice = Synthesizer.load(tmp_path / "voice")
    timbre = voice.encode_timbre(0.1 * np.sin(np.arange(48_000) * 0.05).astype(np.float32), 24_000)
    rendering = voice.render(RenderRequest("We go.", timbre, Emotion(), 1, 24_000, 12_000))
    assert sum(map(len, rendering.blocks)) == 12_000 and voice.model_id == "voice"


def test_a_stage_that_is_done_goes_no_further(tmp_path: Path) -> None:
    """A checkpoint counts the steps of all starts."""
    from engine.training.loop import Loop

    model = torch.nn.Linear(2, 1)
    for _ in range(2):
        loop = Loop(model, out=tmp_path / "x.pt", minutes=1, peak=1e-3, device="cpu", steps=3)
        loop.run(lambda rng: {"loss": model(torch.ones(1, 2)).square().mean()}, lambda: {"same": 1.0})
        assert loop.step == 3
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["step"], row["data"], row["name"]) for row in csv.DictReader(file)]
    assert rows == [("3", "training", "loss"), ("3", "unseen", "same")]


def test_what_is_exported_has_a_name_of_its_own(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "mine", *fresh_voice())
    assert checkpoint.load_settled(tmp_path / "mine").name == "mine"
