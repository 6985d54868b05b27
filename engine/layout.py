"""How a state dict of upstream's becomes one of ours: names, weight norm, what is left out. Strict both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from engine.errors import BadCheckpointError

M = TypeVar("M", bound=nn.Module)
State = Mapping[str, Tensor]
Rename = tuple[str, str | Callable[[re.Match[str]], str]]


@dataclass(frozen=True)
class Layout:
    """The names that upstream gives to our weights, and those of its weights that nothing here needs.

    Upstream keeps weight norm in its files (Salimans & Kingma 2016: weight_g and weight_v, the norm over all axes but
    the first); here it is folded into the weight, since nothing is trained.
    """

    renames: tuple[Rename, ...] = ()  # (pattern of ours, upstream's), all applied, in this order
    ignored: tuple[str, ...] = ()  # patterns of whole keys, by upstream's names

    def upstream(self, key: str) -> str:
        """Upstream's name of our weight."""
        for pattern, name in self.renames:
            key = re.sub(pattern, name, key)
        return key

    def ours(self, state: State, keys: Iterable[str], source: str) -> dict[str, Tensor]:
        """`state` as a state dict of ours with exactly `keys`. Raises BadCheckpointError, which names `source`."""
        taken: dict[str, Tensor] = {}
        left, missing = set(state), []
        for key in keys:
            name = self.upstream(key)
            if name in state:
                taken[key] = state[name]
                left.discard(name)
            elif {f"{name}_g", f"{name}_v"} <= state.keys():
                taken[key] = folded(state[f"{name}_g"], state[f"{name}_v"])
                left -= {f"{name}_g", f"{name}_v"}
            else:
                missing.append(name)
        unknown = [n for n in sorted(left) if not any(re.fullmatch(pattern, n) for pattern in self.ignored)]
        if missing or unknown:
            wrong = _list("it lacks", missing) + _list("it has unknown", unknown)
            raise BadCheckpointError(f"{source} is of another model or damaged: {wrong}get the model again")
        return taken

    def load(self, build: Callable[[], M], state: State, source: str) -> M:
        """Build a module and give it the weights of `state` in float32, ready to run. Raises BadCheckpointError."""
        with torch.device("meta"):  # the weights come from the file: none are made up first
            model = build()
        own = model.state_dict()
        weights = self.ours(state, own, source)
        for key, value in weights.items():
            if value.shape != own[key].shape:
                raise BadCheckpointError(
                    f"{source}: {self.upstream(key)} is {tuple(value.shape)}, its configuration needs "
                    f"{tuple(own[key].shape)}; get the model again"
                )
            weights[key] = value.float() if value.is_floating_point() else value
        model.load_state_dict(weights, strict=True, assign=True)
        return model.eval().requires_grad_(False)


def folded(g: Tensor, v: Tensor) -> Tensor:
    """Weight norm as a weight: g v / |v|."""
    v = v.float()
    return g.float() * v / torch.linalg.vector_norm(v, dim=tuple(range(1, v.dim())), keepdim=True)


def _list(what: str, names: list[str], most: int = 3) -> str:
    if not names:
        return ""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{what} {', '.join(names[:most])}{more}; "
