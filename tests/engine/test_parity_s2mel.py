"""The semantic-to-mel stage gives upstream's numbers, and the full-size file fits."""

from functools import cache

import torch

from engine import official_config, official_layout
from engine.length_regulator import even_spread
from engine.official_s2m import OfficialS2M
from tests.engine.parity import Fixture, check_manifest, fixture, manifest


@cache
def stage() -> tuple[Fixture, OfficialS2M]:
    given = fixture("s2mel")
    config = official_config.s2m(given.constructor, given.inputs["gpt_latent"].shape[-1])
    state = {name.removeprefix("models."): value for name, value in given.weights.items()}
    return given, official_layout.s2m(config).load(lambda: OfficialS2M(config), state, "the fixture")


@torch.inference_mode()
def test_the_condition() -> None:
    given, s2m = stage()
    tokens, latents, prompt = (given.inputs[name] for name in ("code_emb", "gpt_latent", "ref_emb"))
    given.check("gpt_layer", s2m.latents(latents))
    target = s2m.regulator(s2m.content(tokens, latents), even_spread(tokens.shape[1], int(given.inputs["target_len"])))
    of_prompt = s2m.regulator(prompt, even_spread(prompt.shape[1], int(given.inputs["ref_len"])))
    given.check("cond_target", target)
    given.check("cond_prompt", of_prompt)
    given.check("cond_cat", torch.cat([of_prompt, target], 1))


@torch.inference_mode()
def test_the_velocity() -> None:
    given, s2m = stage()
    x, prompt, condition, speaker, time, lengths = (
        given.inputs[f"dit_{name}"] for name in ("x", "prompt_x", "cond", "style", "t", "x_lens")
    )
    given.check("dit_t_emb", s2m.dit.time(time))
    given.check("dit_out", s2m.dit(x, time, s2m.dit.given(prompt, condition, speaker), lengths))


@torch.inference_mode()
def test_the_mel() -> None:
    given, s2m = stage()
    n_prompt = given.inputs["ref_mel"].shape[-1]
    n_steps, strength = int(given.inputs["cfm_steps"]), float(given.inputs["cfg_rate"])
    for name, steps, guidance in [
        ("mel_cfg", n_steps, strength),
        ("mel_nocfg", n_steps, 0.0),
        ("mel_cfg_1step", 1, strength),
    ]:
        mel = s2m.mel(
            given.outputs["cond_prompt"], given.outputs["cond_target"], given.inputs["ref_mel"],
            given.inputs["style"], given.inputs["noise"], n_steps=steps, guidance=guidance,
        )  # fmt: skip
        given.check(name, torch.nn.functional.pad(mel, (n_prompt, 0)))  # upstream leaves the prompt's frames at zero


def test_the_full_size_file_fits() -> None:
    full, gpt = manifest("s2mel"), manifest("gpt")
    config = official_config.s2m(full["config"], gpt["config"]["model_dim"])
    check_manifest(full, official_layout.s2m(config), lambda: OfficialS2M(config))
