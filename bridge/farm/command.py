"""`launcher.py farm`: a batch whose lines are rendered by the workers of a cluster."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from bridge.batch import command
from bridge.errors import BadArgumentError
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.ray_fleet import RayFleet
from bridge.farm.renderer import FarmRenderer
from bridge.settings import Settings

MOST_WORKERS = 10_000


def run(
    options: argparse.Namespace,
    settings: Settings,
    model: str,
    say: Callable[[str], None],
    *,
    worker: type | None = None,
) -> int:
    """-> the exit status, as of a batch. Raises BridgeError, EngineError, OSError.

    model: a mark of what renders, see bridge.batch.work.model_mark. worker: see RayFleet.
    """
    least, most = workers_of(options.workers)
    shared = Path(options.shared).absolute() if options.shared else None
    shelf = ClipShelf()
    fleet = RayFleet(
        shelf,
        address=options.address,
        model_folder=settings.model_folder,
        shared=shared,
        cores=None if options.address else most,
        worker=worker,
    )
    if options.dry_run:  # nothing is rendered, so no cluster is needed
        return command.run(options, settings, model, FarmRenderer(fleet, shelf), say)
    with fleet, FarmRenderer(fleet, shelf, least=least, most=most, shared=shared) as renderer:
        status = command.run(options, settings, model, renderer, say)
        if renderer.n_found:
            say(f"{renderer.n_found} takes lay in {shared} from before")
        if renderer.dispatcher.n_lost:
            say(f"{renderer.dispatcher.n_lost} workers were lost; what they had not handed in was made by others")
    return status


def workers_of(text: str) -> tuple[int, int | None]:
    """`8`: at most so many; `2-8`: and never fewer than 2; empty: as there is room. Raises BadArgumentError."""
    found = re.fullmatch(r"(?:(\d{1,5})\s*-\s*)?(\d{1,5})", text.strip(), re.ASCII)
    if not text.strip():
        return 1, None
    least, most = (int(found[1] or 1), int(found[2])) if found else (0, 0)
    if not 1 <= least <= most <= MOST_WORKERS:
        raise BadArgumentError(
            f"--workers is {text[:40]!r}; write a number such as 8, or 2-8, from 1 to {MOST_WORKERS}"
        )
    return least, most
