"""Weights kept in half precision where the processor has no bfloat16: the same results from half the memory traffic.

The GPT says one token after the other, so each token reads every weight once and the memory sets the pace. The voice's
weights are float16 on disk; here they stay so in memory and are widened in the processor's registers (FBGEMM), with
products and sums in float32.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PackedLinear(nn.Module):
    """What `linear` gives, (..., in) -> (..., out), its weights rounded to float16."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.packed = torch.ops.quantized.linear_prepack_fp16(linear.weight.detach(), linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.quantized.linear_dynamic_fp16(x, self.packed)


def is_there() -> bool:
    """Whether this build of torch can: on x86, not on ARM."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def pack(model: nn.Module) -> None:
    """Replace every Linear inside `model`. For inference only; the model has no such weights any more."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Linear):
                pack_layer(module, name)


def pack_layer(model: nn.Module, name: str) -> None:
    """Replace one Linear of `model`."""
    linear = getattr(model, name)
    assert isinstance(linear, nn.Linear)
    setattr(model, name, PackedLinear(linear))
