"""The official model's length: how it is told, shared out and spread."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import torch

from engine.decoding import Decoded, Decoding
from engine.gpt import GPT, gpt_config
from engine.length_regulator import even_spread
from engine.official_planner import (
    QUIET_CODES,
    LengthPolicy,
    frames_of,
    share_out,
    spread,
    wanted_tokens,
    with_pauses,
)
from engine.official_tokens import Segment, say
from engine.sampling import Sampling
from tests.engine import tiny_official


def test_a_line_is_shared_out_to_the_frame() -> None:
    natural = with_pauses([43, 10, 7], 17.2)
    assert natural == [43, 17.2, 10, 17.2, 7]
    for n_frames in (0, 1, 3, 50, 94, 400):
        shares = share_out(natural, n_frames)
        assert sum(shares) == n_frames and min(shares) >= 0
        for end, natural_end in zip(accumulate(shares), accumulate(natural), strict=True):
            assert abs(end - natural_end * n_frames / sum(natural)) <= 0.5
    assert wanted_tokens([3, 1], 172) == [75, 25]


def test_pauses_give_way_before_speech() -> None:
    speech = torch.arange(100, 140)
    pause = torch.full((20,), QUIET_CODES[0])
    codes = torch.cat([speech[:20], pause, speech[20:]])
    natural = frames_of(len(codes))
    for n_frames in (1, 10, 60, natural - 20, natural, natural + 40, natural + 69, 400):
        source = spread(codes, n_frames)
        assert source.shape == (n_frames,)
        assert 0 <= int(source.min()) and int(source.max()) < len(codes)
        assert (source.diff() >= 0).all()
        n_speech = int((codes[source] != QUIET_CODES[0]).sum())
        if natural - 20 <= n_frames <= natural + 68:  # the pause, 34 frames, may have 14 to 103
            assert abs(n_speech - frames_of(40)) <= 2
    torch.testing.assert_close(spread(codes, natural), even_spread(len(codes), natural))
    for alike in (speech, pause):
        torch.testing.assert_close(spread(alike, 90), even_spread(len(alike), 90))


@torch.inference_mode()
def test_the_gpt_is_told_the_length_and_the_nearer_take_is_kept() -> None:
    torch.manual_seed(3)
    gpt = GPT(gpt_config(tiny_official.CONFIG["gpt"])).eval()
    for weights in gpt.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights)  # large, so that a told length changes what is said
    latents, emotion, text = torch.randn(1, 32, 16), torch.randn(1, 16), torch.tensor([[5, 6, 7]])
    decoding = Decoding(Sampling(n_beams=1, repetition_penalty=1.0, top_p=1.0), max_codes=40)

    def said(wanted: int | None, policy: LengthPolicy) -> Decoded:
        generator = torch.Generator().manual_seed(0)
        return say(gpt, Segment(latents, emotion, text, wanted), decoding, policy, generator)

    def codes(wanted: int | None, policy: LengthPolicy) -> list[int]:
        return said(wanted, policy).codes.tolist()

    trusting = LengthPolicy(tolerance=1e9)
    free = codes(None, trusting)
    lengths = range(2, 40, 4)
    assert all(codes(n, LengthPolicy(slot=None)) == free for n in lengths)
    assert len({tuple(codes(n, trusting)) for n in lengths}) > 1
    assert any(codes(n, trusting) != codes(n, replace(trusting, slot=1)) for n in lengths)
    for n in lengths:
        few, many = (said(n, LengthPolicy(slot=None, tolerance=0.0, free_takes=k)) for k in (1, 4))
        assert (not many.stopped, abs(len(many.codes) - n)) <= (not few.stopped, abs(len(few.codes) - n))
        guided, kept = said(n, trusting), said(n, LengthPolicy(tolerance=0.0))
        if guided.stopped:
            assert kept.stopped and abs(len(kept.codes) - n) <= abs(len(guided.codes) - n)
