"""The semantic codec gives upstream's numbers, and the full-size file fits."""

import torch

from engine import official_config, official_layout
from engine.semantic_codec import SemanticCodec
from tests.engine.parity import check_manifest, fixture, manifest


@torch.inference_mode()
def test_tokens_and_what_they_say() -> None:
    given = fixture("semantic_codec")
    config = official_config.semantic_codec(given.constructor)
    codec = official_layout.SEMANTIC_CODEC.load(lambda: SemanticCodec(config), given.weights, "the fixture")
    encoded = codec.encoder(given.inputs["feat"])
    given.check("encoder", encoded)
    given.check("quant_codes", codec.nearest(encoded))
    assert torch.equal(codec.encode(given.inputs["feat"]), given.outputs["quant_codes"])
    given.check("quantized", codec.embed(given.outputs["quant_codes"]))
    given.check("vq2emb", codec.embed(given.inputs["codes"]).transpose(1, 2))


def test_the_full_size_file_fits() -> None:
    full = manifest("semantic_codec")
    config = official_config.semantic_codec(full["config"])
    check_manifest(full, official_layout.SEMANTIC_CODEC, lambda: SemanticCodec(config))
