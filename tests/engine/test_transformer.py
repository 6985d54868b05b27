"""Laws of the transformer: stepwise equals all at once, and nothing sees the future."""

import pytest
import torch

from engine.transformer import KVCache, Transformer, TransformerConfig

TINY = TransformerConfig(dim=16, n_layer=2, n_head=2, causal=True, dropout=0.0)


@pytest.mark.parametrize("prompt", [1, 3, 7])
@torch.inference_mode()
def test_a_prompt_and_then_one_position_a_call_give_the_full_pass(prompt: int) -> None:
    torch.manual_seed(0)
    model, x = Transformer(TINY).eval(), torch.randn(2, 7, TINY.dim)
    cache = KVCache(TINY, batch=2, max_len=7)
    steps = [model(x[:, :prompt], cache=cache), *(model(x[:, t : t + 1], cache=cache) for t in range(prompt, 7))]
    torch.testing.assert_close(torch.cat(steps, 1), model(x))


@torch.inference_mode()
def test_nothing_sees_the_future() -> None:
    torch.manual_seed(0)
    model, x = Transformer(TINY).eval(), torch.randn(1, 6, TINY.dim)
    changed = x.clone()
    changed[:, 4:] *= -1  # a shift of all channels would vanish in the norms
    torch.testing.assert_close(model(x)[:, :4], model(changed)[:, :4])
    assert not torch.allclose(model(x)[:, 4:], model(changed)[:, 4:])


@torch.inference_mode()
def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    model = Transformer(TransformerConfig(dim=16, n_layer=2, n_head=2, causal=False, dropout=0.0)).eval()
    x = torch.randn(1, 5, 16)
    padded = torch.cat([x, torch.randn(1, 3, 16)], 1)
    mask = torch.tensor([[True] * 5 + [False] * 3])
    torch.testing.assert_close(model(padded, mask=mask)[:, :5], model(x, mask=torch.ones(1, 5, dtype=torch.bool)))
