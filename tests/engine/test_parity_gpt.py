"""The official GPT gives upstream's numbers, from prompt features to generated codes."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

from engine.decoding import Decoding, decode, steps
from engine.emotion_merge import between
from engine.gpt import GPT, gpt_config
from engine.sampling import Sampling
from tests.engine.parity import Fixture, fixture, manifest


@pytest.fixture(scope="module")
def reference() -> Fixture:
    return fixture("gpt")


@pytest.fixture(scope="module")
def model(reference: Fixture) -> GPT:
    gpt = GPT(gpt_config(reference.constructor)).eval().requires_grad_(False)
    missing, unexpected = gpt.load_state_dict(reference.weights, strict=False)
    assert set(missing) == set(reference.info["weights_left_out"]["keys"])
    assert not unexpected
    return gpt


@pytest.fixture(scope="module")
def prefix(reference: Fixture, model: GPT) -> Tensor:
    outputs = reference.outputs
    return model.prefix(outputs["spk_cond"], outputs["emovec_merged"], reference.inputs["text_ids"].long())


def test_conditioners(reference: Fixture, model: GPT) -> None:
    spk, emo = reference.inputs["spk_feat"], reference.inputs["emo_feat"]
    reference.check("spk_cond", model.timbre_latents(spk))
    reference.check("emo_perceiver", model.emo_perceiver_encoder(model.emo_conditioning_encoder(emo))[:, 0])
    reference.check("emovec_emo", model.emotion_embedding(emo))
    reference.check("emovec_spk", model.emotion_embedding(spk))
    merged = between(model.emotion_embedding(spk), model.emotion_embedding(emo), reference.inputs["emo_alpha"].item())
    reference.check("emovec_merged", merged)


def test_prefix_and_latents(reference: Fixture, model: GPT, prefix: Tensor) -> None:
    reference.check("prefix_embeds", prefix)
    reference.check("latent", model.latents(prefix, reference.inputs["codes"]))


def test_logits_of_every_step(reference: Fixture, model: GPT, prefix: Tensor) -> None:
    way = decoding(reference, Sampling(temperature=0, repetition_penalty=1.0, n_beams=1))
    codes, latents = zip(*steps(model, prefix, way, torch.Generator()), strict=True)
    reference.check("greedy_codes", torch.cat(codes)[None])
    reference.check("greedy_logits", model.logits(torch.cat(latents))[None])


@pytest.mark.parametrize(
    ("name", "sampling"),
    [
        ("greedy_codes", Sampling(temperature=0, repetition_penalty=1.0, n_beams=1)),
        ("greedy_rp2_codes", Sampling(temperature=0, repetition_penalty=2.0, n_beams=1)),
        ("greedy_rp10_codes", Sampling(temperature=0, repetition_penalty=10.0, n_beams=1)),
        ("beam3_codes", Sampling(temperature=0, repetition_penalty=10.0, n_beams=3)),
    ],
)
def test_generated_codes(reference: Fixture, model: GPT, prefix: Tensor, name: str, sampling: Sampling) -> None:
    decoded = decode(model, prefix, decoding(reference, sampling), torch.Generator())
    stop = torch.tensor([model.config.stop_code] * decoded.stopped, dtype=torch.long)
    reference.check(name, torch.cat([decoded.codes, stop])[None])


@pytest.mark.parametrize("n_beams", [1, 3])
def test_what_sampling_makes_of_logits(reference: Fixture, model: GPT, n_beams: int) -> None:
    name = f"proc_scores_beam{n_beams}"
    logits, ids = reference.inputs["proc_logits"], reference.inputs["proc_ids"]
    said = torch.zeros_like(logits, dtype=torch.bool).scatter_(1, ids, True)
    meaning = reference.info["tensors"]["out/proc_scores_beam1"]["meaning"]
    penalty, temperature, top_k, top_p = (
        float(re.search(rf"{name} ([\d.]+)", meaning)[1])  # type: ignore[index]
        for name in ("repetition", "temperature", "top-k", "top-p")
    )
    sampling = Sampling(temperature, int(top_k), top_p, penalty, n_beams)
    reference.check(name, sampling.scores(logits, said).clamp(min=-1e30))


def test_the_full_size_module_is_the_file() -> None:
    expected = manifest("gpt")
    with torch.device("meta"):
        gpt = GPT(gpt_config(expected["config"]))
    assert {name: list(value.shape) for name, value in gpt.state_dict().items()} == expected["keys"]


def decoding(reference: Fixture, sampling: Sampling) -> Decoding:
    return Decoding(sampling, max_codes=reference.info["generation"]["max_new_tokens"], as_upstream=True)
