"""What the weights of the official model are called in its files, module by module."""

from __future__ import annotations

from engine.bigvgan import BigVGANConfig
from engine.layout import Layout
from engine.official_s2m import OfficialS2MConfig
from engine.speech_encoder import SpeechEncoderConfig

# Parts are named as upstream names them. Old checkpoints of GPT-2 carry its mask as two buffers a layer.
GPT = Layout(ignored=(r"gpt\.h\.\d+\.attn\.(bias|masked_bias)",))

SEMANTIC_CODEC = Layout(
    renames=(
        (r"^encoder\.stem\.", "encoder.0.embed."),
        (r"^encoder\.(norm|final_norm)\.", lambda m: f"encoder.0.{m[1].replace('final_norm', 'final_layer_norm')}."),
        (r"^encoder\.blocks\.", "encoder.0.convnext."),
        (r"^encoder\.out\.", "encoder.1."),
        (r"\.depthwise\.", ".dwconv."),
        (r"\.expand\.", ".pwconv1."),
        (r"\.contract\.", ".pwconv2."),
        (r"\.scale$", ".gamma"),
        (r"^(in_project|out_project|codebook)\.", r"quantizer.quantizers.0.\1."),
    ),
    ignored=(r"decoder\..+",),  # speaks features; here tokens are spoken by the S2M stage
)

SPEAKER_ENCODER = Layout(
    renames=(
        (r"^stem\.", "xvector.tdnn.linear."),
        (r"^stem_norm\.", "xvector.tdnn.nonlinear.batchnorm."),
        (r"^blocks\.(\d+)\.(\d+)\.", lambda m: f"xvector.block{int(m[1]) + 1}.tdnnd{int(m[2]) + 1}."),
        (r"^transits\.(\d+)\.", lambda m: f"xvector.transit{int(m[1]) + 1}."),
        (r"^norm\.", "xvector.out_nonlinear.batchnorm."),
        (r"^out\.", "xvector.dense.linear."),
        (r"^out_norm\.", "xvector.dense.nonlinear.batchnorm."),
        (r"(tdnnd\d+)\.norm([12])\.", r"\1.nonlinear\2.batchnorm."),
        (r"(tdnnd\d+)\.contract\.", r"\1.linear1."),
        (r"(transit\d)\.norm\.", r"\1.nonlinear.batchnorm."),
        (r"(transit\d)\.contract\.", r"\1.linear."),
        (r"\.context\.local\.", ".cam_layer.linear_local."),
        (r"\.context\.squeeze\.", ".cam_layer.linear1."),
        (r"\.context\.weigh\.", ".cam_layer.linear2."),
    ),
)


def bigvgan(config: BigVGANConfig) -> Layout:
    """Of the vocoder. Residual blocks are numbered through all stages."""
    n_blocks = len(config.block_kernels)
    return Layout(
        renames=(
            (r"^stem\.", "conv_pre."),
            (r"^out\.", "conv_post."),
            (r"^snake\.", "activation_post."),
            (r"^stages\.(\d+)\.up\.", r"ups.\1.0."),
            (r"^stages\.(\d+)\.blocks\.(\d+)\.", lambda m: f"resblocks.{int(m[1]) * n_blocks + int(m[2])}."),
            (r"\.dilated\.", ".convs1."),
            (r"\.plain\.", ".convs2."),
            (r"\.snakes\.", ".activations."),
            (r"\.log_a$", ".act.alpha"),
            (r"\.log_b$", ".act.beta"),
            (r"\.up$", ".upsample.filter"),
            (r"\.down$", ".downsample.lowpass.filter"),
        ),
    )


def speech_encoder(config: SpeechEncoderConfig, n_published: int) -> Layout:
    """Of w2v-BERT, of whose n_published layers only the first are used, and its statistics (`mean`, `var`)."""
    unused = "|".join(map(str, range(config.n_layer, n_published)))
    return Layout(
        renames=((r"^encoder\.", ""), (r"^variance$", "var")),
        ignored=("masked_spec_embed", rf"encoder\.layers\.({unused})\..+"),
    )


def s2m(config: OfficialS2MConfig) -> Layout:
    """Of `net` in s2mel.pth with its parts in one dict: cfm., length_regulator., gpt_layer."""
    without_skip = "|".join(str(i) for i in range(config.dit.n_layer) if not config.dit.takes_skip(i))
    return Layout(
        renames=(
            (r"^latents\.", "gpt_layer."),
            (r"^regulator\.content\.", "length_regulator.content_in_proj."),
            # A convolution, its norm and an activation without weights, then the last convolution
            (r"^regulator\.frames\.(\d+)\.([01])\.", lambda m: f"length_regulator.model.{3 * int(m[1]) + int(m[2])}."),
            (r"^regulator\.out\.", f"length_regulator.model.{3 * config.regulator.n_conv}."),
            (r"^dit\.time\.", "cfm.estimator.t_embedder."),
            (r"^dit\.wavenet_time\.", "cfm.estimator.t_embedder2."),
            (r"^dit\.condition\.", "cfm.estimator.cond_projection."),
            (r"^dit\.merge\.", "cfm.estimator.cond_x_merge_linear."),
            (r"^dit\.(layers|norm)\.", r"cfm.estimator.transformer.\1."),
            (r"^dit\.long_skip\.", "cfm.estimator.skip_linear."),
            (r"^dit\.wavenet_in\.", "cfm.estimator.conv1."),
            (r"^dit\.wavenet_skip\.", "cfm.estimator.res_projection."),
            (r"^dit\.wavenet\.manner\.", "cfm.estimator.wavenet.cond_layer.conv.conv."),
            (r"^dit\.wavenet\.gates\.(\d+)\.", r"cfm.estimator.wavenet.in_layers.\1.conv.conv."),
            (r"^dit\.wavenet\.says\.(\d+)\.", r"cfm.estimator.wavenet.res_skip_layers.\1.conv.conv."),
            (r"^dit\.final\.steer\.", "cfm.estimator.final_layer.adaLN_modulation.1."),
            (r"^dit\.final\.linear\.", "cfm.estimator.final_layer.linear."),
            (r"^dit\.out\.", "cfm.estimator.conv2."),
            (r"\.attention\.qkv\.", ".attention.wqkv."),
            (r"\.attention\.out\.", ".attention.wo."),
            (r"\.feed_forward\.gate\.", ".feed_forward.w1."),
            (r"\.feed_forward\.up\.", ".feed_forward.w3."),
            (r"\.feed_forward\.down\.", ".feed_forward.w2."),
            (r"\.feed_forward_norm\.", ".ffn_norm."),
            (r"norm\.steer\.", "norm.project_layer."),
            (r"norm\.weight$", "norm.norm.weight"),
            (r"\.skip\.", ".skip_in_linear."),
        ),
        ignored=(
            r"cfm\.estimator\.input_pos",  # counts up
            r"cfm\.estimator\.t_embedder2?\.freqs",  # follow from a formula
            # Upstream makes them and never calls them
            r"cfm\.estimator\.(x_embedder|cond_embedder|content_mask_embedder)\..+",
            rf"cfm\.estimator\.transformer\.layers\.({without_skip})\.skip_in_linear\..+",
            r"length_regulator\.(mask_token|embedding\.weight)",
        ),
    )
