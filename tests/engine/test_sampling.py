"""Sampling keeps to what it may draw, follows the probabilities and repeats with its seed."""

import pytest
import torch

from engine.sampling import MOST, Sampling, draw, keep_nucleus


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_sampling_stays_in_the_nucleus_and_repeats_with_its_seed() -> None:
    sampling = Sampling(temperature=1.0, top_k=None, top_p=0.75, repetition_penalty=1.0, n_beams=1)
    scores = sampling.scores(torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]]))).expand(4000, -1)
    drawn, again = (sampling.draw(scores, 1, seeded())[:, 0] for _ in range(2))
    assert torch.equal(drawn, again)
    counts = torch.bincount(drawn, minlength=4) / 4000
    assert counts[2:].sum() == 0  # 0.5 + 0.3 reach 0.75
    assert abs(float(counts[0]) - 0.5 / 0.8) < 0.03


def test_temperature_zero_takes_the_likeliest() -> None:
    sampling = Sampling(temperature=0.0, repetition_penalty=1.0, n_beams=1)
    logits = torch.tensor([[0.1, 2.0, 1.0]])
    assert sampling.draw(sampling.scores(logits), 2, torch.Generator()).tolist() == [[1, 2]]


def test_a_flat_distribution_is_cut_to_the_ids_that_are_looked_at() -> None:
    kept = keep_nucleus(torch.zeros(2, 3 * MOST), 1.0, 1)
    assert (kept.isfinite().sum(-1) == MOST).all()
    assert keep_nucleus(torch.zeros(1, 7), 0.0, 2).isfinite().sum() == 2  # as many as a beam needs


def test_drawing_without_putting_back_follows_the_probabilities() -> None:
    scores = torch.tensor([0.5, 0.3, 0.2, 0.0]).log().expand(20_000, -1)
    pairs = draw(scores, 2, seeded(3))
    assert (pairs[:, 0] < pairs[:, 1]).all() and pairs.max() < 3  # the likelier one first
    # P(both of a pair) = p q / (1 - p) + q p / (1 - q), whichever was drawn first
    seen = ((pairs == 0).any(1) & (pairs == 1).any(1)).float().mean().item()
    assert seen == pytest.approx(0.5 * 0.3 / 0.5 + 0.3 * 0.5 / 0.7, abs=0.02)
