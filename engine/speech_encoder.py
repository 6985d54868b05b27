"""w2v-BERT 2.0 (Seamless Communication 2023): what is said and how, as the official model hears a prompt.

Only the layers below the one that is taken are built and run; the rest of the published model is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine import torchaudio_compat


@dataclass(frozen=True)
class SpeechEncoderConfig:
    """Sizes of the encoder."""

    n_input: int
    dim: int
    n_head: int
    hidden: int
    n_layer: int  # how many are run
    left_reach: int  # of the relative positions, in frames
    right_reach: int
    kernel: int
    norm_eps: float


class SpeechEncoder(nn.Module):
    """Features of speech_fbank (B, T, n_input), whole (B, T) -> speech features (B, T, dim), 50 a second.

    Normalised by the checkpoint's statistics to mean 0 and variance 1. Needs the package `transformers`.
    """

    def __init__(self, config: SpeechEncoderConfig) -> None:
        super().__init__()
        torchaudio_compat.load()  # transformers imports it too, and would fail beside a CPU-only torch
        from transformers import Wav2Vec2BertConfig, Wav2Vec2BertModel  # takes seconds: only those who need it wait

        self.config = config
        self.encoder = Wav2Vec2BertModel(
            Wav2Vec2BertConfig(
                feature_projection_input_dim=config.n_input,
                hidden_size=config.dim,
                num_attention_heads=config.n_head,
                intermediate_size=config.hidden,
                num_hidden_layers=config.n_layer,
                left_max_position_embeddings=config.left_reach,
                right_max_position_embeddings=config.right_reach,
                conv_depthwise_kernel_size=config.kernel,
                layer_norm_eps=config.norm_eps,
                position_embeddings_type="relative_key",
                hidden_act="swish",
                add_adapter=False,
                mask_time_prob=0.0,  # masking is for training
                mask_feature_prob=0.0,
            )
        )
        self.mean = nn.Buffer(torch.zeros(config.dim))
        self.variance = nn.Buffer(torch.ones(config.dim))

    def hidden(self, features: Tensor, whole: Tensor) -> Tensor:
        """The last layer's output as it is. (B, T, n_input), (B, T) -> (B, T, dim)."""
        return self.encoder(features, attention_mask=whole).last_hidden_state

    def forward(self, features: Tensor, whole: Tensor) -> Tensor:
        return (self.hidden(features, whole) - self.mean) / self.variance.sqrt()
