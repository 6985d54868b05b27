"""Mels: what is kept between calls serves everybody."""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.audio import MINI_MEL, log_mel


def test_filters_that_were_first_asked_for_in_inference_mode_serve_training_too() -> None:
    config = replace(MINI_MEL, n_mels=17)  # which nobody asked for before
    audio = torch.randn(1, 4800)
    with torch.inference_mode():
        heard = log_mel(audio, config)
    audio.requires_grad_()
    trained = log_mel(audio, config)
    trained.sum().backward()
    torch.testing.assert_close(trained.detach(), heard)
    assert audio.grad is not None and audio.grad.isfinite().all()
