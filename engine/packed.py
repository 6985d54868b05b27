"""Weights kept in half precision where the processor has no bfloat16: the same results from half the memory traffic.

A GPT says one token after the other, so each token reads every weight once and the memory sets the pace. The embedded
voice's weights are float16 on disk, upstream runs the official model in float16 where it can; here they are float16 in
memory and widened in the processor's registers (FBGEMM), with products and sums in float32.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.gpt import Conv1D


class PackedLinear(nn.Module):
    """(..., in) -> (..., out), what a Linear with this weight (out, in) gives, rounded to float16."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.packed = torch.ops.quantized.linear_prepack_fp16(weight.detach().contiguous(), bias)

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.quantized.linear_dynamic_fp16(x, self.packed)


def is_there() -> bool:
    """Whether this build of torch can: on x86, not on ARM."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def pack(model: nn.Module) -> None:
    """Replace every linear layer inside `model`. For inference only; the model has no such weights any more."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Linear | Conv1D):
                pack_layer(module, name)


def pack_layer(model: nn.Module, name: str) -> None:
    """Replace one linear layer of `model`; one that is packed stays as it is."""
    layer = getattr(model, name)
    if isinstance(layer, PackedLinear):
        return
    assert isinstance(layer, nn.Linear | Conv1D)
    weight = layer.weight.t() if isinstance(layer, Conv1D) else layer.weight
    setattr(model, name, PackedLinear(weight, layer.bias))
