"""A voice small enough to run in milliseconds, with random weights: laws hold for any weights."""

from __future__ import annotations

from functools import cache

import torch

from engine.s2m import S2M, S2MConfig
from engine.source_filter import SourceFilterConfig, SourceFilterVocoder
from engine.t2s import T2S, T2SConfig
from engine.training.data import ALPHABET
from engine.transformer import TransformerConfig

LEVELS = (3, 2, 2)
T2S_TINY = T2SConfig(
    alphabet=ALPHABET,
    n_emotions=8,
    levels=LEVELS,
    token_s=0.04,
    encoder=TransformerConfig(dim=16, n_layer=2, n_head=2, causal=False, dropout=0.1),
    gpt=TransformerConfig(dim=16, n_layer=2, n_head=2, causal=True, dropout=0.1),
)
S2M_TINY = S2MConfig(
    n_mels=100,
    levels=LEVELS,
    latent_dim=16,
    token_frames=4,
    speaker_dim=8,
    n_emotions=8,
    prompt_dim=8,
    prompt_depth=1,
    dim=16,
    token_depth=1,
    frame_depth=1,
    flow_depth=2,
)
VOCODER_TINY = SourceFilterConfig(rate=24_000, hop=240, n_fft=960, n_mels=100, dim=8, depth=1)


def fresh_voice(seed: int = 0) -> tuple[T2S, S2M, SourceFilterVocoder]:
    """Every weight random, also those that training starts at zero."""
    torch.manual_seed(seed)
    models = T2S(T2S_TINY), S2M(S2M_TINY), SourceFilterVocoder(VOCODER_TINY)
    for model in models:
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
        model.eval().requires_grad_(False)
    return models


tiny_voice = cache(fresh_voice)  # for tests that leave it as it is
