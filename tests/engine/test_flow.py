"""The solver follows a known flow to its end."""

import pytest
import torch

from engine.flow import cosine_times, even_times, guided, noisy, solve


def test_the_solver_reaches_the_data_of_a_straight_path() -> None:
    noise, data = torch.randn(2, 3, 5), torch.randn(2, 3, 5)
    for n_steps in (1, 4, 10):
        torch.testing.assert_close(solve(lambda x, t: data - noise, noise, n_steps), data)


def test_more_steps_come_closer_on_a_curved_path() -> None:
    noise = torch.ones(1, 1)
    errors = [
        abs(float(solve(lambda x, t: -3 * x, noise, n)) - float(torch.exp(torch.tensor(-3.0)))) for n in (4, 8, 32)
    ]
    assert errors[0] > errors[1] > errors[2]


def test_the_path_begins_at_noise_and_ends_at_data() -> None:
    noise, data = torch.randn(2, 4), torch.randn(2, 4)
    ends = noisy(data, noise, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(ends[0], noise[0])
    torch.testing.assert_close(ends[1], data[1])


def test_guidance_of_zero_is_the_condition_itself() -> None:
    towards, away = torch.randn(2, 3), torch.randn(2, 3)
    assert torch.equal(guided(towards, away, 0.0), towards)
    torch.testing.assert_close(guided(towards, away, 1.0), 2 * towards - away)


def test_times_begin_at_noise_and_end_at_data() -> None:
    for times in (even_times(25), cosine_times(25)):
        assert len(times) == 26
        assert (float(times[0]), float(times[-1])) == (0, pytest.approx(1))
        assert (times.diff() > 0).all()
    torch.testing.assert_close(even_times(25).diff(), torch.full((25,), 0.04))
