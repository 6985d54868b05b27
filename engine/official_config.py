"""Upstream's configuration files -> our configs. What our modules do not do is refused, never passed over.

Errors say what is wrong with the file; which file it is, the caller knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.audio import MelConfig
from engine.bigvgan import BigVGANConfig
from engine.dit import DiTConfig
from engine.errors import BadCheckpointError
from engine.length_regulator import LengthRegulatorConfig
from engine.official_s2m import OfficialS2MConfig
from engine.semantic_codec import SemanticCodecConfig
from engine.speaker_encoder import SpeakerEncoderConfig
from engine.speech_encoder import SpeechEncoderConfig

Section = Mapping[str, Any]

SPEECH_LAYERS = 17  # of w2v-BERT's 24, whose output upstream takes

# What CAMPPlus and its file were published with; it comes without a configuration.
CAMPPLUS = {"feat_dim": 80, "embedding_size": 192, "growth_rate": 32, "bn_size": 4, "init_channels": 128}


def value(section: Section, key: str) -> Any:
    """A value of a configuration. Raises BadCheckpointError where it is missing."""
    try:
        return section[key]
    except (KeyError, TypeError) as error:
        raise BadCheckpointError(f"it has no {key!r}") from error


def require(section: Section, **only: Any) -> None:
    """Raise BadCheckpointError unless each key that is there has the one value that our modules are made for."""
    for key, known in only.items():
        if key in section and section[key] != known:
            raise BadCheckpointError(f"it says {key}: {section[key]!r}, and Cuevox speaks models with {known!r} only")


def semantic_codec(section: Section) -> SemanticCodecConfig:
    """`semantic_codec` of config.yaml."""
    return SemanticCodecConfig(
        feature_dim=value(section, "hidden_size"),
        n_codes=value(section, "codebook_size"),
        code_dim=value(section, "codebook_dim"),
        dim=value(section, "vocos_dim"),
        hidden=value(section, "vocos_intermediate_dim"),
        n_layer=value(section, "vocos_num_layers"),
    )


def speaker_encoder(section: Section) -> SpeakerEncoderConfig:
    """CAMPPLUS, or the like of it."""
    growth = value(section, "growth_rate")
    return SpeakerEncoderConfig(
        n_mels=value(section, "feat_dim"),
        speaker_dim=value(section, "embedding_size"),
        dim=value(section, "init_channels"),
        growth=growth,
        bottleneck=value(section, "bn_size") * growth,
    )


def speech_encoder(section: Section, n_layer: int = SPEECH_LAYERS) -> SpeechEncoderConfig:
    """config.json of w2v-BERT, of which n_layer layers are run."""
    require(section, hidden_act="swish", position_embeddings_type="relative_key", add_adapter=False)
    if value(section, "num_hidden_layers") < n_layer:
        raise BadCheckpointError(f"it has {section['num_hidden_layers']} layers, and {n_layer} are needed")
    return SpeechEncoderConfig(
        n_input=value(section, "feature_projection_input_dim"),
        dim=value(section, "hidden_size"),
        n_head=value(section, "num_attention_heads"),
        hidden=value(section, "intermediate_size"),
        n_layer=n_layer,
        left_reach=value(section, "left_max_position_embeddings"),
        right_reach=value(section, "right_max_position_embeddings"),
        kernel=value(section, "conv_depthwise_kernel_size"),
        norm_eps=value(section, "layer_norm_eps"),
    )


def s2m(section: Section, latent_dim: int) -> OfficialS2MConfig:
    """`s2mel` of config.yaml; latent_dim is the GPT's `model_dim`."""
    regulator, dit = value(section, "length_regulator"), value(section, "DiT")
    wavenet, style = value(section, "wavenet"), value(section, "style_encoder")
    require(section, dit_type="DiT")
    require(regulator, is_discrete=False, vector_quantize=False, f0_condition=False, n_codebooks=1)
    require(regulator, sampling_ratios=[1] * len(value(regulator, "sampling_ratios")))
    require(regulator, channels=value(dit, "content_dim"))
    require(dit, style_condition=True, final_layer_type="wavenet", target="mel", f0_condition=False, is_causal=False)
    require(dit, long_skip_connection=True, uvit_skip_connection=True, add_resblock_in_transformer=False)
    require(dit, time_as_token=False, style_as_token=False, zero_prompt_speech_token=False)
    require(wavenet, hidden_dim=value(dit, "hidden_dim"), dilation_rate=1, style_condition=True)
    return OfficialS2MConfig(
        latent_dim=latent_dim,
        regulator=LengthRegulatorConfig(
            content_dim=value(regulator, "in_channels"),
            dim=value(regulator, "channels"),
            n_conv=len(regulator["sampling_ratios"]),
        ),
        dit=DiTConfig(
            n_mels=value(dit, "in_channels"),
            condition_dim=dit["content_dim"],
            speaker_dim=value(style, "dim"),
            dim=dit["hidden_dim"],
            n_head=value(dit, "num_heads"),
            n_layer=value(dit, "depth"),
            wavenet_layers=value(wavenet, "num_layers"),
            wavenet_kernel=value(wavenet, "kernel_size"),
        ),
    )


def prompt_mel(section: Section) -> MelConfig:
    """`s2mel.preprocess_params` of config.yaml: the mel of timbre prompts, which is the vocoder's."""
    spectrum, rate = value(section, "spect_params"), value(section, "sr")
    require(spectrum, fmax="None", win_length=value(spectrum, "n_fft"))  # any other fmax upstream takes for 8000
    return MelConfig(
        rate=rate,
        hop=value(spectrum, "hop_length"),
        n_fft=spectrum["n_fft"],
        n_mels=value(spectrum, "n_mels"),
        f_min=float(value(spectrum, "fmin")),
        f_max=rate / 2,
        floor=1e-5,  # upstream's
    )


def bigvgan(section: Section) -> BigVGANConfig:
    """config.json of BigVGAN."""
    require(section, resblock="1", activation="snakebeta", snake_logscale=True)
    require(section, use_tanh_at_final=False, use_bias_at_final=False)
    return BigVGANConfig(
        n_mels=value(section, "num_mels"),
        dim=value(section, "upsample_initial_channel"),
        rates=tuple(value(section, "upsample_rates")),
        kernels=tuple(value(section, "upsample_kernel_sizes")),
        block_kernels=tuple(value(section, "resblock_kernel_sizes")),
        block_dilations=tuple(tuple(d) for d in value(section, "resblock_dilation_sizes")),
    )


def vocoder_mel(section: Section) -> MelConfig:
    """The mel that BigVGAN's config.json describes."""
    require(section, win_size=value(section, "n_fft"))
    rate = value(section, "sampling_rate")
    return MelConfig(
        rate=rate,
        hop=value(section, "hop_size"),
        n_fft=section["n_fft"],
        n_mels=value(section, "num_mels"),
        f_min=float(value(section, "fmin")),
        f_max=float(value(section, "fmax") or rate / 2),
        floor=1e-5,  # as it was trained
    )
