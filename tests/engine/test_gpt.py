"""Laws of the official GPT, on a tiny one with random weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.beams import Beams
from engine.conditioning import ConformerConfig, PerceiverConfig
from engine.decoding import Decoding, decode, joined, steps, stream
from engine.errors import BadCheckpointError
from engine.gpt import GPT, GPTConfig, gpt_config
from engine.sampling import Sampling
from engine.transformer import KVCache

TINY = GPTConfig(
    dim=16,
    n_head=2,
    n_layer=2,
    n_text=20,
    max_text=12,
    start_text=0,
    stop_text=1,
    n_codes=14,
    max_codes=40,
    start_code=12,
    stop_code=13,
    timbre_conformer=ConformerConfig(in_dim=12, dim=8, hidden_dim=16, n_head=2, n_layer=2),
    timbre_perceiver=PerceiverConfig(context_dim=8, dim=16, hidden_dim=10, n_head=1, n_latent=4),
    emotion_conformer=ConformerConfig(in_dim=12, dim=8, hidden_dim=16, n_head=2, n_layer=1),
    emotion_perceiver=PerceiverConfig(context_dim=8, dim=16, hidden_dim=10, n_head=1, n_latent=1),
)
TEXT = torch.tensor([[5, 9, 3, 17]])
BEAMS = Sampling(repetition_penalty=2.0, n_beams=3)
ONE = Sampling(repetition_penalty=2.0, n_beams=1)
LOOSE = Sampling(temperature=2.0, top_p=1.0, repetition_penalty=1.0, n_beams=2)


@pytest.fixture(scope="module")
def model() -> GPT:
    torch.manual_seed(0)
    gpt = GPT(TINY)
    for parameter in gpt.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return gpt.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def prefix(model: GPT) -> Tensor:
    torch.manual_seed(1)
    prompt = torch.randn(1, 21, 12)
    return model.prefix(model.timbre_latents(prompt), model.emotion_embedding(prompt), TEXT)


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_one_code_a_call_gives_the_full_pass(model: GPT, prefix: Tensor) -> None:
    codes = torch.randint(12, (1, 9))
    x = torch.cat([prefix, model.embed_codes(codes, 0)], 1)
    cache = KVCache(TINY, batch=1, max_len=x.shape[1])
    first = prefix.shape[1] + 1
    stepwise = [model(x[:, :first], cache), *(model(x[:, t : t + 1], cache) for t in range(first, x.shape[1]))]
    torch.testing.assert_close(torch.cat(stepwise, 1), model(x))


def test_nothing_sees_the_future(model: GPT, prefix: Tensor) -> None:
    codes = torch.randint(12, (1, 8))
    changed = codes.clone()
    changed[:, 5] = (codes[:, 5] + 1) % 12
    before, after = model.latents(prefix, codes), model.latents(prefix, changed)
    torch.testing.assert_close(before[:, :6], after[:, :6])  # latent 5 foretells code 5: it has seen 0 to 4
    assert not torch.allclose(before[:, 6:], after[:, 6:])


@pytest.mark.parametrize("sampling", [ONE, BEAMS])
def test_latents_seen_on_the_way_are_those_of_a_second_pass(model: GPT, prefix: Tensor, sampling: Sampling) -> None:
    for seed in range(5):
        decoded = decode(model, prefix, Decoding(sampling, max_codes=30), seeded(seed))
        torch.testing.assert_close(decoded.latents, model.latents(prefix, decoded.codes[None])[0])


@pytest.mark.parametrize("sampling", [ONE, BEAMS])
def test_the_same_seed_gives_the_same_line(model: GPT, prefix: Tensor, sampling: Sampling) -> None:
    decoding = Decoding(sampling, max_codes=30)
    first, again = (decode(model, prefix, decoding, seeded()) for _ in range(2))
    assert torch.equal(first.codes, again.codes)
    assert torch.equal(first.latents, again.latents)
    others = [decode(model, prefix, decoding, seeded(seed)).codes for seed in range(4, 8)]
    assert any(not torch.equal(first.codes, other) for other in others)


@pytest.mark.parametrize(
    "sampling", [ONE, BEAMS, Sampling(temperature=0), Sampling(temperature=5.0, top_k=14, top_p=1.0)]
)
def test_a_line_holds_only_what_can_be_spoken(model: GPT, prefix: Tensor, sampling: Sampling) -> None:
    for seed in range(8):
        decoded = decode(model, prefix, Decoding(sampling, max_codes=20), seeded(seed))
        assert 0 < len(decoded.codes) <= 20
        assert decoded.codes.max() < min(TINY.start_code, TINY.stop_code)
        assert decoded.stopped or len(decoded.codes) == 20


@pytest.mark.parametrize("sampling", [ONE, BEAMS, LOOSE])
def test_what_is_told_early_stays(model: GPT, prefix: Tensor, sampling: Sampling) -> None:
    most = 0
    for seed in range(8):
        decoding = Decoding(sampling, max_codes=30)
        whole, pieces = decode(model, prefix, decoding, seeded(seed)), []
        for piece in stream(model, prefix, decoding, seeded(seed)):
            pieces.append(piece)
            n = sum(len(each.codes) for each in pieces)
            assert torch.equal(joined(pieces).codes, whole.codes[:n])
        torch.testing.assert_close(joined(pieces).latents, whole.latents)
        assert n == len(whole.codes) and pieces[-1].stopped == whole.stopped
        most = max(most, len(pieces))
    assert most > 2


@pytest.mark.parametrize("sampling", [ONE, LOOSE])
def test_another_prefix_takes_over_after_some_codes(model: GPT, prefix: Tensor, sampling: Sampling) -> None:
    """What is said before is as with the first alone, and what follows as if the other had stood there always."""
    other, decoding = prefix.clone(), Decoding(sampling, max_codes=30)
    other[:, :4] = 3 * torch.randn(1, 4, 16, generator=seeded())
    changed = 0
    for seed in range(6):
        alone = decode(model, prefix, decoding, seeded(seed))
        said = decode(model, prefix, decoding, seeded(seed), [(5, other)])
        if sampling.n_beams == 1:  # with beams, what comes later may choose another start
            assert torch.equal(said.codes[:5], alone.codes[:5])
        torch.testing.assert_close(said.latents[:5], model.latents(prefix, said.codes[None])[0, :5])
        torch.testing.assert_close(said.latents[5:], model.latents(other, said.codes[None])[0, 5:])
        changed += not torch.equal(said.codes, alone.codes)
        from_the_start = decode(model, prefix, decoding, seeded(seed), [(0, other)])
        assert torch.equal(from_the_start.codes, decode(model, other, decoding, seeded(seed)).codes)
    assert changed


def test_steps_say_what_decode_says(model: GPT, prefix: Tensor) -> None:
    decoding = Decoding(ONE, max_codes=30)
    whole = decode(model, prefix, decoding, seeded())
    codes = torch.cat([code for code, _ in steps(model, prefix, decoding, seeded())])
    assert torch.equal(codes[: len(whole.codes)], whole.codes)
    assert len(codes) == len(whole.codes) + whole.stopped


def test_a_search_wide_enough_finds_the_likeliest_line(model: GPT, prefix: Tensor) -> None:
    """Three steps of twelve codes can be counted out."""
    wide = Sampling(temperature=0, repetition_penalty=1.0, n_beams=12**2)
    decoded = decode(model, prefix, Decoding(wide, max_codes=3), seeded())
    assert log_probability(model, prefix, decoded.codes, decoded.stopped) == pytest.approx(
        max(best_of_length(model, prefix, n) for n in (1, 2, 3)), abs=1e-4
    )


def best_of_length(model: GPT, prefix: Tensor, n: int) -> float:
    lines = torch.cartesian_prod(*[torch.arange(12)] * n).view(-1, n)
    scores = line_scores(model, prefix, lines)
    return (scores[0] if n == 3 else scores[0] + scores[1]).max().item()


def log_probability(model: GPT, prefix: Tensor, codes: Tensor, stopped: bool) -> float:
    said, stop = line_scores(model, prefix, codes[None])
    return (said + stop * stopped).item()


def line_scores(model: GPT, prefix: Tensor, lines: Tensor) -> tuple[Tensor, Tensor]:
    """Lines (M, n) -> log-probability of their codes and of stopping after them, (M,) each."""
    x = torch.cat([torch.full((len(lines), 1), TINY.start_code), lines], 1)
    states = model(torch.cat([prefix.expand(len(lines), -1, -1), model.embed_codes(x, 0)], 1))[:, prefix.shape[1] :]
    logits = model.logits(states)
    logits[..., TINY.start_code] = -torch.inf
    logits[:, 0, TINY.stop_code] = -torch.inf
    logs = logits.log_softmax(-1)
    return logs[:, :-1].gather(2, lines[..., None]).sum((1, 2)), logs[:, -1, TINY.stop_code]


def test_beams_know_what_they_share_and_where_they_came_from() -> None:
    beams = Beams(2, stop_code=9, device=torch.device("cpu"))

    def advance(*ways: tuple[float, int, int]) -> None:
        scores, parents, codes = zip(*ways, strict=True)
        beams.advance(torch.tensor(scores), torch.tensor(parents), torch.tensor(codes))

    advance((-1.0, 0, 5), (-2.0, 0, 6), (-3.0, 1, 1), (-3.0, 1, 2))
    assert beams.n_shared == 0
    advance((-1.5, 0, 9), (-2.5, 0, 7), (-3.0, 1, 9), (-3.5, 0, 8))  # one line ends; the second 9 comes too late
    assert beams.n_shared == 1  # both go on from row 0, which said 5
    sure = beams.sure()
    assert (sure.n_codes, beams.trace(sure)) == (1, [(0, 5)])
    assert beams.done
    ended, stopped = beams.best()
    assert stopped and beams.trace(ended) == [(0, 5)]


def test_a_planned_length_fills_one_slot_with_the_position_of_the_end(model: GPT) -> None:
    free = model.free_duration()
    for slot in (0, 1):
        planned = model.planned_duration(7, slot=slot)
        torch.testing.assert_close(planned[0, slot], model.mel_pos_embedding(1, start=7)[0])
        torch.testing.assert_close(planned[0, 1 - slot], free[0, 1 - slot])
    assert model.planned_duration(10_000, slot=0).shape == free.shape


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(BadCheckpointError, match="condition_type is 'perceiver'"):
        gpt_config({"condition_type": "perceiver"})
    with pytest.raises(BadCheckpointError, match="no gpt value 'condition_type'"):
        gpt_config({})


def test_what_is_too_long_is_our_own_mistake(model: GPT, prefix: Tensor) -> None:
    with pytest.raises(AssertionError):
        decode(model, prefix, Decoding(ONE, max_codes=TINY.max_codes + 1), seeded())
    with pytest.raises(AssertionError):
        model.prefix(torch.zeros(1, 4, 16), torch.zeros(1, 16), torch.full((1, TINY.max_text + 1), 5))
