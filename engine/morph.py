"""A voice between two voices."""

from __future__ import annotations

import hashlib

import numpy as np

from engine.errors import BadPromptError
from engine.types import Timbre

SAID = ("mel", "condition")  # what is said in a prompt, frame by frame: two sentences have no middle


def morph(first: Timbre, second: Timbre, share: float) -> Timbre:
    """From `first` (share 0) to `second` (share 1), both encoded by the same model; the ends are exactly those.

    Every array goes the straight way, but for what is said in the prompts: that is the nearer voice's. Raises
    BadPromptError for voices of two models.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share is {share}; it has to be 0 to 1")
    if share in (0.0, 1.0):
        return second if share else first
    nearer = first if share < 0.5 else second
    if any(
        first.tensors.keys() != second.tensors.keys() or array.shape != second.tensors[name].shape
        for name, array in first.tensors.items()
        if name not in SAID
    ):
        raise BadPromptError("the two voices were encoded by different models; encode their clips again")
    tensors = {
        name: nearer.tensors[name]
        if name in SAID
        else ((1 - share) * array + share * second.tensors[name]).astype(np.float32)
        for name, array in first.tensors.items()
    }
    key = hashlib.sha256(f"{first.key} {second.key} {share!r}".encode()).hexdigest()
    return Timbre(key, tensors)
