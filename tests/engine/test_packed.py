"""Layers with packed weights give what their weights, rounded to float16, give."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.gpt import Backbone, Conv1D
from engine.packed import PackedLinear, is_there, pack
from engine.transformer import KVCache
from tests.engine.test_gpt import TINY

pytestmark = pytest.mark.skipif(not is_there(), reason="this build of torch has no FBGEMM")


@pytest.mark.parametrize("layer", [Conv1D(24, 40), nn.Linear(24, 40), nn.Linear(24, 40, bias=False)])
@torch.inference_mode()
def test_a_packed_layer(layer: Conv1D | nn.Linear) -> None:
    x, model = torch.randn(3, 5, 24), nn.Sequential(layer)
    layer.weight.copy_(layer.weight.half().float())
    expected = model(x)
    pack(model)
    assert isinstance(model[0], PackedLinear)
    torch.testing.assert_close(model(x), expected)


@torch.inference_mode()
def test_a_packed_backbone_step_by_step() -> None:
    """No layer is left out, and what goes on after a prefix is what the whole gives."""
    torch.manual_seed(0)
    backbone, x = Backbone(TINY), torch.randn(2, 9, TINY.dim)
    expected = backbone(x, None)
    pack(backbone)
    assert all(parameter.dim() == 1 for parameter in backbone.parameters())  # the norms'
    cache = KVCache(TINY, batch=2, max_len=9)
    stepwise = torch.cat([backbone(x[:, :6], cache), *(backbone(x[:, t : t + 1], cache) for t in range(6, 9))], 1)
    torch.testing.assert_close(stepwise, backbone(x, None))
    torch.testing.assert_close(stepwise, expected, rtol=0, atol=5e-3)
    assert not torch.equal(stepwise, expected)
