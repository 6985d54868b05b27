"""The official text-to-semantic stage: conditioning and text in, semantic tokens at 50 Hz and their latents out.

A GPT-2 (Radford et al. 2019) reads one sequence, whose parts have position tables of their own:

    32 timbre latents + emotion | 2 duration slots | start, text, stop | start, codes, stop
    no positions                | none             | text positions    | code positions

Parts are named as in the checkpoint, so that its keys are this module's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditioning import Conformer, ConformerConfig, Perceiver, PerceiverConfig
from engine.errors import BadCheckpointError
from engine.transformer import KVCache

# Fixed in upstream's code, so in no config.
FEATURE_DIM = 1024  # of the speech encoder
EMOTION_DIM = 1024  # of the emotion perceiver
N_TIMBRE_LATENTS = 32


@dataclass(frozen=True)
class GPTConfig:
    """Sizes of the stage and the ids that mark its ends; gpt_config() reads them from the checkpoint's config."""

    dim: int
    n_head: int
    n_layer: int
    n_text: int  # pieces of the tokeniser
    max_text: int  # pieces of one segment
    start_text: int
    stop_text: int
    n_codes: int  # with the two that start and stop
    max_codes: int  # of one segment
    start_code: int
    stop_code: int
    timbre_conformer: ConformerConfig
    timbre_perceiver: PerceiverConfig
    emotion_conformer: ConformerConfig
    emotion_perceiver: PerceiverConfig


def gpt_config(section: Mapping[str, Any]) -> GPTConfig:
    """The `gpt` section of an official config.yaml. Raises BadCheckpointError for a model of another kind."""
    expected = {
        "condition_type": "conformer_perceiver",
        "use_mel_codes_as_input": True,
        "train_solo_embeddings": False,
    }
    try:
        for key, value in expected.items():
            if section[key] != value:
                raise BadCheckpointError(f"gpt.{key} is {section[key]!r}; Cuevox runs models with {value!r} only")
        timbre, emotion = section["condition_module"], section["emo_condition_module"]
        return GPTConfig(
            dim=section["model_dim"],
            n_head=section["heads"],
            n_layer=section["layers"],
            n_text=section["number_text_tokens"],
            max_text=section["max_text_tokens"],
            start_text=section["start_text_token"],
            stop_text=section["stop_text_token"],
            n_codes=section["number_mel_codes"],
            max_codes=section["max_mel_tokens"],
            start_code=section["start_mel_token"],
            stop_code=section["stop_mel_token"],
            timbre_conformer=_conformer(timbre),
            timbre_perceiver=_perceiver(timbre, dim=section["model_dim"], n_latent=N_TIMBRE_LATENTS),
            emotion_conformer=_conformer(emotion),
            emotion_perceiver=_perceiver(emotion, dim=EMOTION_DIM, n_latent=1),
        )
    except KeyError as error:
        raise BadCheckpointError(f"the model's config has no gpt value {error}; get the model again") from error


def _conformer(section: Mapping[str, Any]) -> ConformerConfig:
    if section["input_layer"] != "conv2d2":
        raise BadCheckpointError(f"input_layer is {section['input_layer']!r}; Cuevox runs models with 'conv2d2' only")
    return ConformerConfig(
        in_dim=FEATURE_DIM,
        dim=section["output_size"],
        hidden_dim=section["linear_units"],
        n_head=section["attention_heads"],
        n_layer=section["num_blocks"],
    )


def _perceiver(section: Mapping[str, Any], *, dim: int, n_latent: int) -> PerceiverConfig:
    return PerceiverConfig(
        context_dim=section["output_size"],
        dim=dim,
        hidden_dim=int(dim * section["perceiver_mult"] * 2 / 3),
        n_head=section["attention_heads"],
        n_latent=n_latent,
    )


# ----------------------------------------------------------------------------------------------------------- GPT-2
class Conv1D(nn.Module):
    """GPT-2's linear layer, whose weight is stored (in, out). (B, T, in) -> (B, T, out)."""

    def __init__(self, in_dim: int, out_dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_dim, out_dim) * 0.02)
        self.bias = nn.Parameter(torch.zeros(out_dim))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x.flatten(0, 1), self.weight).unflatten(0, x.shape[:2])


class CausalAttention(nn.Module):
    """Self-attention over the past. (B, T, dim) -> (B, T, dim)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.c_attn = Conv1D(config.dim, 3 * config.dim)
        self.c_proj = Conv1D(config.dim, config.dim)

    def forward(self, x: Tensor, cache: KVCache | None, layer: int) -> Tensor:
        # With a cache the prefix comes in one call, then one code a call, so only T > 1 needs a causal mask.
        T = x.shape[1]
        q, k, v = self.c_attn(x).unflatten(-1, (3, self.n_head, -1)).permute(2, 0, 3, 1, 4)  # 3 x (B, H, T, D)
        if cache is not None:
            k, v = cache.append(layer, k, v)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
        return self.c_proj(y.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    """(B, T, dim) -> (B, T, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.c_fc = Conv1D(dim, 4 * dim)
        self.c_proj = Conv1D(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    """Attention, then an MLP, each on a residual. (B, T, dim) -> (B, T, dim)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)
        self.attn = CausalAttention(config)
        self.mlp = MLP(config.dim)

    def forward(self, x: Tensor, cache: KVCache | None, layer: int) -> Tensor:
        x = x + self.attn(self.ln_1(x), cache, layer)
        return x + self.mlp(self.ln_2(x))


class Backbone(nn.Module):
    """Embeddings (B, T, dim) -> states (B, T, dim)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.h = nn.ModuleList([Block(config) for _ in range(config.n_layer)])
        self.ln_f = nn.LayerNorm(config.dim)

    def forward(self, x: Tensor, cache: KVCache | None) -> Tensor:
        for layer, block in enumerate(self.h):
            x = block(x, cache, layer)
        if cache is not None:
            cache.advance(x.shape[1])
        return self.ln_f(x)


class LearnedPositions(nn.Module):
    """A vector for each place: (n, dim) for the n places from `start` on."""

    def __init__(self, n_places: int, dim: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(n_places, dim)

    def forward(self, n: int, start: int = 0) -> Tensor:
        return self.emb.weight[start : start + n]


# ------------------------------------------------------------------------------------------------------- the stage
class GPT(nn.Module):
    """Conditioners, embeddings, backbone and heads.

    A voice is encoded once: timbre_latents() and emotion_embedding() need a prompt's features. A segment of text is
    prefix(), then codes one at a time (engine.decoding), or latents() for codes that are known already.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.dim
        self.conditioning_encoder = Conformer(config.timbre_conformer)
        self.perceiver_encoder = Perceiver(config.timbre_perceiver)
        self.emo_conditioning_encoder = Conformer(config.emotion_conformer)
        self.emo_perceiver_encoder = Perceiver(config.emotion_perceiver)
        self.emovec_layer = nn.Linear(config.emotion_perceiver.dim, dim)
        self.emo_layer = nn.Linear(dim, dim)
        self.speed_emb = nn.Embedding(2, dim)
        self.text_embedding = nn.Embedding(config.n_text + 1, dim)
        self.text_pos_embedding = LearnedPositions(config.max_text + 2, dim)
        self.mel_embedding = nn.Embedding(config.n_codes, dim)
        self.mel_pos_embedding = LearnedPositions(config.max_codes + 3, dim)
        self.gpt = Backbone(config)
        self.final_norm = nn.LayerNorm(dim)
        self.mel_head = nn.Linear(dim, config.n_codes)
        self.text_head = nn.Linear(dim, config.n_text + 1)  # for training only; here since the checkpoint has it

    def timbre_latents(self, features: Tensor) -> Tensor:
        """Timbre prompt's features (B, T, 1024) -> (B, 32, dim)."""
        return self.perceiver_encoder(self.conditioning_encoder(features))

    def emotion_embedding(self, features: Tensor) -> Tensor:
        """Emotion prompt's features (B, T, 1024) -> (B, dim)."""
        summary = self.emo_perceiver_encoder(self.emo_conditioning_encoder(features))[:, 0]
        return self.emo_layer(self.emovec_layer(summary))

    def free_duration(self) -> Tensor:
        """What stands in the duration slots, (1, 2, dim), when the model is to take the time it likes."""
        return self.speed_emb.weight.flip(0)[None]

    def planned_duration(self, n_codes: int, *, slot: int) -> Tensor:
        """The same for about `n_codes` semantic tokens.

        The paper ties a length to the position at which the end falls (Zhou et al. 2025, section 3.2). The released
        model was not trained on it in a documented way, so which slot (0 or 1) it listens to has to be measured.
        """
        duration = self.free_duration().clone()
        duration[:, slot] = self.mel_pos_embedding(1, start=min(n_codes, self.config.max_codes + 2))
        return duration

    def prefix(self, timbre: Tensor, emotion: Tensor, text: Tensor, duration: Tensor | None = None) -> Tensor:
        """All that stands before the codes.

        Timbre latents (B, 32, dim), emotion embedding (B, dim), text ids (B, L) without start and stop, duration slots
        (1, 2, dim) -> (B, 34 + L + 2, dim).
        """
        config = self.config
        assert text.shape[1] <= config.max_text, "split the text into segments first"
        ids = F.pad(F.pad(text, (1, 0), value=config.start_text), (0, 1), value=config.stop_text)
        slots = self.free_duration() if duration is None else duration
        embedded = self.text_embedding(ids) + self.text_pos_embedding(ids.shape[1])
        return torch.cat([timbre + emotion[:, None], slots.expand(len(text), -1, -1), embedded], 1)

    def embed_codes(self, codes: Tensor, start: int) -> Tensor:
        """Codes (B, T), the first at position `start` -> (B, T, dim). The start code has position 0."""
        return self.mel_embedding(codes) + self.mel_pos_embedding(codes.shape[1], start)

    def forward(self, x: Tensor, cache: KVCache | None = None) -> Tensor:
        """Prefix and embedded codes (B, T, dim) -> latents (B, T, dim); with a cache, the next T of them."""
        return self.final_norm(self.gpt(x, cache))

    def logits(self, latents: Tensor) -> Tensor:
        """(..., dim) -> (..., n_codes)."""
        return self.mel_head(latents)

    def latents(self, prefix: Tensor, codes: Tensor) -> Tensor:
        """One pass over a prefix and codes (B, N) that are known -> the states that foretell them, (B, N, dim)."""
        before = F.pad(codes[:, :-1], (1, 0), value=self.config.start_code)
        return self(torch.cat([prefix, self.embed_codes(before, 0)], 1))[:, prefix.shape[1] :]
