"""What still lies between a timbre prompt and the same voice as S2M speaks it: one affine map of the mel's envelope.

The speaker encoder finds the nearest relative among the voices that it knows. The prompt and a passage spoken by that
relative are both frames of voiced speech, so what differs between them, taken as two Gaussians, is the voice, as far as
both say enough. The optimal transport between the two is a matrix and a shift (Olkin & Pukelsheim 1982). Nothing is
trained, and the words of the prompt need not be known.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.prompt import MEL_STD, bands_heard

N_COEFFICIENTS = 24  # of the cosine transform over the mel: the envelope, without harmonics
OWN_FRAMES = 20.0  # that a voice's own passage counts beside the prompt's, so that a short prompt moves it little
DIAGONAL = 0.05  # share of the covariances that is taken without what coefficients have in common
LEAST_VARIANCE = 1e-4  # of a normalised mel
QUIETEST = 1e-3  # of a clip's loudest frame, as power: what lies below says nothing about the voice
FEWEST_FRAMES = 20  # voiced ones that a prompt must have
SMOOTHED = 5  # frames over which voiced and unvoiced go into each other
EDGE = 4  # bands whose movement goes on above what a recording holds


@dataclass(frozen=True)
class Likeness:
    """Voiced frames x (n_mels,) of a voice become x + turn x + shift."""

    turn: Tensor  # (n_mels, n_mels)
    shift: Tensor  # (n_mels,)

    def __call__(self, mel: Tensor, voicing: Tensor) -> Tensor:
        """Normalised mel (1, n_mels, T), voicing logits (1, T) -> the mel, moved where it is voiced."""
        voiced = torch.sigmoid(voicing)[:, None]
        voiced = F.avg_pool1d(voiced, SMOOTHED, 1, SMOOTHED // 2, count_include_pad=False)
        return mel + voiced * (self.turn @ mel + self.shift[:, None])


def likeness(own: Tensor, prompt: Tensor) -> Likeness:
    """From features (1, n_mels + 2, T) of the voice's own passage to those of the prompt (prompt_features()).

    Where either has too few voiced frames, nothing moves. The level of the voice stays as it is.
    """
    here, there = loud_and_voiced(own[0]), loud_and_voiced(prompt[0])
    n_mels = len(here)
    if min(here.shape[1], there.shape[1]) < FEWEST_FRAMES:
        return Likeness(torch.zeros(n_mels, n_mels), torch.zeros(n_mels))
    n_heard = bands_heard(prompt[0, :-2])
    basis = cosines(min(N_COEFFICIENTS, n_heard), n_heard)
    source, target = basis @ here[:n_heard], basis @ there[:n_heard]
    known = target.shape[1] / (target.shape[1] + OWN_FRAMES)
    mean = source.mean(1)
    wanted_mean = known * target.mean(1) + (1 - known) * mean
    wanted = known * torch.cov(target) + (1 - known) * torch.cov(source)
    moved = transport(firm(torch.cov(source)), firm(wanted)) - torch.eye(len(mean), dtype=mean.dtype)
    turn = basis.T @ moved @ basis
    shift = basis.T @ (wanted_mean - mean - moved @ mean)
    # Above what the recording holds, the voice moves as it does at the edge.
    turn = torch.cat([turn, turn[-EDGE:].mean(0, keepdim=True).expand(n_mels - n_heard, -1)])
    turn = torch.cat([turn, turn.new_zeros(n_mels, n_mels - n_heard)], 1)
    shift = torch.cat([shift, shift[-EDGE:].mean().expand(n_mels - n_heard)])
    shift = shift + log_level(here) - log_level(here + turn @ here + shift[:, None])
    return Likeness(turn.float(), shift.float())


def loud_and_voiced(features: Tensor) -> Tensor:
    """(n_mels + 2, T) -> the mel's frames that a voice can be told by, (n_mels, n), in double precision."""
    mel = features[:-2].double()
    power = (2 * MEL_STD * mel).exp().sum(0)
    return mel[:, (features[-1] > 0) & (power > QUIETEST * power.max())]


def cosines(n: int, n_mels: int) -> Tensor:
    """(n, n_mels): the first n rows of the orthonormal cosine transform (DCT-II)."""
    at = (torch.arange(n_mels, dtype=torch.float64) + 0.5) * torch.pi / n_mels
    rows = torch.cos(torch.arange(n, dtype=torch.float64)[:, None] * at) * (2 / n_mels) ** 0.5
    rows[0] /= 2**0.5
    return rows


def transport(source: Tensor, target: Tensor) -> Tensor:
    """Covariances (n, n) -> the symmetric matrix A with A source A = target."""
    root = square_root(source)
    back = torch.linalg.inv(root)
    return back @ square_root(root @ target @ root) @ back


def square_root(matrix: Tensor) -> Tensor:
    """Of a symmetric matrix; what hardly varies counts as LEAST_VARIANCE."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=LEAST_VARIANCE).sqrt() @ vectors.T


def firm(covariance: Tensor) -> Tensor:
    """A few seconds tell little of what coefficients have in common."""
    return (1 - DIAGONAL) * covariance + DIAGONAL * torch.diag(covariance.diagonal())


def log_level(mel: Tensor) -> Tensor:
    """Of frames (n_mels, n): half the logarithm of their mean power, in normalised mel."""
    return (2 * MEL_STD * mel).exp().sum(0).mean().log() / (2 * MEL_STD)
